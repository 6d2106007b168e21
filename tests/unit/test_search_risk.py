"""Words of risk are one modifier in every language, whatever disease stands beside them."""

from itertools import product

import pytest

from directory.search.concepts import vocabulary
from directory.search.query import parse
from directory.search.tokens import words

RISKS = [term for term in vocabulary().terms if term.type == "risk"]
DISEASES = {
    "en": ["ALL", "medulloblastoma", "hepatoblastoma"], "nl": ["leukemie", "medulloblastoom", "wilmstumor"],
    "fr": ["LLA", "médulloblastome", "hépatoblastome"], "de": ["Leukämie", "Medulloblastom", "Wilms-Tumor"],
}  # fmt: skip
GRADES = {"high risk", "very high risk", "standard risk", "intermediate risk", "low risk"}


def spans(text):
    return [set(span.concepts) for span in parse(text).spans]


def test_each_grade_of_risk_has_words_in_four_languages():
    assert {vocabulary().preferred(one.concept, "en") for one in RISKS} == GRADES
    for concept in {one.concept for one in RISKS}:
        assert {one.lang for one in RISKS if one.concept == concept} == {"en", "nl", "fr", "de"}


@pytest.mark.parametrize("term", RISKS, ids=lambda term: f"{term.lang}-{term.text}")
def test_a_risk_is_one_term_before_and_behind_any_disease_of_its_language(term):
    for disease in DISEASES[term.lang]:
        (of_it,) = spans(disease)
        assert sorted(map(sorted, spans(f"{term.text} {disease}"))) == sorted([[term.concept], sorted(of_it)])
        assert sorted(map(sorted, spans(f"{disease} {term.text}"))) == sorted([[term.concept], sorted(of_it)])


@pytest.mark.parametrize("term", RISKS, ids=lambda term: f"{term.lang}-{term.text}")
def test_nothing_of_a_risk_is_left_as_a_loose_word(term):
    parsed = parse(f"{term.text} xyzzyq")
    assert [word.stem for word in parsed.words[parsed.spans[0].length :]] == ["xyzzyq"]


@pytest.mark.parametrize("word", ["risk", "risico", "risque", "risiko"])
def test_the_word_alone_stands_for_no_disease(word):
    found = vocabulary().having(word)
    assert [one for one in found if vocabulary().types[one] == "disease"] == []


@pytest.mark.parametrize(("hyphen", "risk"), [*product(("-", " ", "\u2011"), ("high", "standard", "low"))])
def test_a_hyphen_does_not_matter(hyphen, risk):
    assert spans(f"{risk}{hyphen}risk ALL")[0] == {f"{risk}risk"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Low- and intermediate-risk neuroblastoma", {"lowrisk", "intermediaterisk"}),
        ("medulloblastoma, low or standard risk", {"lowrisk", "standardrisk"}),
        ("Very high-risk neuroblastoma", {"highrisk", "veryhighrisk"}),
        ("HIgh-Risk (HR) First Relapse B-precursor ALL", {"highrisk"}),
        ("standard-risk ALK-positive anaplastic large cell lymphoma", {"standardrisk"}),
        ("Screening for Psychosocial Risk in Families", set()),
        ("AMH as a Predictor of Infertility Risk", set()),
        ("High-grade glioma at risk of bleeding", set()),
    ],
)
def test_a_trial_is_of_the_risk_that_it_says(text, found):
    risks = {one.concept for one in RISKS}
    assert vocabulary().concepts_in(text) & risks == found


def test_high_risk_neuroblastoma_is_still_a_disease_of_its_own():
    for text in ("high-risk neuroblastoma", "neuroblastome de haut risque", "hoog risico neuroblastoom"):
        assert spans(text) == [{"highriskneuroblastoma"}]
    assert vocabulary().diseases_in("Very high-risk neuroblastoma") == {"highriskneuroblastoma"}


def test_the_words_of_a_trial_are_cut_as_those_of_a_query():
    assert [word.stem for word in words("Hochrisiko-Leukämie")] == ["hochrisiko", "leukamie"]
