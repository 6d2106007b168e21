"""How a text that is being typed may end."""

import pytest

from directory.search.suggestions import complete


def texts(text, kind="disease", language="en", **more):
    return [one.text for one in complete(text, kind, language, **more)]


@pytest.mark.parametrize(
    ("text", "kind", "language", "wanted"),
    [
        ("neurobl", "disease", "en", "neuroblastoma"),
        ("relapsed high-risk neurobl", "disease", "en", "relapsed high-risk neuroblastoma"),
        ("recidief neurobl", "disease", "nl", "recidief neuroblastoom"),
        ("en réci", "disease", "fr", "en récidive"),
        ("acute lymphobl", "disease", "en", "acute lymphoblastic leukaemia"),
        ("MYCN amplified, BRAF V6", "alteration", "en", "MYCN amplified, BRAF V600E"),
        ("bcr", "alteration", "de", "BCR::ABL1"),
    ],
)
def test_the_last_words_are_completed_and_the_others_kept(text, kind, language, wanted):
    assert wanted in texts(text, kind, language)


def test_the_language_of_the_page_comes_first_and_a_disease_once():
    found = complete("neuroblastom", "disease", "de")
    assert found[0].label == "Neuroblastom"
    assert found[0].detail
    assert sum(one.label.casefold() in ("neuroblastom", "neuroblastoma") for one in found) == 1


def test_a_field_is_offered_its_own_kind_only():
    assert texts("BRAF") == []
    assert texts("neurobl", "alteration") == []


@pytest.mark.parametrize("text", ["", " ", "n", "((", "zkanarie", "ALK, "])
def test_what_begins_nothing_has_no_ending(text):
    assert texts(text) == texts(text, "alteration") == []


def test_a_text_that_cannot_be_read_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="control character U\\+0000"):
        complete("neuro\0", "disease", "en")
    with pytest.raises(ValueError, match="10000 characters"):
        complete("n" * 10_000, "disease", "en")


def test_at_most_so_many_are_offered():
    assert len(texts("acute", limit=2)) == 2
