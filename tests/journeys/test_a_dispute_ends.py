"""A registry contradicts a centre, the page shows it, the coordinator answers from the mail, and it ends."""

import copy
import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from directory.search import service
from directory.vouching import actions
from tests.builders import a_coordinator
from tests.support.studies import CTGOV, GENT, a_study
from trials.models import TrialIdentifier
from trials.sources import sync
from trials.sources.demo_registry.facts import KnownTrials
from trials.sources.demo_registry.server import DemoRegistry

NUMBER = "NCT04307576"
LINK = re.compile(r"https?://[^/]+(/\w\w/vouch/sites/[^\s\"<>]+)")
SITE = "#site-uz-gent"


@pytest.fixture
def known(world, settings):
    """What the demo registry says of iEuroEwing: that it recruits in Ghent. It was followed once."""
    TrialIdentifier.objects.filter(value=NUMBER).delete()
    TrialIdentifier.objects.create(trial=world["ewing"], scheme="nct", value=NUMBER)
    known = KnownTrials({NUMBER: a_study(NUMBER, places=[GENT])}, {})
    with DemoRegistry(known) as registry:
        settings.CTGOV_API_URL = registry.ctgov_url
        assert sync.follow(CTGOV).counts["disputed"] == 0
        yield known


@pytest.fixture
def coordinator(world):
    user = a_coordinator(world["ghent"])
    user.email = "trials@example.org"
    user.save()
    actions.send_due()
    mail.outbox.clear()
    return user


def test_from_the_contradiction_to_its_end_and_the_history_tells_it_all(page, known, coordinator):
    page.goto("/en/trials/ieuroewing/")
    row = page.locator(".site-block").filter(has=page.locator(SITE))
    expect(row).to_contain_text("Recruiting")
    expect(row).not_to_contain_text("A registry says otherwise")

    # The contradiction arises.
    known.ctgov[NUMBER] = completed(known.ctgov[NUMBER])
    assert sync.follow(CTGOV).counts["disputed"] == 1
    page.reload()
    expect(row.locator(".status").first).to_have_text("Recruiting")
    expect(row.locator(".dispute")).to_contain_text("A registry says otherwise: Completed")
    expect(row.locator(".dispute")).to_contain_text("demo registry")
    page.goto("/en/quality/")
    disputes = page.get_by_role("region", name="2 disputed statuses")
    expect(disputes).to_contain_text("demo registry")
    in_the_list = page.locator("article").get_by_role("listitem").filter(has_text="Ghent University Hospital")
    service.catch_up()
    page.goto("/en/trials/?q=iEuroEwing")
    expect(in_the_list).to_contain_text("A registry says otherwise: Completed")

    # The coordinator is asked at once, not only when the month is over, and answers from the mail.
    actions.send_due(timezone.now() + dt.timedelta(days=8))
    letter = mail.outbox[-1]
    assert letter.to == [coordinator.email]
    page.goto(LINK.search(letter.body)[1].replace("/nl/", "/en/"))
    asked = page.locator(".vouch-site", has_text="iEuroEwing")
    expect(asked.locator(".dispute")).to_contain_text("Completed")
    asked.get_by_label("Closed to new patients").check()
    page.get_by_role("button", name="Store my answers").first.click()
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    expect(page.locator(".vouch-site", has_text="iEuroEwing").locator(".dispute")).to_have_count(0)

    # It has ended, everywhere.
    page.goto("/en/trials/ieuroewing/")
    expect(row.locator(".status").first).to_have_text("Active, not recruiting")
    expect(row).to_contain_text("by the centre's coordinator")
    expect(row.locator(".dispute")).to_have_count(0)
    page.goto("/en/quality/")
    expect(page.get_by_role("region", name="1 disputed status")).not_to_contain_text("demo registry")
    service.catch_up()
    page.goto("/en/trials/?q=iEuroEwing")
    expect(in_the_list).to_contain_text("Active, not recruiting")
    expect(in_the_list).not_to_contain_text("says otherwise")

    # The history tells it all.
    page.goto("/en/trials/ieuroewing/")
    page.locator("#history summary").click()
    told = page.locator("#history tbody tr", has_text="Ghent").all_inner_texts()
    today = timezone.localdate()
    assert [[cell.strip() for cell in line.split("\t")[2:4]] for line in told] == [
        ["Active, not recruiting", "the centre's coordinator"],
        ["Completed", "a public source"],
        ["Recruiting", "the centre's coordinator"],
        ["Recruiting", "a public source"],
    ]
    assert told[0].startswith(f"{today.day} {today:%B %Y}")
    assert told[3].startswith("February 2026")


def completed(study):
    """The same record later: the place has completed; nothing else changed."""
    later = copy.deepcopy(study)
    later["protocolSection"]["contactsLocationsModule"]["locations"][0]["status"] = "COMPLETED"
    return later
