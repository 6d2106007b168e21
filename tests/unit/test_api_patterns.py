"""The patterns of the OpenAPI document say what is true: what fits is understood, what is understood fits."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from directory.api import patterns
from directory.core import ages
from directory.core.filter_fields import Ages, Kilometres, Moment, Near
from trials import conditions

FIELDS = {"age": Ages, "near": Near, "within": Kilometres, "updated_since": Moment}
UNDERSTOOD = [
    ("age", "14"), ("age", "14y"), ("age", "6 m"), ("age", "31d"), ("age", "2 Years"), ("age", "18 mois"),
    ("age", "2,5 ans"), ("age", "1 year 6 months"), ("age", "3 Années"), ("age", " 14 "),
    ("near", "4000"), ("near", "B-4000"), ("near", "be 4000"), ("near", "4000 Liège"), ("near", "50.63,5.57"),
    ("near", "-50.6 ; +5"), ("within", "150"), ("within", "0.5"), ("updated_since", "2026-11-01"),
    ("updated_since", "2026-11-01T10:00:00Z"), ("updated_since", "2026-11-01T10:00+01:00"),
    ("updated_since", "2026-11-01 10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), UNDERSTOOD)
def test_what_is_understood_fits(name, value):
    assert FIELDS[name](required=False).clean([value]) is not None
    assert re.search(patterns.OF_PARAMETER[name], value)


@pytest.mark.parametrize(("name", "value"), [
    ("age", "old"), ("age", "-3"), ("near", "Ghent"), ("near", "0123"), ("near", "50.6"), ("within", "-1"),
    ("within", "far"), ("updated_since", "yesterday"), ("updated_since", "01/11/2026"), ("cursor", "x1"),
    ("centre", "uz gent"), ("country", "BEL"),
])  # fmt: skip
def test_what_is_not_understood_does_not_fit(name, value):
    assert not re.search(patterns.OF_PARAMETER[name], value)


@given(st.from_regex(patterns.OF_PARAMETER["near"], fullmatch=True))
def test_a_place_of_that_form_is_found_or_told_to_be_no_place(text):
    field, told = Near(required=False), ""
    try:
        field.clean([text])
    except ValidationError as error:
        told = str(error)
    # A code that nobody has, or coordinates beyond the poles: never "write a code or coordinates".
    assert "is not a place" not in told


@given(st.integers(0, 119), st.sampled_from(sorted(ages.UNIT_OF)))
def test_an_age_in_any_unit_that_is_understood_fits(number, unit):
    assert ages.parse_age(f"{number} {unit}") is not None
    assert re.search(patterns.OF_PARAMETER["age"], f"{number} {unit}")


def test_every_class_of_the_classification_fits_and_nothing_does_not():
    assert [code for code in conditions.codes() if not re.search(patterns.ICCC3, code)] == []
    assert not re.search(patterns.ICCC3, "")


def test_no_pattern_uses_what_other_languages_do_not_know():
    everything = [*patterns.OF_PARAMETER.values(), patterns.SLUG, patterns.E164, patterns.ROR, patterns.ICCC3]
    assert [one for one in everything if re.search(r"\(\?[PiLmsux<]|\\[AZ]|\[\^\\W", one)] == []
