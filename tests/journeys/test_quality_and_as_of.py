"""In a browser: from the figures to a dispute, and from a trial to what it was on another day."""

import datetime as dt
import re

from django.utils import timezone
from playwright.sync_api import expect

from directory.core import changes
from directory.core.models import Change
from directory.core.roles import Role
from trials.actions import state_status
from trials.models import StatusStatement


def test_a_reader_goes_from_the_figures_to_the_dispute(page, world):
    page.goto("/en/")
    page.get_by_role("contentinfo").get_by_role("link", name="How up to date is this directory?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How up to date is this directory?")
    all_of_it = page.get_by_role("row", name=re.compile("^All ")).get_by_role("cell")
    assert all_of_it.all_inner_texts() == ["5", "1 (20%)", "1 (20%)", "2", "1", "1"]
    expect(page.get_by_role("heading", name="1 disputed status")).to_be_visible()
    disputes = page.get_by_role("region", name="1 disputed status")
    expect(disputes.get_by_text("ClinicalTrials.gov")).to_be_visible()
    disputes.get_by_role("link", name="iEuroEwing").click()
    expect(page).to_have_url(re.compile(r"/en/trials/ieuroewing/#site-chc-montlegia$"))
    expect(page.get_by_text("A registry says otherwise:")).to_be_visible()


def test_a_reader_asks_what_a_trial_was_last_month(page, world):
    """The page of the day, the way back, and a day that nobody can know."""
    ewing, ghent = world["ewing"], world["ghent"]
    site = ewing.sites.get(centre=ghent)
    month_ago = timezone.now() - dt.timedelta(days=30)
    StatusStatement.objects.update(recorded_at=month_ago)
    # The log reaches back a month.
    Change.objects.create(
        at=month_ago, kind="centre", key="uz-gent", op="create", actor_role="system", after={}
    )
    state_status(site=site, status="suspended", by=changes.Actor(Role.COORDINATOR))
    page.goto("/en/trials/ieuroewing/")
    row = page.get_by_role("row", name=re.compile("^Ghent University Hospital"))
    expect(row).to_contain_text("Suspended")
    page.get_by_text("As it was on another day").click()
    day = timezone.localdate() - dt.timedelta(days=10)
    page.get_by_label("Day").fill(day.isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("note").first).to_contain_text(f"As it was on {day.day} {day:%B %Y}.")
    expect(row).to_contain_text("Recruiting")
    expect(row).not_to_contain_text("Suspended")
    page.goto(f"/en/trials/ieuroewing/?as_of={timezone.localdate() + dt.timedelta(days=9)}")
    expect(page.get_by_role("main")).to_contain_text("is in the future")
    page.get_by_role("link", name="See today").click()
    expect(row).to_contain_text("Suspended")


def test_a_table_that_goes_on_behind_the_edge_says_so_and_moves_and_the_page_does_not(page, world):
    page.goto("/en/quality/")
    hint = page.get_by_text("the tables are wider than the page")
    expect(hint).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(hint).to_be_visible()
    tables = page.get_by_role("region", name="How complete is this directory?")
    expect(tables.get_by_role("row", name="CTIS not asked yet")).to_be_visible()
    widths = tables.evaluate("one => [one.scrollWidth, one.clientWidth, document.body.scrollWidth]")
    assert widths[0] > widths[1]
    assert widths[2] <= 390
    tables.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=tables.element_handle())
