"""No value of a vocabulary is shown to a reader where it has a word: on pages, in mails, in columns of words.

Which vocabularies there are, which values they have and which of these are words of a language all the same
is found, not listed.
"""

import csv
import io
import re
from html.parser import HTMLParser
from itertools import zip_longest

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db.models import TextChoices
from django.utils import translation

from centres.choices import CentreRole
from directory.core.fields import LANGUAGE_CODES
from directory.eligibility.forms import NAMES
from directory.search import service
from directory.vouching import actions
from directory.watching.models import Watch
from tests.builders import a_centre, a_coordinator, a_network, a_site, a_trial, says
from trials.choices import AgeGroup, ArmType, InterventionType, Phase, Recruitment, Sex, Stage, StudyType
from trials.filters import TrialFilterSet
from trials.models import Intervention, TrialArm

pytestmark = pytest.mark.django_db
PAGES = (
    "", "trials/", "trials/?q=t1&near=9000&view=map", "trials/results.html", "trials/compare/", "centres/",
    "centres/uz-gent/", "networks/", "networks/net/", "gaps/?show=all", "quality/", "match/",
    "match/?condition=VIIIc&stage=relapsed&age=4", "watch/?status=recruiting&phase=early_phase1",
)  # fmt: skip
# What an attribute of a page says to its reader.
SAID_BY = ("aria-label", "title", "placeholder", "alt", "data-label")
_WORD = re.compile(r"[^\W]+", re.UNICODE)
# Shorter ones are syllables of many languages: nl, de, na, all.
SHORTEST = 4


def vocabularies(kind=TextChoices):
    """Every vocabulary of ours."""
    parts = {one.name.partition(".")[0] for one in apps.get_app_configs() if "directory" in one.name}
    for one in kind.__subclasses__():
        if one.__module__.partition(".")[0] in parts | {"trials", "centres"}:
            yield one


def codes(language):
    """The values that are no word of the language: neither their own label nor a word of any sentence."""
    folder = "nl" if language == "en" else language
    files = settings.BASE_DIR.glob(f"**/locale/{folder}/LC_MESSAGES/django.po")
    texts = []
    for entry in (entry for file in files for entry in polib.pofile(str(file))):
        texts += (
            [entry.msgid, entry.msgid_plural]
            if language == "en"
            else [entry.msgstr, *entry.msgstr_plural.values()]
        )
    spoken = {word.casefold() for text in texts for word in _WORD.findall(re.sub(r"%\(\w+\)", "", text))}
    values = {str(value) for one in vocabularies() for value in one.values}
    return {one for one in values if len(one) >= SHORTEST and one.casefold() not in spoken}


class Reader(HTMLParser):
    """What is shown of a page in `language`: its texts, and what attributes say, without other languages."""

    EMPTY = frozenset(("meta", "link", "input", "br", "hr", "img", "circle", "path", "rect"))

    def __init__(self, language):
        super().__init__()
        self.language, self.open, self.shown = language, [], []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        silent = tag in ("script", "style") or (said.get("lang") or self.language) != self.language
        if tag not in self.EMPTY:
            self.open.append((tag, silent))
        if not silent and not self.is_silent:
            self.shown += [said[name] or "" for name in SAID_BY if name in said]

    handle_startendtag = HTMLParser.handle_startendtag

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self.is_silent:
            self.shown.append(data)

    @property
    def is_silent(self):
        return any(silent for _tag, silent in self.open)


def shown(page, language):
    reader = Reader(language)
    reader.feed(page)
    return " ".join(reader.shown)


def raw(text, language):
    """The codes among the words of a text."""
    return set(_WORD.findall(text)) & codes(language)


@pytest.fixture
def world(index_dir):
    """Every value of what a trial, a site or a network can have, somewhere."""
    names = {f"name_{code}": f"UZ {code}" for code in LANGUAGE_CODES}
    ghent = a_centre("uz-gent", languages=list(LANGUAGE_CODES), **names)
    others = [a_centre(f"c{number}", **names) for number, _role in enumerate(CentreRole)]
    a_network("net", members=[(one, role) for one, role in zip(others, CentreRole.values, strict=True)],
              **{f"name_{code}": "Net" for code in LANGUAGE_CODES})  # fmt: skip
    titles = {f"title_{code}": "T" for code in LANGUAGE_CODES}
    lists = (Recruitment, Phase, Stage, StudyType, Sex, AgeGroup, InterventionType, ArmType)
    for number, values in enumerate(zip_longest(*(one.values for one in lists))):
        status, phase, stage, study_type, sex, group, given, arm = values
        fields = {
            "phases": [phase or "phase1"], "stages": [stage or "any"], "sex": sex or "all",
            "study_type": study_type or "interventional", "age_groups": [group or "child"],
        }  # fmt: skip
        trial = a_trial(f"T{number}", status=status or "unknown", conditions=["VIIIc"], **titles, **fields)
        if given:
            trial.interventions.add(Intervention.objects.create(name=f"X{number}", type=given))
        if arm:
            TrialArm.objects.create(trial=trial, label="A", type=arm)
        site = a_site(trial, ghent, status=status, said=50 + number)
        if number % 2 and status:
            says(site, "completed", said=1, by="registry", source="x")
    service.rebuild()
    return ghent


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_page_shows_a_code(client, world, language):
    trials = [f"trials/t{number}/" for number in range(len(InterventionType))]
    paths = [*PAGES, *trials, *(f"{path}print/" for path in trials)]
    paths.append("trials/compare/?" + "&".join(f"trial=t{number}" for number in range(4)))
    found = {}
    for path in paths:
        answer = client.get(f"/{language}/{path}")
        assert answer.status_code == 200, path
        if codes_found := raw(shown(answer.content.decode(), language), language):
            found[path] = codes_found
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_sentence_about_a_bad_value_shows_a_code(client, world, language):
    asked = [f"trials/?{name}=zkanarie" for name in TrialFilterSet.base_filters]
    asked += ["trials/?within=10", "trials/?ordering=distance", "gaps/?stage=zkanarie"]
    asked += [f"match/?{name}=zkanarie" for name in NAMES]
    found, refused = {}, 0
    for path in asked:
        page = client.get(f"/{language}/{path}").content.decode()
        refused += "error-summary" in page
        if codes_found := raw(shown(page, language), language):
            found[path] = codes_found
        assert not re.search(r"\bnear=", shown(page, language)), path
    assert refused > 15
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_column_of_words_and_no_reference_shows_a_code(client, world, language):
    references = client.get(f"/{language}/trials/results.ris").content.decode()
    assert raw(" ".join(re.findall(r"^N1  - (.*)$", references, re.MULTILINE)), language) == set()
    told = []
    for path in ("trials/results.csv", "gaps/gaps.csv"):
        text = client.get(f"/{language}/{path}").content.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text), delimiter=";")
        told += [row[name] for row in rows for name in row if name.endswith(("_label", "_as_read"))]
    assert len(list(filter(None, told))) > 50
    assert raw(" ".join(told), language) == set()


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_mail_shows_a_code(client, world, language):
    world.languages = [language]
    world.save()
    user = a_coordinator(world)
    user.email = "coordinator@example.org"
    user.save()
    actions.ask_now(coordination=user.coordinations.get())
    for name, one in TrialFilterSet.base_filters.items():
        for value, _label in getattr(one.field, "choices", ())[:3]:
            Watch.objects.all().delete()
            asked = {"email": "a@example.org", "frequency": "daily"}
            client.post(f"/{language}/watch/?{name}={value}", asked)
    assert len(mail.outbox) > 10
    for message in mail.outbox:
        text = re.sub(r"https?://\S+", "", f"{message.subject} {message.body}")
        pages = [shown(str(one[0]), language) for one in message.alternatives]
        assert raw(" ".join([text, *pages]), language) == set(), message.subject


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_code_would_be_found(language):
    with translation.override(language):
        chosen = (Recruitment, Phase, Stage, CentreRole)
        labels = " ".join(str(label) for one in chosen for label in one.labels)
    assert len(codes(language)) > 30
    assert {"early_phase1", "newly_diagnosed", "not_yet_recruiting"} <= codes(language)
    assert language == "en" or {"recruiting", "suspended"} <= codes(language)
    assert raw(labels, language) == set()
    page = '<p title="early_phase1">a <b lang="xx">phase1</b> newly_diagnosed'
    assert raw(shown(page, language), language) == {"early_phase1", "newly_diagnosed"}
