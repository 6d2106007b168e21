"""Which centre a text means: certain or not at all, with a question where it is near."""

import csv
import io
from pathlib import Path

import pytest
from django.conf import settings

from centres.matching import Matcher
from tests import sheets
from tests.builders import a_centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def four():
    a_centre(
        "uz-gent", name="Ghent University Hospital", name_nl="Universitair Ziekenhuis Gent", aliases=["UZG"]
    )
    a_centre("uza", name="Antwerp University Hospital", aliases=["UZ Antwerpen"])
    a_centre("chc-montlegia", name="CHC MontLégia Clinic", aliases=["Clinique de l'Espérance"])
    a_centre("chr-citadelle", name="Citadelle Regional Hospital, Liège")


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


def test_no_spelling_seen_in_registries_is_matched_to_the_wrong_centre(shared_data):
    """372 real spellings; those that name one of ours for certain must name the right one."""
    demo = Path(settings.BASE_DIR, "directory/imports/demo/centres.xlsx")
    sheets.applied(demo.read_bytes(), kind="centres", name="centres.xlsx")
    matcher, wrong = Matcher(), []
    text = (shared_data / "vocabulary/centre_name_variants.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        expected = row["centre_code"].lower().replace("_", "-")
        for text in (
            row["location_string_as_registered"],
            row["location_string_as_registered"].split(",")[0],
        ):
            found = matcher.match(text).centre
            if found and found.code != expected:
                wrong.append((text, found.code, expected))
    assert wrong == []
