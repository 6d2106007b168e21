"""The bands and groups of age, in days."""

from collections.abc import Iterable

from directory.core.ages import DAYS_PER_YEAR

from .choices import AgeBand, AgeGroup

AGE_WITHOUT_END = 10**6


def _years(number: int) -> int:
    """The first day of that birthday; a bound that is stored rounds up to whole days."""
    return int(number * DAYS_PER_YEAR)


# First and last day, both included (ICH E11(R1), section 4).
DAYS_OF_BAND = {
    AgeBand.NEWBORN: (0, 27),
    AgeBand.INFANT: (28, _years(2) - 1),
    AgeBand.CHILD: (_years(2), _years(12) - 1),
    AgeBand.ADOLESCENT: (_years(12), _years(18) - 1),
    AgeBand.ADULT: (_years(18), AGE_WITHOUT_END),
}
DAYS_OF_GROUP = {
    AgeGroup.CHILD: (0, _years(18) - 1),
    AgeGroup.ADULT: (_years(18), _years(65) - 1),
    AgeGroup.OLDER_ADULT: (_years(65), AGE_WITHOUT_END),
}


def span_of(groups: Iterable[str]) -> tuple[int | None, int | None]:
    """The first and last day of life in any of some groups, included; None for no bound."""
    spans = [DAYS_OF_GROUP[AgeGroup(one)] for one in groups]
    if not spans:
        return None, None
    low, high = min(low for low, _high in spans), max(high for _low, high in spans)
    return low or None, None if high == AGE_WITHOUT_END else high
