"""A text as words: cut and folded alike for documents and for what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search.tokens import acronym_stems, stems, words


def cut(text):
    return [word.stem for word in words(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Leucémie aiguë", ["leucemie", "aigue"]),
        ("Weichteilsarkom, groß", ["weichteilsarkom", "gross"]),
        ("Ewing's sarcoma", ["ewing", "sarcoma"]),
        ("Ewing’s sarcomas", ["ewing", "sarcoma"]),
        ("sarcome d'Ewing", ["sarcome", "ewing"]),
        ("tumeur de l’os", ["tumeur", "de", "os"]),
        ("B-cell / T-cell", ["b", "cell", "t", "cell"]),
        ("t(9;22)", ["t", "9", "22"]),
        ("“Œdème”", ["oedeme"]),
        ("", []),
        ("— / ?!", []),
    ],
)
def test_a_text_is_cut_at_everything_that_is_no_letter_or_digit(text, found):
    assert cut(text) == found


@pytest.mark.parametrize(
    ("plural", "singular"),
    [("tumours", "tumour"), ("leukaemias", "leukaemia"), ("ewings", "ewing"), ("lymphomes", "lymphome")],
)
def test_a_plural_is_the_same_word(plural, singular):
    assert cut(plural) == cut(singular)


@pytest.mark.parametrize("word", ["wilms1s", "iris", "thymus", "class", "ras", "als"])
def test_a_word_that_only_looks_like_a_plural_is_left_alone(word):
    assert cut(word) == [word]


def test_a_plus_sign_makes_another_word_only_where_it_matters():
    (word,) = words("Ph+")
    assert (word.stem, word.exact, word.raw) == ("ph", "ph+", "Ph")


def test_the_index_keeps_each_stem_once_and_in_order():
    assert stems("Ewing sarcoma", None or "", "sarcomas of Ewing") == "ewing sarcoma of"


@pytest.mark.parametrize(
    ("acronym", "parts"),
    [
        ("iEuroEwing", {"ieuroewing", "euro", "ewing"}),
        ("ALLTogether1", {"alltogether1", "all", "together", "alltogether"}),
        ("HR-NBL2/SIOPEN", {"hr", "nbl2", "siopen", "hrnbl2siopen"}),
        ("SIOP PNET5 MB", {"siop", "pnet5", "mb", "sioppnet5mb"}),
        ("EURO-E.W.I.N.G. 99", {"euro", "99", "euroewing99", "euroewing"}),
    ],
)
def test_an_acronym_is_found_by_its_parts_and_in_one_piece(acronym, parts):
    assert parts <= set(acronym_stems(acronym).split())


@given(st.text())
def test_whatever_is_typed_becomes_plain_words(text):
    for word in words(text):
        assert word.stem
        assert word.stem.isascii()
        assert word.stem.isalnum()
        assert word.stem == word.stem.lower()


@given(st.text(alphabet="abcdefgs' -é+", max_size=40))
def test_cutting_what_was_cut_changes_nothing(text):
    once = " ".join(cut(text))
    assert len(cut(once)) == len(cut(text))
