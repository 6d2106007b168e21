"""A physician with three minutes: from a few words to a site that recruits, how we know, and whom to ring."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("world")


def search_for(page, words):
    # With a script the box is a combobox, without it a search box.
    page.locator("input[type=search]").last.fill(words)
    page.locator("input[type=search]").last.press("Enter")


def first_result(page):
    return page.locator(".result h3 a").first


def block(page, name):
    """What the page of a trial says of a centre, and of those of which it says the same."""
    return page.locator(".site-block").filter(has_text=name)


def expect_the_ewing_trial(page):
    """The trial's page says where, how we know, and whom to contact."""
    expect(page.get_by_role("heading", level=1)).to_have_text("iEuroEwing")
    ghent = block(page, "Ghent University Hospital")
    expect(ghent).to_contain_text("Recruiting")
    expect(ghent).to_contain_text("by the centre's coordinator")
    expect(ghent).to_contain_text("confirmed on")
    expect(ghent.get_by_role("link", name="trials@uz-gent.example")).to_be_visible()
    expect(block(page, "Leuven").get_by_role("link", name="+32 16 33 22 11")).to_be_visible()


def test_from_ewings_sarcom_to_a_site_that_recruits(page):
    page.goto("/en/")
    search_for(page, "ewings sarcom")
    expect(page.locator("#count")).to_have_text(re.compile(r"\d trials?"))
    expect(first_result(page)).to_have_text("iEuroEwing")
    first_result(page).click()
    expect_the_ewing_trial(page)


def test_the_same_without_javascript(page_like):
    page = page_like(java_script_enabled=False)
    page.goto("/en/")
    search_for(page, "ewings sarcom")
    first_result(page).click()
    expect_the_ewing_trial(page)


def test_a_number_leads_to_the_trial(page):
    page.goto("/en/")
    search_for(page, "nct 04307576")
    expect(first_result(page)).to_have_text("ALLTogether1")
    expect(page.locator(".result")).to_have_count(1)


def test_a_facet_narrows_at_once_and_back_leads_back(page):
    page.goto("/en/trials/?q=ewing")
    expect(page.locator(".result")).to_have_count(2)
    page.locator("#facet-phase > summary").click()
    page.get_by_role("checkbox", name="Phase 3").check()
    expect(page.locator(".result")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing&phase=phase3$"))
    expect(page.locator("#announce")).to_have_text("1 trial")
    expect(page.get_by_role("checkbox", name="Phase 3")).to_be_checked()
    page.go_back()
    expect(page.locator(".result")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing$"))
    page.go_forward()
    expect(page.locator(".result")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Phase 3")).to_be_checked()


def test_the_keyboard_stays_where_it_was_when_the_results_change(page):
    page.goto("/en/trials/")
    box = page.get_by_role("checkbox", name=re.compile("^Recruiting"))
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.get_by_role("checkbox", name=re.compile("^Recruiting"))).to_be_focused()


def test_a_fold_that_was_opened_stays_open_when_the_results_change(page):
    page.goto("/en/trials/")
    page.locator("#facet-centre > summary").click()
    page.get_by_role("checkbox", name=re.compile("^Recruiting")).check()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#facet-centre")).to_have_attribute("open", "")


def test_without_javascript_filters_are_applied_by_a_button_and_dropped_by_their_chips(page_like):
    page = page_like(java_script_enabled=False)
    page.goto("/en/trials/?q=ewing")
    page.locator("#facet-phase > summary").click()
    page.get_by_role("checkbox", name="Phase 3").check()
    page.get_by_role("button", name="Apply the filters").click()
    expect(page.locator(".result")).to_have_count(1)
    page.locator(".chip").click()
    expect(page.locator(".result")).to_have_count(2)


def test_sorting_changes_the_order_and_the_address(page):
    page.goto("/en/trials/")
    page.get_by_label("Sorted by").select_option("Acronym")
    expect(page).to_have_url(re.compile(r"\?ordering=acronym$"))
    expect(first_result(page)).to_have_text("ALLTogether1")


def test_fields_left_empty_do_not_clutter_the_address(page):
    page.goto("/en/trials/")
    search_for(page, "ewing")
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing$"))


def test_a_dutch_disease_name_in_dutch(page):
    page.goto("/nl/")
    search_for(page, "botkanker")
    expect(first_result(page)).to_have_text("iEuroEwing")
    first_result(page).click()
    expect(block(page, "Universitair Ziekenhuis Gent")).to_contain_text("Rekruteert")
    expect(block(page, "Universitair Ziekenhuis Gent")).to_contain_text("door de coördinator van het centrum")


def test_a_french_disease_name_in_french(page):
    page.goto("/fr/")
    search_for(page, "neuroblastome")
    expect(first_result(page)).to_have_text("BEACON2")
    first_result(page).click()
    expect(block(page, "Hôpital universitaire de Gand")).to_contain_text("Recrutement ouvert")


def test_another_language_keeps_the_page(page):
    page.goto("/en/trials/?q=ewing")
    page.get_by_role("navigation", name="Language").get_by_role("link", name="NL").click()
    expect(page).to_have_url(re.compile(r"/nl/trials/\?q=ewing$"))
    expect(page.locator("#q")).to_have_value("ewing")


def test_by_keyboard_only(page):
    page.goto("/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("ewings sarcom")
    page.keyboard.press("Enter")
    expect(first_result(page)).to_be_visible()
    for _step in range(80):
        page.keyboard.press("Tab")
        if first_result(page).evaluate("link => link === document.activeElement"):
            break
    expect(first_result(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect_the_ewing_trial(page)


def test_a_bad_age_is_told_beside_its_field_and_the_rest_is_kept(page):
    page.goto("/en/trials/?q=ewing")
    page.locator("#age").fill("abc")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("“abc” is not an age.")
    expect(page.locator("#age")).to_have_value("abc")
    expect(page.locator("#q")).to_have_value("ewing")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#age")).to_be_focused()


def test_nothing_that_was_typed_stays_in_the_browsers_storage(page):
    page.goto("/en/trials/?q=zkanarie&age=31m")
    page.get_by_role("link", name="Remove").first.click()
    page.goto("/en/trials/?q=ewing&age=31m")
    page.get_by_role("checkbox", name=re.compile("^Recruiting")).check()
    expect(page.locator(".chip")).to_have_count(2)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert kept == '[{},{},""]'


def test_what_is_downloaded_is_what_the_filters_leave(page):
    page.goto("/en/trials/?q=ewing")
    page.locator("#facet-phase > summary").click()
    page.get_by_role("checkbox", name="Phase 3").check()
    expect(page.locator(".result")).to_have_count(1)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    assert downloading.value.suggested_filename.endswith(".csv")
    lines = Path(downloading.value.path()).read_text("utf-8-sig").splitlines()
    assert [line.partition(";")[0] for line in lines] == ["slug", "ieuroewing"]


def test_the_results_on_paper_have_a_way_back(page):
    page.goto("/en/trials/?q=ewing")
    page.get_by_role("link", name="Print these results").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(page.locator(".result")).to_have_count(2)
    page.get_by_role("link", name="Back to the search").click()
    expect(page).to_have_url(re.compile(r"/en/trials/\?q=ewing$"))


def test_the_print_sheet_is_one_page(page):
    page.goto("/en/trials/ieuroewing/print/")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


# From half a name to the nearest site that recruits, and its sheet of paper


def expect_the_nearest_is_ghent(page):
    line = page.locator(".result").first.locator(".site-lines li").first
    expect(line.locator("a").first).to_contain_text(re.compile("Gent|Gand|Ghent"))
    expect(line).to_contain_text("(3 km)")
    expect(first_result(page)).to_have_text("iEuroEwing")


def expect_the_sheet(page, language):
    expect(page).to_have_url(re.compile(rf"/{language}/trials/ieuroewing/print/$"))
    expect(page.locator(".sheet-qr svg")).to_be_visible()
    expect(block(page, re.compile("Gent|Gand|Ghent")).first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_nearest_recruiting_site_of_9000_and_its_sheet(page_like, language, script):
    page = page_like(java_script_enabled=script)
    page.goto(f"/{language}/trials/")
    page.locator("#q").fill("ewings sarcom")
    page.locator("#near").fill("9000")
    page.locator("#near").press("Enter")
    page.wait_for_url("**near=9000**")
    expect_the_nearest_is_ghent(page)
    first_result(page).click()
    page.locator(".print-link").first.click()
    expect_the_sheet(page, language)


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_same_by_keyboard_only(page, language):
    page.goto(f"/{language}/trials/")
    tab_to(page, "#q")
    page.keyboard.type("ewings sarcom")
    tab_to(page, "#near")
    page.keyboard.type("9000")
    page.keyboard.press("Enter")
    page.wait_for_url("**near=9000**")
    expect_the_nearest_is_ghent(page)
    tab_to(page, ".result h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trials/ieuroewing/")
    tab_to(page, ".print-link")
    page.keyboard.press("Enter")
    expect_the_sheet(page, language)


def tab_to(page, selector, most=120):
    """Press Tab until the first match of `selector` has the focus, and it can be seen that it has."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.querySelector(one) === document.activeElement", selector):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", selector
            return
    raise AssertionError(f"{selector} is not reached by the keyboard.")
