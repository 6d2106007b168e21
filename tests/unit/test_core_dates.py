"""Dates of which perhaps only the month or the year is known."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.dates import first_day, parse_partial, partial_text, validate_partial


@pytest.mark.parametrize(
    "text", ["2024", "2024-06", "2024-06-03", " 2024-06 ", "2024-02-29", "1900", "2200-12-31"]
)
def test_a_whole_or_partial_date_is_kept_as_it_is(text):
    assert parse_partial(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-6", "2024-13", "2024-00", "2024-06-31", "2023-02-29", "2024/06/03", "03-06-2024",
     "June 2024", "1899", "2201", "2024-06-03T00:00", "٢٠٢٤", "2024-06-03\n2024", "0000"],
)  # fmt: skip
def test_anything_else_is_refused_with_the_three_forms(text):
    with pytest.raises(ValueError, match="Write 2024-06-03, 2024-06 or 2024"):
        parse_partial(text)
    with pytest.raises(ValidationError):
        validate_partial(text)


@pytest.mark.parametrize(
    ("partial", "day"),
    [
        ("2024", dt.date(2024, 1, 1)), ("2024-06", dt.date(2024, 6, 1)), ("2024-06-03", dt.date(2024, 6, 3)),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_partial_date_counts_from_its_first_day(partial, day):
    assert first_day(partial) == day


@pytest.mark.parametrize(
    ("partial", "language", "text"),
    [
        ("2024", "en", "2024"), ("", "en", ""), ("2024-06", "fr", "juin 2024"),
        ("2024-06-03", "nl", "3 juni 2024"), ("2024-06-03", "de", "3. Juni 2024"),
    ],
)  # fmt: skip
def test_a_date_is_told_as_far_as_it_is_known(partial, language, text):
    with translation.override(language):
        assert partial_text(partial) == text


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31)))
def test_every_day_of_three_centuries_is_read_back(day):
    assert first_day(parse_partial(day.isoformat())) == day


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31)))
def test_less_is_known_of_a_shorter_date_and_it_never_begins_later(day):
    iso = day.isoformat()
    assert first_day(iso[:4]) <= first_day(iso[:7]) <= first_day(iso)
