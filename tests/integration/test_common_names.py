"""What a physician calls the classes of ICCC-3, beside the names that the classification has."""

import csv
import re

import pytest

from directory.core.fields import LANGUAGE_CODES
from directory.core.text import tidy
from directory.search import service
from directory.search.service import Ask
from directory.watching.describing import parts_of
from tests.builders import a_centre, a_trial
from trials import conditions
from trials.conditions import common_name, common_names, name

GROUPS = [code for code in conditions.main_groups() if code in common_names()]
# Nobody looks for what is in no other group, nor for the relatives of a disease.
NOT_TYPED = {"IV", "XI", "XII"}
PAGES = ("", "trials/", "trials/shown/", "trials/compare/?trial=shown&trial=other", "gaps/?show=all",
         "centres/uz-gent/", "match/?condition=III")  # fmt: skip


# The file


def test_each_is_a_class_with_a_name_in_each_language_in_the_order_of_the_tree():
    codes = list(conditions.codes())
    assert list(common_names()) == sorted(common_names(), key=codes.index)
    for code, by_language in common_names().items():
        assert set(by_language) == set(LANGUAGE_CODES)
        assert all(text and text == tidy(text) for text in by_language.values()), code


def test_each_differs_from_the_name_of_the_classification():
    same = [code for code, names in common_names().items() if names == conditions.names()[code]]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_two_classes_are_called_alike(language):
    called = [common_name(code, language) for code in conditions.codes()]
    assert len({text.casefold() for text in called}) == len(called)


def test_a_class_without_one_is_called_by_its_name():
    assert common_name("V", "de") == name("V", "de") == "Retinoblastom"
    assert common_name("nothing", "de") == "nothing"


def test_british_spelling_here_too():
    assert [
        names["en"] for names in common_names().values() if re.search(r"leukemia|tumor\b|tumors", names["en"])
    ] == []


# Pages


@pytest.fixture
def world(db, index_dir):
    for number, code in enumerate(common_names()):
        a_trial(f"T{number}", slug=f"of-{code.lower()}", conditions=[code])
    ghent = a_centre("uz-gent")
    a_trial("Shown", conditions=GROUPS, at=[ghent], opened_in_belgium="2024")
    a_trial("Other", conditions=GROUPS)
    service.rebuild()


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("path", PAGES)
def test_pages_say_what_a_physician_says(client, world, path, language):
    page = client.get(f"/{language}/{path}").content.decode()
    text = " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL).split())
    assert common_name("III", language) in text
    if not path.startswith("trials/shown"):
        assert name("III", language) not in text


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_the_page_of_a_trial_has_the_name_of_the_classification_beside_it(client, world, language):
    page = client.get(f"/{language}/trials/shown/").content.decode()
    for code in GROUPS:
        assert f"{code}: {name(code, language)}" in page or common_name(code, language) == name(
            code, language
        )


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_files_and_the_api_keep_the_classification(client, world, language):
    table = client.get(f"/{language}/trials/results.csv?q=shown").content.decode("utf-8-sig")
    [row] = csv.DictReader(table.splitlines(), delimiter=";")
    assert name("III", language) in row["condition_names"]
    answer = client.get(f"/api/v1/conditions/?lang={language}").json()
    assert name("III", language) in {one["name"] for one in answer["results"]}


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_search_for_what_a_group_is_called_finds_it(world, language):
    left = []
    for code in set(GROUPS) - NOT_TYPED:
        found = service.find(Ask(q=common_name(code, language), language=language), limit=100)
        if f"of-{code.lower()}" not in [hit.key for hit in found.hits if not hit.without]:
            left.append(common_name(code, language))
    assert left == []


def test_a_mail_says_what_a_physician_says(world):
    assert [part.label for part in parts_of("condition=III")] == ["Brain and spinal tumours"]
