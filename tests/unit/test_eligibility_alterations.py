"""Alterations as people write them, and whether one is the one that a trial asks for."""

import pytest

from directory.eligibility.alterations import compare, read, split
from directory.eligibility.profile import Profile
from directory.eligibility.profile_text import Read
from directory.search.concepts import defined_by, vocabulary

CASES = [
    # given, asked, answer
    ("ALK", "ALK", "met"),
    ("ALK mutated", "ALK", "met"),
    ("alk muté", "ALK", "met"),
    ("ALK gemuteerd", "ALK", "met"),
    ("ALK F1174L", "ALK mutation", "met"),
    ("ALK p.F1174L", "ALK", "met"),
    ("ALK", "ALK rearrangement", "unknown"),
    ("ALK mutated", "ALK rearrangement", "unknown"),
    ("NPM1::ALK", "ALK rearrangement", "met"),
    # One fusion of a gene is not every one of it, nor another of its fusions.
    ("NPM1::ALK negative", "ALK rearrangement", "unknown"),
    ("KIF5B::ALK negative", "ALK rearrangement", "unknown"),
    ("KIF5B::ALK", "ALK rearrangement", "met"),
    ("EML4::ALK", "NPM1::ALK", "unknown"),
    ("ALK fusion", "NPM1::ALK", "unknown"),
    ("ALK negative", "NPM1::ALK", "absent"),
    ("ALK fusion negative", "NPM1::ALK", "absent"),
    ("PAX3::FOXO1", "PAX7::FOXO1", "unknown"),
    ("MLL-AF4 negative", "KMT2A rearrangement", "unknown"),
    # The same fusion by the old names of its genes.
    ("NPM-ALK", "NPM1::ALK", "met"),
    ("MLL-AF4", "KMT2A::AFF1", "met"),
    ("TEL-AML1", "ETV6::RUNX1", "met"),
    ("EWS-FLI1", "EWSR1::FLI1", "met"),
    ("NMYC amplified", "MYCN amplification", "met"),
    ("ALK negative", "ALK", "absent"),
    ("!ALK", "ALK rearrangement", "absent"),
    ("ALK wild type", "ALK mutation", "absent"),
    ("geen ALK", "ALK", "absent"),
    ("MYCN amplified", "ALK", "other"),
    ("MYCN", "MYCN amplification", "unknown"),
    ("MYCN amplified", "MYCN amplification", "met"),
    ("BRAF V600E", "BRAF V600", "met"),
    ("BRAF V600", "BRAF V600E", "unknown"),
    ("BRAF V600K", "BRAF V600E", "unknown"),
    ("BRAF", "BRAF V600", "unknown"),
    ("BRAF V600E", "RAF alteration", "met"),
    ("KIAA1549-BRAF fusion", "RAF alteration", "met"),
    ("BRAF V600E negative", "BRAF V600E", "absent"),
    ("BRAF V600E negative", "RAF alteration", "unknown"),
    ("Ph+", "BCR::ABL1", "met"),
    ("Philadelphia chromosome", "BCR::ABL1", "met"),
    ("BCR-ABL1", "BCR::ABL1", "met"),
    ("ABL1", "BCR::ABL1", "unknown"),
    ("H3 K27M", "H3 K27M", "met"),
    ("H3K27M", "H3 K27M", "met"),
    ("FLT3", "FLT3-ITD", "unknown"),
    ("FLT3-ITD", "FLT3-ITD", "met"),
    ("FLT3-TKD", "FLT3-ITD", "unknown"),
    ("NTRK3 fusion", "NTRK fusion", "met"),
    ("ETV6-NTRK3", "NTRK fusion", "met"),
    ("NTRK1", "NTRK fusion", "unknown"),
    # One gene of a family is not the family, nor another gene of it.
    ("NTRK fusion", "NTRK1 fusion", "unknown"),
    ("NTRK3 fusion", "NTRK1 fusion", "unknown"),
    ("NTRK1 negative", "NTRK fusion", "unknown"),
    ("NTRK1 fusion negative", "NTRK fusion", "unknown"),
    ("NTRK negative", "NTRK1 fusion", "absent"),
    ("NTRK1 negative", "NTRK1 fusion", "absent"),
    ("NRAS negative", "RAS mutation", "unknown"),
    ("KRAS mutated", "RAS mutation", "met"),
    ("BRAF negative", "RAF alteration", "unknown"),
    ("RAF negative", "BRAF V600E", "absent"),
    ("FGFR4 mutated", "FGFR alteration", "met"),
    ("FGFR1 negative", "FGFR alteration", "unknown"),
    ("FGFR1", "FGFR2 fusion", "other"),
    ("BCR fusion", "BCR::ABL1", "unknown"),
    ("ETV6::RUNX1", "ETV6-NTRK3", "unknown"),
    ("BRAF V600E", "BRAF fusion", "unknown"),
    ("BRAF mutation negative", "BRAF V600E", "absent"),
    ("CRAF fusion", "RAF1 fusion", "met"),
    ("ERBB2 amplified", "HER2 amplification", "met"),
    ("TRK fusion", "NTRK fusion", "met"),
    ("MLL rearranged", "KMT2A rearrangement", "met"),
    ("KMT2A herschikking", "KMT2A rearrangement", "met"),
    ("NF1", "neurofibromatosis type 1", "met"),
    ("INI1 loss", "SMARCB1 loss", "met"),
    ("ALK neg", "ALK", "absent"),
    ("ALK−", "ALK", "absent"),
    ("Ph-", "BCR::ABL1", "absent"),
    ("Philadelphia-negative", "BCR::ABL1", "absent"),
    ("not Ph-like", "BCR::ABL1", "other"),
    ("Ph-like", "BCR::ABL1", "other"),
    ("BCR::ABL1-like", "BCR::ABL1", "other"),
    ("BCR-ABL1-like", "Ph-like ALL", "met"),
    ("Ph positief", "BCR::ABL1", "met"),
    ("Philadelphie positive", "BCR::ABL1", "met"),
    ("KMT2Ar", "KMT2A rearrangement", "met"),
    ("MLL-r", "KMT2A rearrangement", "met"),
    ("KMT2A", "KMT2A rearrangement", "unknown"),
    ("MYCN non amplifié", "MYCN amplification", "absent"),
    ("H3 wildtype", "H3 K27M", "absent"),
    ("something nobody knows", "ALK", "other"),
    ("", "ALK", "other"),
]


@pytest.mark.parametrize(("given", "asked", "answer"), CASES)
def test_an_alteration_is_compared_by_gene_kind_and_variant(given, asked, answer):
    assert compare(read(given), read(asked)) == answer


@pytest.mark.parametrize("text", ["ALL", "AND", "negative", "WT", "no", "D816V", "ITD"])
def test_what_is_no_gene_is_none(text):
    assert not read(text).genes


@pytest.mark.parametrize("text", ["NTRK fusion", "BRAF V600E", "BCR::ABL1", "KMT2A rearrangement", "ALK"])
def test_what_is_given_as_it_is_asked_is_met(text):
    assert compare(read(text), read(text)) == "met"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("ALK negative; BRAF V600E", ["ALK negative", "BRAF V600E"]), ("t(9;22), ALK", ["t(9;22)", "ALK"]),
     ("ALK\nMYCN", ["ALK", "MYCN"]), (" ; ,", [])],
)  # fmt: skip
def test_several_in_one_field_are_told_apart(text, parts):
    assert split(text) == parts


# A disease that is defined by its alteration


def answers(words, asked, language="en", given=()):
    """What each alteration of a profile says of the one that is asked for."""
    said = Read.of(Profile(text=words, alterations=given), language)
    return {compare(one, read(asked)) for one in said.alterations}


@pytest.mark.parametrize("disease", sorted(defined_by()))
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_who_names_a_disease_has_said_the_alteration_that_defines_it(disease, language):
    asked = vocabulary().preferred(defined_by()[disease], "en")
    assert vocabulary().types[defined_by()[disease]] == "alteration"
    assert answers(vocabulary().preferred(disease, language), asked, language) == {"met"}


# K27-altered are also those with EZHIP; a syndrome is not the tumour's own.
_SAID_BUT_NOT_DEFINING = {"H3 K27-altered DMG", "NF1-PN"}


def test_a_name_of_a_disease_that_says_an_alteration_is_of_a_disease_defined_by_it():
    words, wrong = vocabulary(), []
    for term in words.terms:
        if term.type == "disease" and term.text not in _SAID_BUT_NOT_DEFINING:
            said = {one for one in words.concepts_in(term.text) if words.types.get(one) == "alteration"}
            wrong += [term.text] if said - {defined_by().get(term.concept)} else []
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        *(("en", one) for one in (
            "Ph+ ALL", "ALL Ph+", "Ph-positive ALL", "Ph pos ALL", "Ph+ B-ALL", "BCR-ABL positive ALL",
            "BCR::ABL1+ ALL", "BCR/ABL+ ALL", "t(9;22) ALL", "Philadelphia-positive acute leukaemia", "CML",
        )),
        ("nl", "Ph-positieve ALL"), ("nl", "Philadelphia-positieve ALL"), ("fr", "LAL Ph+"),
        ("fr", "LAL-B Philadelphie positive"), ("fr", "LAL à chromosome de Philadelphie"), ("fr", "LMC"),
        ("de", "Ph+-ALL"), ("de", "Ph-positive ALL"), ("de", "Philadelphia-Chromosom-positive ALL"),
    ],
)  # fmt: skip
def test_a_positive_leukaemia_has_bcr_abl1_however_it_is_written(language, words):
    assert answers(words, "BCR::ABL1", language) == {"met"}


@pytest.mark.parametrize(
    "words",
    ["ALL", "Ph-like ALL", "suspected Ph+ ALL", "Ph+ ALL?", "no Ph+ ALL", "AML, history of CML", "DIPG",
     "Ewing-like sarcoma"],
)  # fmt: skip
def test_what_is_not_defined_denied_in_doubt_or_past_says_no_alteration(words):
    asked = ("BCR::ABL1", "H3 K27M", "FET::ETS fusion")
    assert not {"met", "absent"} & set().union(*(answers(words, one) for one in asked))


def test_an_alteration_that_is_denied_is_not_said_by_the_disease():
    assert answers("CML, BCR::ABL1 negative", "BCR::ABL1") == {"absent"}
    assert answers("CML", "BCR::ABL1", given=("BCR::ABL1 negative",)) == {"absent"}
