"""The page of gaps."""

import csv
import datetime as dt
import io
import re

import pytest

from directory.search import service
from directory.web.views.gaps import STANDINGS, GapLine
from tests.builders import a_centre, a_trial
from trials import gaps

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital", name_fr="Hôpital universitaire de Gand")
    leuven = a_centre("uz-leuven")
    a_trial("Neuro", conditions=["IVa"], at=[ghent], stages=["relapsed"], max_days=6574)
    a_trial("Osseous", conditions=["VIIIc"], at=[ghent, leuven])
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
    assert "Osseous" not in text.partition('id="loose"')[0]
    assert "Ewing sarcoma of bone" not in text
    assert "Loose" in text.partition('id="loose"')[2]


def test_all_diagnoses_are_shown_on_request_and_the_way_back(client, world):
    text = page(client, "/en/gaps/?show=all&stage=relapsed")
    assert "Osseous" in text
    assert 'href="/en/gaps/?stage=relapsed"' in text


def test_the_numbers_of_the_head_are_those_of_the_table(client, world):
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/en/gaps/gaps.csv").content.decode("utf-8-sig")), delimiter=";"
        )
    )
    subgroups = [row["state"] for row in rows if row["level"] == "subgroup" or row["code"] == "V"]
    text = page(client)
    for state in gaps.STATES:
        assert f'<div class="gap-{state}">' in text
        count = text.partition(f'<div class="gap-{state}">')[2].partition("<dd>")[2].partition("</dd>")[0]
        assert int(count) == subgroups.count(state), state


def test_the_link_of_a_diagnosis_finds_the_trials_that_were_counted(client, world):
    text = page(client, "/en/gaps/?show=all")
    assert 'href="/en/trials/?status=recruiting&amp;condition=VIIIc"' in text
    assert "1 trial<" in page(client, "/en/trials/?status=recruiting&condition=VIIIc")


def row_with(text, code):
    """What is said in the row of a class, as it is written."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", text, re.DOTALL)
    (row,) = [said for head, said in rows if f'<span class="count">{code}</span>' in head]
    return row


def row_of(text, code):
    """The row of a class, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", row_with(text, code)).split())


@pytest.mark.parametrize(
    ("language", "code", "words"),
    [
        ("en", "Ia", "No trial in this directory"),
        ("en", "Ib", "None of its trials recruits in Belgium 1 not recruiting · 1 in all"),
        ("en", "Ic", "Not known whether one recruits in Belgium 1 not known · 1 not recruiting · 2 in all"),
        ("en", "Id", "Recruiting for adults only 1 recruiting"),
        ("nl", "Ia", "Geen studie in deze gids"),
        ("nl", "Ib", "Geen van de studies rekruteert in België"),
        ("nl", "Ic", "Niet bekend of er een in België rekruteert"),
        ("nl", "Id", "Rekruteert alleen volwassenen 1 rekruteert"),
        ("fr", "Ia", "Aucune étude dans ce répertoire"),
        ("fr", "Ib", "Aucune de ses études ne recrute en Belgique"),
        ("fr", "Ic", "On ne sait pas si l’une d’elles recrute en Belgique"),
        ("fr", "Id", "Recrutement d’adultes uniquement 1 recrute"),
        ("de", "Ia", "Keine Studie in diesem Verzeichnis"),
        ("de", "Ib", "Keine der Studien rekrutiert in Belgien"),
        ("de", "Ic", "Nicht bekannt, ob eine in Belgien rekrutiert"),
        ("de", "Id", "Rekrutiert nur Erwachsene 1 rekrutiert"),
    ],
)
def test_four_reasons_why_none_recruits_are_told_apart(client, index_dir, language, code, words):
    ghent = a_centre("uz-gent")
    a_trial("Over", conditions=["Ib"], at=[(ghent, "completed")])
    a_trial("Nobody said", conditions=["Ic"])
    a_trial("Over as well", conditions=["Ic"], status="completed")
    a_trial("Adults", conditions=["Id"], at=[ghent], min_days=6575)
    service.rebuild()
    assert row_of(page(client, f"/{language}/gaps/"), code).startswith(words)


def test_the_trials_of_a_gap_are_named_with_what_is_to_be_said_of_them(client, index_dir):
    ghent = a_centre("uz-gent")
    a_trial("Over", conditions=["Ia"], at=[(ghent, "completed")])
    a_trial("Silent", conditions=["Ia"])
    a_trial("Grown-up", conditions=["Ia"], at=[ghent], age_groups=["adult"])
    a_trial("Wide", conditions=["I"], status="completed")
    service.rebuild()
    row = row_of(page(client), "Ia")
    assert "Silent status or centre not known Grown-up recruits adults only Over not recruiting in" in row
    assert "Wide for several diseases, not recruiting in Belgium" in row
    rows = csv.DictReader(
        io.StringIO(client.get("/en/gaps/gaps.csv").content.decode("utf-8-sig")), delimiter=";"
    )
    one = next(row for row in rows if row["code"] == "Ia")
    named = [one[f"{name}_trials"] for name in ("not_known", "adults_only", "not_recruiting", "wider")]
    assert named == ["silent", "grown-up", "over", ""]
    assert (one["state"], one["trials"], one["centres"]) == ("not_known", "", "")


@pytest.mark.parametrize("asked", ["", "?age=4", "?stage=relapsed"])
def test_a_number_leads_to_just_that_many_trials_and_to_none_where_the_list_asks_otherwise(
    client, index_dir, asked
):
    ghent = a_centre("uz-gent")
    a_trial("Open", conditions=["Ia"], at=[ghent])
    a_trial("Adults", conditions=["Ia"], at=[ghent], age_groups=["adult"])
    a_trial("Over", conditions=["Ia"], at=[(ghent, "completed")])
    service.rebuild()
    row = row_with(page(client, f"/en/gaps/{asked}"), "Ia")
    links = re.findall(r'<a href="([^"]+)">(\d+) (?:recruiting|in all)', row)
    assert [count for _url, count in links] == ([] if asked else ["2", "3"])
    for url, count in links:
        assert f'tabindex="-1">{count} trials<' in page(client, url.replace("&amp;", "&"))


def test_what_is_said_of_several_diagnoses_is_said_once(client, world):
    text = page(client)
    heads = re.findall(r'<tr><th scope="row">(.*?)</th>', text, re.DOTALL)
    alike = next(head for head in heads if ">IIIa<" in head)
    assert all(f'<span class="count">{code}</span>' in alike for code in ("IIIb", "IIIc", "IIIf"))
    # A diagnosis with trials of its own has a row of its own.
    assert ">IVb<" not in next(head for head in heads if ">IVa<" in head)


def test_red_is_for_a_whole_group_that_takes_no_child(client, world):
    text = page(client)
    groups = dict(re.findall(r'<h2 id="group-(\w+)">.*?</h2>(.*?)</section>', text, re.DOTALL))
    urgent = {code for code, said in groups.items() if "gap-urgent" in said}
    assert {"I", "V"} <= urgent
    # Neuroblastoma recruits at one centre; of the others in its group there is only no trial.
    assert "IV" not in urgent
    assert "gap-urgent" not in text.partition("gap-counts")[2].partition("</dl>")[0]


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
    """A trial that recruits at a centre, verified on a day."""
    found = gaps.KnownTrial(slug, slug, {}, frozenset(), centres={"uz-gent"}, has_site=True)
    found.verified_at = verified_at
    return found


def line_of(trials):
    return GapLine(gaps.Gap("Ia", "subgroup", tuple(trials), ()), {})


@pytest.mark.parametrize(("trials", "latest"), [
    ([recruits("z", dt.date(2026, 11, 1)), recruits("a", dt.date(2026, 11, 20))], "a"),
    ([recruits("a", dt.date(2026, 11, 20)), recruits("z", dt.date(2026, 11, 1))], "a"),
    ([recruits("a", None), recruits("b", dt.date(2024, 1, 1)), recruits("c", None)], "b"),
    ([recruits("a", None)], None),
    ([], None),
])  # fmt: skip
def test_the_day_of_a_diagnosis_is_of_the_trial_that_was_verified_last(trials, latest):
    line = line_of(trials)
    assert (line.latest.slug if line.latest else None) == latest


@pytest.mark.parametrize(("number", "more"), [(0, 0), (5, 0), (6, 1), (9, 4)])
def test_five_trials_are_named_and_the_rest_is_counted(number, more):
    line = line_of(recruits(f"{one}", None) for one in range(number))
    assert (len(line.trials), line.more) == (number - more, more)


def test_every_reason_why_a_trial_recruits_no_child_has_its_words():
    assert {gaps.RECRUITING, *STANDINGS} == {gaps.RECRUITING} | {
        gaps.NOT_KNOWN, gaps.ADULTS_ONLY, gaps.NOT_RECRUITING
    }  # fmt: skip


def test_the_page_works_before_there_is_an_index(client, db, settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "none"
    assert "48 diagnoses" in page(client)
