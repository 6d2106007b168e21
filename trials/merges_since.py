"""Where the sites and statements stood before the merges of trials after a moment."""

import datetime as dt
from collections.abc import Iterator

from .models import StatusStatement, Trial, TrialMerge, TrialSite

Moved = tuple[int, int, int]  # a row's key, and what it hung on before and after


class MergesSince:
    """What the merges after `moment` moved, None for nothing; one query, and two more where there are any.

    `statements`: by pk, the site under which each stood then; `trial_statements`: the trial, of those
    about a trial as a whole; `came`: keys in the change log that sites had
    after one of them only, also of one that was undone.
    """

    def __init__(self, moment: dt.datetime | None = None):
        self.statements: dict[int, int] = {}
        self.trial_statements: dict[int, int] = {}
        self.came: set[str] = set()
        self._trials: dict[int, int] = {}  # by the pk of a site, the trial that it was of
        moved: list[Moved] = []
        # The earliest is read last: of what was moved twice, it knows where it stood at first.
        merges = TrialMerge.objects.filter(at__gte=moment) if moment else TrialMerge.objects.none()
        merges = merges.order_by("-at", "-pk")
        for work, undone_at in merges.values_list("work", "undone_at"):
            sites = list(_moved(work, TrialSite, "trial_id"))
            moved += sites
            if undone_at is None:
                self._trials |= {pk: before for pk, before, _after in sites}
                for kept, column in ((self.statements, "site_id"), (self.trial_statements, "trial_id")):
                    kept |= {pk: before for pk, before, _after in _moved(work, StatusStatement, column)}
        self._slugs: dict[int, str] = {}  # by the pk of a trial
        if moved:
            self._name(moved)

    def _name(self, moved: list[Moved]) -> None:
        trials = {one for _pk, *both in moved for one in both}
        self._slugs = dict(Trial.objects.filter(pk__in=trials).values_list("pk", "slug"))
        sites = TrialSite.objects.filter(pk__in=[pk for pk, _before, _after in moved])
        codes = dict(sites.values_list("pk", "centre__code"))
        self.came = {f"{self._slugs.get(after)}@{codes.get(pk)}" for pk, _before, after in moved}

    def sites_of(self, slug: str) -> list[int]:
        """The pks of the sites that were of the trial `slug`."""
        return [pk for pk, trial in self._trials.items() if self._slugs.get(trial) == slug]

    def key_of(self, site: TrialSite) -> str:
        """What the change log called a site then."""
        slug = self._slugs.get(self._trials.get(site.pk, 0))
        return f"{slug}@{site.centre.code}" if slug else site.change_key


def _moved(work: dict, model: type, column: str) -> Iterator[Moved]:
    """Of the rows of a model, those of which the column went over to another record."""
    for label, pk, name, before, after in work.get("moved", ()):
        if (label, name) == (model._meta.label, column):
            yield pk, before, after
