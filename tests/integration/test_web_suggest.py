"""Suggestions while typing: in the page's language, of public records only, kept nowhere."""

import pytest

from tests.builders import a_centre, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def suggested(client, text, language="en"):
    answer = client.get(f"/{language}/suggest/", {"q": text})
    assert answer.status_code == 200
    return answer.json()


def test_an_acronym_leads_to_its_trial(client):
    belgium()
    assert suggested(client, "ieuro")["found"] == [
        {"label": "iEuroEwing", "detail": "", "kind": "trial", "url": "/en/trials/ieuroewing/"}
    ]


def test_a_centre_leads_to_its_page_and_is_named_in_the_pages_language(client):
    belgium()
    found = suggested(client, "uz-gent", "fr")["found"]
    assert found[0]["label"] == "Hôpital universitaire de Gand"
    assert found[0]["kind"] == "centre"
    assert found[0]["url"] == "/fr/centres/uz-gent/"


@pytest.mark.parametrize(
    ("language", "typed", "label", "kind"),
    [
        ("en", "neurobl", "neuroblastoma", "disease"),
        ("nl", "botk", "botkanker", "ziekte"),
        ("fr", "neurobl", "neuroblastome", "maladie"),
        ("de", "neurobl", "neuroblastom", "Erkrankung"),
    ],
)
def test_a_disease_is_a_word_to_search_with_in_the_pages_language(client, language, typed, label, kind):
    belgium()
    first = next(one for one in suggested(client, typed, language)["found"] if one["kind"] == kind)
    assert first["label"].lower() == label
    assert first["url"] == ""


def test_the_number_of_suggestions_is_said_for_who_cannot_see_them(client):
    belgium()
    assert suggested(client, "ieuro")["said"] == "1 suggestion; choose with the arrow keys."
    assert suggested(client, "qqqqqqq")["said"] == "No suggestions."
    assert suggested(client, "ieuro", "nl")["said"] == "1 suggestie; kies met de pijltjestoetsen."


def test_at_most_eight_are_offered(client):
    for number in range(12):
        a_trial(f"Bulk{number:02}")
    belgium()
    assert len(suggested(client, "bulk")["found"]) == 8


@pytest.mark.parametrize("text", ["", " ", "\0", "x" * 10_000, "%", "(((", "‮", "AND OR", "<script>"])
def test_what_cannot_be_searched_has_no_suggestions(client, text):
    belgium()
    assert suggested(client, text)["found"] == []


def test_nothing_is_suggested_without_an_index(client):
    a_centre("uz-gent")
    assert suggested(client, "gent")["found"] == []


def test_no_browser_proxy_or_cache_keeps_the_answer(client):
    belgium()
    answer = client.get("/en/suggest/?q=ewing")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer


def test_nothing_typed_is_logged(client, caplog, capfd):
    belgium()
    client.get("/en/suggest/?q=zkanarie")
    out, err = capfd.readouterr()
    assert "zkanarie" not in caplog.text + out + err


def test_only_reading_is_allowed(client):
    assert client.post("/en/suggest/", {"q": "ewing"}).status_code == 405


@pytest.mark.parametrize("path", ["/en/", "/nl/trials/?q=ewing"])
def test_without_a_script_the_box_is_a_plain_one(client, path):
    belgium()
    page = client.get(path).content.decode()
    assert 'data-suggest="' in page
    assert "combobox" not in page
    assert "listbox" not in page
