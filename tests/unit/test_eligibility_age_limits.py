"""An age as it is typed against a bound as it is written: who is let in, who is not, who must be asked."""

import pytest
from django.utils.translation import override

from directory.core.ages import BadAge, age_as_typed, age_span
from directory.eligibility.age_limits import PatientAge, in_groups, judge_written

MET, UNKNOWN, UNMET = 2, 1, 0


def verdict(bound, age, newly=False, countries=()):
    patient = PatientAge(*age_span(age), 0 if newly else None)
    return judge_written(bound, patient, countries)


AT_ENROLMENT = [
    # bound, age as typed, verdict
    ("max|< 18 years", "17", MET),
    ("max|< 18 years", "18", UNMET),
    ("max|< 18 years", "17 years 11 months", MET),
    ("max|18 years", "18", MET),
    ("max|18 years", "18 years 11 months", MET),
    ("max|18 years", "19", UNMET),
    ("max|≤ 21 years", "21", MET),
    ("min|> 2 years", "3", MET),
    ("min|> 2 years", "1", UNMET),
    ("min|> 2 years", "730d", UNMET),
    ("min|> 2 years", "731d", MET),
    ("min|> 2 years", "2", UNKNOWN),  # on the second birthday not yet
    ("min|2 years", "2", MET),
    ("min|2 years", "23 months", UNMET),
    ("min|2 years", "24 months", MET),
    ("min|18 months", "1 year", UNKNOWN),
    ("min|18 months", "1 year 6 months", MET),
    ("max|18 months", "1 year", UNKNOWN),
    ("max|< 1 year", "3m", MET),
    ("max|< 1 year", "11 months", MET),
    ("max|< 1 year", "12 months", UNMET),
]
MEASURED = [
    # bound, age now, newly diagnosed, verdict
    ("max|≤ 18 years at diagnosis", "10", False, MET),
    ("max|≤ 18 years at diagnosis", "20", False, UNKNOWN),
    ("max|≤ 18 years at diagnosis", "20", True, UNMET),
    ("min|12 months at diagnosis", "6m", False, UNMET),
    ("min|12 months at diagnosis", "5", False, UNKNOWN),
    ("min|12 months at diagnosis", "5", True, MET),
    ("max|≤ 21 years at transplant", "22", False, UNMET),
    ("max|≤ 21 years at transplant", "20", False, UNKNOWN),
    ("max|≤ 21 years at transplant", "20", True, UNKNOWN),
    ("min|4 years at transplant", "5", False, MET),
    ("min|4 years at transplant", "3", False, UNKNOWN),
    ("max|≤ 18 years at diagnosis; ≤ 21 years at transplant", "22", False, UNMET),
    ("max|≤ 18 years at diagnosis; ≤ 21 years at transplant", "10", True, UNKNOWN),
]
RADAR = "min|16 years; 18 years in the EU"
COUNTRIES = [
    ((), "17", UNMET),
    (("BE",), "17", UNMET),
    (("GB",), "17", MET),
    (("GB", "BE"), "17", MET),
    ((), "18", MET),
    (("GB",), "15", UNMET),
]


@pytest.mark.parametrize(("bound", "age", "expected"), AT_ENROLMENT)
def test_a_bound_at_enrolment_lets_in_whom_it_says(bound, age, expected):
    assert verdict(bound, age) == expected
    # The newly diagnosed are as old now as at diagnosis.
    assert verdict(bound, age, newly=True) == expected


@pytest.mark.parametrize(("bound", "age", "newly", "expected"), MEASURED)
def test_at_diagnosis_nobody_was_older_and_at_transplant_nobody_is_younger(bound, age, newly, expected):
    assert verdict(bound, age, newly) == expected


@pytest.mark.parametrize(("countries", "age", "expected"), COUNTRIES)
def test_a_bound_for_some_countries_holds_there_and_without_any_belgium_is_meant(countries, age, expected):
    assert verdict(RADAR, age, countries=countries) == expected


def test_what_cannot_be_read_or_says_nothing_of_the_country_leaves_open():
    assert verdict("max|as the investigator sees fit", "5") == UNKNOWN
    assert verdict("max|12 years in the EU", "5", countries=("US",)) == UNKNOWN


def test_waiting_makes_a_patient_older_but_not_at_diagnosis():
    found = PatientAge(300, 300, 0)
    assert judge_written("min|1 year", found.later(65), ()) == MET
    assert judge_written("min|1 year", found.later(64), ()) == UNMET
    assert judge_written("min|1 year at diagnosis", found.later(1000), ()) == UNMET


@pytest.mark.parametrize(
    ("groups", "age", "fits"),
    [
        (["child"], "17", True), (["child"], "18", False), (["adult"], "17", False), (["adult"], "18", True),
        (["adult", "older_adult"], "70", True), (["older_adult"], "64", False), ([], "5", False),
        (["child", "adult"], "40", True), (["adult"], "17 years 11 months", False),
    ],
)  # fmt: skip
def test_a_group_of_ages_has_its_years(groups, age, fits):
    assert in_groups(groups, PatientAge(*age_span(age))) is fits


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2 years", (730, 1094)), ("2", (730, 1094)), ("24 months", (730, 759)), ("730d", (730, 730)),
        ("3w", (21, 27)), ("1y 6m", (547, 577)), ("2,5 ans", (913, 948)), ("0", (0, 364)),
    ],
)  # fmt: skip
def test_an_age_is_as_exact_as_it_was_typed(text, span):
    assert age_span(text) == span


@pytest.mark.parametrize("text", ["", "abc", "n/a", "-3"])
def test_what_is_no_age_has_no_days(text):
    with pytest.raises(BadAge):
        age_span(text)


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "18m", "18 months"), ("en", "1", "1 year"), ("en", "24 months", "24 months"),
        ("en", "1y 6m", "1 year 6 months"), ("en", "2.5 years", "2.5 years"), ("en", "1d", "1 day"),
        ("nl", "18m", "18 maanden"), ("fr", "2,5 ans", "2,5 ans"), ("de", "3w", "3 Wochen"),
        ("fr", "1y", "1 an"), ("nl", "12 jaar", "12 jaar"),
    ],
)  # fmt: skip
def test_an_age_is_repeated_in_the_unit_in_which_it_was_typed(language, text, shown):
    with override(language):
        assert age_as_typed(text) == shown
