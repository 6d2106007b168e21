"""The catalogues say what the law and the field say, and `docs/words.md` has it: one word for one thing."""

import re

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from centres.choices import CentreRole
from config.messages import sources
from directory.core.text import fold
from directory.sheets.cells import Word
from trials.choices import Stage

WORDS = (settings.BASE_DIR / "docs" / "words.md").read_text(encoding="utf-8")
ROLES = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", WORDS, re.MULTILINE)
# By language: what has the word on the left in English has one of those on the right.
SAID = {
    "nl": {"sponsor": "opdrachtgever", "cooperative group": "studiegroep"},
    "fr": {"sponsor": "promoteur", "cooperative group": "groupes coopératifs"},
    "de": {"sponsor": "sponsor", "principal investigator": "hauptprüfer"},
}
# What must not be said in their stead.
UNSAID = {"nl": "sponsor", "fr": "sponsor|coopérateur", "de": "prüfarzt|auftraggeber"}
CASES = [(language, english, theirs) for language, pairs in SAID.items() for english, theirs in pairs.items()]


def said_in(language):
    """`(English, translation)` of all messages of the catalogues."""
    for file in sources():
        if f"/{language}/" in file.as_posix():
            for entry in polib.pofile(str(file), encoding="utf-8"):
                texts = entry.msgstr_plural.values() if entry.msgstr_plural else [entry.msgstr]
                yield from ((entry.msgid.lower(), text.lower()) for text in texts)


def test_the_roles_of_centres_are_those_of_the_table_of_words():
    assert {role for role, *_names in ROLES} == set(CentreRole.values)
    for role, *names in ROLES:
        for language, name in zip(("en", "nl", "fr", "de"), names, strict=True):
            with translation.override(language):
                assert CentreRole(role).label == name


@pytest.mark.parametrize(("language", "english", "theirs"), CASES)
def test_one_word_of_the_field_is_one_word_in_each_language(language, english, theirs):
    found = [text for message, text in said_in(language) if re.search(rf"\b{english}", message)]
    assert found
    assert [text for text in found if theirs not in text] == []


@pytest.mark.parametrize(("language", "words"), UNSAID.items())
def test_no_other_word_is_said_in_its_stead(language, words):
    assert [text for _message, text in said_in(language) if re.search(words, text)] == []


@pytest.mark.parametrize(
    ("language", "label"),
    [("nl", "Nieuw gediagnosticeerd"), ("fr", "Nouveau diagnostic"), ("de", "Neu diagnostiziert")],
)
def test_newly_diagnosed_is_what_a_physician_says(language, label):
    with translation.override(language):
        assert Stage.NEWLY_DIAGNOSED.label == label


@pytest.mark.parametrize(
    ("language", "programmes"),
    [
        ("en", ("specialised care programmes", "satellite care programmes")),
        ("nl", ("gespecialiseerde zorgprogramma’s", "satellietzorgprogramma’s")),
        ("fr", ("programmes de soins spécialisés", "programmes de soins satellites")),
        ("de", ("spezialisierte Pflegeprogramme", "Satellitenpflegeprogramme")),
    ],
)
def test_the_royal_decree_speaks_of_programmes_and_names_what_it_amends(language, programmes):
    template = settings.BASE_DIR / "directory" / "web" / "templates" / "directory" / "decree.html"
    [message] = re.findall(r'{% translate "(.+)" %}', template.read_text(encoding="utf-8"))
    with translation.override(language):
        text = gettext(message)
    assert [one for one in (*programmes, "2014", "2024", "2027", "100") if one not in text] == []


@pytest.mark.parametrize("role", CentreRole.values)
def test_a_sheet_takes_a_role_by_its_label_in_each_language(role):
    for language in ("en", "nl", "fr", "de"):
        with translation.override(language):
            label = str(CentreRole(role).label)
        assert Word(CentreRole).clean(fold(label)) == role
