"""Fields of the filter forms that web and API share.

Every field reads all values given under its name, so nothing is ignored: a value that is not understood is an
error naming it, and a second value where one is wanted is an error too. An empty value is one not given.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from copy import copy

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from . import ages, places
from .text import UNREADABLE, control_character_in, tidy

MOST_VALUES = 50


class Values(forms.Widget):
    """All values under a name, as a list."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [values] if isinstance(values, str) else list(values)


class Several(forms.Field):
    """Any number of values; `parse` turns each into what is meant, or raises ValueError with a sentence."""

    widget = Values

    def clean(self, value):
        values = [text for text in value or [] if tidy(text)]
        if len(values) > MOST_VALUES:
            raise ValidationError(
                _("%(count)d values are too many. Give at most %(most)d."),
                code="too_many",
                params={"count": len(values), "most": MOST_VALUES},
            )
        found, errors = [], []
        for text in values:
            try:
                found.append(self._one(text))
            except ValidationError as error:
                errors.append(error)
            except ValueError as error:
                errors.append(ValidationError(str(error), code="invalid"))
        if errors:
            raise ValidationError(errors)
        return self.together(list(dict.fromkeys(found)))

    def _one(self, text: str):
        if character := control_character_in(text):
            raise ValidationError(
                _("The value contains the control character %(character)s. Remove it."),
                code="control_character",
                params={"character": character},
            )
        return self.parse(text)

    def parse(self, text: str):
        return tidy(text)

    def together(self, values: list):
        return values


class One(Several):
    """At most one value, None where none is given."""

    def together(self, values: list):
        if len(values) > 1:
            raise ValidationError(_("Give one value, not %(count)d."), params={"count": len(values)})
        return values[0] if values else None


class Choices(Several):
    """Members of a vocabulary: `words` gives `(value, label)` pairs, asked for only when needed."""

    def __init__(self, *, words: Callable[[], Iterable[tuple[str, str]]], what: str, **kwargs):
        self._words, self.what = words, what
        super().__init__(**kwargs)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self._words())

    def parse(self, text):
        allowed = [value for value, _label in self.choices]
        for value in allowed:
            if value.casefold() == tidy(text).casefold():
                return value
        raise ValidationError(
            _("“%(value)s” is not %(what)s. Use one of: %(allowed)s."),
            code="unknown_value",
            params={
                "value": tidy(text)[:40],
                "what": self.what,
                "allowed": ", ".join(allowed),
                "choices": allowed,
            },
        )


class Choice(One, Choices):
    """One member of a vocabulary."""


class StoredChoices(Choices):
    """Members of what is stored today, so that no document of the API lists them."""


class SearchText(One):
    """Words to search for."""

    def __init__(self, *, longest: int = 400, **kwargs):
        self.longest = longest
        super().__init__(**kwargs)

    def parse(self, text):
        if len(text) > self.longest:
            raise ValidationError(
                _("The text has %(length)d characters. Use at most %(most)d."),
                code="max_length",
                params={"length": len(text), "most": self.longest},
            )
        return tidy(text)


class Ages(Several):
    """Ages, in days: `14`, `6m`, `2 Years`."""

    def parse(self, text):
        days = ages.parse_age(text)
        if days is None:
            raise ages.BadAge(
                _("“%(age)s” is not an age. Write for example 14, 14y or 6m.") % {"age": text[:40]}
            )
        return days


class OneAge(One, Ages):
    """At most one age, in days."""


class Near(One):
    """A `Place`, from a Belgian postal code or coordinates."""

    def parse(self, text):
        return places.locate(text)


class Kilometres(One):
    """A distance above 0 and up to 20,000 km."""

    def parse(self, text):
        try:
            distance = float(text)
        except ValueError:
            distance = math.nan
        if not 0 < distance <= 20_000:
            raise ValueError(
                _("“%(text)s” is not a number of kilometres. Give more than 0 and at most 20000.")
                % {"text": text[:40]}
            )
        return distance


class WholeNumber(One):
    """A whole number from `least` to `most`."""

    most_digits = 9
    sentence = "“%(text)s” is not a whole number from %(least)d to %(most)d."

    def __init__(self, *, least: int, most: int, **kwargs):
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def parse(self, text):
        is_number = text.isascii() and text.isdigit() and len(text) <= self.most_digits
        if not (is_number and self.least <= int(text) <= self.most):
            raise ValueError(self.sentence % {"text": text[:40], "least": self.least, "most": self.most})
        return int(text)


class Moment(One):
    """A point in time as ISO 8601; a day means its beginning here, a time without a zone is local."""

    def parse(self, text):
        try:
            # In an address a plus sign arrives as a space.
            found = parse_datetime(text.strip().replace(" ", "+" if "T" in text else " "))
            day = parse_date(text.strip())
        except ValueError:
            found = day = None
        if found is None and day is not None:
            found = dt.datetime.combine(day, dt.time())
        if found is None or not 1900 <= found.year <= 2200:
            raise ValueError(
                _("“%(text)s” is not a point in time. Write 2026-11-23 or 2026-11-23T14:30:00Z.")
                % {"text": text[:40]}
            )
        return found if timezone.is_aware(found) else timezone.make_aware(found)


class Filter(django_filters.Filter):
    """A filter with one of the fields above. The index answers it, no query.

    `label`: what pages call it; `text` and `example`: what the API says of it, in English; `facet`: where the
    index has its values (`directory.records.facets`). `kwargs` are the field's.
    """

    def __init__(
        self, field: type[forms.Field], label, text="", example: object = "", *, facet=None, **kwargs
    ):
        self.field_class, self.text, self.example, self.facet = field, text, example, facet
        super().__init__(label=label, **kwargs)

    def __deepcopy__(self, memo):
        # A FilterSet copies its filters for each request; what they are made of does not change.
        return copy(self)


class FilterForm(forms.Form):
    """What is asked of two fields together."""

    needs_a_place = _("Within how far of where? Give near as well, for example near=4000.")

    def refuse_unreadable(self) -> None:
        """Bytes that are no UTF-8 are their field's error, where it has no other."""
        for name in self.fields:
            if name not in self.errors and any(UNREADABLE in text for text in self[name].data):
                self.add_error(
                    name, _("Part of this could not be read: it is not UTF-8 text. Type it again.")
                )

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        nowhere = "near" in self.fields and "near" not in self.errors and not cleaned.get("near")
        if nowhere and cleaned.get("within") is not None:
            self.add_error("within", self.needs_a_place)
        if nowhere and cleaned.get("ordering") == "distance":
            self.add_error("ordering", _("To order by distance, give near as well, for example near=4000."))
        return cleaned


class FilterSet(django_filters.FilterSet):
    """The filters of one kind of record, its `model`: they read and refuse what is asked.

    `counted_first`: the filters whose values are counted first; the others follow in their own order.
    """

    counted_first: tuple[str, ...] = ()

    q = Filter(
        SearchText, _("Words"),
        "Words in any of the four languages, an acronym or an identifier; typing errors are tolerated. "
        "Empty: the same as leaving it out.",
        "ewing",
    )  # fmt: skip

    class Meta:
        form = FilterForm
        fields = ()
