"""A fusion is the one of its two genes: what a term does not say is not read into it."""

from itertools import permutations

import pytest

from directory.eligibility.alterations import compare, read
from directory.search.concepts import kinds, vocabulary

ALTERATIONS = sorted(one for one, kind in vocabulary().types.items() if kind == "alteration")
NAMES = {one: vocabulary().preferred(one, "en") for one in ALTERATIONS}
FUSIONS = [name for name in NAMES.values() if "::" in name and not name.endswith("fusion")]
TERMS = {
    one: [term.text for term in vocabulary().terms if term.concept == one and term.lang == "en"]
    for one in ALTERATIONS
}


@pytest.mark.parametrize(
    ("given", "asked", "answer"),
    [
        ("BRAF fusion", "KIAA1549::BRAF", "unknown"),
        ("BRAF fusion", "BRAF fusion", "met"),
        ("KIAA1549::BRAF", "BRAF fusion", "met"),
        ("KIAA1549-BRAF fusion", "BRAF rearrangement", "met"),
        ("AGK::BRAF", "KIAA1549::BRAF", "unknown"),
        ("AGK::BRAF", "BRAF fusion", "met"),
        ("BRAF fusion", "RAF alteration", "met"),
        ("EWSR1::ERG", "EWSR1::FLI1", "unknown"),
        ("EWS-ERG", "EWSR1::ERG", "met"),
        ("EWSR1", "EWSR1::FLI1", "unknown"),
        ("EWSR1 rearrangement", "EWSR1::FLI1", "unknown"),
        ("EWSR1::FLI1", "EWSR1 fusion", "met"),
        ("EWSR1::ETV1", "EWSR1 fusion", "met"),
        ("EWSR1::ETV1", "EWSR1::FLI1", "unknown"),
        ("EWSR1::FLI1 negative", "EWSR1 fusion", "unknown"),
        ("EWSR1 fusion negative", "EWSR1::FLI1", "absent"),
        ("E2A-PBX1", "TCF3::PBX1", "met"),
        ("TCF3-PBX1", "E2A-PBX1", "met"),
        ("E2A-PBX1", "TCF3::HLF", "unknown"),
        ("t(1;19)", "TCF3::PBX1", "met"),
        ("AML1-ETO", "RUNX1::RUNX1T1", "met"),
        ("inv(16)", "CBFB::MYH11", "met"),
        ("SYT-SSX", "SS18::SSX", "met"),
        ("MLL-AF4", "KMT2A rearrangement", "met"),
        ("KMT2A::MLLT3", "KMT2A::AFF1", "unknown"),
        ("t(4;11)", "KMT2A rearrangement", "met"),
        ("KRAS mutated", "PTPN11 mutation", "other"),
        ("KRAS mutated", "RAS/MAPK mutation", "met"),
        ("PTPN11 mutation", "RAS/MAPK mutation", "met"),
        ("PTPN11 negative", "RAS/MAPK mutation", "unknown"),
        ("PTCH1 mutation", "SUFU mutation", "other"),
        ("H3F3A mutation", "H3 K27M", "unknown"),
        ("H3 K27M", "H3 mutation", "met"),
        ("H3 G34R", "H3 K27M", "unknown"),
    ],
)
def test_one_fusion_or_gene_is_not_another_of_its_family(given, asked, answer):
    assert compare(read(given), read(asked)) == answer


@pytest.mark.parametrize("name", FUSIONS)
def test_a_fusion_with_another_partner_is_not_this_one(name):
    one, other = name.split("::")
    for given in (f"{one}::QQQ1", f"QQQ1::{other}", one, other, f"{one} fusion", f"{other} rearrangement"):
        assert compare(read(given), read(name)) != "met", given


@pytest.mark.parametrize("name", FUSIONS)
def test_every_way_of_writing_a_fusion_is_that_fusion(name):
    concept = next(one for one, own in NAMES.items() if own == name)
    for text in TERMS[concept]:
        assert compare(read(text), read(name)) == compare(read(name), read(text)) == "met", text


@pytest.mark.parametrize("concept", ALTERATIONS)
def test_terms_of_one_concept_that_say_different_genes_are_never_the_same_alteration(concept):
    """Such a concept is a family; a fusion of two named genes has old names for both."""
    if NAMES[concept] in FUSIONS:
        return
    for one, other in permutations(map(read, TERMS[concept]), 2):
        if one.genes - other.genes and other.genes - one.genes:
            assert compare(one, other) != "met", (one.text, other.text)


OF_ALTERATIONS = [row for row in kinds() if {row.kind, row.wider} <= set(ALTERATIONS)]


@pytest.mark.parametrize("row", OF_ALTERATIONS, ids=lambda row: row.kind)
def test_a_kind_of_an_alteration_is_it_and_it_is_not_the_kind(row):
    kind, wider = read(NAMES[row.kind]), read(NAMES[row.wider])
    assert compare(wider, kind) == "unknown"
    if wider.kind in ("", kind.kind):
        assert compare(kind, wider) == "met"
