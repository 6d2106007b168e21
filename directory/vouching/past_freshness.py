"""How much of a centre's open sites was confirmed within 30 days, month after month, from what was said."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from directory.core.models import State
from trials.choices import Freshness, Recruitment
from trials.freshness import freshness
from trials.models import StatusStatement
from trials.statements import derive

MONTHS = 12


@dataclass(frozen=True)
class MonthsFreshness:
    """On the last day of a month, or today: how many sites recruited, and of how many that was fresh."""

    day: dt.date
    open: int
    fresh: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where no site recruited."""
        return self.fresh / self.open if self.open else None


def by_month(centre_id: int, today: dt.date, months: int = MONTHS) -> list[MonthsFreshness]:
    """The last `months` months, the present one last. By the rule of `trials.statements`, as of each day.

    Of trials that are listed today: on which day a trial was listed, statements do not say.
    """
    said = defaultdict(list)
    statements = StatusStatement.objects.filter(
        site__centre=centre_id, site__trial__state=State.LISTED, retracted_at=None
    )
    for one in statements.order_by("pk"):
        said[one.site_id].append(one)
    return [_at(said, day) for day in last_days(today, months)]


def _at(said: dict[int, list[StatusStatement]], day: dt.date) -> MonthsFreshness:
    found = [derive([one for one in ones if one.said_at <= day]) for ones in said.values()]
    recruiting = [one for one in found if one["status"] == Recruitment.RECRUITING]
    fresh = [
        one for one in recruiting
        if freshness(one["verified_at"], one["disputed"], day) == Freshness.FRESH
    ]  # fmt: skip
    return MonthsFreshness(day, len(recruiting), len(fresh))


def last_days(today: dt.date, months: int) -> list[dt.date]:
    """The last days of the months before today's, and today."""
    found, day = [today], today
    for _month in range(months - 1):
        day = day.replace(day=1) - dt.timedelta(days=1)
        found.append(day)
    return found[::-1]
