"""Whether a patient's age is within a bound as a trial writes it: strict or not, measured when, and where.

An age typed as `2 years` is any of 365 days, so a bound may be met by all of them, by none or by some. Of a
bound that is measured at diagnosis or at transplant, the age now says what it can: at diagnosis a patient was
not older than now, at transplant none is younger.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from directory.core.ages import DAYS_PER_YEAR, BadAge
from directory.core.places import HOME
from trials.age_criteria import DIAGNOSIS, ENROLMENT, AgeBound, holding_in, parse_bounds
from trials.choices import AgeGroup

from .verdicts import MET, UNKNOWN, UNMET

# First and last day of each group: `trials.choices.AgeGroup`.
_YEARS_OF = {AgeGroup.CHILD: (0, 18), AgeGroup.ADULT: (18, 65), AgeGroup.OLDER_ADULT: (65, 1_000)}


@dataclass(frozen=True)
class PatientAge:
    """The days between which a patient's age lies, both included; the same day where it is known exactly.

    `since_diagnosis`: how many days ago the disease was found; None where nobody said.
    """

    first: int
    last: int
    since_diagnosis: int | None = None

    def later(self, days: int) -> "PatientAge":
        """The same patient after so many days."""
        since = None if self.since_diagnosis is None else self.since_diagnosis + days
        return PatientAge(self.first + days, self.last + days, since)

    def includes(self, day: int) -> bool:
        return self.first <= day <= self.last

    def within(self, low: int | None, high: int | None) -> int:
        """The verdict on bounds in days, both included; None is open."""
        reached, passed = self._reached(low), self._not_passed(high)
        return min(reached, passed)

    def _reached(self, low: int | None) -> int:
        if low is None or self.first >= low:
            return MET
        return UNMET if self.last < low else UNKNOWN

    def _not_passed(self, high: int | None) -> int:
        if high is None or self.last <= high:
            return MET
        return UNMET if self.first > high else UNKNOWN

    def judge(self, bound: AgeBound) -> int:
        """The verdict on one bound, at what it is measured."""
        low, high = (bound.days, None) if bound.side == "min" else (None, bound.days)
        now = self.within(low, high)
        if bound.at == ENROLMENT:
            return now
        if bound.at == DIAGNOSIS and self.since_diagnosis is not None:
            then = PatientAge(self.first - self.since_diagnosis, self.last - self.since_diagnosis)
            return then.within(low, high)
        # At diagnosis nobody was older than now; at a transplant, which is to come, nobody is younger.
        certain = (UNMET if bound.side == "min" else MET) if bound.at == DIAGNOSIS else (
            MET if bound.side == "min" else UNMET
        )  # fmt: skip
        return now if now == certain else UNKNOWN


def judge_written(text: str, age: PatientAge, countries: Iterable[str] = ()) -> int:
    """The verdict on what one side says, `max|< 18 years`: the best of `countries`; of Belgium without any.

    A text that cannot be read, or that says nothing of the country, leaves open.
    """
    side, _bar, written = text.partition("|")
    try:
        bounds = parse_bounds(written, side)
    except BadAge:
        return UNKNOWN
    return max(_in_country(bounds, age, country) for country in (tuple(countries) or (HOME,)))


def _in_country(bounds: Iterable[AgeBound], age: PatientAge, country: str) -> int:
    return min((age.judge(one) for one in holding_in(bounds, country)), default=UNKNOWN)


def in_groups(groups: Iterable[str], age: PatientAge) -> bool:
    """Whether the age may lie in one of the age groups."""
    spans = (_days_of(group) for group in groups if group in _YEARS_OF)
    return any(age.last >= first and age.first <= last for first, last in spans)


def _days_of(group: str) -> tuple[int, int]:
    first, after = _YEARS_OF[AgeGroup(group)]
    return int(first * DAYS_PER_YEAR), int(after * DAYS_PER_YEAR) - 1
