"""The one rule that makes the status of a site, or of a trial, out of what was said about it.

1. The latest statement by a person (coordinator, editor, sponsor) stands.
2. Where no person ever said anything, the latest statement of a registry stands.
3. A registry that says something else on a later day than the standing person's makes the status
   *disputed*: it is shown beside it and never overwrites it.
Retracted statements count for nothing. The latest is that of the latest day; of what persons say of a trial
it is what was recorded last, since a sheet asks a person before it takes an older day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from directory.core.roles import Role

from .choices import Recruitment
from .models import StatusStatement, TrialSite

LAST = 2**62  # stands for the pk of a statement yet to be stored: after all others of its day
DERIVED = (
    "status",
    "status_since",
    "verified_at",
    "verified_on",
    "verified_by",
    "status_source",
    "disputed",
    "disputed_by",
)


OF_THE_STATUS = frozenset({"status", "status_as_of"})  # columns of a trial that a statement is made of
DERIVED_OF_TRIAL = ("status", "status_as_of", "status_by", "disputed")


def counts(one: StatusStatement, at: dt.datetime | None = None) -> bool:
    """Whether a statement counts for anything today, or did just before the moment `at`."""
    if at is None:
        return one.retracted_at is None
    return one.recorded_at < at and (one.retracted_at is None or one.retracted_at >= at)


def derive(statements: Iterable[StatusStatement], at: dt.datetime | None = None) -> dict:
    """The values of the columns in `DERIVED`, from one site's statements in any order.

    With `at`, those that they had just before that moment, from what had been recorded by then.
    """
    said = sorted((one for one in statements if counts(one, at)), key=lambda one: (one.said_at, one.pk or 0))
    if not said:
        return dict(zip(DERIVED, (Recruitment.UNKNOWN, "", None, "", "", "", False, None), strict=True))
    persons, registry = _by_persons_and_registry(said)
    standing, other = (persons or registry)[-1], (registry or persons)[-1]
    is_disputed = other.said_at > standing.said_at and other.status != standing.status
    return {
        "status": standing.status,
        "status_since": _since(standing, said),
        "verified_at": standing.said_at,
        "verified_on": standing.said_on,
        "verified_by": standing.role,
        "status_source": standing.source,
        "disputed": is_disputed,
        "disputed_by": other.pk if is_disputed else None,
    }


def derive_of_trial(statements: Iterable[StatusStatement]) -> dict:
    """The values of the columns in `DERIVED_OF_TRIAL`, from one trial's statements in any order."""
    said = sorted(filter(counts, statements), key=lambda one: one.pk or LAST)
    if not said:
        return dict(zip(DERIVED_OF_TRIAL, (Recruitment.UNKNOWN, "", "", False), strict=True))
    persons, registry = _by_persons_and_registry(said)
    registry.sort(key=weight)  # Python sorts stably: of one day, what was recorded last
    standing, other = (persons or registry)[-1], (registry or persons)[-1]
    return {
        "status": standing.status,
        "status_as_of": standing.day_as_said,
        "status_by": standing.role,
        "disputed": weight(other) > weight(standing) and other.status != standing.status,
    }


def _by_persons_and_registry(
    said: Iterable[StatusStatement],
) -> tuple[list[StatusStatement], list[StatusStatement]]:
    """In the order given."""
    persons: list[StatusStatement] = []
    registry: list[StatusStatement] = []
    for one in said:
        (registry if one.role == Role.REGISTRY else persons).append(one)
    return persons, registry


def weight(one: StatusStatement) -> dt.date:
    """The day by which a statement about a trial is weighed.

    A person who names none says it when it is recorded; a registry that names none may say it of any day.
    """
    if one.said_at is not None:
        return one.said_at
    return dt.date.min if one.role == Role.REGISTRY else timezone.localdate(one.recorded_at)


def day_as_said(at: dt.date | None, on: str) -> str:
    """ISO 8601 of the day that a status is of, no more exact than it was said; empty where nobody said one.

    `at`: the day by which statements are in order; `on`: the month or year that was said instead.
    """
    return on or (at.isoformat() if at else "")


def partial(day: str) -> str:
    """`day` where it is a month or a year; empty for a whole day, or none."""
    return day if len(day) < len("2024-06-03") else ""


def contradicting(statements: Iterable[StatusStatement], status: str) -> StatusStatement | None:
    """The latest word of a registry, where it is not `status`: what a disputed status is disputed by."""
    said = [one for one in statements if one.role == Role.REGISTRY]
    latest = max(said, key=lambda one: (one.said_at, one.pk or 0), default=None)
    return latest if latest and latest.status != status else None


def _since(standing: StatusStatement, said: list[StatusStatement]) -> str:
    """The first day stated in the unbroken row of equal statements that ends with the standing one."""
    since = standing.since
    for one in reversed(said[: said.index(standing)]):
        if one.status != standing.status:
            break
        since = since or one.since
    return since


def settle(sites: Iterable[TrialSite], *, save: bool = True) -> list[TrialSite]:
    """Derive the status columns of stored `sites` anew, in two queries whatever their number.

    Returns the sites of which a column changed; with `save=False` they are only set in memory.
    """
    sites = list(sites)
    by_site = defaultdict(list)
    for statement in StatusStatement.objects.filter(site__in=[site.pk for site in sites]):
        by_site[statement.site_id].append(statement)
    changed = []
    for site in sites:
        derived = derive(by_site[site.pk])
        if any(getattr(site, name) != value for name, value in derived.items()):
            for name, value in derived.items():
                setattr(site, name, value)
            site.updated_at = timezone.now()
            changed.append(site)
    if save and changed:
        TrialSite.objects.bulk_update(changed, [*DERIVED, "updated_at"], batch_size=500)
    return changed
