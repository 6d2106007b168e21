"""Concepts: what a word means, in four languages, with its traps."""

import pytest

from directory.search.concepts import (
    Vocabulary,
    edits_allowed,
    read_also,
    read_terms,
    vocabulary,
)
from directory.search.tokens import words
from trials.conditions import path_to


@pytest.fixture
def small(tmp_path):
    """A vocabulary of a few lines with every flag."""
    file = tmp_path / "synonyms.csv"
    file.write_text(
        "concept,term,lang,kind,type,conditions,flags,note\n"
        "acute lymphoblastic leukaemia,acute lymphoblastic leukaemia,en,preferred,disease,Ia,,\n"
        "acute lymphoblastic leukaemia,ALL,en,abbreviation,disease,Ia,case; ambiguous,\n"
        "acute lymphoblastic leukaemia,acute lymfatische leukemie,nl,preferred,disease,Ia,,\n"
        "B-cell ALL,B-ALL,en,abbreviation,disease,Ia,,\n"
        "Philadelphia-positive ALL,Ph+ ALL,en,preferred,disease,Ia,,\n"
        "Ewing sarcoma,sarcome d’Ewing,fr,preferred,disease,VIIIc; IXd,,\n"
        "CNS PNET,PNET,en,abbreviation,disease,IIIc,whole,\n"
        "atypical teratoid/rhabdoid tumour,AT/RT,en,abbreviation,disease,IIIc,,\n"
        "principal investigator,hoofdonderzoeker,nl,preferred,role,,,\n",
        encoding="utf-8",
    )
    return Vocabulary(read_terms(file))


def meaning(terms, text):
    return [(span.start, span.end, set(span.concepts)) for span in terms.spans(words(text))]


ALL = "acutelymphoblasticleukaemia"


def test_a_term_in_any_language_case_and_accent_means_its_concept(small):
    for text in ("Acute Lymfatische LEUKEMIE", "acute lymphoblastic leukaemias", "ALL"):
        assert meaning(small, text)[0][2] == {ALL}
    assert meaning(small, "sarcome d'ewing")[0][2] == {"ewingsarcoma"}


def test_a_word_that_is_also_english_counts_in_capitals_only(small):
    assert meaning(small, "all children") == []
    assert meaning(small, "All children") == []
    assert meaning(small, "ALL children") == [(0, 1, {ALL})]


def test_the_longest_term_wins_in_a_query(small):
    assert meaning(small, "relapsed B-ALL") == [(1, 3, {"bcellall"})]


def test_a_text_mentions_also_what_stands_inside_a_longer_term(small):
    assert small.concepts_in("Blinatumomab in B-ALL") == {"bcellall", ALL}


def test_a_plus_sign_keeps_its_meaning(small):
    assert meaning(small, "Ph+ ALL") == [(0, 2, {"philadelphiapositiveall"})]
    assert meaning(small, "pH ALL") == [(1, 2, {ALL})]


def test_an_abbreviation_with_a_slash_is_found_without_it(small):
    for text in ("AT/RT", "at rt", "ATRT", "atrt"):
        assert meaning(small, text)[0][2] == {"atypicalteratoidrhabdoidtumour"}


def test_an_abbreviation_without_its_hyphen_is_not_an_english_word(small):
    assert meaning(small, "ball") == []
    assert meaning(small, "BALL") == [(0, 1, {"bcellall"})]


def test_what_means_something_else_as_well_says_so(small):
    (span,) = small.spans(words("ALL"))
    assert span.ambiguous
    (span,) = small.spans(words("acute lymfatische leukemie"))
    assert not span.ambiguous


def test_a_beginning_is_enough_from_four_letters(small):
    assert small.beginning("acute lymf") == (ALL,)
    assert small.beginning("acu") == ()
    assert small.beginning("pne") == ()


def test_a_term_flagged_whole_or_case_has_no_beginnings_and_no_near_spellings(small):
    assert small.beginning("pnet") == ()
    assert small.near("pnett") == ()


def test_the_words_for_peoples_roles_are_not_searched_with(small):
    assert meaning(small, "hoofdonderzoeker") == []


def test_each_concept_knows_its_classes(small):
    assert small.conditions["ewingsarcoma"] == ("VIIIc", "IXd")


def test_what_is_denied_is_not_mentioned():
    terms = vocabulary()
    assert "hodgkinlymphoma" in terms.concepts_in("Classical Hodgkin lymphoma")
    for text in ("B-cell Non-Hodgkin Lymphoma", "niet Hodgkin lymfoom", "Nicht-Hodgkin Lymphom"):
        assert "hodgkinlymphoma" not in terms.concepts_in(text)


@pytest.mark.parametrize(
    "text", ["hodgkin lymfoom", "Hirn Tumor", "weke delen sarcoom", "hoogrisico neuroblastoom"]
)
def test_a_compound_typed_in_several_words_is_one_term(text):
    (span,) = vocabulary().spans(words(text))
    assert (span.start, span.end) == (0, len(text.split()))


def test_words_that_only_look_like_a_compound_are_none():
    assert [(s.start, s.end) for s in vocabulary().spans(words("zzzz neuroblastoma"))] == [(1, 2)]


def test_a_word_that_few_concepts_have_stands_for_them():
    assert vocabulary().having("promyelocytaire") == ("acutepromyelocyticleukaemia",)
    assert vocabulary().having("tumour") == ()
    assert vocabulary().having("zzzz") == ()


def test_an_abbreviation_in_any_letters_has_its_readings():
    for text in ("os", "OS", "Os"):
        assert vocabulary().readings(words(text)[0]) == ("osteosarcoma",)
    assert vocabulary().readings(words("neuroblastoma")[0]) == ()


def test_a_concept_is_called_by_its_preferred_term_in_a_language_or_in_english():
    assert vocabulary().preferred("osteosarcoma", "nl") == "osteosarcoom"
    assert vocabulary().preferred("siopen", "nl") == "SIOPEN"
    assert vocabulary().preferred("nothing", "nl") == ""


def test_a_concept_made_of_others_knows_its_pieces_and_no_other_does():
    assert vocabulary().pieces["infantall"] == ("infant", ALL)
    assert vocabulary().pieces["highriskneuroblastoma"] == ("highrisk", "neuroblastoma")
    assert "diffusemidlineglioma" not in vocabulary().pieces


def test_a_family_is_flagged_and_a_kind_is_none():
    assert {"braintumour", "bonetumour"} <= vocabulary().families
    assert not {"spinalcordtumour", "ependymoma", "neuroblastoma"} & vocabulary().families


def test_what_goes_with_a_concept_is_read_from_its_file(tmp_path):
    file = tmp_path / "also.csv"
    file.write_text("concept,also,note\nCD19,blinatumomab,\nCD19,tisagenlecleucel,\n", encoding="utf-8")
    assert read_also(file) == {"cd19": ("blinatumomab", "tisagenlecleucel")}


@pytest.mark.parametrize(
    ("word", "edits"),
    [("all", 0), ("neur", 1), ("sarcoma", 1), ("leukemia", 2), ("nct04307576", 0), ("2012", 0)],
)
def test_a_longer_word_may_have_more_typing_errors_and_a_number_none(word, edits):
    assert edits_allowed(word) == edits


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("botkanker", "VIII"),
        ("neuroblastome", "IVa"),
        ("neuroblastoom", "IVa"),
        ("ewings sarcom", "VIIIc"),
        ("hersentumor", "III"),
        ("leucémie", "I"),
        ("Nierentumor", "VI"),
        ("DIPG", "IIIb"),
    ],
)
def test_the_projects_own_vocabulary_leads_to_the_class(text, code):
    terms = vocabulary()
    (span,) = terms.spans(words(text))
    reached = {above for one in span.concepts for leaf in terms.conditions[one] for above in path_to(leaf)}
    assert code in reached


def test_a_near_spelling_of_a_term_of_the_project_means_it_too():
    assert vocabulary().near("neuroblastomma") == ("neuroblastoma",)
