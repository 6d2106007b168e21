"""Genes, antigens and codes of drugs with a hyphen, a space or neither: made from the vocabulary itself."""

import re

import pytest

from directory.search.concepts import vocabulary
from directory.search.query import parse
from directory.search.symbols import OF_SYMBOLS, other_spellings
from directory.search.tokens import typed_words

# Letters, then figures, as most symbols are; and those of four letters or more.
NUMBERED = re.compile(r"([A-Z]{2,7})[- ]?(\d{1,9})")
LETTERS = re.compile(r"[A-Z]{4,6}")
SYMBOLS = sorted(
    {
        term.text
        for term in vocabulary().terms
        if term.type in OF_SYMBOLS and (NUMBERED.fullmatch(term.text) or LETTERS.fullmatch(term.text))
    }
)


def written_otherwise(symbol):
    if found := NUMBERED.fullmatch(symbol):
        letters, figures = found.groups()
        return [f"{letters}{sign}{figures}" for sign in ("", "-", " ", "\u2011", "\u2013")]
    first, last = (symbol[:1], symbol[1:]), (symbol[:-1], symbol[-1:])
    return [sign.join(parts) for parts in (first, last) for sign in ("-", " ")]


def meant(text):
    return {concept for span in vocabulary().spans(typed_words(text)) for concept in span.concepts}


def test_there_are_symbols_of_every_sort():
    assert {"CD19", "GD2", "HER3", "ROS1", "FLT3", "MYCN", "KRAS"} <= {*SYMBOLS}
    assert {"CTL019", "DAY101", "ABT-199", "LY2835219"} <= {*SYMBOLS}
    assert len(SYMBOLS) > 40


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_symbol_means_the_same_however_it_is_written(symbol):
    for text in written_otherwise(symbol):
        assert meant(text) >= meant(symbol), text
        assert meant(f"{text} neuroblastoma") >= meant(symbol) | {"neuroblastoma"}, text


@pytest.mark.parametrize("symbol", [one for one in SYMBOLS if NUMBERED.fullmatch(one)])
def test_a_text_of_a_trial_mentions_a_symbol_however_it_is_written(symbol):
    for text in written_otherwise(symbol):
        assert vocabulary().concepts_in(f"A study of {text} in children") >= meant(symbol), text


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("CD-19", "cd19"), ("CD 19", "cd19"), ("cd 19", "cd19"), ("B-RAF V600E", "brafv600e"),
        ("PD1", "pd1"), ("PD-1", "pd1"), ("pd 1", "pd1"), ("PD-L1", "pdl1"), ("PDL1", "pdl1"),
        ("PD L1", "pdl1"), ("MYC-N", "mycnamplification"), ("MYCN", "mycnamplification"),
        ("N-MYC", "mycnamplification"), ("NMYC", "mycnamplification"), ("TRK", "ntrkfusion"),
        ("N-TRK", "ntrkfusion"), ("NTRK-1", "ntrkfusion"), ("IL-7R", "il7rmutation"),
        ("IL7R", "il7rmutation"), ("IL 7R", "il7rmutation"), ("IL7-R", "il7rmutation"),
        ("KMT-2A", "kmt2arearrangement"),
        ("FLT-3", "flt3alteration"), ("ABT199", "venetoclax"),
    ],
)  # fmt: skip
def test_what_clinicians_type_means_the_gene_the_antigen_or_the_drug(text, concept):
    assert concept in meant(text)


@pytest.mark.parametrize("text", ["her 3 children", "kit 2", "met 5 kinderen", "phase 1", "no 7", "a braf"])
def test_common_words_before_a_figure_are_none(text):
    assert meant(text) & {"her3", "pd1", "cd19"} == set()


@pytest.mark.parametrize("text", ["imatinib", "Philadelphia", "1q+", "t(9;22)", "quality of life"])
def test_a_word_that_is_no_symbol_has_no_other_spellings(text):
    assert list(other_spellings(text)) == []


def test_a_symbol_inside_a_longer_term_is_written_otherwise_too():
    for text in ("B-RAF V600E", "B RAF p.V600E", "N-TRK fusion", "FLT-3 ITD", "NF-1 mutation"):
        assert meant(text), text


def test_in_a_query_a_symbol_is_one_word():
    for text in ("CD-19 ALL", "CD 19 ALL", "CD19 ALL"):
        assert [word.stem for word in parse(text).words] == ["cd19", "all"]
    for text in ("B-RAF glioma", "B RAF glioma", "BRAF glioma"):
        assert [word.stem for word in parse(text).words] == ["braf", "glioma"]


@pytest.mark.parametrize("text", ["her 3 children", "b cell", "t cell", "hr nbl"])
def test_other_words_side_by_side_stay_apart(text):
    assert [word.raw for word in parse(text).words] == [
        word.raw for word in typed_words(text) if not word.says_nothing
    ]
