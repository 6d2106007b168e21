"""What is closed, or of no known Belgian centre, is folded in results; nothing asked for by name is."""

import re

import pytest

from directory.core.roles import Role
from directory.search import service
from directory.search.folding import CLOSED
from directory.search.service import Ask
from tests.builders import a_centre, a_site, a_trial, says
from trials.choices import Recruitment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]
TRIAL = re.compile(r'<h3><a href="/en/trials/([^/]+)/"')


def page(client, query="", path="/en/trials/"):
    answer = client.get(f"{path}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def shown(client, query="", path="/en/trials/"):
    """The slugs in sight, those that are folded, and what the fold is called."""
    before, _, fold = page(client, query, path).partition('<details class="fold results-folded"')
    inside, _, _after = fold.partition("</details>")
    title = re.search(r"<summary><h2>(.*?)</h2>", inside)
    return TRIAL.findall(before), TRIAL.findall(inside), title[1] if title else ""


def a_world():
    """One trial in sight, three that are folded, all for one disease."""
    ghent, utrecht = a_centre("uz-gent"), a_centre("utrecht", country="NL", city="Utrecht")
    a_trial("Open", conditions=["VIIIc"], at=[ghent])
    a_trial("Over", conditions=["VIIIc"], identifiers=["NCT04307576"], at=[(ghent, "completed")])
    a_trial("Abroad", conditions=["VIIIc"], at=[utrecht])
    a_trial("Nowhere", conditions=["VIIIc"])
    service.rebuild()


def test_what_is_closed_or_without_a_belgian_centre_is_folded_and_counted(client):
    a_world()
    in_sight, folded, title = shown(client, "?condition=VIII")
    assert (in_sight, sorted(folded)) == (["open"], ["abroad", "nowhere", "over"])
    assert title == "3 more: closed, or no Belgian centre known"
    assert "4 trials" in page(client, "?condition=VIII")


@pytest.mark.parametrize("status", Recruitment.values)
def test_only_a_status_that_is_over_is_folded(client, status):
    centre = a_centre("uz-gent")
    a_trial("Open", at=[centre])
    a_trial("Asked", at=[(centre, status)])
    service.rebuild()
    assert shown(client)[1] == (["asked"] if status in CLOSED else [])


@pytest.mark.parametrize("status", Recruitment.values)
def test_where_nobody_knows_of_the_site_the_whole_trial_says_whether_it_is_over(client, status):
    centre = a_centre("uz-gent")
    a_trial("Open", at=[centre])
    a_site(a_trial("Asked", status=status), centre, status=None)
    service.rebuild()
    assert shown(client)[1] == (["asked"] if status in CLOSED else [])


def test_what_a_newer_source_disputes_is_not_folded(client):
    centre = a_centre("uz-gent")
    a_trial("Open", at=[centre])
    site = a_site(a_trial("Asked"), centre, status="completed", said=50)
    says(site, "recruiting", said=3, by=Role.REGISTRY, source="ClinicalTrials.gov")
    service.rebuild()
    assert shown(client)[1] == []


def test_a_site_abroad_does_not_keep_a_trial_in_sight_unless_that_place_is_asked_for(client):
    a_world()
    assert "abroad" in shown(client)[1]
    assert shown(client, "?centre=utrecht") == (["abroad"], [], "")
    assert shown(client, "?country=NL&country=BE")[0] == ["abroad", "open"]


@pytest.mark.parametrize(
    "words", ["over", "OVER", "nct04307576", "NCT 0430-7576", "over NCT04307576", "over bone tumour"]
)
def test_what_is_asked_for_by_its_acronym_or_number_is_in_sight(client, words):
    a_world()
    assert "over" in shown(client, f"?q={words}")[0]


def test_an_acronym_of_two_trials_keeps_both_in_sight(client):
    a_trial("Open", conditions=["VIIIc"], at=[a_centre("uz-gent")])
    a_trial("Twin", conditions=["VIIIc"])
    a_trial("Twin", slug="twin-2", conditions=["VIIIc"])
    service.rebuild()
    assert sorted(shown(client, "?q=twin")[0]) == ["twin", "twin-2"]


def test_where_all_would_be_folded_nothing_is(client):
    a_trial("Over", at=[(a_centre("uz-gent"), "completed")])
    a_trial("Nowhere")
    service.rebuild()
    in_sight, folded, title = shown(client)
    assert (sorted(in_sight), folded, title) == (["nowhere", "over"], [], "")


@pytest.mark.parametrize("query", ["?status=completed&status=recruiting", "?trial_status=recruiting"])
def test_who_asks_for_a_status_sees_all_that_has_it(client, query):
    a_world()
    in_sight, folded, _title = shown(client, query)
    assert len(in_sight) > 1
    assert folded == []


@pytest.mark.parametrize("ordering", ["", "acronym", "updated", "verified", "opened"])
def test_every_trial_stands_on_one_page_in_sight_before_folded_whatever_the_order(client, ordering):
    ghent = a_centre("uz-gent")
    for number in range(23):
        a_trial(f"Open {number:02}", at=[ghent])
        a_trial(f"Over {number:02}", at=[(ghent, "completed")])
    service.rebuild()
    pages = [shown(client, f"?ordering={ordering}&page={number}") for number in (1, 2, 3)]
    assert [(len(one), len(other)) for one, other, _title in pages] == [(20, 0), (3, 17), (0, 6)]
    every = [slug for one, other, _title in pages for slug in one + other]
    assert len(set(every)) == 46
    assert [title for _one, _other, title in pages[1:]] == ["23 more: closed, or no Belgian centre known"] * 2


def test_a_page_with_nothing_else_is_open_and_goes_on_counting(client):
    ghent = a_centre("uz-gent")
    a_trial("Open", at=[ghent])
    for number in range(22):
        a_trial(f"Over {number:02}", at=[(ghent, "completed")])
    service.rebuild()
    first, second = page(client), page(client, "?page=2")
    assert 'id="folded">' in first
    assert '<ol class="results" start="2">' in first
    assert 'id="folded" open>' in second
    assert '<ol class="results" start="21">' in second


def test_paper_shows_the_folded_ones_under_their_heading(client):
    a_world()
    paper = page(client, "", "/en/trials/results.html")
    head, _, rest = paper.partition("3 more: closed, or no Belgian centre known")
    assert TRIAL.findall(head) == ["open"]
    assert sorted(TRIAL.findall(rest)) == ["abroad", "nowhere", "over"]


def test_files_and_the_api_have_the_order_asked_for(client):
    a_world()
    plain = [hit.key for hit in service.find(Ask(ordering="acronym")).hits]
    assert plain == ["abroad", "nowhere", "open", "over"]
    served = client.get("/api/v1/trials/?ordering=acronym").json()["results"]
    assert [one["slug"] for one in served] == plain
    rows = client.get("/en/trials/results.csv?ordering=acronym").content.decode("utf-8-sig").splitlines()
    assert [row.partition(";")[0] for row in rows[1:]] == plain
