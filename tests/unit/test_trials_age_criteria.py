"""Bounds of age as trials, registries and sheets write them, in four languages; what they mean in days."""

from contextlib import suppress

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.ages import BadAge
from trials.age_criteria import (
    as_written,
    days_of,
    holding_in,
    in_signs,
    mean_the_same,
    parse_bounds,
    split,
)
from trials.age_words import ages_in_words

# Birthdays in days: a year has 365.25 of them, rounded down.
BIRTHDAY = {1: 365, 2: 730, 16: 5844, 18: 6574, 19: 6939, 21: 7670, 22: 8035, 46: 16801, 50: 18262, 70: 25567}


def spelt(text: str) -> list[str]:
    return [one.strip() for one in text.split("|")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # To the day before the birthday.
        *((one, BIRTHDAY[18] - 1) for one in spelt("""
            <18 years | < 18 years | < 18 | <18y | less than 18 years | under 18 | below 18 years |
            younger than 18 years | jonger dan 18 jaar | minder dan 18 jaar | onder 18 jaar |
            moins de 18 ans | jünger als 18 Jahre | unter 18 Jahren | weniger als 18 Jahre |
            < 18 ans | Age < 18 years | aged under 18 years
        """)),
        # All the year in which one is 18.
        *((one, BIRTHDAY[19] - 1) for one in spelt("""
            18 years | 18 | 18y | 18.0 | 18 jaar | 18 ans | 18 Jahre | ≤ 18 years | <= 18 years |
            ≤18 | up to 18 years | up to and including 18 years | at most 18 years |
            tot en met 18 jaar | t/m 18 jaar | hoogstens 18 jaar | maximaal 18 jaar |
            jusqu'à 18 ans | jusqu’à 18 ans | au plus 18 ans | bis 18 Jahre | bis zu 18 Jahren |
            höchstens 18 Jahre | bis einschließlich 18 Jahre | 18 years or younger |
            18 jaar of jonger | 18 Years | max. 18 years | no older than 18 years |
            niet ouder dan 18 jaar | nicht älter als 18 Jahre | 18 ans maximum | 18 ans au plus |
            18 ans au maximum | 18 jaar maximum | 18 Jahre maximal
        """)),
        ("≤ 365 days", 365), ("365 days", 365), ("< 365 days", 364), ("6 months", 212), ("< 6 months", 181),
        ("3 weeks", 27), ("< 46 years", BIRTHDAY[46] - 1), ("2.5 years", 913), ("1 year 6 months", 577),
        ("1 jaar en 6 maanden", 577), ("< 1 year 6 months", 546), ("0 years", 364),
    ],
)  # fmt: skip
def test_a_highest_age_lasts_to_its_last_day(text, day):
    (bound,) = parse_bounds(text, "max")
    assert (bound.side, bound.days, bound.at, bound.countries) == ("max", day, "enrolment", ())
    assert days_of(text, "max") == day
    assert bound.text == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *((one, BIRTHDAY[2]) for one in spelt("""
            2 years | 2 | 2y | ≥ 2 years | >= 2 | 2+ | 2 years and older | 2 years or older |
            at least 2 years | from 2 years | from the age of 2 | minimum 2 years |
            minstens 2 jaar | vanaf 2 jaar | 2 jaar en ouder | à partir de 2 ans | au moins 2 ans |
            dès 2 ans | 2 ans minimum | 2 ans au moins | 2 ans et plus | ab 2 Jahren |
            mindestens 2 Jahre | 2 Jahre und älter | 2 Years | 24 months | 2 years old | 2 years of age
        """)),
        *((one, BIRTHDAY[2] + 1) for one in spelt("""
            > 2 years | >2 | older than 2 years | over 2 years | more than 2 years |
            ouder dan 2 jaar | plus de 2 ans | älter als 2 Jahre | über 2 Jahre | mehr als 2 Jahre
        """)),
        ("> 48 months", 1462), ("0 years", 0), ("28 days", 28), ("≥ 12 months", 365), ("1 month", 30),
        ("1,5 years", 547), ("6 mois", 182),
    ],
)  # fmt: skip
def test_a_lowest_age_begins_on_its_first_day(text, day):
    (bound,) = parse_bounds(text, "min")
    assert (bound.side, bound.days) == ("min", day)
    assert days_of(text, "min") == day


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        *((one, BIRTHDAY[2] + 1, BIRTHDAY[50] - 1) for one in spelt("""
            > 2 and < 50 years | >2 years and <50 years | > 2, < 50 years |
            older than 2 and younger than 50 years | ouder dan 2 en jonger dan 50 jaar |
            plus de 2 et moins de 50 ans | älter als 2 und jünger als 50 Jahre
        """)),
        *((one, BIRTHDAY[2], BIRTHDAY[19] - 1) for one in spelt("""
            2 to 18 years | 2-18 years | 2–18 years | from 2 to 18 years | between 2 and 18 years |
            tussen 2 en 18 jaar | van 2 tot en met 18 jaar | de 2 à 18 ans | entre 2 et 18 ans |
            2 bis 18 Jahre | zwischen 2 und 18 Jahren | von 2 bis 18 Jahre | ≥2 ≤18 |
            24 months to 18 years
        """)),
        ("(1 to <18 Years)", BIRTHDAY[1], BIRTHDAY[18] - 1),
        ("1 to < 18 years", BIRTHDAY[1], BIRTHDAY[18] - 1),
        ("Age 3 Months to Less Than 18 Years", 91, BIRTHDAY[18] - 1), ("18-25", BIRTHDAY[18], 9495),
        (">= 1 and <= 30 years", BIRTHDAY[1], 11321),
    ],
)  # fmt: skip
def test_one_text_may_say_both(text, low, high):
    for side in ("", "min", "max"):
        bounds = parse_bounds(text, side)
        assert [(one.side, one.days) for one in bounds] == [("min", low), ("max", high)]
    both = split(text, "min")
    assert both == split(text, "max")
    assert (days_of(both["min"], "min"), days_of(both["max"], "max")) == (low, high)


def test_strictness_and_the_amount_are_kept_as_they_are_told():
    low, high = parse_bounds("> 2 and < 50 years")
    assert (low.strict, low.amount, low.text) == (True, (("2", "year"),), "> 2 years")
    assert (high.strict, high.amount, high.text) == (True, (("50", "year"),), "< 50 years")
    (bound,) = parse_bounds("tot en met 18 jaar", "max")
    assert (bound.strict, bound.text, in_signs(bound)) == (False, "tot en met 18 jaar", "≤ 18 years")


@pytest.mark.parametrize(
    ("text", "at", "day"),
    [
        *((one, "diagnosis", BIRTHDAY[19] - 1) for one in spelt("""
            ≤ 18 years at diagnosis | ≤18 at dx | 18 years at the time of diagnosis |
            18 years at first diagnosis | 18 jaar bij diagnose |
            18 jaar op het moment van de diagnose | 18 ans au diagnostic |
            18 ans au moment du diagnostic | 18 Jahre bei Diagnose |
            18 Jahre zum Zeitpunkt der Diagnose
        """)),
        *((one, "transplant", BIRTHDAY[22] - 1) for one in spelt("""
            ≤ 21 years at transplant | ≤ 21 at HSCT | 21 years at transplantation |
            21 jaar bij transplantatie | 21 ans à la greffe | 21 Jahre bei Transplantation |
            ≤ 21 at stem cell transplantation
        """)),
        *((one, "enrolment", BIRTHDAY[22] - 1) for one in spelt("""
            ≤ 21 years at enrolment | 21 years at study entry | 21 years at inclusion |
            21 jaar bij inclusie | 21 ans à l'inclusion | 21 Jahre bei Einschluss |
            21 years at randomisation
        """)),
    ],
)  # fmt: skip
def test_a_bound_says_of_which_age_it_speaks(text, at, day):
    (bound,) = parse_bounds(text, "max")
    assert (bound.at, bound.days) == (at, day)
    assert days_of(text, "max") == (day if at == "enrolment" else None)


def test_of_several_ages_each_is_kept():
    at_diagnosis, at_transplant = parse_bounds("≤ 18 at diagnosis, ≤ 21 at HSCT", "max")
    assert (at_diagnosis.at, at_diagnosis.days) == ("diagnosis", BIRTHDAY[19] - 1)
    assert (at_transplant.at, at_transplant.days) == ("transplant", BIRTHDAY[22] - 1)
    assert days_of("< 21 years; ≤ 18 years at diagnosis", "max") == BIRTHDAY[21] - 1
    assert days_of("1 year; ≥ 12 months at diagnosis", "min") == BIRTHDAY[1]
    both = parse_bounds("> 2 and < 50 years at diagnosis")
    assert [one.at for one in both] == ["diagnosis", "diagnosis"]


@pytest.mark.parametrize(
    "text",
    [
        "16 years; 18 years in the EU", "18 years in the EU; 16 years elsewhere", "16; 18 in EU",
        "16 jaar; 18 jaar in de EU", "16 ans; 18 ans dans l'UE", "16 Jahre; 18 Jahre in der EU",
        "16 years; 18 years in Belgium", "16 jaar; 18 jaar in België", "16 ans; 18 ans en Belgique",
        "16 Jahre; 18 Jahre in Belgien", "16 years; 18 years in the European Union",
    ],
)  # fmt: skip
def test_a_bound_of_a_country_goes_before_that_of_all(text):
    bounds = parse_bounds(text, "min")
    assert days_of(text, "min") == BIRTHDAY[18]
    assert [one.days for one in holding_in(bounds, "US")] == [BIRTHDAY[16]]
    assert [one.days for one in holding_in(bounds, "BE")] == [BIRTHDAY[18]]
    in_the_netherlands = BIRTHDAY[16 if "elg" in text else 18]
    assert [one.days for one in holding_in(bounds, "NL")] == [in_the_netherlands]


def test_a_bound_of_another_country_bounds_nobody_here():
    assert days_of("18 years in France", "min") is None
    assert days_of("2 years; 18 years in the Netherlands", "min") == BIRTHDAY[2]
    (bound,) = parse_bounds("18 years in Pays-Bas", "min")
    assert (bound.countries, bound.names("NL"), bound.names("BE")) == (("NL",), True, False)


@pytest.mark.parametrize(
    "text",
    [
        "soon", "years", "-3 years", "14 parsecs", "18 or 21 years at will",
        "≤ 18 at diagnosis or ≤ 21 at HSCT",
        "<", "at diagnosis", "; 18 years in the moon", "in the EU", "18 years elsewhere today", "\x00", "½ y",
        "18 years outside the EU", "≮ 18", "? 18", "18 years +/- 2", "elsewhere", "9" * 400 + " bananas", "+",
        "en Belgique 18", "<; 18 years", "18 <",
        "14 15", "18; 21", "51.0258", "< 18 years, < 21 years", "1.234 years", "3,7282",
    ],
)  # fmt: skip
def test_what_is_not_understood_to_the_last_word_is_refused_with_the_way_out(text):
    with pytest.raises(BadAge) as refused:
        parse_bounds(text, "max")
    assert text[:60] in str(refused.value)
    assert "< 18 years" in str(refused.value)


@pytest.mark.parametrize("text", ["tot 18 jaar", "until 18 years", "till 18", "van 2 tot 18 jaar"])
def test_a_word_that_may_leave_the_last_age_out_is_asked_back(text):
    with pytest.raises(BadAge, match=r"Write < 18.* or ≤ 18"):
        parse_bounds(text, "max")


def test_an_age_that_nobody_has_is_refused():
    for text in ("121 years", "≥ 1500 months", "9" * 400 + " years"):
        with pytest.raises(BadAge, match="older than 120 years"):
            parse_bounds(text, "min")
    with pytest.raises(BadAge, match="Nobody can meet"):
        parse_bounds("< 0 days", "max")


def test_a_number_alone_says_neither_side():
    with pytest.raises(BadAge, match="minimum or the maximum age"):
        parse_bounds("18 years")


@pytest.mark.parametrize(
    ("text", "side", "said"), [("< 18 years", "min", "a maximum age"), ("≥ 2 years", "max", "a minimum age")]
)
def test_a_bound_in_the_place_of_the_other_one_is_refused(text, side, said):
    with pytest.raises(BadAge, match=said) as refused:
        split(text, side)
    assert text in str(refused.value)


def test_the_same_bound_in_other_words_is_the_same():
    assert mean_the_same("2 jaar", "≥ 2 years", "min")
    assert mean_the_same("jonger dan 18 jaar", "<18y", "max")
    assert not mean_the_same("18 years", "< 18 years", "max")
    assert not mean_the_same("≤ 18 years", "≤ 18 years at diagnosis", "max")


@given(st.integers(0, 43_000), st.sampled_from(["min", "max"]))
def test_days_alone_are_written_so_that_they_mean_these_days(days, side):
    assert days_of(as_written(days, side), side) == days


@pytest.mark.parametrize(
    ("days", "side", "text"),
    [(730, "min", "2 years"), (6573, "max", "< 18 years"), (6574, "max", "6574 days"),
     (182, "min", "6 months"), (181, "max", "< 6 months"), (None, "min", ""),
     (31, "min", "31 days"), (0, "min", "0 years")],
)  # fmt: skip
def test_days_alone_are_written_as_they_were_meant(days, side, text):
    assert as_written(days, side) == text


@given(
    st.sampled_from(["", "<", "<=", "≤", ">", ">=", "≥"]), st.integers(1, 99),
    st.sampled_from(["years", "months", "weeks", "days"]),
    st.sampled_from(["", " at diagnosis", " at transplant", " at enrolment"]),
    st.sampled_from(["", " in the EU", " in BE", " in France"]),
)  # fmt: skip
def test_what_is_said_in_signs_is_read_back(sign, number, unit, at, where):
    side = "min" if sign in (">", ">=", "≥") else "max"
    (bound,) = parse_bounds(f"{sign} {number} {unit}{at}{where}", side)
    (again,) = parse_bounds(in_signs(bound), side)
    kept = ("side", "days", "strict", "at", "countries", "amount")
    assert [getattr(again, name) for name in kept] == [getattr(bound, name) for name in kept]


@given(st.text(max_size=40))
def test_no_text_is_worse_than_refused(text):
    with suppress(BadAge):
        assert parse_bounds(text, "max")


# In words


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ("2 years", "18 years", "2 years to 18 years"), ("> 2 years", "< 50 years", "> 2 years, < 50 years"),
        ("", "≤ 21 years at transplant", "up to 21 years at transplant"),
        ("0 years", "< 46 years", "< 46 years"),
        ("", "≤ 18 years at diagnosis; ≤ 21 years at transplant",
         "≤ 18 years at diagnosis, ≤ 21 years at transplant"),
        ("16 years; 18 years in the EU", "69 years", "≥ 16 years, ≥ 18 years in the EU, ≤ 69 years"),
        ("3 weeks", "", "from 3 weeks"), ("", "1 year 6 months", "up to 1 year 6 months"),
        ("18 years in France", "", "≥ 18 years (France)"), ("2.5 years", "", "from 30 months"), ("", "", ""),
        ("", "moins de 18 ans", "< 18 years"),
    ],
)  # fmt: skip
def test_ages_are_told_as_they_were_recorded(low, high, text):
    assert ages_in_words({"min": low, "max": high}, {}) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "≤ 18 years at diagnosis, ≤ 21 years at transplant"),
     ("nl", "≤ 18 jaar bij diagnose, ≤ 21 jaar bij transplantatie"),
     ("fr", "≤ 18 ans au diagnostic, ≤ 21 ans à la greffe"),
     ("de", "≤ 18 Jahre bei Diagnose, ≤ 21 Jahre bei Transplantation")],
)  # fmt: skip
def test_ages_are_told_in_the_language_of_the_page(language, text):
    with translation.override(language):
        assert ages_in_words({"max": "≤ 18 ans au diagnostic; ≤ 21 ans à la greffe"}, {}) == text


def test_of_what_has_days_alone_these_are_told():
    assert ages_in_words({}, {"min": 730, "max": 6574}) == "2 years to 18 years"
    assert ages_in_words({"min": "> 2 years"}, {"min": 731, "max": 6574}) == "> 2 years, up to 18 years"
    assert ages_in_words({"max": "< 18 years"}, {"min": 730, "max": 6573}) == "< 18 years, from 2 years"
