"""The one rule that makes the status of a site, or of a trial, out of what was said about it.

1. The latest statement by a person (coordinator, editor, sponsor) stands.
2. Where no person ever said anything, the latest statement of a registry stands.
3. A registry that says something else on a later day than the standing person's makes the status
   *disputed*: it is shown beside it and never overwrites it.
What is only implied for a site, by a word about the whole trial or a country, is weighed as a registry's
is, whoever said it, wherever a person spoke of the site itself; it denies no word that the site is closed.
Retracted statements count for nothing. The latest is that of the latest day, of a month or a year its first;
of what persons say of a trial it is what was recorded last, since a sheet asks a person before it takes an
older day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from directory.core.roles import Role

from .choices import Recruitment
from .models import StatusStatement, Trial, TrialSite

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
    "implied_by",
)

OF_THE_STATUS = frozenset({"status", "status_as_of"})  # columns of a trial that a statement is made of
DERIVED_OF_TRIAL = ("status", "status_as_of", "status_by", "disputed", "disputed_by")
# A site of such a status takes no new patients: that the whole trial takes none either denies nothing of it.
CLOSED = frozenset({
    Recruitment.ACTIVE_NOT_RECRUITING, Recruitment.COMPLETED, Recruitment.TERMINATED, Recruitment.WITHDRAWN,
})  # fmt: skip


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
        return dict(zip(DERIVED, (Recruitment.UNKNOWN, "", None, "", "", "", False, None, ""), strict=True))
    persons, registry = _by_persons_and_registry(said)
    standing, other = (persons or registry)[-1], (registry or persons)[-1]
    is_disputed = other.said_at > standing.said_at and denies(other, standing)
    return {
        "status": standing.status,
        "status_since": _since(standing, said),
        "verified_at": standing.said_at,
        "verified_on": standing.said_on,
        "verified_by": standing.role,
        "status_source": standing.source,
        "disputed": is_disputed,
        "disputed_by": other.pk if is_disputed else None,
        "implied_by": standing.implied_by,
    }


def derive_of_trial(statements: Iterable[StatusStatement], at: dt.datetime | None = None) -> dict:
    """The values of the columns in `DERIVED_OF_TRIAL`, from one trial's statements in any order."""
    said = sorted((one for one in statements if counts(one, at)), key=lambda one: one.pk or LAST)
    if not said:
        return dict(zip(DERIVED_OF_TRIAL, (Recruitment.UNKNOWN, "", "", False, None), strict=True))
    persons, registry = _by_persons_and_registry(said)
    registry.sort(key=weight)  # Python sorts stably: of one day, what was recorded last
    standing, other = (persons or registry)[-1], (registry or persons)[-1]
    is_disputed = weight(other) > weight(standing) and denies(other, standing)
    return {
        "status": standing.status,
        "status_as_of": standing.day_as_said,
        "status_by": standing.role,
        "disputed": is_disputed,
        "disputed_by": other.pk if is_disputed else None,
    }


def _by_persons_and_registry(
    said: Iterable[StatusStatement],
) -> tuple[list[StatusStatement], list[StatusStatement]]:
    """In the order given; what a person only implied stands with the registries where a person said more."""
    said = list(said)
    persons = [one for one in said if one.role != Role.REGISTRY]
    persons = [one for one in persons if not one.implied_by] or persons
    kept = set(map(id, persons))
    return persons, [one for one in said if id(one) not in kept]


def denies(one: StatusStatement, other: StatusStatement) -> bool:
    """Whether `one` says otherwise than `other`: not where both come to the same for a patient."""
    return one.status != other.status and not (one.implied_by and other.status in CLOSED)


def at_odds(
    said: Iterable[StatusStatement], *, of_trial: bool = False
) -> tuple[StatusStatement, StatusStatement] | None:
    """Of one site, or one trial, a person's word that stands and the latest other one that denies it.

    Whatever their days are.
    """
    counted = sorted(filter(counts, said), key=lambda one: one.pk if of_trial else (one.said_at, one.pk))
    persons, registry = _by_persons_and_registry(counted)
    if of_trial:
        registry.sort(key=weight)
    if persons and registry and denies(registry[-1], persons[-1]):
        return persons[-1], registry[-1]
    return None


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


def disputing(record: TrialSite | Trial, said: Iterable[StatusStatement]) -> StatusStatement | None:
    """Of the statements of a site or a trial, the one that its status is disputed by."""
    return next((one for one in said if one.pk == record.disputed_by), None) if record.disputed else None


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


def settle_disputes(trials: Iterable[Trial]) -> None:
    """Set and store whose word disputes each of stored `trials`, once their statements are stored.

    Their status columns are what whoever stated last wrote; in two queries whatever their number.
    """
    pks = [trial.pk for trial in trials]
    by_trial = defaultdict(list)
    for statement in StatusStatement.objects.filter(trial__in=pks) if pks else ():
        by_trial[statement.trial_id].append(statement)
    stored = Trial.objects.in_bulk(list(by_trial)) if by_trial else {}
    changed = []
    for pk, said in by_trial.items():
        derived, trial = derive_of_trial(said), stored[pk]
        names = ("status_by", "disputed", "disputed_by")
        if any(getattr(trial, name) != derived[name] for name in names):
            for name in names:
                setattr(trial, name, derived[name])
            changed.append(trial)
    Trial.objects.bulk_update(changed, ["status_by", "disputed", "disputed_by"], batch_size=500)
