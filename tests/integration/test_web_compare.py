"""Up to four trials side by side."""

import re

import pytest

from directory.search import service
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def text(client, *names, language="en"):
    answer = client.get(f"/{language}/trials/compare/", {"trial": names})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def columns(page):
    """The names at the heads of the columns."""
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    return re.findall(r'<th scope="col"><a href="[^"]+">([^<]+)</a>', head)


def row(page, label):
    """The cells of the row that begins with `label`."""
    cells = page.partition(f'<th scope="row">{label}</th>')[2].partition("</tr>")[0]
    return re.findall(r"<td>(.*?)</td>", cells)


def test_trials_stand_in_the_order_they_were_asked_for(client):
    belgium()
    assert columns(text(client, "beacon2", "ieuroewing")) == ["BEACON2", "iEuroEwing"]
    assert columns(text(client, "ieuroewing", "beacon2")) == ["iEuroEwing", "BEACON2"]


def test_what_a_physician_asks_of_a_trial_is_a_row(client):
    belgium()
    page = text(client, "ieuroewing", "beacon2")
    assert row(page, "Stage of disease") == ["Newly diagnosed", "Relapsed"]
    assert row(page, "Phase") == ["Phase 3", "Phase 1, Phase 2"]
    assert row(page, "Ages")[1] == "from 1 year"
    assert row(text(client, "reecur", "beacon2"), "Ages")[0] == "Age limits not recorded"
    assert "bone tumours" in row(page, "For")[0].lower() or "Ewing" in row(page, "For")[0]
    assert row(page, "Identifiers") == ["No registry number is known"] * 2


def test_each_site_says_how_we_know_and_whom_to_ask(client):
    belgium()
    ewing, neuroblastoma = row(text(client, "ieuroewing", "beacon2"), "Centres, source and contact")
    assert ewing.index("Ghent University Hospital") < ewing.index("University Hospitals Leuven")
    assert re.search(r"Recruiting<span class=\"fresh\">, confirmed on \d", ewing)
    assert "trials@uz-gent.example" in ewing
    assert "not confirmed since" in neuroblastoma
    assert "+32 9 332 21 11" in neuroblastoma


def test_a_trial_without_sites_says_so(client):
    belgium()
    assert "No participating centre is known." in text(client, "reecur", "beacon2")


def test_an_identifier_or_an_acronym_names_a_trial_too_and_twice_the_same_is_one(client):
    belgium()
    page = text(client, "nct 04307576", "EudraCT 2018-001795-38", "ALLTogether1", "IEUROEWING")
    assert columns(page) == ["ALLTogether1", "iEuroEwing"]


def test_names_that_are_not_known_are_named_and_the_others_are_compared(client):
    belgium()
    page = text(client, "ieuroewing", "nonsense", "beacon2")
    assert "Not found: <strong>“nonsense”</strong>" in page
    assert columns(page) == ["iEuroEwing", "BEACON2"]


@pytest.mark.parametrize("name", ["\0", "x" * 10_000, "<script>alert(1)</script>", "' OR 1=1", "‮"])
def test_no_name_breaks_the_page(client, name):
    belgium()
    page = text(client, name, "beacon2")
    assert "Not found:" in page
    assert "<script>alert" not in page
    assert "x" * 101 not in page.partition("<main")[2]


def test_more_than_four_is_a_sentence_that_names_those_left_out(client):
    for number in range(6):
        a_trial(f"Alpha{number}")
    service.rebuild()
    page = text(client, *[f"alpha{number}" for number in range(6)])
    assert columns(page) == ["Alpha0", "Alpha1", "Alpha2", "Alpha3"]
    assert "Up to 4 trials can be compared. Left out:" in page
    assert '<a href="/en/trials/alpha5/">Alpha5</a>' in page


def test_each_column_can_be_left_out(client):
    belgium()
    page = text(client, "ieuroewing", "beacon2", "reecur")
    assert '<a href="/en/trials/compare/?trial=ieuroewing&amp;trial=reecur">Leave out' in page


def test_one_trial_alone_says_how_to_add_others(client):
    belgium()
    page = text(client, "beacon2")
    assert columns(page) == ["BEACON2"]
    assert "Only one trial is selected." in page


@pytest.mark.parametrize("names", [(), ("",), (" ", "")])
def test_without_trials_the_page_says_how_to_choose_them(client, names):
    belgium()
    assert "Select up to four trials in the search results" in text(client, *names)


def test_a_trial_called_compare_keeps_its_page(client):
    a_trial("COMPARE", title_en="A trial of comparisons")
    service.rebuild()
    assert "A trial of comparisons" in client.get("/en/trials/compare/").content.decode()
    assert columns(text(client, "compare")) == ["COMPARE"]


def test_it_works_without_an_index(client):
    a_trial("Alpha", identifiers=["NCT04307576"])
    a_trial("Beta")
    assert columns(text(client, "NCT04307576", "beta")) == ["Alpha", "Beta"]


def test_a_draft_is_unknown_to_the_public_and_marked_for_an_editor(client):
    a_trial("Alpha", state="draft")
    assert "Not found:" in text(client, "alpha")
    client.force_login(an_editor())
    assert '<span class="badge">Draft</span>' in text(client, "alpha")


def test_a_person_is_named_only_with_consent(client):
    willing = a_professional("Demo Willing", consent=True)
    a_site(
        a_trial("Alpha"), a_centre("one"), contact_person=willing, investigator=a_professional("Demo Silent")
    )
    page = text(client, "alpha")
    assert "Demo Willing" in page
    assert "Demo Silent" not in page


def test_results_have_a_box_to_tick_outside_the_form_of_the_search(client):
    belgium()
    page = client.get("/en/trials/?q=ewing").content.decode()
    assert re.search(r'name="trial" value="ieuroewing" form="compare"', page)
    assert '<form id="compare" action="/en/trials/compare/" method="get"></form>' in page
    assert page.index("</form>", page.index('id="search"')) < page.index('<form id="compare"')
