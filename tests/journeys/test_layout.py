"""Where things stand on the screen: one row of head, filters at hand, tables that show that they go on."""

import datetime as dt
import itertools

import pytest
from playwright.sync_api import expect

from centres.models import Membership
from directory.core.fields import LANGUAGE_CODES

pytestmark = pytest.mark.usefixtures("world")
COMPARISON = "trials/compare/?trial=ieuroewing&trial=beacon2&trial=reecur"
BOX = "one => { const box = one.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom] }"


@pytest.mark.parametrize("width", [320, 390])
def test_the_head_is_one_row_on_a_telephone(page_like, width):
    page = page_like(viewport={"width": width, "height": 800})
    for language in LANGUAGE_CODES:
        for path in ("", "trials/", "gaps/"):
            page.goto(f"/{language}/{path}")
            boxes = [one.evaluate(BOX) for one in page.locator(".top-row > *:visible").all()]
            middles = [(top + bottom) / 2 for _left, top, _right, bottom in boxes]
            assert len(boxes) == 3
            assert max(middles) - min(middles) < 4, (language, path, boxes)
            assert page.locator(".top").bounding_box()["height"] <= 64, (language, path)
            # None hides another.
            assert all(one[2] <= other[0] for one, other in itertools.pairwise(boxes)), boxes


@pytest.mark.parametrize("script", [True, False])
def test_the_menu_opens_by_keyboard_and_leads_on(page_like, script):
    page = page_like(viewport={"width": 390, "height": 800}, java_script_enabled=script)
    page.goto("/en/gaps/")
    expect(page.get_by_role("link", name="Networks")).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Trials", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Networks")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Networks")


def test_on_a_wide_screen_the_menu_is_a_row_that_the_keyboard_goes_through_in_order(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/en/gaps/")
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    lefts = []
    page.locator(".brand").focus()
    for _step in range(5):
        lefts.append(page.evaluate("document.activeElement.getBoundingClientRect().left"))
        page.keyboard.press("Tab")
    assert lefts == sorted(lefts)


def test_stage_phase_and_centre_are_within_the_first_screen_and_nothing_scrolls_inside(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in ("/en/trials/", "/de/trials/?q=ewing&near=9000", "/fr/trials/?condition=VIIIc"):
        page.goto(path)
        for name in ("status", "stage", "phase", "centre"):
            _left, top, _right, bottom = page.locator(f"#facet-{name} > summary").evaluate(BOX)
            assert 0 < top < bottom <= 900, (path, name)
        scrolls = page.evaluate(
            "[...document.querySelectorAll('#filters, #filters *')].filter("
            "one => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)).length"
        )
        assert scrolls == 0


def test_the_number_of_results_stays_in_view_beside_the_filters(page):
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto("/en/trials/?q=ewing")
    for name in ("stage", "phase", "centre", "freshness"):
        fold = page.locator(f"#facet-{name}")
        if fold.get_attribute("open") is None:
            fold.locator("> summary").click()
    page.locator("#f-centre-uz-gent").scroll_into_view_if_needed()
    expect(page.locator("#count")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_comparison_shows_that_it_goes_on(page_like, language, width):
    page = page_like(viewport={"width": width, "height": 800})
    page.goto(f"/{language}/{COMPARISON}")
    columns = [one.evaluate(BOX) for one in page.locator(".compare thead th").all()]
    right = page.locator(".scroll").evaluate(BOX)[2]
    cut = [left for left, _top, edge, _bottom in columns if left < right - 16 and edge > right]
    assert cut, columns
    expect(page.locator(".wide-tables")).to_be_visible()
    assert "gradient" in page.locator(".scroll").evaluate("one => getComputedStyle(one).backgroundImage")


@pytest.mark.parametrize("path", ["networks/", "nothing/", "trials/?q=zkanarie"])
def test_the_foot_of_a_short_page_is_at_the_bottom(page, path):
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.goto(f"/en/{path}")
    assert page.locator(".foot").evaluate(BOX)[3] == 1400
    assert page.evaluate("document.documentElement.scrollHeight") == 1400


def test_a_network_is_no_wider_than_a_small_telephone_in_any_language(page_like, world):
    Membership.objects.create(
        network=world["network"], centre=world["leuven"], role="shared_care", since=dt.date(2024, 1, 1),
        care=["chemotherapy", "transfusions", "laboratory"],
    )  # fmt: skip
    page = page_like(viewport={"width": 320, "height": 800})
    for language in LANGUAGE_CODES:
        page.goto(f"/{language}/networks/suhopl/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, language
        assert page.locator(".members").evaluate(BOX)[2] <= 320


@pytest.mark.parametrize(("size", "screens"), [((1280, 900), 1), ((390, 844), 2)])
def test_the_form_of_a_patient_is_within_one_screen_or_two(page_like, size, screens):
    width, height = size
    page = page_like(viewport={"width": width, "height": height})
    for language in LANGUAGE_CODES:
        page.goto(f"/{language}/match/")
        assert page.locator(".profile-send").evaluate(BOX)[3] <= screens * height, language


def test_the_groups_of_gaps_are_seen_at_once_and_opened_by_keyboard(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/en/gaps/")
    heads = page.locator(".gap-group summary")
    assert heads.count() > 8
    assert heads.last.evaluate(BOX)[3] <= 2 * 900
    expect(page.locator(".gap-table").first).to_be_hidden()
    heads.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".gap-table").first).to_be_visible()


def test_every_group_of_gaps_is_on_paper(page):
    page.goto("/en/gaps/")
    page.emulate_media(media="print")
    assert all(one.bounding_box()["height"] > 10 for one in page.locator(".gap-table").all())


@pytest.mark.parametrize("width", [320, 1280])
def test_the_box_to_compare_is_large_enough_beside_its_title_and_brings_its_button(page_like, width):
    page = page_like(viewport={"width": width, "height": 700})
    page.goto("/en/trials/")
    box = page.get_by_role("checkbox", name="Compare iEuroEwing")
    left, top, right, bottom = box.evaluate(BOX)
    assert min(right - left, bottom - top) >= 24
    for text in page.locator(".result h3 a, .result .result-title").all():
        assert text.evaluate(BOX)[2] <= left
    box.check()
    expect(page.get_by_role("button", name="Compare selected trials")).to_be_in_viewport()


@pytest.mark.parametrize(("width", "beside"), [(390, False), (1280, True)])
def test_the_numbers_on_the_map_are_those_of_the_table_beside_it(page_like, width, beside):
    page = page_like(viewport={"width": width, "height": 900})
    page.goto("/en/trials/?q=ewing&near=9000&view=map")
    drawn = sorted(one.text_content() for one in page.locator(".map-spot text").all())
    cells = page.locator(".map-table tbody td:nth-child(2)").all()
    told = sorted(one.inner_text().split()[-1] for one in cells)
    assert drawn == told != []
    shape, table = (page.locator(place).evaluate(BOX) for place in (".map svg", ".map-table"))
    assert (table[0] >= shape[2]) == beside
