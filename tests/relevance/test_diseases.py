"""Whether the trials of the demo registry are for the diseases that patients have."""

import pytest

from directory.eligibility.service import BANDS, Profile, match
from directory.search import service
from tests.relevance.test_relevance import demo  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def diagnoses(words, language="en", codes=()):
    """By slug, the verdict on the diagnosis."""
    found = match(Profile(text=words, conditions=codes), language=language, limit=500)
    return {
        one.key: criterion.verdict
        for band in BANDS
        for one in getattr(found, band).trials
        for criterion in one.criteria
        if criterion.name == "diagnosis"
    }


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("newly diagnosed B-cell precursor acute lymphoblastic leukaemia", "alltogether1"),
        ("newly diagnosed B-ALL", "alltogether1"),
        ("nieuw gediagnosticeerde T-ALL", "alltogether1"),
        ("newly diagnosed ALL KMT2A rearranged", "interfant-21"),
        ("newly diagnosed AML", "chip-aml22master"),
        ("newly diagnosed lymphoblastic lymphoma", "lbl-2018"),
        ("newly diagnosed anaplastic large cell lymphoma ALK positive", "alcl-vbl"),
        ("newly diagnosed Ewing sarcoma", "ieuroewing"),
        ("newly diagnosed rhabdomyosarcoma", "far-rms"),
        ("newly diagnosed high-risk neuroblastoma", "hr-nbl2siopen"),
        ("newly diagnosed low grade glioma BRAF fusion", "loggicfirefly-2"),
        ("newly diagnosed ATRT", "siope-atrt01"),
        ("newly diagnosed medulloblastoma", "siop-hrmb"),
        ("newly diagnosed nephroblastoma stage IV", "randomet-2017"),
        ("newly diagnosed acute promyelocytic leukaemia", "icc-apl-study-02"),
        ("newly diagnosed Langerhans cell histiocytosis", "lch-iv"),
        ("relapsed Burkitt lymphoma", "glo-bnhl"),
        ("lymphome de Burkitt en rechute", "glo-bnhl"),
        ("relapsed rhabdomyosarcoma", "far-rms"),
        ("relapsed neuroblastoma", "beacon2"),
        ("first relapse B-cell precursor ALL", "nct05748171"),
        ("DIPG", "biomede-20"),
        ("hepatoblastoma", "phitt"),
        ("relapsed DLBCL", "glo-bnhl"),
        ("relapsed osteosarcoma", "acse-esmart"),
    ],
)
def test_the_trial_a_paediatric_oncologist_names_is_for_the_disease(words, slug):
    assert diagnoses(words)[slug] == "met"


@pytest.mark.parametrize(
    ("words", "slug", "verdict"),
    [
        ("relapsed Burkitt lymphoma", "alcl-vbl", "unmet"),
        ("relapsed Burkitt lymphoma", "lbl-2018", "unmet"),
        ("relapsed Burkitt lymphoma", "alltogether1", "unmet"),
        ("newly diagnosed B-ALL", "inter-b-nhl-ritux-2010", "unmet"),
        ("newly diagnosed B-ALL", "lbl-2018", "unmet"),
        ("T-ALL", "nct05748171", "met"),
        ("high-risk neuroblastoma", "lines", "unmet"),
        ("newly diagnosed AML", "icc-apl-study-02", "unknown"),
        ("APL", "chip-aml22master", "unknown"),
        ("DIPG", "loggicfirefly-2", "unmet"),
        ("low-grade glioma", "biomede-20", "unmet"),
    ],
)
def test_another_trial_is_not_or_asks(words, slug, verdict):
    assert diagnoses(words)[slug] == verdict


FIVE = ["B-ALL", "DLBCL", "Burkitt lymphoma", "neuroblastoma", "Ewing sarcoma"]
OTHERS = ["T-ALL", "AML", "ALCL", "Hodgkin lymphoma", "osteosarcoma", "rhabdomyosarcoma", "Wilms tumour"]


def test_lightbeam_fits_exactly_the_five_diseases_that_it_lists():
    slug = "lightbeam-u01-substudy-01a"
    assert [diagnoses(words)[slug] for words in FIVE] == ["met"] * 5
    assert [diagnoses(words)[slug] for words in OTHERS] == ["unmet"] * len(OTHERS)


def test_eortc_58951_is_for_its_leukaemia_and_its_lymphoma_alone():
    slug = "eortc-58951"
    assert [diagnoses(words)[slug] for words in ("ALL", "T-LBL")] == ["met", "met"]
    others = ["AML", "LCH", "Hodgkin lymphoma", "Burkitt lymphoma", "DLBCL", "CML"]
    assert [diagnoses(words)[slug] for words in others] == ["unmet"] * len(others)


MATURE_B = {"glo-bnhl", "lightbeam-u01-substudy-01a", "inter-b-nhl-ritux-2010", "nct05206357", "b-nhl-2013"}


def test_whoever_asks_for_burkitt_lymphoma_finds_mature_b_before_t_lineage():
    for words in ("Burkitt", "lymphome de Burkitt", "Burkitt-Lymphom", "relapsed Burkitt", "DLBCL", "PMBCL"):
        found = [hit.key for hit in service.find(service.Ask(q=words), limit=50).hits]
        assert set(found[:2]) <= MATURE_B, words
        of_t = [found.index(slug) for slug in ("alcl-vbl", "lbl-2018", "eortc-58951") if slug in found]
        assert all(found.index("glo-bnhl") < at for at in of_t), words
