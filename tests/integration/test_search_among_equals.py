"""Which of several trials that have the words comes first: what is made for it, what treats, what says so."""

import pytest

from directory.search import service
from tests.builders import a_centre, a_trial

pytestmark = pytest.mark.django_db
GENES = ["KRAS", "NRAS", "HRAS", "FLT3", "PTPN11"]
OSTEOSARCOMA = {"conditions": ["VIIIa"], "disease_terms": ["Osteosarcoma"]}
NEUROBLASTOMA = {"conditions": ["IVa"], "disease_terms": ["Neuroblastoma"]}


def keys(words, language="en"):
    found = service.find(service.Ask(q=words, language=language), limit=25)
    return [hit.key for hit in found.hits]


@pytest.fixture
def ghent(index_dir):
    return a_centre("uz-gent")


@pytest.mark.parametrize(("words", "language"), [("FLT3", "en"), ("FLT-3", "nl"), ("FLT3-Mutation", "de")])
def test_a_trial_of_one_alteration_comes_before_one_that_names_it_among_many(ghent, words, language):
    a_trial("Among five", alterations=GENES, at=[ghent])
    a_trial("Of it alone", alterations=["FLT3-ITD"], at=[(ghent, "completed")])
    a_trial(
        "By its title",
        title_en="Quizartinib in FLT3 mutated leukaemia",
        alterations=GENES,
        status="completed",
    )
    service.rebuild()
    found = keys(words, language)
    assert set(found[:2]) == {"of-it-alone", "by-its-title"}
    assert found[2:] == ["among-five"]


def test_what_recruits_comes_first_where_each_names_it_alone(ghent):
    a_trial("Completed", alterations=["FLT3-ITD"], at=[(ghent, "completed")])
    a_trial("Recruits", alterations=["FLT3", "KRAS", "NRAS"], at=[ghent])
    service.rebuild()
    assert keys("FLT3") == ["recruits", "completed"]


@pytest.mark.parametrize(
    "treats_nothing",
    [
        {"title_en": "Quality of life of children with bone tumours"}, {"study_type": "observational"},
        {"stages": ["follow_up"]},
    ],
)  # fmt: skip
def test_what_treats_nothing_and_recruits_nobody_comes_after_what_treated(ghent, treats_nothing):
    a_trial("Follows", **OSTEOSARCOMA, **treats_nothing, status="unknown", at=[(ghent, "unknown")])
    a_trial("Treated", **OSTEOSARCOMA, status="completed", at=[(ghent, "completed")])
    service.rebuild()
    assert keys("osteosarcoma") == ["treated", "follows"]


def test_what_treats_nothing_and_recruits_comes_before_what_is_over(ghent):
    a_trial("Follows", **OSTEOSARCOMA, study_type="observational", at=[ghent])
    a_trial("Treated", **OSTEOSARCOMA, status="completed", at=[(ghent, "completed")])
    service.rebuild()
    assert keys("osteosarcoma") == ["follows", "treated"]


@pytest.mark.parametrize("words", ["neuroblastoma -relapsed", "neuroblastoma NOT relapsed"])
def test_what_says_no_stage_comes_after_what_says_another_than_the_unwanted(ghent, words):
    a_trial("Says none", **NEUROBLASTOMA, at=[ghent])
    a_trial("New", **NEUROBLASTOMA, stages=["newly_diagnosed"])
    a_trial("Relapsed", **NEUROBLASTOMA, stages=["relapsed"], at=[ghent])
    service.rebuild()
    assert keys(words) == ["new", "says-none"]
    assert keys("neuroblastoma")[-1] == "new"
