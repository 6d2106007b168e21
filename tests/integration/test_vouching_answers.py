"""What a coordinator answers by the mailed link: what is stored, in whose role, once; what is shown then."""

import datetime as dt
import io

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.core.models import Change
from directory.core.roles import Role
from directory.sheets import workbooks
from directory.vouching import actions
from directory.vouching.models import Enquiry
from tests.builders import a_centre, a_professional, a_site, a_trial, says
from tests.support.vouching import TODAY, a_link, a_world, buttons_of, fresh, said_by_link, seen
from trials.models import TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    centre, sites = a_world()
    return centre, sites, *a_link(centre)


# Two clicks


def test_fourteen_unchanged_sites_take_the_link_and_one_button(world, client):
    _centre, sites, enquiry, address = world
    page = client.get(address).content.decode()
    assert (
        "Your centre&#x27;s 14 trials: still right?" in page
        or "Your centre's 14 trials: still right?" in page
    )
    assert "14 statuses wait for your word" in page
    answer = client.post(address, buttons_of(page))
    assert answer["Location"] == f"{address}?saved=1"
    assert said_by_link().count() == 14
    for site in map(fresh, sites):
        assert (site.status, site.verified_at, site.verified_by) == ("recruiting", TODAY(), Role.COORDINATOR)
    assert set(said_by_link().values_list("user", "evidence")) == {
        (enquiry.user_id, f"answered by the mailed link (enquiry {enquiry.pk})")
    }
    after = client.get(answer["Location"]).content.decode()
    assert "Thank you." in after
    assert "All is confirmed" in after
    changes = Change.objects.filter(kind="site")
    assert changes.count() == 14
    assert set(changes.values_list("actor_role", "actor")) == {(Role.COORDINATOR, enquiry.user_id)}


def test_looking_stores_nothing_however_a_scanner_looks(world):
    address = world[-1]
    for method in ("get", "head", "options"):
        with CaptureQueriesContext(connection) as queries:
            getattr(Client(), method)(address)
        assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
    assert Client().put(address).status_code == 405
    assert not said_by_link().exists()


def test_the_page_takes_as_many_queries_for_one_site_as_for_forty(client):
    counts = []
    for number in (1, 40):
        centre = a_centre()
        for _site in range(number):
            says(a_site(a_trial(), centre, said=40), "completed", said=3, by=Role.REGISTRY)
        _enquiry, address = a_link(centre)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_more_sites_than_a_form_takes_stand_on_several_pages_and_the_button_confirms_them_all(client):
    centre, sites = a_world(70)
    _enquiry, address = a_link(centre)
    page = client.get(address).content.decode()
    assert page.count('class="vouch-site"') == 40
    assert "All still right: confirm 70" in page
    assert client.get(f"{address}?page=2").content.decode().count('class="vouch-site"') == 30
    last = sorted(sites, key=lambda one: str(one.trial))[-1]
    form = seen(last) | {f"{last.pk}-said": "suspended", "note": ""}
    assert client.post(f"{address}?page=2", form)["Location"] == f"{address}?saved=1&page=2"
    assert fresh(last).status == "suspended"
    client.post(address, buttons_of(client.get(address).content.decode()))
    assert TrialSite.objects.filter(verified_at=TODAY()).count() == 70


# One by one


@pytest.mark.parametrize("status", ["recruiting", "active_not_recruiting", "suspended"])
def test_a_status_is_stored_with_the_day_since_when_it_is_so(world, client, status):
    site = says_first(world, "not_yet_recruiting")
    client.post(world[-1], seen(site) | {f"{site.pk}-said": status, f"{site.pk}-day": "03/2026"})
    assert (fresh(site).status, fresh(site).status_since) == (status, "2026-03")
    assert said_by_link().count() == 1


def says_first(world, status):
    site = world[1][0]
    says(site, status, said=39)
    return fresh(site)


def test_what_was_not_answered_is_left_as_it_was(world, client):
    site, *others = world[1]
    client.post(world[-1], seen(*world[1]) | {f"{site.pk}-said": "same"})
    assert fresh(site).verified_at == TODAY()
    assert {fresh(one).verified_at for one in others} == {TODAY() - dt.timedelta(days=40)}
    page = client.get(world[-1]).content.decode()
    assert "13 statuses wait for your word" in page
    assert "1 is confirmed since we asked." in page


def test_all_others_may_be_confirmed_with_a_change_of_one(world, client):
    site, *others = world[1]
    form = seen(*world[1]) | {f"{site.pk}-said": "suspended", "all": "1"}
    client.post(world[-1], form)
    assert fresh(site).status == "suspended"
    assert {fresh(one).verified_at for one in others} == {TODAY()}
    assert said_by_link().count() == 14


def test_an_opening_is_announced_as_precisely_as_it_was_said_and_withdrawn_when_it_is_open(world, client):
    site, year = world[1][0], TODAY().year + 1
    client.post(
        world[-1], seen(site) | {f"{site.pk}-said": "not_yet_recruiting", f"{site.pk}-day": f"3/{year}"}
    )
    assert (fresh(site).status, fresh(site).opened_on) == ("not_yet_recruiting", f"{year}-03")
    assert f"opening announced for March {year}" in client.get(world[-1]).content.decode()
    client.post(
        world[-1],
        seen(fresh(site)) | {f"{site.pk}-said": "not_yet_recruiting", f"{site.pk}-day": f"03/{year}"},
    )
    assert said_by_link().count() == 1
    client.post(world[-1], seen(fresh(site)) | {f"{site.pk}-said": "recruiting"})
    assert (fresh(site).status, fresh(site).opened_on) == ("recruiting", "")


@pytest.mark.parametrize(
    ("said", "day", "sentence"),
    [
        ("not_yet_recruiting", "", "Give the day or month on which it opens"),
        ("not_yet_recruiting", "01/02/2020", "“2020-02-01” has passed."),
        ("not_yet_recruiting", "2020", "“2020” has passed."),
        ("not_yet_recruiting", "soon", "“soon” is not a date."),
        ("not_yet_recruiting", "31/02/2099", "is not a date"),
        ("not_yet_recruiting", "01/01/2200", "the year must lie"),
        ("suspended", "01/01/2099", "“2099-01-01” is in the future."),
        ("", "2026", "Say what is so on that day"),
        ("completely", "", "completely is not one of the available choices"),
        ("unknown", "", "unknown is not one of the available choices"),
    ],
)
def test_a_day_that_cannot_be_is_told_beside_its_trial_and_nothing_is_stored(
    world, client, said, day, sentence
):
    site, other = world[1][:2]
    form = seen(site, other) | {f"{site.pk}-said": said, f"{site.pk}-day": day, f"{other.pk}-said": "same"}
    answer = client.post(world[-1], form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{site.trial}: " in page
    assert sentence in page
    assert not said_by_link().exists()


def test_today_is_no_day_to_come(world, client):
    site = world[1][0]
    form = {f"{site.pk}-said": "not_yet_recruiting", f"{site.pk}-day": TODAY().isoformat()}
    assert client.post(world[-1], seen(site) | form).status_code == 422


def test_nothing_chosen_is_said_and_no_answer(world, client):
    answer = client.post(world[-1], seen(*world[1]) | {"note": ""})
    assert answer.status_code == 422
    assert "Nothing was chosen." in answer.content.decode()
    assert Enquiry.objects.get().answered_at is None


# Cohort, contact, note


@pytest.mark.parametrize(("word", "stored"), [("open", True), ("full", False)])
def test_a_cohort_is_recorded_beside_the_status(world, client, word, stored):
    site = world[1][0]
    client.post(world[-1], seen(site) | {f"{site.pk}-cohort": word})
    assert fresh(site).cohort_open is stored
    assert Change.objects.get(kind="site").after["cohort_open"] is stored
    assert not said_by_link().exists()


def test_a_note_reaches_the_editors_and_a_new_one_is_new_again(world, client):
    client.post(world[-1], {"note": "Closed for the summer.\r\nBack in September."})
    enquiry = Enquiry.objects.get()
    assert enquiry.note == "Closed for the summer.\nBack in September."
    Enquiry.objects.update(note_read_at=timezone.now())
    client.post(world[-1], seen(world[1][0]) | {f"{world[1][0].pk}-said": "same", "note": enquiry.note})
    assert Enquiry.objects.get().note_read_at is not None
    client.post(world[-1], buttons_of(client.get(world[-1]).content.decode()))
    assert Enquiry.objects.get().note == enquiry.note
    client.post(world[-1], {"note": "Something else"})
    assert Enquiry.objects.get().note_read_at is None


@pytest.mark.parametrize(
    ("note", "sentence"), [("x" * 1001, "at most 1000"), ("a\x00b", "Null"), ("a\x07b", "U+0007")]
)
def test_a_note_too_long_or_unreadable_is_told_and_nothing_is_stored(world, client, note, sentence):
    site = world[1][0]
    answer = client.post(world[-1], seen(site) | {f"{site.pk}-said": "same", "note": note})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (Enquiry.objects.get().note, said_by_link().count()) == ("", 0)


# In the reader's language, and as a sheet


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("nl", "De 14 studies van uw centrum: klopt alles nog?"),
        ("fr", "Les 14 études de votre centre\N{NO-BREAK SPACE}: toujours exact\N{NO-BREAK SPACE}?"),
        ("de", "Die 14 Studien Ihres Zentrums: Stimmt alles noch?"),
    ],
)
def test_the_page_and_the_next_mail_speak_the_language_that_was_chosen(world, client, language, title):
    _centre, _sites, enquiry, address = world
    page = client.get(address).content.decode()
    token = address.split("/")[-2]
    assert f'href="/{language}/vouch/sites/{token}/"' in page
    mine = address.replace("/en/", f"/{language}/")
    page = client.get(mine).content.decode()
    assert title in page
    client.post(mine, buttons_of(page))
    mail.outbox.clear()
    actions.send_due(timezone.now() + dt.timedelta(days=31))
    assert Enquiry.objects.latest("number").language == language
    assert " ".join(title.split()) == mail.outbox[0].subject
    assert enquiry.language == "en"


def test_the_sheet_has_the_centre_s_sites_and_no_person_without_consent(world, client):
    site = world[1][0]
    site.contact_person = a_professional("Canary Person", email="canary@example.org")
    site.investigator = a_professional("Public Person", consent=True)
    site.save()
    a_site(a_trial("Elsewhere"), a_centre())
    answer = client.get(world[-1].replace("/sites/", "/sheet/"))
    assert answer["Content-Type"] == workbooks.CONTENT_TYPE
    assert f'filename="uz-gent-{TODAY()}.xlsx"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    text = text_of(answer.content)
    assert {f"Trial {number}" for number in range(14)} <= text
    assert "Public Person" in text
    assert not {"Canary Person", "canary@example.org", "Elsewhere"} & text


def text_of(content):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    return {cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell}
