"""A coordinator opens the mail, vouches for all sites with one button, and the public sees it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from playwright.sync_api import expect

from directory.core.roles import Role
from directory.search import service
from directory.vouching import actions
from directory.vouching.models import Enquiry
from tests.builders import a_coordinator, a_site, a_trial, says

LINK = re.compile(r"https?://[^/]+(/\w\w/vouch/sites/[^\s\"<>]+)")


@pytest.fixture
def link(world):
    """The address in the mail to a coordinator of Ghent, who is asked about six trials."""
    ghent = world["ghent"]
    ghent.languages = ["nl"]
    ghent.save()
    for number in range(4):
        a_site(a_trial(f"Extra {number}"), ghent, said=50)
    says(ghent.sites.get(trial=world["ewing"]), "completed", said=1, by=Role.REGISTRY, source="A registry")
    service.rebuild()
    user = a_coordinator(ghent)
    type(user).objects.filter(pk=user.pk).update(email="trials@example.org")
    actions.send_due()
    return LINK.search(mail.outbox[-1].body)[1]


def test_from_the_mail_to_the_page_of_the_trial_in_two_clicks(page, link):
    page.goto("/en/trials/ieuroewing/#site-uz-gent")
    block = page.locator(".site-block").filter(has=page.locator("#site-uz-gent"))
    expect(block).to_contain_text("A registry says otherwise")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("De 6 studies van uw centrum: klopt alles nog?")
    expect(page.locator("#all")).to_have_text("6 statussen wachten op uw antwoord")
    # What the registry contradicts has an answer of its own; one button stores it with all others.
    page.locator(".vouch-site").first.get_by_label("Klopt nog: Rekruteert").check()
    page.get_by_role("button", name="5 bevestigen; 1 betwiste status beantwoordt u hierboven").click()
    expect(page.get_by_role("status")).to_contain_text("Dank u.")
    expect(page.locator("#all")).to_have_text("Alles is bevestigd")
    page.goto("/en/trials/ieuroewing/#site-uz-gent")
    expect(block).to_contain_text("(today)")
    expect(block).to_contain_text("by the centre's coordinator")
    expect(block).not_to_contain_text("A registry says otherwise")


def test_without_java_script_by_keyboard_one_is_closed_and_a_bad_day_is_told(page_like, link):
    page = page_like(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(link.replace("/nl/", "/en/"))
    site = page.locator(".vouch-site", has_text="Extra 1")
    site.locator("summary").press("Enter")
    site.get_by_label("Opens on a day to come").press("Space")
    site.get_by_label("Day on which it opens").fill("01/02/2020")
    page.get_by_role("button", name="Store my answers").last.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Extra 1: “2020-02-01” has passed.")
    page.get_by_role("alert").get_by_role("link").press("Enter")
    site.get_by_label("Closed to new patients").press("Space")
    site.get_by_label("Day on which it opens").fill("")
    # Enter in a field stores what was chosen; it does not confirm the others.
    site.get_by_label("Role, not a person").fill("Trial desk")
    site.get_by_label("Role, not a person").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    expect(page.locator("#all")).to_have_text("5 statuses wait for your word")
    expect(site.locator(".status")).to_have_text("Active, not recruiting")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page_like, link, language, width, scheme):
    page = page_like(color_scheme=scheme, viewport={"width": width, "height": 844})
    address = link.replace("/nl/", f"/{language}/")
    assert faults(page, address, width) == []
    page.locator("input[value=not_yet_recruiting]").first.check()
    page.locator("form#answers button[type=submit]").last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page, None, width) == []
    Enquiry.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert faults(page, address, width) == []
    assert faults(page, address[:-9] + "/", width) == []


def faults(page, address, width):
    if address:
        page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    return [(one["id"], node["html"][:160]) for one in violations for node in one["nodes"]]


def test_on_paper_stand_the_trials_and_their_statuses_without_the_form(page, link):
    page.goto(link)
    page.emulate_media(media="print")
    expect(page.locator(".vouch-site")).to_have_count(6)
    expect(page.locator(".vouch-site .status").first).to_be_visible()
    expect(page.locator("button.primary").first).to_be_hidden()
    expect(page.locator("details").first).to_be_hidden()
