"""The page of gaps."""

import csv
import datetime as dt
import io
from types import SimpleNamespace

import pytest

from directory.search import service
from directory.web.views.gaps import GapLine
from tests.builders import a_centre, a_trial
from trials import gaps

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital", name_fr="Hôpital universitaire de Gand")
    leuven = a_centre("uz-leuven")
    a_trial("Neuro", conditions=["IVa"], at=[ghent], stages=["relapsed"], max_days=6574)
    a_trial("Bone", conditions=["VIIIc"], at=[ghent, leuven])
    a_trial("Loose", at=[ghent])
    a_trial("=1+1", slug="formula", conditions=["X"], at=[leuven])
    service.rebuild()


def page(client, address="/en/gaps/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_names_the_only_centre_and_leaves_out_what_is_no_gap(client, world):
    text = page(client)
    assert "Neuroblastoma and ganglioneuroblastoma" in text
    assert "Ghent University Hospital" in text
    assert "Bone" not in text.partition('id="loose"')[0]
    assert "Loose" in text.partition('id="loose"')[2]


def test_all_diagnoses_are_shown_on_request_and_the_way_back(client, world):
    text = page(client, "/en/gaps/?show=all&stage=relapsed")
    assert "Bone" in text
    assert 'href="/en/gaps/?stage=relapsed"' in text


def test_the_numbers_of_the_head_are_those_of_the_table(client, world):
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/en/gaps/gaps.csv").content.decode("utf-8-sig")), delimiter=";"
        )
    )
    subgroups = [row["state"] for row in rows if row["level"] == "subgroup" or row["code"] == "V"]
    text = page(client)
    for state in ("none", "wider", "one_centre", "several"):
        assert f'<div class="gap-{state}">' in text
        count = text.partition(f'<div class="gap-{state}">')[2].partition("<dd>")[2].partition("</dd>")[0]
        assert int(count) == subgroups.count(state), state


def test_the_link_of_a_diagnosis_finds_the_trials_that_were_counted(client, world):
    text = page(client, "/en/gaps/?show=all")
    assert 'href="/en/trials/?status=recruiting&amp;condition=VIIIc&amp;country=BE"' in text
    found = page(client, "/en/trials/?status=recruiting&condition=VIIIc&country=BE")
    assert "1 trial" in found


def test_the_page_speaks_its_language(client, world):
    text = page(client, "/fr/gaps/")
    assert "Hôpital universitaire de Gand" in text
    assert "Dans un seul centre" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("age=abc", "“abc” is not an age"),
        ("age=-3", "“-3”"),
        ("stage=sometimes", "“sometimes” is not a stage of disease"),
        ("age=4&age=5", "Give one value, not 2."),
        ("age=%00", "control character"),
    ],
)
def test_a_bad_value_is_named_beside_its_field_and_the_other_is_kept(client, world, query, sentence):
    text = page(client, f"/en/gaps/?{query}")
    assert sentence in text
    assert 'class="error-summary"' in text
    assert "gap-table" not in text
    assert client.get(f"/en/gaps/gaps.csv?{query}").status_code == 302


def test_a_typed_age_is_kept_in_no_cache(client, world):
    from directory.web.views.gaps import _cached_gaps

    _cached_gaps.cache_clear()
    assert "Neuro</a>" not in page(client, "/en/gaps/?age=40")
    assert _cached_gaps.cache_info().currsize == 0
    page(client)
    assert _cached_gaps.cache_info().currsize == 1


def test_a_change_of_the_registry_is_shown_at_once(client, world):
    assert "At one centre only" in page(client)
    a_trial("New", conditions=["V"], at=[a_centre("uza")])
    service.rebuild()
    assert "New</a>" in page(client)


def test_a_file_calculates_nothing_and_holds_every_class(client, world):
    answer = client.get("/nl/gaps/gaps.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert answer["Content-Disposition"].startswith('attachment; filename="gaps-')
    assert answer["X-Robots-Tag"] == "noindex"
    assert len([row for row in rows if row["level"] in ("group", "subgroup")]) == 59
    neuro = next(row for row in rows if row["code"] == "IVa")
    assert (neuro["state"], neuro["trials"], neuro["centres"]) == ("one_centre", "neuro", "uz-gent")


def recruits(slug, verified_at):
    return gaps.OpenTrial(slug, slug, {}, frozenset(), verified_at=verified_at)


@pytest.mark.parametrize(("trials", "latest"), [
    ([recruits("z", dt.date(2026, 11, 1)), recruits("a", dt.date(2026, 11, 20))], "a"),
    ([recruits("a", dt.date(2026, 11, 20)), recruits("z", dt.date(2026, 11, 1))], "a"),
    ([recruits("a", None), recruits("b", dt.date(2024, 1, 1)), recruits("c", None)], "b"),
    ([recruits("a", None)], None),
    ([], None),
])  # fmt: skip
def test_the_day_of_a_diagnosis_is_of_the_trial_that_was_verified_last(trials, latest):
    line = GapLine(SimpleNamespace(own=tuple(trials)), {})
    assert (line.latest.slug if line.latest else None) == latest


@pytest.mark.parametrize(("number", "more"), [(0, 0), (5, 0), (6, 1), (9, 4)])
def test_five_trials_are_named_and_the_rest_is_counted(number, more):
    line = GapLine(SimpleNamespace(own=tuple(recruits(f"{one}", None) for one in range(number))), {})
    assert (len(line.trials), line.more) == (number - more, more)


def test_the_page_works_before_there_is_an_index(client, db, settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "none"
    assert "48 diagnoses" in page(client)
