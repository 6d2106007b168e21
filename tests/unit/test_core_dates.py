"""Dates of which perhaps only the month or the year is known."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.dates import (
    days_in_reach,
    first_day,
    last_day,
    parse_partial,
    partial_text,
    validate_known_day,
    validate_partial,
)


@pytest.mark.parametrize(
    "text", ["2024", "2024-06", "2024-06-03", " 2024-06 ", "2024-02-29", "1950", "2100-12-31"]
)
def test_a_whole_or_partial_date_is_kept_as_it_is(text):
    assert parse_partial(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-6", "2024-13", "2024-00", "2024-06-31", "2023-02-29", "2024/06/03", "03-06-2024",
     "June 2024", "2024-06-03T00:00", "٢٠٢٤", "2024-06-03\n2024"],
)  # fmt: skip
def test_anything_else_is_refused_with_the_three_forms(text):
    with pytest.raises(ValueError, match="Write 2024-06-03, 2024-06 or 2024"):
        parse_partial(text)
    with pytest.raises(ValidationError):
        validate_partial(text)


@pytest.mark.parametrize(
    "text", ["1899", "1926-05-01", "1949-12", "2101", "2201-01-01", "0000", "9999-12-31"]
)
def test_a_year_that_cannot_be_is_named_with_those_that_can(text):
    with pytest.raises(ValueError, match=f"“{text}”: the year must be between 1950 and 2100"):
        parse_partial(text)
    with pytest.raises(ValidationError):
        validate_partial(text)


@pytest.mark.parametrize("day", ["2024-06-03", "1990", "2024-06", ""])
def test_what_was_known_by_now_is_a_day_of_a_status(day):
    assert validate_known_day(day) is None


def test_what_was_known_before_this_registry_could_or_is_to_come_is_no_day_of_a_status():
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for day in ("1926", "1989-12-31", dt.date(1926, 5, 1)):
        with pytest.raises(ValidationError, match="the year must be between 1990"):
            validate_known_day(day)
    for day in (tomorrow, tomorrow.isoformat(), "2100"):
        with pytest.raises(ValidationError, match="is in the future"):
            validate_known_day(day)


def test_today_here_is_no_future_and_tomorrow_is(time_machine):
    """Half an hour before midnight in Greenwich it is the next day in Brussels."""
    time_machine.move_to(dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC), tick=False)
    for day in ("2026-11-25", dt.date(2026, 11, 25), "2026-11"):
        assert validate_known_day(day) is None
    with pytest.raises(ValidationError, match="is in the future"):
        validate_known_day("2026-11-26")


@pytest.mark.parametrize(("day", "latest", "wrong"), [
    (dt.date(2026, 11, 24), dt.date(2026, 11, 24), ""),
    (dt.date(2026, 11, 25), dt.date(2026, 11, 24), "is in the future"),
    (dt.date(2026, 11, 25), None, ""),
    (dt.date(1949, 12, 31), None, "the year must be between 1950"),
    (dt.date(2101, 1, 1), None, "the year must be between 1950"),
    (dt.date(2101, 1, 1), dt.date(2026, 11, 24), "the year must be between 1950"),
    (None, dt.date(2026, 11, 24), ""),
])  # fmt: skip
def test_a_day_of_a_record_lies_in_reach_and_not_after_the_latest(day, latest, wrong):
    record = SimpleNamespace(given=day, other=dt.date(2026, 1, 1))
    if not wrong:
        assert days_in_reach(record, "given", "other", latest=latest) is None
        return
    with pytest.raises(ValidationError) as refused:
        days_in_reach(record, "given", "other", latest=latest)
    assert list(refused.value.message_dict) == ["given"]
    assert wrong in str(refused.value)


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_the_last_day_of_a_month_and_a_year_is_never_before_a_day_in_it(day):
    iso = day.isoformat()
    assert day == last_day(iso) <= last_day(iso[:7]) <= last_day(iso[:4]) == dt.date(day.year, 12, 31)
    assert (last_day(iso[:7]) + dt.timedelta(days=1)).day == 1


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


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_of_three_centuries_is_read_back(day):
    assert first_day(parse_partial(day.isoformat())) == day


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_less_is_known_of_a_shorter_date_and_it_never_begins_later(day):
    iso = day.isoformat()
    assert first_day(iso[:4]) <= first_day(iso[:7]) <= first_day(iso)
