"""Values as people write them: dates in any order and as a spreadsheet's numbers, and words for nothing."""

import datetime as dt
import re
import unicodedata
from functools import lru_cache

from django.utils.translation import gettext as _

from directory.core.dates import impossible_year, parse_partial
from directory.core.text import fold, tidy

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
# Tokens that stand in a cell for “nothing to say”, folded; documented in docs/importing.md.
NOTHING = frozenset(
    fold(word)
    for word in (
        "n/a", "na", "n.a.", "#n/a", "none", "null", "nil", "nan", "not applicable", "not available",
        "not known", "tbd", "tbc", "to be determined", "to be confirmed", "unknown", "nvt", "n.v.t.",
        "niet van toepassing", "onbekend", "geen", "nog te bepalen", "s.o.", "sans objet",
        "non applicable", "n.d.", "inconnu", "inconnue", "aucun", "aucune", "néant", "à déterminer",
        "k.a.", "k. a.", "keine angabe", "entfällt", "unbekannt", "keine", "nicht zutreffend",
    )
)  # fmt: skip
_ONLY_SIGNS = re.compile(r"^[\s\-–—_./?…]*$")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januari janvier januar janv", "february feb februari fevrier februar fevr",
            "march mar maart mars marz mrt marts maerz", "april apr avril avr", "may mei mai",
            "june jun juni juin", "july jul juli juillet juil", "august aug augustus aout",
            "september sep sept septembre", "october oct oktober octobre okt", "november nov novembre",
            "december dec dezember decembre dez",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_TWO_FIRST = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[T ]0{1,2}:00(?::00)?)?$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[/.\-](\d{4})$")
_YEAR_FIRST = re.compile(r"^(\d{4})[/.\-](\d{1,2})(?:[/.\-](\d{1,2}))?(?:[T ]\d{2}:\d{2}.*)?$")
_SHORT_YEAR = re.compile(r"^\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{2}$")
_NAMED = re.compile(r"^(?:(\d{1,2})(?:er|st|nd|rd|th)?\.?[\s-]+)?([^\W\d_]+)\.?,?[\s-]+(\d{4})$")
_NAMED_MONTH_FIRST = re.compile(r"^([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
_SERIAL = re.compile(r"^([1-7]\d{4})(?:[.,]\d+)?$")
# Day 0 of a workbook's numbers; from March 1900 on Excel's own mistake about that year plays no part.
_YEARS_OF_SERIALS = range(1990, 2051)
_DAY_ZERO = {"1900": dt.date(1899, 12, 30), "1904": dt.date(1904, 1, 1)}


@lru_cache(maxsize=20_000)
def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing to say: `n/a`, `-`, `n.v.t.`, `sans objet`, `k.A.` …"""
    return len(text) < 40 and (bool(_ONLY_SIGNS.match(text)) or fold(text) in NOTHING)


def written_date(text: str, order: str = DAY_FIRST, system: str = "1900") -> str:
    """A date as people write it, as ISO 8601: `03/04/2026`, `3 avril 2026`, `04/2026`, `2026-04`, `2026`.

    `order` says whether the day or the month comes first where two numbers stand before the year. A bare
    number of five digits is a spreadsheet's number of a day, in its date `system`. ValueError for all else.
    """
    clean = tidy(unicodedata.normalize("NFKC", text))
    if serial := serial_date(clean, system):
        return serial
    found = _TWO_FIRST.match(clean)
    parts = _ordered(found.groups(), order, clean) if found else _parts(clean)
    if parts is None:
        if _SHORT_YEAR.match(clean):
            raise ValueError(
                _("“%(date)s”: write the year with four digits, like 22/11/2026.") % {"date": clean}
            )
        raise ValueError(_not_a_date(text))
    day, month, year = parts
    iso = "-".join([str(year), *(f"{int(part):02}" for part in (month, day) if part)])
    try:
        return parse_partial(iso)
    except ValueError:
        raise ValueError(impossible_year(clean[:40], int(year)) or _not_a_date(text)) from None


def _ordered(parts, order: str, clean: str):
    """Two numbers and a year as day, month, year; refused where they are a date only the other way round."""
    first, second, year = parts
    day, month = (second, first) if order == MONTH_FIRST else (first, second)
    if int(month) > 12 >= int(day):
        raise ValueError(_other_order(clean, order))
    return day, month, year


def _parts(clean: str):
    """Day, month and year, as far as they are said, of the forms whose order is plain; None for no date."""
    if found := _MONTH_YEAR.match(clean):
        return None, *found.groups()
    if found := _YEAR_FIRST.match(clean):
        year, month, day = found.groups()
        return day, month, year
    if len(clean) == 4 and clean.isdecimal():
        return None, None, clean
    return _named(clean)


def _named(clean: str) -> tuple[str | None, int, str] | None:
    """`3 avril 2026`, `avril 2026` and `April 3, 2026` as day, month and year."""
    if (found := _NAMED.match(clean)) and fold(found[2]) in _MONTHS:
        return found[1], _MONTHS[fold(found[2])], found[3]
    if (found := _NAMED_MONTH_FIRST.match(clean)) and fold(found[1]) in _MONTHS:
        return found[2], _MONTHS[fold(found[1])], found[3]
    return None


def serial_date(text: str, system: str = "1900") -> str:
    """The day that a spreadsheet's number stands for (`46115` → `2026-04-03`), or empty.

    Only of the years that sheets of today speak of: another number of five digits is no day.
    """
    found = _SERIAL.match(text.strip())
    day = _DAY_ZERO[system] + dt.timedelta(days=int(found[1])) if found else None
    return day.isoformat() if day and day.year in _YEARS_OF_SERIALS else ""


def is_day(text: str) -> bool:
    """Whether `text` is a whole day in one of the forms that `written_date` reads, in either order."""
    clean = tidy(unicodedata.normalize("NFKC", text))
    if _TWO_FIRST.match(clean) or ("-" not in clean and _SHORT_YEAR.match(clean)):
        return True
    return bool((found := _YEAR_FIRST.match(clean)) and found[3]) or bool((said := _named(clean)) and said[0])


def _not_a_date(text: str) -> str:
    return _("“%(date)s” is not a date. Write 2026-06-03, 03/06/2026 (day first), 2026-06 or 2026.") % {
        "date": text[:40]
    }


def _other_order(text: str, order: str) -> str:
    """Two numbers that are a date only the other way round than the rest of the column is read."""
    if order == MONTH_FIRST:
        sentence = _("“%(date)s” is a date only with the day first, but this column is read month first.")
    else:
        sentence = _("“%(date)s” is a date only with the month first, but this column is read day first.")
    return sentence % {"date": text[:40]} + _(" Write the year first, like 2026-06-03.")
