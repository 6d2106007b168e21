"""Dutch and German compounds of a known beginning and a known disease: made from the vocabulary itself."""

import pytest

from directory.core.text import fold
from directory.search.compounds import cut_compounds
from directory.search.concepts import vocabulary
from directory.search.query import parse
from directory.search.tokens import typed_words

# Diseases of one word that are not one of children by their name already.
DISEASES = sorted(
    {
        (term.lang, term.text, term.concept)
        for term in vocabulary().terms
        if term.type == "disease" and term.kind == "preferred" and term.lang in ("nl", "de")
        and term.text.isalpha() and len(term.text) >= 5 and not term.flags
    }
)  # fmt: skip


def concepts(text):
    return {one for span in parse(text).spans for one in span.concepts}


def test_there_are_diseases_of_one_word_in_both_languages():
    assert {"leukemie", "Leukämie", "neuroblastoom", "Medulloblastom"} <= {text for _, text, _ in DISEASES}
    assert len(DISEASES) > 40


@pytest.mark.parametrize(("lang", "disease", "concept"), DISEASES)
def test_a_disease_of_children_is_that_disease(lang, disease, concept):
    beginnings = {"nl": ("kinder", "jeugd"), "de": ("Kinder", "Jugend")}[lang]
    for beginning in beginnings:
        compound = f"{beginning}{disease.lower()}"
        if not vocabulary().is_term(fold(compound)):
            assert concepts(compound) == concepts(disease), compound
            assert concept in concepts(f"{compound} Gent")


@pytest.mark.parametrize(("lang", "disease", "concept"), DISEASES)
def test_a_disease_of_high_risk_is_the_disease_and_the_risk(lang, disease, concept):
    compound = {"nl": "hoogrisico", "de": "Hochrisiko"}[lang] + disease.lower()
    # Of neuroblastoma alone there is one that is a disease by itself.
    found = {"highriskneuroblastoma"} if concept == "neuroblastoma" else {concept, "highrisk"}
    assert concepts(compound) == found, compound


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kinderleukemie", {"leukaemia"}), ("Kinderleukämie", {"leukaemia"}),
        ("KINDERLEUKEMIE", {"leukaemia"}), ("kinderlymfoom", {"lymphoma"}),
        ("Rezidivneuroblastom", {"relapsed", "neuroblastoma"}),
        ("zuigelingenhersentumor", {"infant", "braintumour"}),
        ("Säuglingshirntumor", {"infant", "braintumour"}),
        ("standaardrisicomedulloblastoom", {"standardrisk", "medulloblastoma"}),
        # Known by themselves.
        ("kinderkanker", {"childhoodcancer"}), ("zuigelingenleukemie", {"infantall"}),
        ("hoogrisiconeuroblastoom", {"highriskneuroblastoma"}), ("kinderwens", {"fertilitypreservation"}),
    ],
)  # fmt: skip
def test_a_compound_means_what_its_parts_mean(text, found):
    assert concepts(text) == found


@pytest.mark.parametrize(
    "text", ["kinderen", "kinderziekenhuis", "Kinderklinik", "kinderarts", "recidieven", "ewing", "kinderabc"]
)
def test_other_words_are_not_cut(text):
    typed = typed_words(text)
    assert cut_compounds(typed) == typed


def test_the_words_stay_as_they_were_typed():
    assert [word.raw for word in parse("Hochrisikoleukämie").words] == ["Hochrisiko", "leukämie"]
    assert [word.raw for word in parse("kinderleukemie").words] == ["kinderleukemie"]
