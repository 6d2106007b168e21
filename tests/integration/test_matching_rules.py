"""The rules by which a text means a centre, each with the value that a slip in it would change."""

import pytest

from centres.matching import Matcher
from centres.models import CentreAlias
from tests.builders import a_centre

pytestmark = pytest.mark.django_db
LIEGE = {"city": "Liège", "postal_code": "4000"}
JETTE = {"city": "Jette", "postal_code": "1090"}


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZG"])


@pytest.fixture
def uza():
    return a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")


def code_of(text, **options):
    found = Matcher(**options).match(text).centre
    return found and found.code


def scores(text):
    return {one.place.code: one.score for one in Matcher().match(text).candidates}


# The score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("UZG Zwaluw", 80),  # 92 for a name that is there, less 12 for what else it says
        ("UZG Zwaluw, Ghent, Belgium", 82),  # and 2 for the town
        ("UZG, Kortrijk, Belgium", 88),  # a name that is spelt so, less 12 for the other town
        ("UZG, Kortrijk, 8500, Belgium", 76),
        ("UZG, Kortrijk, 8500, France", None),  # 64: below what is suggested
        ("UZG Zwaluw, Kortrijk, Belgium", None),  # 68
    ],
)
def test_what_speaks_for_and_against_a_centre_is_counted(gent, text, score):
    assert scores(text).get("uz-gent") == score


def test_nothing_that_is_asked_about_scores_as_if_it_were_certain(gent):
    a_centre("uz-gent-2", name="Ghent University Hospital")
    found = Matcher().match("Ghent University Hospital, Ghent, Belgium")
    assert (found.how, {one.score for one in found.candidates}) == ("several", {99})


def test_the_likeliest_stand_first_and_three_are_enough(gent, uza):
    for number in range(4):
        a_centre(f"c{number}", name=f"Ghent University Hospice {number}")
    candidates = Matcher().match("Ghent University Hospita").candidates
    assert [one.place.code for one in candidates][:1] == ["uz-gent"]
    assert len(candidates) == 3
    assert [one.score for one in candidates] == sorted((one.score for one in candidates), reverse=True)


def test_of_several_that_a_text_holds_the_one_in_its_town_stands_first(uza, gent):
    found = Matcher().match("UZA and UZG, Ghent, Belgium")
    assert [one.place.code for one in found.candidates] == ["uz-gent", "uza"]


def test_two_letters_are_near_to_nothing(gent):
    a_centre("chc", name="CHC", **LIEGE)
    assert (scores("ch"), list(scores("chcc"))) == ({}, ["chc"])


# What is beside a name


def test_a_sort_of_house_beside_a_telling_name_is_nothing_else_in_its_town_alone(gent):
    a_centre("chr", name="Hôpital Citadelle", **LIEGE)
    assert code_of("AZ Hôpital Citadelle, Liège, Belgium") == "chr"
    assert code_of("AZ Hôpital Citadelle") is None
    a_centre("luna", name="Hôpital Luna", **LIEGE)
    assert code_of("AZ Hôpital Luna, Liège, Belgium") is None


def test_a_name_that_many_hospitals_have_is_not_certain_with_anything_beside_it():
    a_centre("chu", name="Sart Tilman", aliases=["CHU"], street="Domaine 1", **LIEGE)
    assert code_of("CHU, Liège") == "chu"
    assert code_of("CHU Domaine 1, Liège") is None


def test_a_university_in_its_town_is_not_the_hospital_that_is_called_so():
    a_centre("saint-luc", name="Saint-Luc", aliases=["UCL Bruxelles"], **JETTE)
    a_centre("other", name="Hôpital Zwaluw", **JETTE)
    assert code_of("UCL Bruxelles") == "saint-luc"
    assert code_of("UCL, Brussels, Belgium") is None


def test_a_sort_of_house_and_brussels_name_nobody():
    """Other university hospitals than ours are there."""
    a_centre("uz-brussel", name="University Hospital Brussels", **JETTE)
    assert code_of("University Hospital Brussels, Jette, Belgium") == "uz-brussel"
    assert code_of("University Hospital, Brussels, Belgium") is None


def test_another_postal_code_of_brussels_is_another_place():
    a_centre("huderf", name="Reine Fabiola", city="Bruxelles", postal_code="1020")
    assert code_of("Reine Fabiola, Brussels, 1020, Belgium") == "huderf"
    assert code_of("Reine Fabiola, Brussels, 1000, Belgium") is None


# Codes, learned texts, what others may not know


def test_a_text_that_is_the_code_of_one_and_the_name_of_another_means_several(gent, uza):
    CentreAlias.objects.create(centre=uza, text="UZ Gent")
    found = Matcher().match("UZ Gent")
    assert (found.centre, found.how, found.may_be_learned) == (None, "several", False)
    assert {one.place.code for one in found.candidates} == {"uz-gent", "uza"}
    assert code_of(" UZ-GENT ") == "uz-gent"


def test_a_learned_text_is_no_name_that_stands_among_others(gent):
    CentreAlias.objects.create(centre=gent, text="Kinderkliniek Zwaluw", kind="learned")
    assert code_of("kinderkliniek zwaluw") == "uz-gent"
    assert code_of("Kinderkliniek Zwaluw, Ghent, Belgium") is None


def test_a_centre_that_somebody_may_not_know_means_nothing_to_them(gent, uza):
    for text in ("UZ Gent", "UZG", "Ghent University Hospital, Ghent, Belgium"):
        assert code_of(text, visible={gent.pk}) == "uz-gent"
        assert code_of(text, visible={uza.pk}) is None
    assert not any(one.code == "uz-gent" for one in Matcher({uza.pk}).match("Ghent University Hospita").near)


@pytest.mark.parametrize(
    ("text", "may_be_learned"),
    [
        ("Research Site, Ghent, Belgium", False), ("Ghent, Belgium", False), ("Hospital, Ghent", False),
        ("Ghent University Hospita", True), ("Zwaluw", True),
    ],
)  # fmt: skip
def test_what_names_no_hospital_is_not_learned(uza, gent, text, may_be_learned):
    a_centre("az-other", name="AZ Other")
    found = Matcher().match(text)
    assert (found.centre, found.may_be_learned) == (None, may_be_learned)
