"""The home page: what this is, for whom, and where each begins; a directory without data; pages of errors."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext

from directory.search import service
from directory.web.views.components import COMPONENTS
from tests.builders import a_centre, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "nl", "fr", "de")
ERRORS = sorted(file.name for file in COMPONENTS.parents[1].glob("[45]*.html"))
CONTEXT = {"why": "Because.", "minutes": 0, "seconds": 20}
# These are made with all that pages are made with; the others must do without.
WHOLE = {"403.html", "404.html"}


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def home(client, language="en"):
    answer = client.get(f"/{language}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def main_of(page):
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_box_stands_before_the_three_ways_in_and_these_before_all_lists(client, language):
    belgium()
    main = main_of(home(client, language))
    places = [main.index(mark) for mark in ("<h1", 'type="search"', 'class="cards doors"', 'id="groups"')]
    assert places == sorted(places)
    doors = main.partition('class="cards doors"')[2].partition("</ul>")[0]
    links = re.findall(r'href="([^"]+)"', doors)
    assert links == [f"/{language}/match/", f"/{language}/centres/", "/api/v1/docs/"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_way_in_says_for_whom_it_is_in_the_readers_language(client, language):
    belgium()
    page = strip_tags(home(client, language)).replace("&#x27;", "'")
    with translation.override(language):
        wanted = [gettext(one) for one in ("For doctors", "For parents and patients", "For partner sites")]
    assert [one for one in wanted if one not in page] == []
    assert len({*wanted}) == 3


def test_groups_without_a_trial_are_one_line_that_leads_to_the_gaps(client):
    belgium()
    main = main_of(home(client))
    cards = main.partition('id="groups"')[2].partition("</ul>")[0]
    line = main.partition("No trial is listed for:")[2].partition("</p>")[0]
    assert "Malignant bone tumours" in cards
    assert "Hepatic tumours" not in cards
    assert "Hepatic tumours" in line
    assert 'href="/en/gaps/"' in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_directory_without_trials_tells_the_visitor_and_who_keeps_it_what_to_do(client, language):
    service.rebuild()
    main = main_of(home(client, language))
    with translation.override(language):
        sentence = gettext("No trial has been entered yet")
    assert sentence in main
    assert 'href="/admin/"' in main
    assert 'id="groups"' not in main
    assert 'id="centres"' not in main


def test_centres_without_trials_are_named_beside_what_to_do(client):
    a_centre("uz-gent", name="Ghent University Hospital")
    service.rebuild()
    main = main_of(home(client))
    assert "No trial has been entered yet" in main
    assert "Ghent University Hospital" in main


def test_what_to_do_goes_with_the_first_trial(client):
    a_trial("Alpha")
    service.rebuild()
    assert "No trial has been entered yet" not in home(client)


def test_a_page_without_an_index_says_that_it_is_being_prepared_and_not_that_nothing_is_there(client):
    a_trial("Alpha")
    page = home(client)
    assert "The search is being prepared." in page
    assert "No trial has been entered yet" not in page


@pytest.mark.parametrize("path", ["trials/", "match/", "centres/", "networks/", "gaps/", "quality/"])
def test_every_page_stands_without_any_record(client, path):
    service.rebuild()
    assert client.get(f"/en/{path}").status_code == 200


def error_page(rf, name, language):
    with translation.override(language):
        return render_to_string(name, CONTEXT, request=rf.get("/") if name in WHOLE else None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ERRORS)
def test_a_page_of_an_error_wears_the_sign_says_what_and_leads_home(rf, name, language):
    page = error_page(rf, name, language)
    title, heading = (re.search(f"<{tag}>(.*?)</{tag}>", page)[1] for tag in ("title", "h1"))
    assert title.startswith(f"{heading} – ")
    assert page.count('<svg class="sign"') == 1
    assert f'<html lang="{language}">' in page
    assert re.search(r'<main.*href="/(\w\w/[\w/]*)?"', page, re.S)


@pytest.mark.parametrize("name", ERRORS)
def test_what_an_error_is_called_differs_by_language(rf, name):
    pages = [error_page(rf, name, language) for language in LANGUAGES]
    assert len({re.search("<h1>(.*?)</h1>", page)[1] for page in pages}) == len(LANGUAGES)


def test_the_pages_of_errors_are_found():
    assert {*WHOLE, "400.html", "429.html", "500.html"} <= {*ERRORS}


def test_a_form_without_its_cookie_is_answered_in_the_readers_language(index_dir):
    answer = Client(enforce_csrf_checks=True).post("/nl/watch/?q=ewing", {"email": "a@example.org"})
    assert answer.status_code == 403
    assert "Het formulier kon niet worden verzonden" in answer.content.decode()
