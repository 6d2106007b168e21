"""Dates as registries write them: whole, or only a month or a year (FHIR's `date`, ISO 8601)."""

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def parse_partial(text: str) -> str:
    """`2024`, `2024-06` or `2024-06-03` unchanged, else ValueError with a sentence."""
    found = _ISO.match(text.strip())
    if found and EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        try:
            dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            pass
        else:
            return text.strip()
    raise ValueError(_("“%(date)s” is not a date. Write 2024-06-03, 2024-06 or 2024.") % {"date": text[:40]})


def first_day(partial: str) -> dt.date | None:
    """The earliest day `partial` can mean, so that freshness is never overstated. None for empty."""
    found = _ISO.match(partial or "")
    return dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


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


class PartialDateField(models.CharField):
    """A date of which perhaps only the year or the month is known. Sorts as text; empty = not known."""

    description = gettext_lazy("Date, perhaps only its month or year")

    def __init__(self, *args, **kwargs):
        kwargs |= {"max_length": 10, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_partial]

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs
