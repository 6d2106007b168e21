"""Trials ticked among the results stand side by side."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("world")


@pytest.mark.parametrize("script", [True, False])
def test_two_results_are_ticked_and_compared_and_one_is_left_out(page_like, script):
    page = page_like(java_script_enabled=script)
    page.goto("/en/trials/")
    page.get_by_role("checkbox", name="Compare iEuroEwing").check()
    page.get_by_role("checkbox", name="Compare BEACON2").check()
    page.get_by_role("button", name="Compare selected trials").click()
    expect(page).to_have_url(re.compile(r"/en/trials/compare/\?trial=\w+&trial=\w+$"))
    expect(page.get_by_role("columnheader", name="BEACON2")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Stage of disease"))).to_contain_text("Newly diagnosed")
    page.get_by_role("link", name="Leave out BEACON2").click()
    expect(page.get_by_role("columnheader", name="BEACON2")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="iEuroEwing")).to_be_visible()


def test_what_is_ticked_to_compare_is_no_filter(page):
    page.goto("/en/trials/?q=ewing")
    page.get_by_role("checkbox", name="Compare iEuroEwing").check()
    page.locator("#facet-phase > summary").click()
    page.get_by_role("checkbox", name="Phase 3").check()
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing&phase=phase3$"))


def test_the_comparison_by_keyboard_only(page):
    page.goto("/en/trials/?q=ewing")
    for name in ("Compare iEuroEwing", "Compare rEECur"):
        page.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare selected trials").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="rEECur")).to_be_visible()
    page.get_by_role("region", name="Compare trials").focus()
    expect(page.get_by_role("region", name="Compare trials")).to_be_focused()
