"""Suggestions while typing, by keyboard and by hand."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("world")


def box(page):
    return page.get_by_role("combobox", name=re.compile("acronym|Akronym|acronyme|acroniem"))


def options(page):
    return page.get_by_role("option").filter(visible=True)


def type_in(page, text):
    box(page).press_sequentially(text)
    expect(options(page).first).to_be_visible()


def test_by_keyboard_only_from_three_letters_to_the_trial(page):
    page.goto("/en/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("ieu")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="suggestion")).to_have_text(
        "1 suggestion; choose with the arrow keys."
    )
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    expect(box(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/trials/ieuroewing/$"))


def test_arrows_go_round_through_the_box_itself(page):
    page.goto("/en/")
    type_in(page, "ewing")
    number = options(page).count()
    page.keyboard.press("ArrowUp")
    expect(options(page).nth(number - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")


def test_escape_closes_the_list_and_keeps_the_words(page):
    page.goto("/en/")
    type_in(page, "ewing")
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box(page)).to_have_value("ewing")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()


def test_enter_without_a_choice_searches_what_was_typed(page):
    page.goto("/en/")
    type_in(page, "ewing")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing$"))


def test_a_disease_that_is_chosen_is_searched_with_the_filters_kept(page):
    page.goto("/nl/trials/?phase=phase3")
    type_in(page, "botk")
    options(page).filter(has_text="botkanker").first.click()
    expect(page).to_have_url(re.compile(r"/nl/trials/\?q=botkanker&phase=phase3$"))
    expect(page.locator(".result")).to_have_count(1)


def test_leaving_the_box_closes_the_list(page):
    page.goto("/en/")
    type_in(page, "ewing")
    page.keyboard.press("Tab")
    expect(options(page)).to_have_count(0)


def test_typing_fast_asks_once(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    page.goto("/en/")
    type_in(page, "neuroblastom")
    assert len(asked) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_the_open_list(page_like, scheme, width):
    page = page_like(color_scheme=scheme, viewport={"width": width, "height": 800})
    for path in ("/en/", "/en/trials/"):
        page.goto(path)
        type_in(page, "ewing")
        page.keyboard.press("ArrowDown")
        assert [one["id"] for one in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_typed_stays_in_the_browser(page):
    page.goto("/en/")
    type_in(page, "ewing")
    page.keyboard.press("Escape")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert kept == '[{},{},""]'


def test_without_javascript_the_box_searches(page_like):
    page = page_like(java_script_enabled=False)
    page.goto("/en/")
    page.get_by_role("searchbox").fill("ewing")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing"))
