"""Events: a trial opens or closes in Belgium. Each is written with the change that makes it so.

A site that is removed closes nothing: it was a mistake, not a word about recruitment. Nor does a merge of two
trials, or its undo, open or close anything: what was said of either was told when it was said.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from directory.core.changes import Entry
from directory.core.models import State
from directory.core.places import HOME

from .choices import Recruitment
from .models import Trial, TrialSite
from .models.event import Happened, RecruitmentEvent
from .statements import day_as_said

_OPEN = {Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION}


def raise_events(entries: Sequence[Entry], now: dt.datetime) -> None:
    """Write the events of some changes, in their transaction: two queries, whatever their number."""
    before, merged = _before(entries), _merged(entries)
    before = {slug: one for slug, one in before.items() if slug not in merged}
    if not before:
        return
    sites = defaultdict(list)
    found = TrialSite.objects.filter(
        trial__slug__in=list(before), centre__country=HOME, centre__state=State.LISTED
    )
    for site in found.select_related("trial", "centre").order_by("centre__code"):
        sites[site.trial.slug].append(site)
    trials = Trial.objects.filter(slug__in=list(before))
    events = (_event(trial, sites[trial.slug], before[trial.slug], now) for trial in trials)
    RecruitmentEvent.objects.bulk_create(filter(None, events))


class _Before:
    """What a trial and its sites were before some changes."""

    def __init__(self):
        self.state: str | None = None  # None: as it is now
        self.statuses: dict[str, str] = {}  # by centre; empty for a site that was not there

    def was_listed(self, trial: Trial) -> bool:
        return trial.is_listed if self.state is None else self.state == State.LISTED

    def status(self, site: TrialSite) -> str:
        return self.statuses.get(site.centre.code, site.status)


def _before(entries: Sequence[Entry]) -> dict[str, _Before]:
    """By slug, of the trials that these changes may open or close."""
    found: dict[str, _Before] = defaultdict(_Before)
    for one in entries:
        was, now = one.before or {}, one.after or {}
        if one.kind == TrialSite.change_kind and was.get("status") != now.get("status"):
            slug, _at, code = one.key.rpartition("@")
            found[slug].statuses[code] = was.get("status", "")
        elif one.kind == Trial.change_kind and was and now and was.get("state") != now.get("state"):
            found[one.key].state = was.get("state")
    return found


def _merged(entries: Iterable[Entry]) -> set[str]:
    """The slugs of trials that became one, or two again, by these changes."""
    found: set[str] = set()
    for one in entries:
        sides = {(side or {}).get("merged_into") for side in (one.before, one.after)}
        if one.kind == Trial.change_kind and len(sides) > 1:
            found |= {one.key, *filter(None, sides)}
    return found


def _event(trial: Trial, sites: list[TrialSite], was: _Before, now) -> RecruitmentEvent | None:
    """What happened to a trial with these sites; None where it is as open as it was."""
    statuses = [was.status(site) for site in sites]
    was_open = was.was_listed(trial) and not _OPEN.isdisjoint(statuses)
    is_open = trial.is_listed and not _OPEN.isdisjoint(site.status for site in sites)
    if was_open == is_open:
        return None
    return RecruitmentEvent(
        trial=trial, happened=Happened.OPENED if is_open else Happened.CLOSED, country=HOME, at=now,
        is_first_record=is_open and {"", Recruitment.UNKNOWN}.issuperset(statuses),
        facts=_facts(trial, sites),
    )  # fmt: skip


def _facts(trial: Trial, sites: list[TrialSite]) -> dict:
    """What is known of the trial and its sites in the country at this moment."""
    return {
        "trial": trial.slug,
        "acronym": trial.acronym,
        "title": trial.title_en,
        "status": trial.status,
        "sites": [
            {
                "centre": site.centre.code,
                "name": site.centre.name_en,
                "status": site.status,
                "since": site.status_since or None,
                "verified_on": day_as_said(site.verified_at, site.verified_on) or None,
                "verified_by": site.verified_by or None,
            }
            for site in sites
        ],
    }
