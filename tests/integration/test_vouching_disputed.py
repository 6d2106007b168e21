"""What a registry contradicts is answered by itself: first in mail and page, never confirmed with others."""

import io
import re

import openpyxl
import pytest
from django.core import mail

from directory.core.roles import Role
from directory.vouching import actions
from directory.vouching.asked import asked_about
from directory.vouching.models import Enquiry
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.vouching import TODAY, a_link, a_world, buttons_of, fresh, said_by_link, seen
from trials import statements
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement

pytestmark = pytest.mark.django_db
CLOSES = {"by": Role.REGISTRY, "source": "ClinicalTrials.gov"}


@pytest.fixture
def world():
    """Fourteen trials, of which a registry contradicts the last two."""
    centre, sites = a_world()
    for site in sites[-2:]:
        says(site, "completed", said=2, since="2026-01", **CLOSES)
    return centre, list(map(fresh, sites)), *a_link(centre)


def closes(site, **fields):
    """A registry says of the whole trial that it is over, which is so at its site."""
    says(site, "completed", said=2, by=Role.REGISTRY, implied_by=WHOLE_TRIAL, **fields)


DAY = TODAY().resolution


def test_the_button_says_how_many_it_confirms_and_leaves_the_disputed_ones(world, client):
    _centre, sites, _enquiry, address = world
    page = client.get(address).content.decode()
    assert "Confirm 12; 2 disputed statuses are answered above" in " ".join(page.split())
    client.post(address, buttons_of(page))
    assert {fresh(one).verified_at for one in sites[:12]} == {TODAY()}
    assert [(fresh(one).status, fresh(one).disputed) for one in sites[12:]] == [("recruiting", True)] * 2
    assert said_by_link().count() == 12


def test_both_words_stand_side_by_side_before_all_others(world, client):
    page = " ".join(client.get(world[-1]).content.decode().split())
    names = re.findall(r'#site-uz-gent">([^<]+)</a></h3>', page)
    assert names[:2] == ["Trial 12", "Trial 13"]
    first = page.partition('id="site-')[2].partition("</details>")[0]
    day = f"{TODAY() - 2 * DAY:%-d %B %Y}"
    assert f"ClinicalTrials.gov says: Completed, since January 2026 ({day})" in first
    assert f'Recruiting on {TODAY() - 40 * DAY:%-d %B %Y}<span class="fresh">, disputed<' in first
    assert "according to the centre" in first
    assert '<details class="screen" open>' in first
    assert page.count('<details class="screen" open>') == 2


@pytest.mark.parametrize(("said", "status"), [("same", "recruiting"), ("completed", "completed")])
def test_an_answer_of_its_own_ends_a_contradiction_with_either_word(world, client, said, status):
    site = world[1][-1]
    client.post(world[-1], seen(*world[1]) | {f"{site.pk}-said": said})
    assert (fresh(site).status, fresh(site).disputed) == (status, False)
    assert said_by_link().count() == 1
    assert fresh(world[1][-2]).disputed


def test_answers_to_disputed_ones_are_stored_with_the_confirmation_of_all_others(world, client):
    kept, closed = world[1][-2:]
    form = buttons_of(client.get(world[-1]).content.decode())
    client.post(world[-1], form | {f"{kept.pk}-said": "same", f"{closed.pk}-said": "suspended"})
    assert [fresh(one).status for one in (kept, closed)] == ["recruiting", "suspended"]
    assert said_by_link().count() == 14


@pytest.mark.parametrize("way", [{"all": "1"}, {"said": "same"}])
def test_a_contradiction_that_came_meanwhile_is_not_ended_unseen(world, client, way):
    site = world[1][0]
    form = seen(*world[1]) | {name if name == "all" else f"{site.pk}-{name}": way[name] for name in way}
    says(site, "suspended", said=1, **CLOSES)
    page = client.post(world[-1], form).content.decode()
    assert "Trial 0: it is not confirmed" in page
    assert fresh(site).disputed
    assert not said_by_link().filter(site=site).exists()


def test_another_contradiction_than_the_page_showed_is_not_ended_unseen(world, client):
    site = world[1][-1]
    form = seen(*world[1]) | {f"{site.pk}-said": "same"}
    says(site, "suspended", said=1, **CLOSES)
    assert "Trial 13: it is not confirmed" in client.post(world[-1], form).content.decode()
    assert fresh(site).disputed


def test_a_forged_form_cannot_confirm_a_disputed_one_with_the_others(world, client):
    site = world[1][-1]
    for value in ("recruiting", seen(site)[f"{site.pk}-seen"], "recruiting!1"):
        client.post(world[-1], {f"{site.pk}-seen": value, "all": "1"})
    assert fresh(site).disputed


# Trials that close as a whole


def test_a_trial_that_is_closed_as_a_whole_is_answered_by_itself(client):
    centre, [site, *others] = a_world(3)
    closes(site, source="CTIS", since="2026-02-03")
    _enquiry, address = a_link(centre)
    page = client.get(address).content.decode()
    assert "CTIS says of the whole trial: Completed, since 3 February 2026" in page
    assert "Confirm 2; 1 disputed status is answered above" in " ".join(page.split())
    client.post(address, buttons_of(page))
    assert {fresh(one).verified_at for one in others} == {TODAY()}
    assert fresh(site).verified_at < TODAY()
    client.post(address, seen(site) | {f"{site.pk}-said": "same"})
    assert "All still right: confirm 3" in client.get(address).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda site: says(site, "recruiting", said=1),  # the centre said so later
        lambda site: says(site, "active_not_recruiting", said=39),  # it takes nobody anyway
        lambda site: StatusStatement.objects.filter(site=site, role=Role.REGISTRY).delete(),
    ],
)
def test_what_no_longer_speaks_against_a_site_is_not_asked_by_itself(change):
    centre, [site] = a_world(1)
    closes(site)
    enquiry, _address = a_link(centre)
    assert [bool(one.against) for one in asked_about(enquiry)] == [True]
    change(site)
    statements.settle([fresh(site)])
    assert [bool(one.against) for one in asked_about(enquiry)] == [False]


# One order and one number, in mail, page and sheet


NAMES = ("zeta", "Alpha", "beta", "ÉCLAIR", "Delta", "")


def a_mixed_centre():
    """Trials in no order, with and without an acronym, over, disputed, unknown."""
    centre = a_centre("uz-gent", languages=["en"])
    for number, name in enumerate(NAMES):
        a_site(a_trial(name, slug=f"t{number}", title_en=f"The title {number}"), centre, said=40)
    a_site(a_trial("Over", status="completed"), centre, status="completed")
    says(a_site(a_trial("Yonder"), centre, status="completed", said=9), "recruiting", said=1, **CLOSES)
    a_site(a_trial("Nobody"), centre, status=None)
    a_site(a_trial("Draft", state="draft"), centre)
    return centre


ORDER = ["Yonder", "Alpha", "beta", "Delta", "ÉCLAIR", "Nobody", "zeta", "The title 5"]


def sheet_of(address, client):
    content = client.get(address.replace("/sites/", "/sheet/")).content
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_mail_page_and_sheet_have_the_same_trials_in_the_same_order(client):
    centre = a_mixed_centre()
    _enquiry, address = a_link(centre)
    [message] = mail.outbox
    assert message.subject == "Your centre's 8 trials: still right?"
    assert re.findall(r"^\* ([^:]+):", message.body, re.MULTILINE) == ORDER
    page = client.get(address).content.decode()
    assert "Your centre&#x27;s 8 trials" in page or "Your centre's 8 trials" in page
    assert re.findall(r'#site-uz-gent">([^<]+)</a></h3>', page) == ORDER
    assert [row["acronym"] or row["title"] for row in sheet_of(address, client)] == ORDER
    assert "1 trial that is over at your centre is not asked about." in page


def test_a_centre_s_own_sheet_of_49_rows_has_37_that_are_asked_about_and_12_that_are_over(client):
    """As the demo's centre in Ghent: who counts the rows of another sheet is told where the others are."""
    centre, _sites = a_world(37)
    for number in range(12):
        a_site(a_trial(f"Over {number}"), centre, status=("completed", "terminated", "withdrawn")[number % 3])
    _enquiry, address = a_link(centre)
    over = "12 trials that are over at your centre are not asked about."
    assert (mail.outbox[0].subject, over in mail.outbox[0].body) == (
        "Your centre's 37 trials: still right?",
        True,
    )
    page = client.get(address).content.decode()
    assert ("All still right: confirm 37" in page, over in page) == (True, True)
    assert len(sheet_of(address, client)) == 37


def test_so_it_is_with_more_than_a_page_and_a_mail_list(client):
    centre, sites = a_world(49)
    says(sites[30], "completed", said=1, **CLOSES)
    _enquiry, address = a_link(centre)
    body = mail.outbox[0].body
    assert mail.outbox[0].subject.startswith("Your centre's 49 trials")
    assert body.count("\n* ") == 40
    assert "and 9 more" in body
    assert body.index("Trial 30") < body.index("Trial 0")
    pages = [client.get(f"{address}?page={number}").content.decode() for number in (1, 2)]
    assert [one.count('class="vouch-site"') for one in pages] == [40, 9]
    assert "Confirm 48; 1 disputed status is answered above" in " ".join(pages[0].split())
    assert "Confirm 48; 1 disputed status is answered separately" in " ".join(pages[1].split())
    assert len(sheet_of(address, client)) == 49


# What the mail says


def test_the_mail_says_what_registries_say_first_of_what_they_contradict(world):
    mail.outbox.clear()
    alone = a_site(a_trial("Alone"), world[0], status=None)
    says(alone, "suspended", said=3, source="CTIS", by=Role.REGISTRY)
    Enquiry.objects.update(language="nl")
    actions.ask_now(coordination=world[0].coordinations.get())
    body = mail.outbox[0].body
    assert "Over 2 studies zeggen recentere bronnen iets anders." in body
    lines = body.splitlines()
    said = lines[lines.index("* Trial 12: Rekruteert") + 1]
    assert said.startswith("  – ClinicalTrials.gov zegt: Afgerond, sinds januari 2026 (")
    assert lines[lines.index("* Alone: Opgeschort") + 1].startswith("  – dat zegt CTIS (")
    assert body.index("Trial 13") < body.index("Trial 0:") < body.index("/nl/vouch/upload/")
    html = mail.outbox[0].alternatives[0].content
    assert html.count("ClinicalTrials.gov zegt:") == 2
