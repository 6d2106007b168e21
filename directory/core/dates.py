"""Dates as registries write them: whole, or only a month or a year (FHIR's `date`, ISO 8601)."""

import calendar
import datetime as dt
import re
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
# No trial of this directory opened before, and nobody plans beyond.
EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
FIRST_STATUS_YEAR = 1990  # what was known before is no status of today


def parse_partial(text: str) -> str:
    """`2024`, `2024-06` or `2024-06-03` unchanged, else ValueError with a sentence."""
    clean = text.strip()
    if (found := _ISO.match(clean)) and (said := impossible_year(clean, int(found[1]))):
        raise ValueError(said)
    with suppress(ValueError):
        if first_day(clean):
            return clean
    raise ValueError(_("“%(date)s” is not a date. Write 2024-06-03, 2024-06 or 2024.") % {"date": text[:40]})


def impossible_year(date: object, year: int, first: int = EARLIEST_YEAR) -> str:
    """Why `date` cannot be of that year, as a sentence; empty where it can."""
    if first <= year <= LATEST_YEAR:
        return ""
    return _("“%(date)s”: the year must be between %(first)d and %(last)d. Check it.") % {
        "date": date, "first": first, "last": LATEST_YEAR,
    }  # fmt: skip


def first_day(partial: str) -> dt.date | None:
    """The earliest day `partial` can mean, so that freshness is never overstated. None for empty."""
    found = _ISO.match(partial or "")
    return dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


def last_day(partial: str) -> dt.date | None:
    """The latest day `partial` can mean. None for empty."""
    day = first_day(partial)
    if day is None or len(partial) == 10:
        return day
    month = 12 if len(partial) == 4 else day.month
    return day.replace(month=month, day=calendar.monthrange(day.year, month)[1])


def day_after(day: dt.date) -> dt.datetime:
    """The moment at which `day` is over here: the next midnight."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def partial_text(partial: str) -> str:
    """`partial` in the active language: `3 June 2024`, `June 2024`, `2024`."""
    day = first_day(partial)
    if day is None:
        return ""
    if len(partial) == 4:
        return partial
    return formats.date_format(day, "YEAR_MONTH_FORMAT" if len(partial) == 7 else "DATE_FORMAT")


def validate_partial(value: str) -> None:
    """Validator of `PartialDateField`."""
    try:
        parse_partial(value)
    except ValueError as error:
        raise ValidationError(str(error), code="date") from None


def validate_known_day(value: str | dt.date) -> None:
    """Validator of the day on which something was known: not to come, and not of another age."""
    day = value if isinstance(value, dt.date) else first_day(value)
    if day is None:
        return
    if day > timezone.localdate():
        raise ValidationError(
            _("%(date)s is in the future. Give the day on which the status was known.") % {"date": value},
            code="future",
        )
    if said := impossible_year(value, day.year, FIRST_STATUS_YEAR):
        raise ValidationError(said, code="year")


def days_in_reach(record: models.Model, *names: str, latest: dt.date | None = None) -> None:
    """For a model's `clean`: ValidationError, by field, for a day no sheet may say, or one after `latest`."""
    wrong = {}
    for name in names:
        if (day := getattr(record, name)) and (said := impossible_year(day, day.year)):
            wrong[name] = said
        elif day and latest and day > latest:
            wrong[name] = _("%(date)s is in the future. Give today or an earlier day.") % {"date": day}
    if wrong:
        raise ValidationError(wrong)


class PartialDateField(models.CharField):
    """A date of which perhaps only the year or the month is known. Sorts as text; empty = not known.

    `known`: the day on which something was known, which cannot lie in the future.
    """

    description = gettext_lazy("Date, or only its month or year")

    def __init__(self, *args, known=False, **kwargs):
        kwargs |= {"max_length": 10, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)
        # Not in `deconstruct`: no column of the database hangs on it.
        self.validators = [*self.validators, validate_partial, *([validate_known_day] if known else [])]

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs
