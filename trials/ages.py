"""The bands of age, in days."""

from directory.core.ages import DAYS_PER_YEAR

from .choices import AgeBand

_MOST = 10**6


def _years(number: int) -> int:
    """The first day of that birthday; a bound that is stored rounds up to whole days."""
    return int(number * DAYS_PER_YEAR)


# First and last day, both included (ICH E11(R1), section 4).
DAYS_OF_BAND = {
    AgeBand.NEWBORN: (0, 27),
    AgeBand.INFANT: (28, _years(2) - 1),
    AgeBand.CHILD: (_years(2), _years(12) - 1),
    AgeBand.ADOLESCENT: (_years(12), _years(18) - 1),
    AgeBand.ADULT: (_years(18), _MOST),
}
