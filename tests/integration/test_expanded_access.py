"""Compassionate use and medical need programmes stand beside trials, in the words of Belgian law."""

import csv

import pytest
from django.utils import translation

from directory.core.fields import LANGUAGE_CODES
from directory.core.text import fold
from directory.search import concepts, service
from directory.search.service import Ask
from tests.builders import a_centre, a_trial, an_editor
from tests.sheets import a_csv, messages, planned
from tests.support.registry_rows import stored
from trials.choices import StudyType
from trials.models import Trial
from trials.sheets import VOCABULARY, spellings

pytestmark = pytest.mark.django_db
LAW = {
    "en": "Compassionate use, medical need programme",
    "nl": "Gebruik in schrijnende gevallen, medisch noodprogramma",
    "fr": "Usage compassionnel, programme médical d’urgence",
    "de": "Härtefallprogramm",
}
TERMS = [
    (term.text, term.lang)
    for term in concepts.read_terms(concepts.VOCABULARY)
    if term.concept == "compassionateuse"
]


def spelt():
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["spelling"] for row in rows if row["word"] == StudyType.EXPANDED_ACCESS]


@pytest.mark.parametrize(("language", "label"), LAW.items())
def test_its_label_is_that_of_the_law(language, label):
    with translation.override(language):
        assert StudyType.EXPANDED_ACCESS.label == label


@pytest.mark.parametrize("text", [*LAW.values(), *(text for text, _language in TERMS), *spelt()])
def test_a_sheet_may_say_it_in_each_of_its_words(text):
    found = spellings("study_type")
    assert found.get(fold(text)) == "expanded_access", text


def test_a_sheet_with_the_words_of_the_law_makes_one():
    rows = [{"acronym": code, "title": "A", "study_type": text} for code, text in LAW.items()]
    run = stored(planned(a_csv(*rows), kind="trials", user=an_editor()))
    assert set(Trial.objects.values_list("study_type", flat=True)) == {"expanded_access"}, messages(run)
    assert Trial.objects.count() == len(LAW)


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent")
    told = {"title_en": "Tovorafenib for glioma", "conditions": ["IIIb"], "at": [ghent]}
    a_trial("PROG", study_type="expanded_access", **told)
    a_trial("TRIAL", study_type="interventional", **told)
    service.rebuild()


@pytest.mark.parametrize(("text", "language"), TERMS)
def test_search_finds_it_by_each_word_and_no_trial(world, text, language):
    assert [hit.key for hit in service.find(Ask(q=text, language=language)).hits] == ["prog"]


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_lists_show_it_beside_the_trials_as_what_it_is(world, client, language):
    form = "application/x-www-form-urlencoded"
    for page in (
        client.get(f"/{language}/trials/?q=tovorafenib"),
        client.post(f"/{language}/match/", "condition=IIIb", content_type=form),
    ):
        text = page.content.decode()
        results = text.split("<article")[1:]
        marked = [LAW[language] in one.split("</article>")[0] for one in results]
        assert sorted(marked) == [False, True], page.request["PATH_INFO"]
    page = client.get(f"/{language}/trials/prog/").content.decode()
    assert LAW[language] in page.split('class="page-head"')[1].split("</header>")[0]
