"""Pages of trials and centres as they were on a day."""

import datetime as dt

import pytest

from directory.core import changes
from directory.core.roles import Role
from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial, an_editor
from trials.actions import state_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir, time_machine):
    """Alpha recruited in March and is suspended in May."""
    time_machine.move_to("2026-03-01 12:00Z", tick=False)
    ghent, coordinator = a_centre("uz-gent"), changes.Actor(Role.COORDINATOR)
    a_network("net", members=[(ghent, "satellite")])
    parent = a_trial("Master")
    site = a_site(
        a_trial("Alpha", identifiers=["NCT01234567"], parent=parent, conditions=["VIIIc"]), ghent, status=None
    )
    state_status(site=site, status="recruiting", by=coordinator, said_at=dt.date(2026, 2, 20))
    time_machine.move_to("2026-05-01 12:00Z", tick=False)
    state_status(site=site, status="suspended", by=coordinator, source="the centre")
    service.rebuild()
    return site


def text(client, address, code=200):
    answer = client.get(address)
    assert answer.status_code == code
    return " ".join(answer.content.decode().split())


def test_the_trial_page_of_a_day_says_so_and_shows_what_was_said_then(client, world):
    page = text(client, "/en/trials/alpha/?as_of=2026-03-03")
    assert "As it was on 3 March 2026." in page
    assert '<a href="/en/trials/alpha/">See today</a>' in page
    assert "Stated on <strong>20 February 2026</strong> by the centre" in page
    assert "Recruiting at 1 centre" in page
    assert "Suspended" not in page
    assert "History of statuses (1)" in page
    assert "days ago" not in page
    assert '<meta name="robots" content="noindex">' in page
    assert "Master" in page
    assert "changed on 1 March 2026" in page


def test_the_page_of_today_has_no_banner_but_the_way_to_another_day(client, world):
    page = text(client, "/en/trials/alpha/")
    assert "As it was on 3 March" not in page
    assert 'type="date" name="as_of" required max="2026-05-01"' in page
    assert "Suspended" in page


def test_the_centre_page_of_a_day_lists_what_recruited_there_then(client, world):
    page = text(client, "/en/centres/uz-gent/?as_of=2026-03-03")
    assert "As it was on 3 March 2026." in page
    assert "1 trial that recruits" in page
    assert "Alpha" in page
    assert "NET" in page
    assert "Alpha" not in text(client, "/en/centres/uz-gent/").partition("<main")[2]


def test_another_name_leads_to_the_same_day(client, world):
    answer = client.get("/en/trials/nct01234567/?as_of=2026-03-03")
    assert (answer.status_code, answer.url) == (302, "/en/trials/alpha/?as_of=2026-03-03")


def test_no_day_is_today(client, world):
    answer = client.get("/en/trials/alpha/?as_of=")
    assert (answer.status_code, answer.url) == (302, "/en/trials/alpha/")


@pytest.mark.parametrize("path", ["trials/alpha", "centres/uz-gent"])
@pytest.mark.parametrize(
    ("day", "code", "sentence"),
    [
        ("2026-05-02", 400, "2 May 2026 is in the future. Give a day from 1 March 2026 to 1 May 2026."),
        ("2026-02-28", 400, "The record of this directory begins on 1 March 2026"),
        ("x", 400, "“x” is not a day. Write it like 2026-05-01."),
        ("%00", 400, "is not a day."),
    ],
)
def test_a_day_that_cannot_be_shown_is_told_why_with_the_way_out(client, world, path, day, code, sentence):
    page = text(client, f"/en/{path}/?as_of={day}", code)
    assert sentence in page
    assert f'<a href="/en/{path}/">See today</a>' in page
    assert 'name="as_of"' in page


def test_it_is_said_in_the_readers_language(client, world):
    assert "Situation au 3 mars 2026." in text(client, "/fr/trials/alpha/?as_of=2026-03-03")
    assert "2. Mai 2026 liegt in der Zukunft." in text(client, "/de/centres/uz-gent/?as_of=2026-05-02", 400)


def test_a_trial_that_was_not_there_then_is_not_found_for_that_day(client, world):
    with changes.recording(changes.SYSTEM) as log:
        later = a_trial("Later", state="draft")
        log.watch(later)
        later.state = "listed"
        later.save()
    assert "This page did not exist, or was not public, on 3 March 2026." in text(
        client, "/en/trials/later/?as_of=2026-03-03", 404
    )
    assert text(client, "/en/trials/later/?as_of=2026-05-01")


def test_nobody_opens_for_a_day_what_they_may_not_open_today(client, world):
    a_trial("Secret", state="withdrawn")
    assert client.get("/en/trials/secret/?as_of=2026-03-03").status_code == 404
    client.force_login(an_editor())
    assert "did not exist, or was not public" in text(client, "/en/trials/secret/?as_of=2026-03-03", 404)
    assert client.get("/en/trials/nothing/?as_of=2026-03-03").status_code == 404
    assert client.get("/en/centres/nothing/?as_of=2026-03-03").status_code == 404
