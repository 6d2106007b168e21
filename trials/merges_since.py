"""Where sites and statements stood before trials were merged, and merges undone, after a moment."""

import datetime as dt
from collections.abc import Iterator

from .models import StatusStatement, Trial, TrialMerge, TrialSite

Moved = tuple[int, int, int]  # a row's key, and what it hung on before and after


class MergesSince:
    """What merges after `moment`, and undos of merges, moved; None for nothing. One query, and two more where
    there are any.

    `statements`: by pk, the site under which each stood then; `trial_statements`: the trial, of those
    about a trial as a whole; `came`: keys in the change log that sites had only later.
    """

    def __init__(self, moment: dt.datetime | None = None):
        self.statements: dict[int, int] = {}
        self.trial_statements: dict[int, int] = {}
        self.came: set[str] = set()
        self._trials: dict[int, int] = {}  # by the pk of a site, the trial that it was of
        moved: list[Moved] = []
        # The earliest is read last: of what was moved twice, it knows where it stood at first.
        for work, was_merged in _backwards(moment) if moment else ():
            for kept, model, column in (
                (self._trials, TrialSite, "trial_id"), (self.statements, StatusStatement, "site_id"),
                (self.trial_statements, StatusStatement, "trial_id"),
            ):  # fmt: skip
                rows = list(_moved(work, model, column))
                kept |= {pk: after if was_merged else before for pk, before, after in rows}
                moved += rows if model is TrialSite else []
        self._slugs: dict[int, str] = {}  # by the pk of a trial
        if moved:
            self._name(moved)

    def _name(self, moved: list[Moved]) -> None:
        trials = {one for _pk, *both in moved for one in both}
        self._slugs = dict(Trial.objects.filter(pk__in=trials).values_list("pk", "slug"))
        sites = TrialSite.objects.filter(pk__in=[pk for pk, _before, _after in moved])
        codes = dict(sites.values_list("pk", "centre__code"))
        had = {f"{self._slugs.get(one)}@{codes.get(pk)}" for pk, *both in moved for one in both}
        then = {f"{self._slugs.get(trial)}@{codes.get(pk)}" for pk, trial in self._trials.items()}
        self.came = had - then

    def sites_of(self, slug: str) -> list[int]:
        """The pks of the sites that were of the trial `slug`."""
        return [pk for pk, trial in self._trials.items() if self._slugs.get(trial) == slug]

    def key_of(self, site: TrialSite) -> str:
        """What the change log called a site then."""
        slug = self._slugs.get(self._trials.get(site.pk, 0))
        return f"{slug}@{site.centre.code}" if slug else site.change_key


def _backwards(moment: dt.datetime) -> list[tuple[dict, bool]]:
    """The works of merges that were made or undone since, from the last to the first.

    Each with whether what it moved was with the other trial just before: so it was before an undo.
    """
    merges = TrialMerge.objects.since(moment).values_list("pk", "work", "at", "undone_at")
    found = [(at, pk, work, False) for pk, work, at, _undone in merges if at >= moment]
    found += [(undone, pk, work, True) for pk, work, _at, undone in merges if undone and undone >= moment]
    found.sort(key=lambda one: one[:2], reverse=True)
    return [(work, was_merged) for _at, _pk, work, was_merged in found]


def _moved(work: dict, model: type, column: str) -> Iterator[Moved]:
    """Of the rows of a model, those of which the column went over to another record."""
    for label, pk, name, before, after in work.get("moved", ()):
        if (label, name) == (model._meta.label, column):
            yield pk, before, after
