"""Answers kept for a minute: for whom, for what, and how they go."""

import datetime as dt
import re

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from directory.search import service
from directory.web import kept
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor

pytestmark = pytest.mark.django_db
PAGE = "/en/trials/?q=ewing"


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept.answers.clear()
    yield
    kept.answers.clear()


@pytest.fixture
def world(index_dir):
    a_trial("iEuroEwing", title_en="Ewing sarcoma", at=[a_centre("uz-gent")])
    service.rebuild()


def counted(monkeypatch):
    """How often the page is really made."""
    calls = []
    find = service.find

    def counting(*args, **kwargs):
        calls.append(args)
        return find(*args, **kwargs)

    monkeypatch.setattr(service, "find", counting)
    return calls


def test_the_same_page_is_made_once_and_answered_alike(world, client, monkeypatch):
    calls = counted(monkeypatch)
    first, again = client.get(PAGE), client.get(PAGE)
    assert len(calls) == 1
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"]
    assert first["Vary"] == again["Vary"]
    assert "Content-Security-Policy" in again
    assert first["X-Request-ID"] != again["X-Request-ID"]


@pytest.mark.parametrize("query", ["age=14", "near=9000", "within=20", "near=9000&within=20", "age="])
def test_what_may_tell_of_a_patient_is_never_kept(world, client, monkeypatch, query):
    client.get(f"{PAGE}&{query}")
    assert len(kept.answers._cache) == 0


def test_nobody_with_a_session_is_answered_from_memory(world, client, monkeypatch):
    calls = counted(monkeypatch)
    client.get(PAGE)
    assert len(kept.answers._cache) == 1
    editor = Client()
    editor.force_login(an_editor())
    editor.get(PAGE)
    assert len(calls) == 2
    kept.answers.clear()
    editor.get(PAGE)
    assert len(kept.answers._cache) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/nl/trials/?q=ewing"},
        {"path": "/en/trials/?q=ewings"},
        {"path": PAGE, "headers": {"HX-Request": "true"}},
        {"path": PAGE, "headers": {"host": "localhost"}},
    ],
)
def test_language_words_htmx_and_host_are_told_apart(world, client, other):
    first = client.get(PAGE)
    assert client.get(**other).content != first.content


@pytest.mark.parametrize("other", [
    {"HTTP_HX_REQUEST": "true"}, {"HTTP_HX_TARGET": "results"}, {"HTTP_HX_HISTORY_RESTORE_REQUEST": "true"},
    {"secure": True}, {"HTTP_HOST": "localhost"}, {"data": {"q": "ewing"}},
])  # fmt: skip
def test_whatever_an_answer_depends_on_has_a_key_of_its_own(world, rf, other):
    assert kept.key_of(rf.get("/en/trials/")) == kept.key_of(rf.get("/en/trials/"))
    assert kept.key_of(rf.get("/en/trials/", **other)) != kept.key_of(rf.get("/en/trials/"))


def with_a_cookie():
    answer = HttpResponse("x")
    answer.set_cookie("mine", "x")
    return answer


@pytest.mark.parametrize(("made", "times"), [
    (lambda: HttpResponse("x"), 1), (with_a_cookie, 2), (lambda: HttpResponse("x", status=404), 2),
    (lambda: HttpResponse("x" * (kept.MOST_BYTES + 1)), 2), (lambda: HttpResponse("x" * kept.MOST_BYTES), 1),
])  # fmt: skip
def test_only_a_good_small_answer_without_a_cookie_is_given_to_the_next(world, rf, made, times):
    calls = []
    view = kept.kept_for_a_minute(lambda request: calls.append(request) or made())
    for _visitor in range(2):
        view(asked_for(rf.get("/en/trials/")))
    assert len(calls) == times


def asked_for(request):
    request.resolver_match = resolve(request.path)
    return request


def test_neither_posts_nor_endless_addresses_nor_failures_are_kept(world, client, settings, tmp_path):
    client.post(PAGE)
    client.get("/en/trials/?q=" + "x" * 5_000)
    settings.INDEX_DIR = tmp_path / "none"
    assert client.get(PAGE).status_code == 503
    assert len(kept.answers._cache) == 0


def test_a_withdrawn_consent_is_gone_at_once(world, client):
    person = a_professional("Demo Person", consent=True, email="demo@example.org")
    trial = a_trial("Other Ewing", title_en="Ewing sarcoma", sponsor="Somebody")
    a_site(trial, a_centre("uza"), contact_person=person)
    service.rebuild()
    assert "Other Ewing" in client.get(PAGE).content.decode()
    trial.state = "withdrawn"
    trial.save()
    service.rebuild()
    assert "Other Ewing" not in client.get(PAGE).content.decode()


def test_an_answer_is_good_for_a_minute(world, client, monkeypatch):
    calls = counted(monkeypatch)
    client.get(PAGE)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=kept.SECONDS + 1)):
        client.get(PAGE)
    assert len(calls) == 2


def test_what_was_typed_is_no_name_in_memory(world, client):
    client.get("/en/trials/?q=kanarie7f3a")
    [key] = kept.answers._cache
    assert re.fullmatch(r":1:[0-9a-f]{32}", key)


def test_the_memory_is_bounded_in_number_and_the_last_asked_for_stays(world, client, monkeypatch):
    monkeypatch.setattr(kept.answers, "_max_entries", 3)
    for number in range(10):
        client.get(f"{PAGE}&page={number}")
    assert len(kept.answers._cache) == 3
    calls = counted(monkeypatch)
    client.get(f"{PAGE}&page=9")
    assert not calls


def test_the_memory_is_bounded_in_bytes(world, client, monkeypatch):
    assert kept.MOST_ANSWERS * kept.MOST_BYTES <= 24 * 1024 * 1024
    size = len(client.get(PAGE).content)
    kept.answers.clear()
    monkeypatch.setattr(kept, "MOST_BYTES", size - 1)
    client.get(PAGE)
    assert len(kept.answers._cache) == 0
