"""Alterations as people write them, and whether one is the one that a trial asks for."""

import pytest

from directory.eligibility.alterations import compare, read, split

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
