"""How much of a centre's open sites was confirmed within 30 days, month after month, as recorded by then."""

import datetime as dt
from dataclasses import dataclass

from trials.quality import months_at

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
    """The last `months` months, the present one last: as the page on quality counts them.

    Of trials that are listed today, by what had been recorded by the end of each month.
    """
    known = {one.day: one.recruiting for one in months_at(centre_id, today)}
    return [
        MonthsFreshness(day, known[day].total if day in known else 0, known[day].fresh if day in known else 0)
        for day in last_days(today, months)
    ]


def last_days(today: dt.date, months: int) -> list[dt.date]:
    """The last days of the months before today's, and today."""
    found, day = [today], today
    for _month in range(months - 1):
        day = day.replace(day=1) - dt.timedelta(days=1)
        found.append(day)
    return found[::-1]
