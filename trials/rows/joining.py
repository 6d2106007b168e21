"""Trials that are not listed, in the sheet of somebody who may not see them.

To them a draft of the editors is a trial that nobody knows: what their plan says, what they read of the run
and what they can undo is the same whether there is one or not. Nothing is stored twice for all that: when
the plan is applied, the row's site comes to the trial that has its number, else its acronym; an editor lists
it.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.imports.choices import Outcome, Status, is_taken
from directory.imports.messages import day_first
from directory.imports.models import RowOutcome
from directory.imports.rows.result import RowResult
from directory.imports.rows.storing import batches
from directory.imports.scope import Scope

from ..models import Trial, TrialSite
from .finding import TrialFinder


class Sent:
    """What whoever hands in the sheet has handed in before of trials that they do not see: it is not new."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self._rows: dict[str, RowOutcome] = {}

    def look_up(self, records: Iterable[str]) -> None:
        """The last row of each record that was stored for this person; one query."""
        if self.scope.sees_all:
            return
        rows = RowOutcome.objects.filter(
            record__in=set(records), run__created_by=self.scope.user_id, run__status=Status.APPLIED
        ).select_related("run")
        # By the number of the run: by the run itself would be as runs are listed, the latest first.
        stored = [one for one in rows.order_by("run_id", "number") if _is_stored(one)]
        self._rows = {one.record: one for one in stored}

    def has(self, result: RowResult) -> bool:
        """Whether the row says just what went to the editors before; then it is told when."""
        row = self._rows.get(result.record)
        if row is None or row.values != result.cells:
            return False
        day = day_first(timezone.localdate(row.run.finished_at).isoformat())
        said = {"run": row.run_id, "day": day}
        result.note("", _("This went to the editors with import %(run)d on %(day)s.") % said)
        return True


def _is_stored(row: RowOutcome) -> bool:
    return row.outcome != Outcome.UNCHANGED and is_taken(row.outcome, row.may_be_taken, row.decision)


def join(works: Iterable, scope: Scope) -> None:
    """Let each new trial of `works` (of sites) that is stored already, unseen by the scope, be that one."""
    works = [one for one in works if one.draft]
    if scope.sees_all or not works:
        return
    drafts = {id(one.draft): one.draft for one in works}
    finder = _looked_up(drafts.values())
    sites = _sites_of(set(finder.trials) - scope.visible(Trial), {work.place.id for work in works})
    of_draft = defaultdict(list)
    for work in works:
        of_draft[id(work.draft)].append(work)
    for key, draft in drafts.items():
        _join(draft, of_draft[key], finder, sites, scope)


def _join(draft, works: list, finder: TrialFinder, sites: dict, scope: Scope) -> None:
    """Move the sites of one draft to the trial that it is, if there is one."""
    centres = {work.place.id for work in works}
    here = {trial for trial, centre in sites if centre in centres}
    if trial := _known(finder, draft, here, scope):
        for work in works:
            _move(work, trial, sites)


def _looked_up(drafts: Iterable) -> TrialFinder:
    """A finder of the trials that drafts may be."""
    finder = TrialFinder(whole=False)
    for some in batches(drafts):
        said = (identifier for one in some for identifier in one.identifiers)
        finder.look_up(said, (one.trial.acronym for one in some if one.trial.acronym))
    return finder


def _sites_of(trials: set[int], centres: set[int]) -> dict[tuple[int, int], TrialSite]:
    found = TrialSite.objects.filter(trial__in=trials, centre__in=centres)
    return {(one.trial_id, one.centre_id): one for one in found}


def _known(finder: TrialFinder, draft, here: set[int], scope: Scope) -> Trial | None:
    """By a number, else by the acronym, where no number speaks against it: the one that is at the centre, or
    is spelt so, or is the oldest."""
    by_number = finder.candidates(draft.identifiers, "")
    called = finder.candidates((), draft.trial.acronym)
    by_name = [one for one in called if not finder.clash(one, draft.identifiers)]
    found = [one for one in by_number or by_name if one.pk not in scope.visible(Trial)]
    exact = draft.trial.acronym.casefold()
    found.sort(key=lambda one: (one.pk not in here, one.acronym.casefold() != exact, one.pk))
    return found[0] if found else None


def _move(work, trial: Trial, sites: dict[tuple[int, int], TrialSite]) -> None:
    """The site of `work` is one of `trial`: perhaps one that is there, or that another row brings."""
    site = sites.setdefault((trial.pk, work.place.id), work.site)
    for name in work.attributes:
        setattr(site, name, getattr(work.site, name))
    site.trial, site.centre = trial, work.site.centre
    work.site, work.draft = site, None
