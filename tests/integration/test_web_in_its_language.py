"""Every page type speaks one language: no sentence of the interface is left in English."""

import html
import re

import polib
import pytest
from django.conf import settings

from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial

pytestmark = pytest.mark.django_db

PAGES = (
    "", "trials/", "trials/?q=ewing&near=9000&status=recruiting&view=map", "trials/?q=ewing&age=40",
    "trials/?q=zzz&near=9000&status=recruiting", "trials/results.html?q=ewing", "trials/shown/",
    "trials/shown/print/", "trials/compare/?trial=shown&trial=other", "trials/compare/", "centres/",
    "centres/uz-gent/", "networks/", "networks/net/", "gaps/", "gaps/?show=all&age=4", "match/",
    "match/?condition=VIIIc&stage=relapsed", "watch/?q=ewing&age=4", "watch/?trial=shown", "watch/asked/",
    "watch/stop/1/",
)  # fmt: skip
# Shorter ones are words that languages share, or that a title may have.
SHORTEST = 12


@pytest.fixture
def world(index_dir):
    names = {f"name_{code}": f"Ziekenhuis {code}" for code in ("nl", "fr", "de")}
    ghent = a_centre("uz-gent", name="Hospital", phone="+3293322111", **names)
    titles = {f"title_{code}": f"Titel {code} ewing" for code in ("nl", "fr", "de")}
    trial = a_trial(
        "Shown", title_en="Titel ewing", conditions=["VIIIc"], min_days=365, stages=["relapsed"],
        phases=["phase3"], sponsor="Sponsor", alterations=["ALK"], lines_min=1, **titles,
    )  # fmt: skip
    a_site(trial, ghent, said=40, contact_role="Secretariaat", contact_email="x@example.org")
    a_trial("Other", title_en="Ewing", **titles)
    a_network("net", members=[ghent], name_nl="Net", name_fr="Net", name_de="Net")
    service.rebuild()


def english_sentences(language):
    """The sentences of the interface that this language says otherwise."""
    path = settings.BASE_DIR / "directory" / "web" / "locale" / language / "LC_MESSAGES" / "django.po"
    return [
        entry.msgid
        for entry in polib.pofile(str(path))
        if len(entry.msgid) >= SHORTEST and "%" not in entry.msgid and entry.msgstr not in ("", entry.msgid)
    ]


def visible(page):
    """What a reader of the page's language sees: without code, and without what says that it is English."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(?!html\b)(\w+)[^>]* lang="en"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    attributes = " ".join(re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', page))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page) + " " + attributes).split())


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_no_page_type_has_an_english_sentence(client, world, language):
    sentences = english_sentences(language)
    assert len(sentences) > 250
    left = {}
    for path in PAGES:
        text = visible(client.get(f"/{language}/{path}").content.decode())
        assert text, path
        if found := [one for one in sentences if one in text]:
            left[path] = found
    assert left == {}


def test_a_whole_page_says_the_language_that_it_speaks():
    """A page that has its sentences translated has no language of its own."""
    found = {}
    for path in settings.BASE_DIR.glob("directory/*/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        if said := re.search(r"<html[^>]* lang=\"([^\"]*)\"", text):
            found[path.name] = said[1], "{% translate" in text or "{% blocktranslate" in text
    assert len(found) > 3
    assert {name for name, (said, speaks) in found.items() if speaks and "{{" not in said} == set()


def test_what_cannot_be_read_is_said_in_the_language_of_its_address(client):
    for language in ("en", "nl", "fr", "de"):
        answer = client.post(f"/{language}/match/", "{}", content_type="application/json")
        assert answer.status_code == 415
        assert f'<html lang="{language}">' in answer.content.decode()


def test_an_english_sentence_would_be_found(client, world):
    text = visible(client.get("/en/trials/shown/").content.decode())
    assert sum(one in text for one in english_sentences("nl")) > 10
