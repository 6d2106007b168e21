"""Ages as registries and people write them, in days.

A year counts 365.25 days and a month a twelfth of it, both rounded down: a child of "18 years" is the
day it turns 18 at least 6,574 days old.
"""

import re
from decimal import Decimal
from math import inf

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .text import fold

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
OLDEST_YEARS = 120

_UNITS = {
    "year": ("", "y", "yr", "yrs", "year", "years", "j", "jr", "jaar", "jaren", "a", "an", "ans", "annee",
             "annees", "jahr", "jahre", "jahren"),
    "month": ("m", "mo", "mos", "mth", "month", "months", "mnd", "maand", "maanden", "mois", "monat",
              "monate", "monaten"),
    "week": ("w", "wk", "wks", "week", "weeks", "weken", "semaine", "semaines", "sem", "woche", "wochen"),
    "day": ("d", "day", "days", "dag", "dagen", "jour", "jours", "tag", "tage", "tagen"),
}  # fmt: skip
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
DAYS_OF_UNIT = {"year": DAYS_PER_YEAR, "month": DAYS_PER_MONTH, "week": 7, "day": 1}
_PART = re.compile(r"(\d+(?:[.,]\d{1,2})?)\s*([^\W\d_]*)\.?", re.UNICODE)
_AND = {"", "and", "en", "et", "und"}
_NOTHING = {"n a", "na", "none", "no limit", "not specified"}


class BadAge(ValueError):
    """Not an age; the message says which forms are."""


def parse_age(text: str | int | float | None) -> int | None:
    """Age in days, or None where nothing is stated.

    Accepts `14` (years), `14y`, `6m`, `31d`, `3w`, `2 Years`, `18 mois`, `6 maanden`, `1 year 6 months`,
    `2,5 ans`. Raises `BadAge` for anything else, for a negative age and for one above 120 years.
    """
    if text is None:
        return None
    words = str(text).strip()
    if not words or fold(words) in _NOTHING:
        return None
    days = _days_in(words)
    if days is None:
        raise BadAge(
            _("“%(age)s” is not an age. Write for example 14, 14y, 6m, 31d, 2 years or 18 mois.")
            % {"age": words[:40]}
        )
    if days > OLDEST_YEARS * DAYS_PER_YEAR:
        raise BadAge(
            _("“%(age)s” is older than %(most)d years. Check the unit: y, m or d.")
            % {"age": words[:40], "most": OLDEST_YEARS}
        )
    return days


def _days_in(words: str) -> int | None:
    total, end, largest = 0.0, 0, inf
    for part in _PART.finditer(words):
        unit, between = UNIT_OF.get(fold(part.group(2))), words[end : part.start()].strip(" ,").casefold()
        days = DAYS_OF_UNIT.get(str(unit), inf)
        # Each unit once, the largest first; without a unit one number alone, for two are something else.
        is_alone = bool(part.group(2)) or not end
        if not (unit is not None and between in _AND and days < largest and is_alone):
            return None
        total += float(part.group(1).replace(",", ".")) * days
        end, largest = part.end(), days if part.group(2) else 0
    # Four hundred nines are infinitely many days, of which no integer can be made.
    return int(min(total, 1e9)) if end and not words[end:].strip() else None


def age_text(days: int | None) -> str:
    """Days as a person reads them, in the active language: `31 months`, `2 years`; empty for None.

    Whole years from two years up, months from three months up, else days.
    """
    if days is None:
        return ""
    months = round(days / DAYS_PER_MONTH, 2)
    years = days / DAYS_PER_YEAR
    if days >= 2 * DAYS_PER_YEAR - 1 and _nearly_whole(years):
        return amount_text(round(years), "year")
    if months >= 3 and _nearly_whole(months):
        if round(months) % 12 == 0:
            return amount_text(round(months) // 12, "year")
        return amount_text(round(months), "month")
    return amount_text(days, "day")


def amount_text(number: int, unit: str) -> str:
    """A whole number of a unit (`year`, `month`, `week`, `day`), in the active language: `3 weeks`."""
    said = {
        "year": ngettext("%d year", "%d years", number), "month": ngettext("%d month", "%d months", number),
        "week": ngettext("%d week", "%d weeks", number), "day": ngettext("%d day", "%d days", number),
    }  # fmt: skip
    return said[unit] % number


def _nearly_whole(number: float) -> bool:
    return abs(number - round(number)) < 0.04


def age_range_text(min_days: int | None, max_days: int | None) -> str:
    """`2 years to 50 years`, `from 2 years`, `up to 18 years`, or empty where no bound is known."""
    low, high = age_text(min_days), age_text(max_days)
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    if low:
        return _("from %(low)s") % {"low": low}
    return _("up to %(high)s") % {"high": high} if high else ""


def age_span(text: str) -> tuple[int, int]:
    """The first and the last day of an age: `2 years` lasts until the day before the third birthday.

    What is typed is as exact as its smallest unit: `2.5 years` is a tenth of a year long, `31d` one day.
    `BadAge` as in `parse_age`.
    """
    first, parts = parse_age(text), _amounts(text)
    if first is None or not parts:
        raise BadAge(_("“%(age)s” is not an age. Write for example 14, 14y, 6m, 31d, 2 years or 18 mois.")
                     % {"age": text[:40]})  # fmt: skip
    number, unit = parts[-1]
    decimals = len(number.partition(".")[2])
    total = sum(float(one) * DAYS_OF_UNIT[kind] for one, kind in parts)
    return first, max(first, int(total + DAYS_OF_UNIT[unit] / 10**decimals) - 1)


def age_as_typed(text: str) -> str:
    """An age in the units in which it was typed, in the active language: `18m` → `18 months`."""
    return " ".join(_part_text(number, unit) for number, unit in _amounts(text))


def _amounts(text: str) -> list[tuple[str, str]]:
    """The numbers and units of an age, largest first: `1y 6m` → `[("1", "year"), ("6", "month")]`."""
    found = _PART.finditer(str(text).strip())
    return [(part.group(1).replace(",", "."), UNIT_OF[fold(part.group(2))]) for part in found]


def _part_text(number: str, unit: str) -> str:
    shown, count = number_format(Decimal(number)), 1 if float(number) == 1 else 2
    return {
        "year": ngettext("%(n)s year", "%(n)s years", count),
        "month": ngettext("%(n)s month", "%(n)s months", count),
        "week": ngettext("%(n)s week", "%(n)s weeks", count),
        "day": ngettext("%(n)s day", "%(n)s days", count),
    }[unit] % {"n": shown}
