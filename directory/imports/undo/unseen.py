"""What an undo tells of records that whoever undoes may not see."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Q

from centres.models import Affiliation, Professional
from trials.models import Trial, TrialSite

from ..choices import Outcome
from ..messages import problem


class Unseen:
    """Part of the judge of undos: trials that are not listed are the editors' alone, see `kinds.joining`.

    What went to the editors stays with them, until one of them undoes it: whether the run made the trial and
    its site, or found them there, is not to be known.
    """

    def may_be_told(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the `(kind, key)` of records of which whoever undoes may be told."""
        keys, visible = set(keys), self.scope.visible_trials
        if visible is None:
            return keys
        slugs = {key.rsplit("@", 1)[0] for kind, key in keys if kind == TrialSite.change_kind}
        known = self._visible(slugs)
        return {
            (kind, key) for kind, key in keys
            if kind != Trial.change_kind
            and (kind != TrialSite.change_kind or key.rsplit("@", 1)[0] in known)
        }  # fmt: skip

    def beyond(self, kind: str, pks: Mapping[str, int]) -> set[str]:
        """Keys of people who by now work at no centre of whoever undoes: neither shown nor touched.

        They were, when the run stored something of them.
        """
        if self.scope.centres is None or kind != Professional.change_kind:
            return set()
        works = Affiliation.objects.filter(professional__in=pks.values(), centre__in=self.scope.centres)
        works = works.filter(Q(until=None) | Q(until__gte=self.scope.day))
        theirs = set(works.values_list("professional", flat=True))
        return {key for key, pk in pks.items() if pk not in theirs}

    def _visible(self, slugs: set[str]) -> set[str]:
        found = Trial.objects.filter(slug__in=slugs).values_list("pk", "slug")
        return {slug for pk, slug in found if pk in self.scope.visible_trials}

    def warnings(self) -> Iterator[dict]:
        """That rows went to the editors, where some did; by what the receipts of the run say."""
        if self.scope.visible_trials is None:
            return
        made = self.undone.rows.filter(outcome=Outcome.NEW).values_list("record", flat=True)
        called = {record.rsplit("@", 1)[0] for record in made if "@" in record}
        if called - self._visible(called):
            yield problem("with_editors")

    def may_name(self, key: str) -> bool:
        """Whether what hangs on a record is of a centre of whoever undoes."""
        codes = set(key.replace("@", "/").split("/"))
        return self._own_codes is None or bool(codes & self._own_codes)
