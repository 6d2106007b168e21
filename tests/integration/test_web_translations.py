"""The pages are whole in Dutch, French and German."""

import re

import polib
import pytest

from config.env import BASE_DIR
from directory.search import service
from tests.journeys.world import belgium
from tests.tools.untranslated import gaps_in_catalogues, texts_without_catalogue

LANGUAGES = ("nl", "fr", "de")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w+>")
PAGES = (
    "", "trials/", "trials/?q=ewing&phase=phase3&stage=relapsed", "trials/?q=ewing&age=abc&within=x&status=z",
    "trials/?near=9000&within=90", "trials/results.html?q=ewing&phase=phase3",
    "trials/compare/?trial=ieuroewing&trial=beacon2&trial=x", "trials/compare/",
    "match/", "match/?condition=VIIIc&age=6m&near=4000&within=20",
    "match/?text=ewing+zonderling&stage=relapsed",
    "match/?age=abc&near=0001&lines=x&condition=x&within=y&country=z",
    "trials/ieuroewing/", "trials/ieuroewing/print/", "trials/alltogether1/",
    "centres/", "centres/uz-gent/", "networks/", "networks/suhopl/", "nothing/",
)  # fmt: skip


def catalogue(language):
    return polib.pofile(str(BASE_DIR / f"directory/web/locale/{language}/LC_MESSAGES/django.po"))


def test_no_text_of_the_pages_is_without_a_translation():
    assert list(gaps_in_catalogues()) == []
    assert list(texts_without_catalogue()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders_and_the_markup(language):
    for entry in catalogue(language):
        wanted = sorted(PLACEHOLDER.findall(entry.msgid))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text or not entry.msgid_plural:
                assert sorted(PLACEHOLDER.findall(text)) == wanted, entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_have_the_same_messages(language):
    assert {entry.msgid for entry in catalogue(language)} == {entry.msgid for entry in catalogue("nl")}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_sentence_is_left_on_any_page(client, index_dir, language):
    belgium()
    service.ready()
    # Words and short phrases may be spelt alike, or stand in a trial's English title.
    english = [
        entry.msgid
        for entry in catalogue(language)
        if " " in entry.msgid and "%" not in entry.msgid and entry.msgstr != entry.msgid
    ]
    for page in PAGES:
        shown = readable(client.get(f"/{language}/{page}").content.decode())
        left = [text for text in english if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", shown)]
        assert left == [], page


def readable(page):
    """The page without what is declared to be English."""
    page = re.sub(r'<(span|div|a) lang="en".*?</\1>', "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"&#x27;", "'", page).split())
