"""Which centre a text means: certain or not at all, with a question where it is near."""

from pathlib import Path

import pytest
from django.conf import settings

from centres.matching import Matcher
from centres.models import Centre, CentreAlias
from tests import sheets
from tests.builders import a_centre
from tests.relevance import spellings

pytestmark = pytest.mark.django_db


@pytest.fixture
def four():
    a_centre(
        "uz-gent", name="Ghent University Hospital", name_nl="Universitair Ziekenhuis Gent", aliases=["UZG"]
    )
    a_centre(
        "uza", name="Antwerp University Hospital", aliases=["UZ Antwerpen"], city="Edegem", postal_code="2650"
    )
    liege = {"city": "Liège", "postal_code": "4000"}
    a_centre("chc-montlegia", name="CHC MontLégia Clinic", aliases=["Clinique de l'Espérance"], **liege)
    a_centre("chr-citadelle", name="Citadelle Regional Hospital, Liège", **liege)


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("uz-gent", "uz-gent", "code"),
        ("UZ Gent", "uz-gent", "code"),
        ("UZG", "uz-gent", "alias"),
        ("universitair  ziekenhuis GENT", "uz-gent", "name"),
        ("Clinique de l’Esperance", "chc-montlegia", "alias"),
        ("chc montlegia clinic", "chc-montlegia", "name"),
        ("citadelle regional hospital liege", "chr-citadelle", "name"),
    ],
)
def test_codes_names_and_aliases_are_certain(four, text, code, how):
    found = Matcher().match(text)
    assert (found.centre.code, found.how) == (code, how)


@pytest.mark.parametrize("text", ["Ghent University Hospita", "uz-gend", "Antwerp Universty Hospital"])
def test_a_near_spelling_is_a_question_never_a_certainty(four, text):
    found = Matcher().match(text)
    assert found.centre is None
    assert found.near


def test_two_centres_of_one_name_are_told_not_chosen(four):
    a_centre("uz-gent-2", name="Ghent University Hospital")
    found = Matcher().match("Ghent University Hospital")
    assert (found.centre, found.how) == (None, "several")
    assert {place.code for place in found.near} == {"uz-gent", "uz-gent-2"}


@pytest.mark.parametrize("text", ["Research Site", "", "x", "Liège", "4000"])
def test_what_names_no_centre_means_none(four, text):
    assert Matcher().match(text).centre is None


def test_all_names_are_read_in_two_queries(four, django_assert_num_queries):
    with django_assert_num_queries(2):
        matcher = Matcher()
        for text in ("uz-gent", "UZG", "nobody", "Antwerp"):
            matcher.match(text)


@pytest.fixture
def demo():
    path = Path(settings.BASE_DIR, "directory/imports/demo/centres.xlsx")
    sheets.applied(path.read_bytes(), kind="centres", name="centres.xlsx")


def test_372_spellings_seen_in_registries_are_matched_rightly_or_asked_about(demo, shared_data):
    got = spellings.judge(spellings.registered(shared_data))
    assert got.wrong == []
    assert got.precision >= spellings.PRECISION
    assert got.recall >= spellings.RECALL, got.missed


def test_our_own_spellings_are_certain_where_they_must_be_and_nowhere_else(demo):
    got = spellings.judge(spellings.our_own())
    assert got.wrong == []
    assert got.missed == []


def test_each_of_our_names_is_certain_with_the_town_behind_it_or_several_have_it(demo):
    """So do registries write a place: name, town, postal code, country; some names hold the town already."""
    matcher, missed = Matcher(), []
    for centre in Centre.objects.prefetch_related("aliases"):
        names = [getattr(centre, f"name_{code}") for code in ("en", "nl", "fr", "de")]
        for name in filter(None, [*names, *(one.text for one in centre.aliases.all())]):
            for text in (name, f"{name}, {centre.city}, {centre.postal_code}, Belgium"):
                found = matcher.match(text)
                if (found.centre and found.centre.code) != centre.code:
                    missed.append((text, found.how))
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "Regional Hospital, Liège, 4000, Belgium", "Saint-Joseph Regional Hospital, Liège, 4000, Belgium",
        "Citadelle Regional Hospital, Namur, 5000, Belgium", "UCL, Brussels, Belgium",
        "Citadelle University Hospital, Liège, 4000, France",
    ],
)  # fmt: skip
def test_a_hospital_that_shares_words_and_town_with_one_of_ours_is_not_it(four, text):
    assert Matcher().match(text).centre is None


def test_the_town_of_a_name_may_stand_behind_it_though_others_are_in_that_town(four):
    for text in ("Citadelle Regional Hospital, Liège", "Citadelle Regional Hospital, Luik, 4000, Belgium"):
        assert Matcher().match(text).centre.code == "chr-citadelle"


def test_which_centres_are_where_a_text_is(four):
    matcher = Matcher()
    assert {one.code for one in matcher.near_to("Research Site, Liège, Belgium")} == {
        "chc-montlegia", "chr-citadelle",
    }  # fmt: skip
    assert [one.code for one in matcher.near_to("Research Site, 9000, Belgium")] == ["uz-gent"]
    assert matcher.near_to("Research Site, Liège, France") == ()
    assert matcher.near_to("Research Site, Hasselt, Belgium") == ()


def test_a_certain_match_says_why(demo):
    found = Matcher().match("Department of Pediatric Hemato-Oncology, UZ Ghent, Ghent, B-9000, Belgium")
    assert (found.centre.code, found.score) == ("uz-gent", 100)
    assert found.reasons == (
        "it contains “uz-gent”",
        "the town matches (Gent)",
        "the postal code matches (9000)",
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UZ Gent, 9000 Gent", "uz-gent"), ("Kinderoncologie, UZ Gent, B-9000 Gent, België", "uz-gent"),
        ("UZ Leuven, Herestraat 49, 3000 Leuven", "uz-leuven"), ("HUDERF, 1020 Bruxelles", "huderf"),
        ("UZ Gent, 3000 Leuven", None), ("UZ Gent, 3000 Gent", None), ("UZ Gent, 8500 Kortrijk", None),
    ],
)  # fmt: skip
def test_a_postal_code_and_its_town_may_stand_in_one_part(demo, text, code):
    found = Matcher().match(text).centre
    assert (found and found.code) == code


def test_a_near_spelling_says_what_speaks_for_and_against_it(demo):
    found = Matcher().match("UZ Gent, Kortrijk, 8500, Belgium")
    [best, *_rest] = found.candidates
    assert (found.how, best.place.code) == ("near", "uz-gent")
    assert 0 < best.score < 100
    assert "but Kortrijk is another town" in best.reasons
    assert "but 8500 is another postal code" in best.reasons


def test_two_centres_in_one_text_are_told_not_chosen(demo):
    found = Matcher().match("UZ Gent / UZ Leuven")
    assert (found.centre, found.how) == (None, "several")
    assert {place.code for place in found.near} == {"uz-gent", "uz-leuven"}


def test_an_anonymised_site_is_nobody_whatever_its_town(demo):
    found = Matcher().match("Research Site, Edegem, 2650, Belgium")
    assert (found.how, found.candidates) == ("none", ())
    assert "left the name out" in found.reasons[0]


def test_a_sort_of_house_and_a_town_are_certain_only_where_no_other_of_ours_is(four):
    assert Matcher().match("Universitair Ziekenhuis, Gent, Belgium").centre.code == "uz-gent"
    a_centre("az-other", name="AZ Other", city="Gent", postal_code="9000")
    assert Matcher().match("Universitair Ziekenhuis, Gent, Belgium").centre is None


def test_a_learned_text_means_what_it_is_whole_and_no_more(four):
    uza = Centre.objects.get(code="uza")
    CentreAlias.objects.create(centre=uza, text="Site 12", kind="learned")
    assert Matcher().match("site 12").centre.code == "uza"
    assert Matcher().match("Site 12, Hospital of Nowhere").centre is None
