"""Ages as registries and people write them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.ages import OLDEST_YEARS, BadAge, age_range_text, age_text, parse_age


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("14", 5113), ("14y", 5113), ("14 Years", 5113), ("14 jaar", 5113), ("14 ans", 5113),
        ("14 Jahre", 5113), ("6m", 182), ("6 months", 182), ("6 maanden", 182), ("6 mois", 182),
        ("6 Monate", 182), ("6 mnd.", 182),
        ("31d", 31), ("31 dagen", 31), ("31 jours", 31), ("31 Tage", 31),
        ("3w", 21), ("3 weken", 21), ("3 semaines", 21), ("3 Wochen", 21),
        ("1 year 6 months", 547), ("1 jaar en 6 maanden", 547), ("1 an et 6 mois", 547), ("1y6m", 547),
        ("2,5 ans", 913), ("2.5 years", 913), (" 2  YEARS ", 730), ("0", 0), (14, 5113), (0.5, 182),
        ("18 years", 6574), ("120 years", 43830),
    ],
)  # fmt: skip
def test_an_age_is_read_in_days(typed, days):
    assert parse_age(typed) == days


@pytest.mark.parametrize("typed", [None, "", "   ", "N/A", "n.a.", "na", "None", "No limit", "not specified"])
def test_no_age_stated_is_no_bound(typed):
    assert parse_age(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["-3", "-3 years", "soon", "14 parsecs", "14 15 x", "years", "y", "1e3", "14/15", "???", "-", "\x00",
     "½ y", "121 years", "1y 2y", "6m 1y", "3w 2w", "2 days 3 weeks", "1y 6", "14 6",
     "14 6m", "9" * 400, "1 year minus 6 months", "<18", "18+", "inf", "nan"],
)  # fmt: skip
def test_what_is_no_age_is_refused_with_a_sentence(typed):
    with pytest.raises(BadAge) as refused:
        parse_age(typed)
    assert typed[:40] in str(refused.value)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (None, ""), (0, "0 days"), (1, "1 day"), (31, "31 days"), (182, "6 months"), (365, "1 year"),
        (60, "60 days"), (61, "61 days"), (92, "3 months"), (121, "4 months"), (700, "23 months"),
        (729, "729 days"), (731, "2 years"),
        (547, "18 months"), (730, "2 years"), (943, "31 months"), (6574, "18 years"), (6600, "6600 days"),
    ],
)  # fmt: skip
def test_days_are_told_as_a_person_says_them(days, text):
    assert age_text(days) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "2 years"), ("nl", "2 jaar"), ("fr", "2 ans"), ("de", "2 Jahre")]
)
def test_an_age_is_told_in_the_language_of_the_page_and_can_be_typed_back(language, text):
    with translation.override(language):
        told = age_text(730)
    assert parse_age(told) == 730
    assert told in (text, "2 years")


@given(st.integers(min_value=0, max_value=OLDEST_YEARS))
def test_whole_years_are_told_as_they_were_typed(years):
    days = parse_age(f"{years} years")
    assert parse_age(age_text(days)) == days


@given(st.integers(min_value=0, max_value=300))
def test_whole_months_are_told_within_a_day_of_what_was_typed(months):
    days = parse_age(f"{months} months")
    assert abs(parse_age(age_text(days)) - days) <= 15


@given(st.integers(min_value=0, max_value=43_000), st.integers(min_value=0, max_value=500))
def test_an_older_age_in_one_unit_is_never_fewer_days(days, more):
    assert parse_age(f"{days}d") <= parse_age(f"{days + more}d")


@given(st.text(max_size=60))
def test_any_text_is_an_age_or_nothing_or_refused(text):
    try:
        days = parse_age(text)
    except BadAge:
        return
    assert days is None or 0 <= days <= OLDEST_YEARS * 366


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (730, 6574, "2 years to 18 years"),
        (730, None, "from 2 years"),
        (None, 6574, "up to 18 years"),
        (None, None, ""),
        (0, 31, "0 days to 31 days"),
    ],
)
def test_a_range_says_only_the_bounds_it_has(low, high, text):
    assert age_range_text(low, high) == text
