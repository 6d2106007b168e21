"""What the search page says beside its results: why, what else, and what is open elsewhere."""

import re

import pytest
from django.http import QueryDict

from bench.baselines import filters as sql
from directory.search import service
from directory.search.query import ask_from
from tests.builders import a_centre, a_site, a_trial
from trials.filters import TrialFilterSet
from trials.models import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital")
    leuven = a_centre("uz-leuven", name="Leuven", latitude=50.88, longitude=4.67, postal_code="3000")
    a_trial("NB-1", title_en="A trial for relapsed neuroblastoma", conditions=["IVa"], max_days=600,
            at=[(ghent, "completed"), leuven])  # fmt: skip
    trial = a_trial("Bone", title_en="A trial for osteosarcoma", conditions=["VIIIa"], min_days=4383)
    a_site(trial, ghent, said=3)
    a_trial("Old", title_en="A trial for osteosarcoma, too", conditions=["VIIIa"], at=[(ghent, "completed")])
    service.rebuild()


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# Why it is found


def test_words_that_were_looked_for_are_marked_in_titles_in_whatever_language_they_were_typed(client, world):
    assert "relapsed <mark>neuroblastoma</mark>" in page(client, "/en/trials/?q=neuroblastoom")
    assert "<mark>NB</mark>" not in page(client, "/en/trials/?q=neuroblastoma")
    assert "<mark>" not in page(client, "/en/trials/").partition("results")[2]


def test_what_a_word_was_also_read_as_is_said_and_searching_it_is_no_surprise(client, world):
    assert "“neuroblastoom” also finds: neuroblastoma" in page(client, "/en/trials/?q=neuroblastoom")
    assert "also finds" not in page(client, "/en/trials/?q=NB-1")


def test_what_is_typed_is_marked_never_interpreted(client, world):
    a_trial("X", title_en="A <b>neuroblastoma</b> & trial", conditions=["IVa"])
    service.rebuild()
    text = page(client, "/en/trials/?q=neuroblastoma")
    assert "A &lt;b&gt;<mark>neuroblastoma</mark>&lt;/b&gt; &amp; trial" in text


# Never hides an open site


def test_an_empty_answer_names_the_nearest_that_recruits(client, world):
    text = page(client, "/en/trials/?q=neuroblastoma&near=9000&within=20&status=recruiting")
    assert "No trials found" in text
    assert re.search(r"Nearest recruiting trial: <a href=\"/en/trials/nb-1/\">NB-1</a> *, *Leuven", text)
    assert "(69 km)" in text


def test_a_trial_that_is_closed_at_the_nearest_shows_its_open_site_first(client, world):
    text = page(client, "/en/trials/?q=neuroblastoma&near=9000")
    assert text.index("Leuven</a>") < text.index("Ghent University Hospital</a>")


def test_an_empty_answer_for_words_alone_names_nothing_else(client, world):
    assert "Nearest recruiting trial" not in page(client, "/en/trials/?q=zzzzzz")


# Age bands and the order of verification


@pytest.mark.parametrize(
    ("bands", "found"),
    [
        (["newborn"], {"nb-1", "old"}),
        (["infant"], {"nb-1", "old"}),
        (["child"], {"old"}),
        (["adolescent"], {"bone", "old"}),
        (["newborn", "adult"], {"nb-1", "bone", "old"}),
    ],
)
def test_a_band_finds_trials_open_to_some_of_it_and_those_without_a_bound(world, bands, found):
    filters = TrialFilterSet(
        QueryDict("&".join(f"age_band={band}" for band in bands)), Trial.objects.listed()
    )
    assert filters.is_valid()
    answer = service.find(ask_from(filters.form.cleaned_data, "en"), limit=50)
    truth = set(sql.trials(filters.form.cleaned_data).values_list("slug", flat=True))
    assert {hit.key for hit in answer.hits} == truth == found


def test_the_facet_of_bands_counts_what_a_click_gives(client, world):
    text = page(client, "/en/trials/?age_band=child&age_band=adolescent")
    assert re.search(r"Child \(2 to 11 years\) <span class=\"count\">1</span>", text)
    assert "2 trials" in text


def test_the_latest_verified_stand_first_when_asked_for(world):
    found = service.find(service.Ask(ordering="verified"), limit=9)
    assert found.hits[-1].key == "bone"
    first = service.find(service.Ask(ordering="verified"), limit=1)
    rest = service.find(service.Ask(ordering="verified"), limit=9, after=first.next)
    assert [hit.key for hit in (*first.hits, *rest.hits)] == [hit.key for hit in found.hits]


# A link to share


def test_the_link_to_share_is_the_address_without_the_page_number(client, world):
    text = page(client, "/en/trials/?q=osteosarcoma&status=recruiting&page=1")
    assert 'value="http://testserver/en/trials/?q=osteosarcoma&amp;status=recruiting"' in text
