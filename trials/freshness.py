"""How fresh a site's status is, in one place. It depends on today, so it is never stored."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from directory.core.roles import Role

from .choices import Freshness

FRESH_DAYS, AGEING_DAYS = 30, 90


def freshness(verified_at: dt.date | None, disputed: bool, today: dt.date) -> Freshness:
    """The word for a status verified on `verified_at`, read on `today`."""
    if disputed:
        return Freshness.DISPUTED
    if verified_at is None:
        return Freshness.NEVER
    age = (today - verified_at).days
    if age <= FRESH_DAYS:
        return Freshness.FRESH
    return Freshness.AGEING if age <= AGEING_DAYS else Freshness.STALE


class Confirmation(StrEnum):
    """Whether a centre stands behind a status on the day on which it is read."""

    CONFIRMED_IN_TIME = "confirmed_in_time"
    OLD = "old"
    NEVER_CONFIRMED = "never_confirmed"
    DISPUTED = "disputed"


def is_of_the_centre(verified_by: str, implied_by: str) -> bool:
    """Whether a status is the word of the centre's own coordinator, of this centre alone."""
    return verified_by == Role.COORDINATOR and not implied_by


def confirmation(word: Freshness | str, verified_by: str, implied_by: str = "") -> Confirmation:
    """The state of a status that is `word` fresh, said by a role (empty where nobody said anything).

    Confirmed only by the centre (`is_of_the_centre`), and until it is next due: what an
    editor, a sponsor or a registry says, or what was said of many sites at once, is not the centre's word.
    """
    if word == Freshness.DISPUTED:
        return Confirmation.DISPUTED
    if word in (Freshness.AGEING, Freshness.STALE):
        return Confirmation.OLD
    if word == Freshness.FRESH and is_of_the_centre(verified_by, implied_by):
        return Confirmation.CONFIRMED_IN_TIME
    return Confirmation.NEVER_CONFIRMED


def freshness_numbers(sites: Mapping[str, np.ndarray], day: dt.date) -> np.ndarray:
    """The same rule for arrays: numbers into the vocabulary. `verified`: days, 0 for never."""
    number, age = Freshness.values.index, day.toordinal() - sites["verified"]
    found = np.full(len(age), number(Freshness.STALE), np.int8)
    found[age <= AGEING_DAYS] = number(Freshness.AGEING)
    found[age <= FRESH_DAYS] = number(Freshness.FRESH)
    found[sites["verified"] == 0] = number(Freshness.NEVER)
    found[sites["disputed"] != 0] = number(Freshness.DISPUTED)
    return found


def lately_since(today: dt.date) -> dt.date:
    """The first day of the last 90."""
    return today - dt.timedelta(days=AGEING_DAYS)


def next_due(verified_at: dt.date | None) -> dt.date | None:
    """The last day on which the status still counts as fresh: it should be verified again by then."""
    return verified_at + dt.timedelta(days=FRESH_DAYS) if verified_at else None


def changes_on(verified_at: dt.date | None, disputed: bool, today: dt.date) -> dt.date | None:
    """The next day after `today` on which `freshness` gives another word, None where none is coming."""
    if disputed or verified_at is None:
        return None
    for days in (FRESH_DAYS, AGEING_DAYS):
        day = verified_at + dt.timedelta(days=days + 1)
        if day > today:
            return day
    return None
