"""What an undo tells of records that whoever undoes may not see."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trials.models import Trial, TrialSite

from ..choices import Outcome

RECORD = "record"  # stands for a whole record among the fields of a change


class Unseen:
    """Part of the judge of undos: trials that are not listed are the editors' alone, see `kinds.joining`."""

    def without_trials(self, log: QuerySet) -> QuerySet:
        """A trial that was sent to the editors stays with them: whether the run made it, or found it there,
        is not to be known."""
        return log if self.scope.visible_trials is None else log.exclude(kind=Trial.change_kind)

    def unseen(self, groups: list) -> set[str]:
        """Keys of the sites of trials that whoever undoes may not see."""
        seen = self.scope.visible_trials
        slugs = {one.key: one.key.rsplit("@", 1)[0] for one in groups if one.kind == TrialSite.change_kind}
        if seen is None or not slugs:
            return set()
        found = Trial.objects.filter(slug__in=set(slugs.values())).values_list("pk", "slug")
        visible = {slug for pk, slug in found if pk in seen}
        return {key for key, slug in slugs.items() if slug not in visible}

    def judge_unseen(self, verdict, group, now) -> None:
        """What went to the editors: neither the trial's name nor what is stored is told, nor whether the site
        was there before."""
        verdict.record = "@".join([_("a trial with the editors"), group.key.rsplit("@", 1)[1]])
        self._judge(verdict, group, now)
        if group.before is None or group.after is None or verdict.outcome == Outcome.INVALID:
            return
        is_back = self.undone.undo_of_id is not None
        verdict.changes = []
        verdict.change(RECORD, *("", verdict.record)[:: 1 if is_back else -1])
        if not verdict.is_bad:
            verdict.outcome = Outcome.NEW if is_back else Outcome.UPDATE

    def may_name(self, key: str) -> bool:
        """Whether what hangs on a record is of a centre of whoever undoes."""
        codes = set(key.replace("@", "/").split("/"))
        return self._own_codes is None or bool(codes & self._own_codes)
