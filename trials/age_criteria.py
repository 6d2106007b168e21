"""The bounds of age that a trial sets, as people write them: `> 2 years`, `≤ 21 years at transplant`.

What a bound means in days of life, a year of 365.25 days rounded down (`directory.core.ages`):

- `18 years` as a minimum, `≥ 18 years`, `from 18 years`: from the 18th birthday.
- `> 2 years`: from the day after the second birthday. A patient of two years and a day is older than two.
- `< 18 years`: to the day before the 18th birthday.
- `18 years` as a maximum, `≤ 18 years`, `up to 18 years`: to the day before the 19th birthday, for whoever is
  18 is so all year; so ClinicalTrials.gov means its `maximumAge`, too. Of months and weeks likewise; of days,
  and of numbers with a comma, just so many.

Without a word about it a bound is of the age at enrolment, and holds in every country.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import ceil

from django.utils.translation import gettext as _

from centres.spelling import COUNTRY
from directory.core.ages import DAYS_OF_UNIT, OLDEST_YEARS, UNIT_OF, BadAge
from directory.core.places import HOME
from directory.core.text import strip_marks, tidy

from .age_language import (
    ALSO_BEHIND,
    BEFORE,
    BEHIND,
    DIAGNOSIS,
    ENROLMENT,
    TOKEN,
    TRANSPLANT,
    WHEN,
)

__all__ = [
    "DIAGNOSIS", "ENROLMENT", "EU", "SIDES", "SIGNS", "TRANSPLANT", "AgeBound", "as_written",
    "days_of", "holding_in", "in_signs", "mean_the_same", "parse_bounds", "split",
]  # fmt: skip
SIDES = ("min", "max")
EU = "EU"
_MEMBERS = frozenset([
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
])  # fmt: skip
SIGNS = {("min", False): "≥", ("min", True): ">", ("max", False): "≤", ("max", True): "<"}

_WHOLE = re.compile(r"[.,]0+$")  # as a spreadsheet may write a whole number
_SAME = str.maketrans({
    "≤": "<=", "≦": "<=", "⩽": "<=", "≥": ">=", "≧": ">=", "⩾": ">=", "’": "'",
    **dict.fromkeys("≮≯≰≱", "?"),  # without its stroke it would say the reverse
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgeBound:
    """One bound: the first (`min`) or last (`max`) day of life, included, at which it is kept.

    `at`: of which age it speaks. `countries`: where it holds, codes of ISO 3166-1 or `EU`; empty for all that
    no other bound of the text names. `text`: as it was written, in signs where it stood beside others.
    `amount`: numbers and units (`year`, `month`, `week`, `day`), the largest first.
    """

    side: str
    days: int
    strict: bool
    at: str = ENROLMENT
    countries: tuple[str, ...] = ()
    text: str = ""
    amount: tuple[tuple[str, str], ...] = ()

    def names(self, country: str) -> bool:
        """Whether it says that it holds in `country`, by its code."""
        return country in self.countries or (EU in self.countries and country in _MEMBERS)


@dataclass(slots=True)
class _Draft:
    """A bound while its text is read. `side` is empty until something says it."""

    amount: list[tuple[str, str]]
    side: str = ""
    strict: bool = False
    at: str = ""
    countries: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What was read so far: `group` are the bounds that a word behind them is about."""

    drafts: list[_Draft] = field(default_factory=list)
    group: list[_Draft] = field(default_factory=list)
    sign: tuple[str, bool] | None = None
    is_range: bool = False
    is_qualified: bool = False
    may_go_on: bool = False  # `2 years and` … `6 months`
    may_stand_behind: bool = False  # `18 ans maximum`
    is_odd: bool = False  # a sign without its number

    def number(self, number: str, unit: str) -> None:
        if self._goes_on(unit):
            self.group[-1].amount.append((number, unit))
            return
        sign = self.sign
        if self.is_qualified:
            self.close()
        one, last = _Draft([(number, unit)]), self.group[-1] if self.group else None
        if sign:
            one.side, one.strict = sign
        if last and not last.side:
            self._part(last, one)
        self.sign, self.may_go_on = None, True
        self.drafts.append(one)
        self.group.append(one)

    def _part(self, low: _Draft, high: _Draft) -> None:
        """`2 to 18 years`, `between 2 and 18`: the first of two is the lowest age."""
        if self.is_range and not high.side:
            high.side = "max"
        if high.side == "max":
            low.side = "min"

    def _goes_on(self, unit: str) -> bool:
        if not (self.may_go_on and unit and self.group) or self.sign or self.is_range:
            return False
        above = self.group[-1].amount[-1][1]
        return bool(above) and DAYS_OF_UNIT[unit] < DAYS_OF_UNIT[above]

    def before(self, words: str) -> None:
        self.sign, self.may_stand_behind = _sign(BEFORE, words), words in ALSO_BEHIND

    def behind(self, words: str) -> None:
        self.group[-1].side, self.group[-1].strict = _sign(BEHIND, words)

    def dash(self, _words: str) -> None:
        self.is_range = True

    def qualify(self, *, at: str = "", countries: tuple[str, ...] = ()) -> None:
        for one in self.group:
            one.at, one.countries = at or one.at, countries or one.countries
        self.is_qualified, self.may_go_on = True, False

    def when(self, noun: str) -> None:
        self.qualify(at=next(at for at, nouns in WHEN.items() if noun in nouns.split("|")))

    def where(self, name: str) -> None:
        self.qualify(countries=(COUNTRY.get(name.replace("-", " "), EU),))

    def settle(self) -> None:
        """A word that may stand behind its number, too, and has none before it."""
        if self.sign and self.may_stand_behind and self.group and not self.group[-1].side:
            self.group[-1].side, self.sign = self.sign[0], None

    def hard(self, _words: str) -> None:
        self.settle()
        self.is_odd = self.is_odd or self.sign is not None
        self.close()

    def close(self) -> None:
        self.group, self.sign, self.is_range = [], None, False
        self.is_qualified = self.may_go_on = False


_ABOUT_WHAT_STANDS_BEFORE = ("behind", "when", "where", "elsewhere", "dash")
_TAKEN = {
    "before": _Reading.before, "behind": _Reading.behind, "when": _Reading.when, "where": _Reading.where,
    "elsewhere": lambda reading, _words: reading.qualify(), "hard": _Reading.hard, "dash": _Reading.dash,
    "between": _Reading.dash,
}  # fmt: skip


@lru_cache(4096)
def parse_bounds(text: str, side: str = "") -> tuple[AgeBound, ...]:
    """The bounds that `text` sets, in its order; `side` (`min`, `max`): of those that do not say themselves.

    Raises `BadAge` with a sentence for what it does not understand to the last word.
    """
    words = tidy(text)
    drafts = _drafts(words)
    _share_units(drafts)
    found = []
    for one in drafts:
        which = one.side or side
        if not which:
            raise BadAge(
                _("“%(age)s” does not say whether it is the minimum or the maximum age. Write ≥ or ≤.")
                % {"age": words[:60]}
            )
        bound = AgeBound(
            which, _last_or_first(one, which, words), one.strict, one.at or ENROLMENT, one.countries,
            amount=tuple(one.amount),
        )  # fmt: skip
        found.append(replace(bound, text=words if len(drafts) == 1 else in_signs(bound)))
    if len({(one.side, one.at, one.countries) for one in found}) < len(found):
        raise _not_understood(words)  # two bounds of one thing: `14 15`
    return tuple(found)


def _drafts(words: str) -> list[_Draft]:
    reading = _Reading()
    for kind, value, unit in _tokens(words):
        if kind in _ABOUT_WHAT_STANDS_BEFORE and not reading.group:
            raise _not_understood(words)
        if kind == "number":
            reading.number(_WHOLE.sub("", value), UNIT_OF[unit] if unit else "")
        elif kind in _TAKEN:
            _TAKEN[kind](reading, value)
    reading.settle()
    if not reading.drafts or reading.sign or reading.is_odd:
        raise _not_understood(words)
    return reading.drafts


def _tokens(words: str) -> Iterator[tuple[str, str, str]]:
    """`(kind, what was written, unit of a number)`, in order."""
    plain, place = strip_marks(words.translate(_SAME)), 0
    while place < len(plain):
        found = TOKEN.match(plain, place)
        if not found or found.end() == place:
            raise _not_understood(words)
        kind = next(name for name, one in found.groupdict().items() if one is not None and name != "unit")
        if kind == "unclear":
            raise BadAge(
                _("“%(age)s” does not say whether the last age is included. Write < %(last)s or ≤ %(last)s.")
                % {"age": words[:60], "last": plain[found.end() :].strip()[:20] or "18 years"}
            )
        yield kind, found[kind], found["unit"] or ""
        place = found.end()


def _sign(words: dict[tuple[str, bool], tuple[str, ...]], value: str) -> tuple[str, bool]:
    return next(sign for sign, several in words.items() if value in several)


def _share_units(drafts: list[_Draft]) -> None:
    """A number without a unit has that of the next one, `> 2 and < 50 years`; at the end it is of years."""
    unit = "year"
    for one in reversed(drafts):
        number, own = one.amount[-1]
        unit = one.amount[0][1] or own or unit
        one.amount[-1] = (number, own or unit)


def _last_or_first(one: _Draft, side: str, words: str) -> int:
    """The first or last day of life at which it is kept."""
    days, unit = int(_sum(one.amount)), one.amount[-1][1]
    if side == "min":
        found = days + one.strict
    elif one.strict:
        found = days - 1
    elif unit == "day" or any(not number.isdecimal() for number, _unit in one.amount):
        found = days
    else:
        found = int(_sum(one.amount) + DAYS_OF_UNIT[unit]) - 1
    if found < 0:
        raise BadAge(_("Nobody can meet “%(age)s”. Check the age.") % {"age": words[:60]})
    if days > OLDEST_YEARS * DAYS_OF_UNIT["year"]:
        raise BadAge(
            _("“%(age)s” is older than %(most)d years. Check the unit: y, m or d.")
            % {"age": words[:60], "most": OLDEST_YEARS}
        )
    return found


def _sum(amount: list[tuple[str, str]]) -> float:
    return min(sum(float(number.replace(",", ".")) * DAYS_OF_UNIT[unit] for number, unit in amount), 1e9)


def _not_understood(words: str) -> BadAge:
    return BadAge(
        _(
            "“%(age)s” is not an age limit. Write for example 2 years, > 2 years, < 18 years, 18 months, ≤ "
            "21 years at transplant, or 16 years; 18 years in the EU."
        )
        % {"age": words[:60]}
    )


def in_signs(bound: AgeBound) -> str:
    """A bound in signs and English, as `parse_bounds` reads it: `≤ 21 years at transplant`."""
    amount = " ".join(f"{number} {unit}{'' if number == '1' else 's'}" for number, unit in bound.amount)
    at = "" if bound.at == ENROLMENT else f" at {bound.at}"
    where = "".join(f" in {'the EU' if one == EU else one}" for one in bound.countries)
    return f"{SIGNS[bound.side, bound.strict]} {amount}{at}{where}"


def holding_in(bounds: Iterable[AgeBound], country: str = HOME) -> list[AgeBound]:
    """Those of `bounds` that hold in `country`: what names it goes before what names none."""
    several = list(bounds)
    named = {(one.side, one.at) for one in several if one.names(country)}
    return [
        one
        for one in several
        if one.names(country) or (not one.countries and (one.side, one.at) not in named)
    ]


def split(text: str, side: str) -> dict[str, str]:
    """By side, what `text`, written where the bound of `side` belongs, says: `> 2 and < 50 years` says both.

    What speaks of that side alone is as it was written. Raises `BadAge`, also for what speaks of the other
    one alone.
    """
    bounds = parse_bounds(text, side)
    if all(one.side == side for one in bounds):
        return {side: tidy(text)}
    said = {one: "; ".join(in_signs(b) for b in bounds if b.side == one) for one in SIDES}
    if not said[side]:
        sentence = _("“%(age)s” is a maximum age in the place of the minimum. Write it as the maximum.")
        if side == "max":
            sentence = _("“%(age)s” is a minimum age in the place of the maximum. Write it as the minimum.")
        raise BadAge(sentence % {"age": tidy(text)[:60]})
    return said


def as_written(days: int | None, side: str) -> str:
    """What means these days where a bound of `side` is written: `2 years`, `< 18 years`, `6574 days`."""
    if days is None:
        return ""
    sign, first = ("", days) if side == "min" else ("< ", days + 1)
    for unit in ("year", "month"):
        number = ceil(first / DAYS_OF_UNIT[unit])
        if int(number * DAYS_OF_UNIT[unit]) == first:
            return f"{sign}{number} {unit}s"
    return f"{days} days"


def mean_the_same(one: str, other: str, side: str) -> bool:
    """Whether two texts set the same bounds: `2 jaar`, `≥ 2 years`."""
    meant = [
        {replace(bound, text="", amount=()) for bound in parse_bounds(text, side)} for text in (one, other)
    ]
    return meant[0] == meant[1]


def days_of(text: str, side: str) -> int | None:
    """The first (`min`) or last (`max`) day of life, included, at enrolment in Belgium; None for no bound.

    A bound of the age at diagnosis or at transplant says nothing of that at enrolment. Raises `BadAge`.
    """
    found = [
        one.days
        for one in holding_in(parse_bounds(text, side) if text else ())
        if one.side == side and one.at == ENROLMENT
    ]
    return (max if side == "min" else min)(found, default=None)
