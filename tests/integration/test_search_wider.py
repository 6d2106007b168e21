"""Finding what is written another way: in two words or one, by the place around, by a wider class."""

import pytest

from directory.search import service
from directory.search.service import Ask
from tests import builders as b

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]


def keys(q, kind="trial", language="en"):
    return [hit.key for hit in service.find(Ask(q=q, kind=kind, language=language)).hits]


@pytest.fixture
def some(db, index_dir):
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital")
    edegem = b.a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")
    b.a_trial("LOGGIC/FIREFLY-2", conditions=["IIIb"], title_en="Tovorafenib in low-grade glioma")
    b.a_trial("SIOP-HRMB", conditions=["IIIc"], title_en="High-risk medulloblastoma", at=[ghent])
    b.a_trial("BEACON2", conditions=["IVa"], title_en="Relapsed neuroblastoma", at=[edegem])
    b.a_trial("UMBRELLA", conditions=["VI"], title_en="Tumours of the kidney in childhood")
    b.a_trial("Randomet", conditions=["VIa"], title_en="Stage IV Wilms tumour")
    b.a_trial("EsPhALL", conditions=["Ia"], title_en="Imatinib in Ph+ ALL", alterations=["BCR::ABL1"])
    b.a_trial("ALLTogether1", conditions=["Ia"], title_en="Acute lymphoblastic leukaemia")
    service.rebuild()


def test_a_name_and_its_number_are_found_written_together(some):
    assert keys("firefly2") == ["loggicfirefly-2"]
    assert keys("firefly3") == []


def test_one_word_typed_as_two_is_not_any_other_word_that_ends_like_it(some):
    assert keys("medulo blastom") == ["siop-hrmb"]
    assert keys("neuro blastoma")[0] == "beacon2"


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Oost-Vlaanderen", "siop-hrmb"),
        ("Flandre orientale", "siop-hrmb"),
        ("Ostflandern", "siop-hrmb"),
        ("Gand", "siop-hrmb"),
        ("Antwerpen", "beacon2"),
    ],
)
def test_a_place_is_found_by_its_municipality_and_province_in_each_language(some, place, found):
    assert keys(place) == [found]


def test_a_centre_is_found_by_its_province(some):
    assert keys("Anvers", kind="centre") == ["uza"]


def test_a_trial_for_the_class_above_follows_those_for_the_disease_and_says_why(some):
    answer = service.find(Ask(q="wilmstumor", language="nl"))
    assert [hit.key for hit in answer.hits] == ["randomet", "umbrella"]
    assert answer.hits[1].why
    assert "nier" in " ".join(answer.hits[1].why).lower()


def test_a_trial_for_another_disease_of_the_class_above_is_not_found(some):
    assert "siop-hrmb" not in keys("low-grade glioma")


def test_what_is_denied_is_not_looked_for(some):
    assert keys("Ph- ALL")[0] == "alltogether1"
    assert keys("Ph+ ALL")[0] == "esphall"
