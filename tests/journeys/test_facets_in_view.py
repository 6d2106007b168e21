"""Ticking a facet far down the list leaves its results, and the box, before the reader's eyes."""

import re

import pytest
from playwright.sync_api import expect

from directory.search import service
from tests.builders import a_centre, a_site, a_trial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(index_dir, site):
    centres = [a_centre(f"uz-{number}") for number in range(6)]
    for number in range(24):
        trial = a_trial(
            f"T{number}", phases=[f"phase{1 + number % 3}"], conditions=[["VIIIc", "IVa", "Ia"][number % 3]],
            stages=[["relapsed", "newly_diagnosed"][number % 2]],
        )  # fmt: skip
        a_site(trial, centres[number % 6], said=5)
    service.rebuild()


def tick_phase_2(page):
    """Opens the facet, ticks its box with the keyboard, waits for the results."""
    fold = page.locator("#facet-phase > summary")
    if page.locator("#facet-phase").get_attribute("open") is None:
        fold.click()
    box = page.locator("#f-phase-phase2")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#count")).to_have_text(re.compile("^8 "))
    return box


def test_results_and_box_are_in_view_after_a_tick(page, many):
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto("/en/trials/")
    page.evaluate("window.scrollTo(0, 1500)")
    box = tick_phase_2(page)
    expect(page.locator("#count")).to_be_in_viewport()
    expect(page.locator("#f-phase-phase2")).to_be_in_viewport()
    expect(box).to_be_focused()
    expect(box).to_be_checked()


def test_a_page_whose_results_are_in_view_does_not_jump(page, many):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/en/trials/")
    tick_phase_2(page)
    assert page.evaluate("window.scrollY") == 0


def test_a_box_far_down_a_long_list_of_filters_stays_in_view(page, many):
    page.set_viewport_size({"width": 1280, "height": 260})
    page.goto("/en/trials/")
    for name in ("stage", "phase", "centre"):
        page.locator(f"#facet-{name} > summary").click()
    box = tick_phase_2(page)
    assert page.evaluate("window.scrollY") > 100
    expect(box).to_be_in_viewport()
    expect(page.locator("#count")).to_be_in_viewport()


def test_on_a_telephone_the_box_just_ticked_stays_in_view(page, many):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/en/trials/")
    page.locator("#filters > summary").click()
    box = tick_phase_2(page)
    expect(box).to_be_in_viewport()
    expect(box).to_be_focused()
