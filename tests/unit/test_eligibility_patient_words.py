"""Age, sex and previous lines in free words: read where nothing else can be meant, else shown as unread."""

import pytest

from directory.core.ages import parse_age
from directory.eligibility.patient_words import MARK, marked
from directory.eligibility.profile_text import Read
from directory.eligibility.service import Profile
from tests.support.steps import steps

YEAR = 365.25


def said(text, language="en", **fields):
    return Read.of(Profile(text=text, **fields), language)


AGES = [
    # language, words, the age as a field takes it
    ("de", "12 Jahre", "12y"), ("en", "13 year old girl", "13y"), ("en", "5 m", "5m"), ("fr", "6 ans", "6y"),
    ("nl", "4-jarige", "4y"), ("fr", "18 mois", "18m"), ("en", "2.5 years", "2.5y"),
    ("fr", "2,5 ans", "2.5y"),
    ("fr", "2 ans et demi", "2.5y"), ("fr", "un an et demi", "1.5y"), ("nl", "1,5 jaar", "1.5y"),
    ("en", "1 year 6 months", "1y 6m"), ("nl", "1 jaar en 6 maanden", "1y 6m"), ("en", "2y6m", "2y 6m"),
    ("fr", "1 an et 3 mois", "1y 3m"), ("de", "1 Jahr und 3 Monate", "1y 3m"), ("en", "3 week old boy", "3w"),
    ("en", "newborn of 10 days", "10d"), ("de", "10 Tage alter Säugling", "10d"), ("en", "age 7", "7y"),
    ("en", "five-year-old boy", "5y"), ("fr", "fille de six ans", "6y"), ("de", "fünf Jahre", "5y"),
    ("de", "fünfzehn Jahre alt", "15y"), ("nl", "acht jaar", "8y"), ("en", "seventeen years old", "17y"),
    ("fr", "dix-sept ans", "17y"), ("en", "(6 y)", "6y"), ("en", "6 yrs.", "6y"), ("de", "6 J. alt", "6y"),
    ("en", "now 6 years", "6y"), ("en", "relapsed neuroblastoma 6 y", "6y"),
    ("en", "5 y, then 5 years old", "5y"),
    ("nl", "meisje (5 j) met neuroblastoom", "5y"), ("en", "in our 5 year old patient", "5y"),
    ("en", "trial for a 5 year old girl", "5y"), ("en", "neuroblastoma in 5 yo", "5y"),
    ("en", "high risk 5 y", "5y"), ("en", "neuroblastoma, relapse, 5 years", "5y"), ("en", "5 Y", "5y"),
    # What a keyboard makes of ä.
    ("de", "12-ja\u0308hriges Ma\u0308dchen", "12y"), ("de", "12-jaehriger Junge", "12y"),
]  # fmt: skip
NOT_AGES = [
    ("en", "since 3 months"), ("en", "3 months after"), ("en", "stage 4"), ("en", "4 cycles"),
    ("fr", "né à terme"), ("en", "relapse free 2 years"), ("en", "relapse 2 years"),
    ("en", "remission 2 years"),
    ("en", "relapse (2 years)"), ("en", "relapse at 5 years"), ("en", "5-year survival"), ("en", "> 5 years"),
    ("en", "≥5 years"), ("en", "5-7 years"), ("en", "5 or 6 years"), ("en", "~5 years"), ("en", "1/2 years"),
    ("en", "2½ years"), ("en", "maximum 5 years"), ("en", "5 years of chemotherapy"),
    ("en", "maintenance 2 y"),
    ("en", "5 years off therapy"), ("en", "13M"), ("en", "12 m2"), ("en", "12 m²"), ("en", "5 mg"),
    ("en", "3D"),
    ("en", "CD19 22"), ("en", "4 5 6"), ("en", "2019 years"),
    ("en", "150 years old"),
    ("en", "mother 34 years old"), ("en", "daughter of a 30 year old mother, mother 30 years"),
    ("en", "every 3 weeks"), ("en", "fever, 3 weeks"), ("en", "headache 3 months"),
    ("en", "headache, 3 months"),
    ("fr", "il y a 3 ans"), ("fr", "5 j"), ("fr", "rémission de 5 ans"), ("fr", "pendant 3 ans"),
    ("fr", "6 ans au diagnostic"), ("nl", "om de 3 weken"), ("nl", "5 jaar geleden"), ("nl", "al 5 jaar"),
    ("de", "vor 5 Jahren"), ("de", "mit 5 Jahren"), ("de", "seit 3 Monaten"), ("de", "alle 3 Wochen"),
    ("en", "age?"), ("en", "aged 5-7"), ("en", "age 5 to 7"), ("en", "not 5 years"), ("en", "5 years?"),
    ("en", "corrected for 5 months"), ("en", "5 years, 6 years"), ("en", "5 years old, 6 years old"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "age"), AGES)
def test_an_age_in_the_words_is_read_and_shown_as_it_was_typed(language, text, age):
    found = said(text, language)
    assert (found.days, found.age_text) == (parse_age(age), age)
    [term] = {one for one in found.terms if one.kind == "age"}
    assert term.value == age
    assert term.label in text.replace("a\u0308", "ä")
    assert not any(char.isdigit() for one in found.unread for char in one)


@pytest.mark.parametrize(("language", "text"), NOT_AGES)
def test_what_may_be_something_else_is_no_age(language, text):
    found = said(f"neuroblastoma, {text}", language)
    assert (found.days, found.age_text) == (None, "")
    assert found.named == {"neuroblastoma"}
    assert found.unread or found.stages


def test_an_age_ends_no_sentence_and_denies_nothing():
    found = said("neuroblastome, 2,5 ans, ALK négatif", "fr")
    assert [(one.text, one.negative) for one in found.alterations] == [("ALK négatif", True)]
    for text in ("ALK, 5 y -", "ALK 5y - neuroblastoma", "ALK 5 years old", "5y- ALK"):
        assert [one.negative for one in said(text).alterations] == [False], text
    assert [one.negative for one in said("no ALK in a 5 year old girl").alterations] == [True]


@pytest.mark.parametrize(
    ("field", "text", "age_text", "days", "unread"),
    [
        ({}, "13 year old", "13y", int(13 * YEAR), ()),
        ({"days": 4748}, "13 year old", "", 4748, ()),
        ({"days": 4900}, "13 year old", "", 4900, ()),
        ({"days": 4000}, "13 year old", "", 4000, ("13 year old",)),
        ({"days": 4748, "age_text": "13"}, "13 years 2 months old", "13", 4748, ()),
        ({"days": 4748, "age_text": "13"}, "14 years old", "13", 4748, ("14 years old",)),
        ({"days": 0}, "5 months", "", 0, ("5 months",)),
    ],
)
def test_where_field_and_sentence_contradict_the_field_wins(field, text, age_text, days, unread):
    found = said(text, **field)
    assert (found.days, found.age_text, found.unread) == (days, age_text, unread)
    assert [one.kind for one in found.terms] == ([] if unread else ["age"])


SEXES = [
    ("en", "13 year old girl", "female"), ("nl", "jongen", "male"), ("fr", "garçon", "male"),
    ("de", "Mädchen", "female"), ("de", "Maedchen", ""), ("en", "13 y M", "male"), ("en", "13y/F", "female"),
    ("en", "F, 13 y", "female"), ("nl", "13 j, v", "female"), ("nl", "13 jaar v", "female"),
    ("de", "13 J., w", "female"), ("fr", "13 ans, H", "male"), ("en", "13 y H", ""),
    ("en", "♀ 13 y", "female"),
    ("de", "junge Patientin", "female"), ("de", "junge Frau", "female"), ("de", "Junge", "male"),
    ("de", "ein junger Patient", ""), ("en", "boys and girls", ""), ("en", "not female", ""),
    ("en", "girl?", ""),
    ("en", "female donor", ""), ("en", "male sibling donor", ""), ("en", "mother female", ""),
    ("en", "M1 neuroblastoma", ""), ("en", "stage M", ""), ("fr", "une patiente", "female"),
    ("nl", "vrouwelijke patiënt", "female"), ("en", "Pt is a boy", "male"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "sex"), SEXES)
def test_a_word_for_a_sex_is_read_where_it_is_the_patients(language, text, sex):
    found = said(text, language)
    assert found.sex == sex
    assert [one.value for one in found.terms if one.kind == "sex"] == ([sex] if sex else [])
    assert sex or found.unread


def test_the_field_of_sex_wins():
    assert (said("girl", sex="male").sex, said("girl", sex="male").unread) == ("male", ("girl",))
    assert [one.kind for one in said("girl", sex="female").terms] == ["sex"]


LINES = [
    ("en", "after 2 lines", 2), ("fr", "2 lignes", 2), ("nl", "na 3 lijnen", 3), ("de", "2 Vortherapien", 2),
    ("en", "no previous lines", 0), ("en", "two prior lines of systemic therapy", 2),
    ("fr", "aucune ligne", 0),
    ("de", "keine Vortherapie", 0), ("nl", "geen eerdere lijnen", 0), ("nl", "één lijn", 1),
    ("en", "> 2 lines", None), ("en", "1-2 lines", None), ("en", "2 lines?", None), ("en", "99 lines", None),
    ("en", "PICC line", None), ("en", "third line", None), ("en", "1 line, 2 lines", None),
    ("fr", "2 ou 3 lignes", None), ("en", "heavily pretreated", None),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "lines"), LINES)
def test_a_number_of_lines_is_read_where_it_is_one(language, text, lines):
    found = said(f"neuroblastoma, {text}", language)
    assert found.lines == lines
    assert [one.value for one in found.terms if one.kind == "lines"] == (
        [] if lines is None else [str(lines)]
    )
    assert lines is not None or found.unread


def test_the_field_of_lines_wins():
    found = said("after 2 lines", lines=1)
    assert (found.lines, found.unread) == (1, ("after 2 lines",))
    assert said("after 2 lines", lines=2).terms[0].kind == "lines"


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("ALL, first relapse", 1), ("ALL, second relapse", 2), ("AML, CR2", 1), ("AML, multiple relapses", 2),
        ("Burkitt lymphoma, 1. Rezidiv", 1), ("ALL, relapsed", 0), ("ALL, no first relapse", 0),
        # An operation is no line of systemic treatment.
        ("ependymoma, first relapse", 0), ("first relapse", 0), ("ALL, first relapse, after 3 lines", 0),
    ],
)  # fmt: skip
def test_a_counted_relapse_means_as_many_lines_where_no_cure_goes_without(text, least):
    assert said(text).lines_least == least
    assert said(text, stage="newly_diagnosed").lines_least == 0


def test_empty_fields_take_what_the_words_say_and_filled_ones_stay():
    profile = Profile(text="13 year old girl, 2 lines", lines=1)
    full = Read.of(profile, "en").completed(profile)
    assert (full.days, full.age_text, full.sex, full.lines) == (4748, "13y", "female", 1)
    assert full.text == profile.text
    assert repr(Read.of(profile, "en")) == "<Read>"


def test_who_types_the_mark_itself_is_read_as_before():
    text, words = marked(f"{MARK} 5 years", "en")
    assert (text, words) == (f"{MARK} 5 years", [])
    assert said(f"{MARK}, neuroblastoma").unread == (MARK,)


@pytest.mark.parametrize(
    "text",
    ["5 y " * 100, "5-" * 200, "een " * 100, "age " * 100, "1 of " * 80, "5 j, v " * 50, "2 lines of " * 36],
)
def test_odd_text_is_read_with_little_work(text):
    said("5 y, ALK, Erstrezidiv")
    assert steps(lambda: said(text)) < 1_000 * len(text)
