"""The form in which a patient is described: what it reads, and its sentence for what it cannot."""

import pytest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode

from directory.eligibility.forms import NAMES, ProfileForm, form_of, typed_of

RIGHT_TO_LEFT = "\u200f"


def data(**given):
    return QueryDict(urlencode(given, doseq=True))


def profile(**given):
    form = form_of(data(**given))
    assert not form.errors, form.errors
    return form.profile


def errors(**given):
    return {name: " ".join(found) for name, found in form_of(data(**given)).errors.items()}


@pytest.mark.parametrize(
    ("age", "days"),
    [("31 months", 943), ("2y 7m", 943), ("2 jaar 7 maanden", 943), ("14", 5113), ("20d", 20),
     (f"{RIGHT_TO_LEFT}14 ans", 5113)],
)  # fmt: skip
def test_an_age_is_read_as_people_write_it(age, days):
    assert profile(age=age).days == days


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALK mutated, BRAF V600E", ("ALK mutated", "BRAF V600E")),
        ("ALK;MYCN\nALK", ("ALK", "MYCN")),
        ("t(9;22)(q34;q11), Ph+", ("t(9;22)(q34;q11)", "Ph+")),
        (" , ,ALK", ("ALK",)),
    ],
)
def test_alterations_stand_between_commas_and_a_translocation_keeps_its_semicolon(text, found):
    assert profile(alterations=text).alterations == found


def test_everything_given_is_in_the_profile():
    found = profile(
        condition=["IVa", "IXa"], text="relapsed", stage="relapsed", lines="0", sex="female",
        near=f"{RIGHT_TO_LEFT}4000", within="150", country=["BE", "nl"],
    )  # fmt: skip
    assert (found.conditions, found.text, found.stage, found.lines) == (
        ("IVa", "IXa"),
        "relapsed",
        "relapsed",
        0,
    )
    assert (found.sex, found.near.postal_code, found.within, found.countries) == (
        "female", "4000", 150, ("BE", "NL"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("age", "abc", "“abc” is not an age."),
        ("age", "-3", "“-3” is not an age."),
        ("age", "200y", "“200y” is older than 120 years."),
        ("age", "14\0", "control character U+0000"),
        ("lines", "-1", "“-1” is not a number of lines of treatment. Give a whole number from 0 to 20."),
        ("lines", "21", "“21” is not a number of lines"),
        ("lines", "²", "“²” is not a number of lines"),
        ("near", "0001", "“0001” is not a place."),
        ("near", "9999", "9999 is not a Belgian postal code."),
        ("near", "x" * 10_000, "is not a place."),
        ("within", "far", "“far” is not a number of kilometres."),
        ("within", "30", "Give the postal code too."),
        ("text", "x" * 10_000, "10000 characters. Use at most 400."),
        ("text", "neuro\0blastoma", "control character U+0000"),
        ("text", "\ufffd", "is not UTF-8 text"),
        ("alterations", "A" * 10_000, "10000 characters. Use at most 400."),
        (
            "alterations",
            ",".join(f"G{n}" for n in range(21)),
            "21 alterations are too many. Give at most 20.",
        ),
        ("condition", "XCVIII", "“XCVIII” is not a class of ICCC-3. Choose one from the list."),
        ("stage", "sometimes", "“sometimes” is not a stage of disease."),
        ("stage", "any", "“any” is not a stage of disease."),
        ("sex", "all", "“all” is not a sex."),
        ("country", "XX", "“XX” is not a country of this form."),
    ],
)
def test_a_bad_value_is_one_sentence_at_its_field_and_at_no_other(name, value, sentence):
    found = errors(**{name: value})
    assert list(found) == [name]
    assert sentence in found[name]


@pytest.mark.parametrize("text", ["%", "' OR 1=1 --", "AND OR NOT (((", '"', f"{RIGHT_TO_LEFT}x", "<script>"])
def test_odd_words_are_only_words(text):
    assert profile(text=text).text == text.strip(RIGHT_TO_LEFT)


@pytest.mark.parametrize("given", [{}, {"text": "  ", "age": ""}, {"text": RIGHT_TO_LEFT}])
def test_nothing_at_all_is_asked_for_something(given):
    assert errors(**given) == {
        "__all__": "Enter at least one detail about the patient. Start with the diagnosis if you can."
    }


def test_what_was_typed_is_shown_again_without_what_no_page_can_hold():
    typed = typed_of(data(text="a\0b", age="abc", condition=["IVa", ""], utm_source="x"))
    assert (typed["text"], typed["age"], typed["condition"]) == (["ab"], ["abc"], ["IVa"])
    assert set(typed) == set(NAMES)


# The page and the API

SENT = {
    "conditions": ["IVa"], "text": ["relapsed"], "age": ["31m"], "stage": ["relapsed"], "lines": ["2"],
    "alterations": ["ALK mutated", "t(9;22)"], "sex": ["female"], "near": ["4000"], "within": ["150"],
    "countries": ["BE", "nl"],
}  # fmt: skip


def sent(**given):
    return ProfileForm(MultiValueDict(given))


def test_what_the_page_and_the_api_both_take_is_one_profile():
    typed = {{"conditions": "condition", "countries": "country"}.get(name, name): SENT[name] for name in SENT}
    form = sent(**SENT)
    assert form.is_valid(), form.errors
    assert profile(**typed | {"alterations": ["ALK mutated; t(9;22)"]}) == form.profile


@pytest.mark.parametrize(
    ("api_name", "page_name", "value", "api_takes", "page_takes"),
    [
        # A mark that nobody sees: the API promises a pattern, a person pastes what a document holds.
        ("age", "age", f"{RIGHT_TO_LEFT}14", False, True),
        ("lines", "lines", f"{RIGHT_TO_LEFT}2", False, True),
        ("near", "near", f"{RIGHT_TO_LEFT}4000", False, True),
        # What a page does not offer.
        ("stage", "stage", "any", True, False),
        ("sex", "sex", "all", True, False),
        ("countries", "country", "ES", True, False),
        ("conditions", "condition", "iva", True, False),
    ],
)
def test_where_page_and_api_differ_is_known(api_name, page_name, value, api_takes, page_takes):
    assert sent(**{api_name: [value]}).is_valid() == api_takes
    assert (not errors(**{page_name: value})) == page_takes


@pytest.mark.parametrize(
    ("form", "sentence"), [(ProfileForm, "Give near"), (form_of, "Give the postal code")]
)
def test_a_distance_needs_a_place_in_both(form, sentence):
    assert sentence in str(form(data(within="30")).errors["within"])
