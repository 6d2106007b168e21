"""A physician describes a patient and ends at a site to call; nothing of it stays, in the browser or here."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.traces import logged, places_of

pytestmark = pytest.mark.usefixtures("world")
# Words that nobody else types, beside those that are understood.
CANARY = "zkanarie"


def expect_beacon2(page, title):
    expect(page.locator("#answer-title")).to_have_text(re.compile(title))
    expect(page.locator("#open_here-1")).to_contain_text("BEACON2")
    card = page.locator(".card", has=page.locator("#open_here-1"))
    expect(card.locator(".criterion-met")).not_to_have_count(0)
    expect(card.locator(".criterion-unmet, .criterion-unknown")).to_have_count(0)
    expect(card.locator(".card-site")).to_contain_text(re.compile(r"\d\d km"))
    expect(page).to_have_url(re.compile(r"/\w\w/match/(#answer-title)?$"))


def kept_in_the_browser(page):
    return page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
    )


def expect_nothing_kept(page, log):
    assert kept_in_the_browser(page) == '[{},{},"",null]'
    assert CANARY not in log.getvalue()
    assert places_of(CANARY) == []


def tab_to(page, place):
    for _step in range(60):
        if page.locator(place).evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{place} is not reached by Tab.")


def test_by_mouse_in_english(page):
    with logged() as log:
        page.goto("/en/")
        page.get_by_role("main").get_by_role("link", name="Match a patient").click()
        page.locator("#text").click()
        page.locator("#text").press_sequentially("relapsed high-risk neurobl")
        page.get_by_role("option", name=re.compile("high-risk neuroblastoma|high risk neuroblastoma")).click()
        expect(page.locator("#text")).to_have_value(re.compile("^relapsed high.risk neuroblastoma$"))
        page.locator("#age").fill("31 months")
        page.locator("#alterations").fill(f"ALK mutated, {CANARY}")
        page.locator("#near").fill("4000")
        page.get_by_role("button", name="Show the trials").click()
        expect_beacon2(page, "^1 trial open in Belgium")
        expect(page.locator("#answer-title")).to_be_focused()
        expect(page.locator(".read-as")).to_contain_text("Relapsed")
        expect(page.locator(".read-as")).to_contain_text(
            f"Not understood, denied or in doubt, so it decides nothing: {CANARY}"
        )
        with page.context.expect_page() as opened:
            page.locator("#open_here-1").click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text("BEACON2")
        assert opened.value.evaluate("document.referrer") == ""
        # The answer is still there.
        expect_beacon2(page, "^1 trial open in Belgium")
        expect_nothing_kept(page, log)


def test_by_keyboard_only_in_dutch(page):
    with logged() as log:
        page.goto("/nl/match/")
        for place, typed in {
            "#text": f"recidief hoogrisico neuroblastoom {CANARY}", "#age": "31 maanden",
            "#alterations": "ALK gemuteerd", "#near": "4000",
        }.items():  # fmt: skip
            tab_to(page, place)
            page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect_beacon2(page, "^1 studie open in België")
        expect(page.locator("#answer-title")).to_be_focused()
        tab_to(page, "#open_here-1")
        tab_to(page, "#excluded > summary")
        page.keyboard.press("Enter")
        expect(page.locator("#excluded-1")).to_be_visible()
        expect_nothing_kept(page, log)


def test_without_javascript_in_french(page_like):
    page = page_like(java_script_enabled=False)
    with logged() as log:
        page.goto("/fr/match/")
        page.get_by_label("Avec vos mots").fill("neuroblastome de haut risque en rechute")
        page.get_by_label("Âge").fill("31 mois")
        page.get_by_label("Altérations (séparées").fill(f"ALK muté, {CANARY}")
        page.get_by_label("Code postal").fill("4000")
        page.get_by_role("button", name="Afficher les études").click()
        expect_beacon2(page, "^1 étude ouverte en Belgique")
        page.get_by_role("button", name="Nederlands").click()
        expect_beacon2(page, "^1 studie open in België")
        assert page.context.cookies() == []
        assert CANARY not in log.getvalue()
        assert places_of(CANARY) == []


def test_reloading_empties_the_form_and_back_leads_back_without_a_profile(page):
    page.goto("/en/")
    page.goto("/en/match/")
    page.locator("#text").fill(f"neuroblastoma {CANARY}")
    page.locator("#text").press("Enter")
    expect(page.locator("#answer-title")).to_be_visible()
    page.reload()
    expect(page.locator("#text")).to_have_value("")
    page.locator("#text").fill(f"neuroblastoma {CANARY}")
    page.locator("#text").press("Enter")
    expect(page.locator("#answer-title")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/en/$"))
    page.go_forward()
    expect(page.locator("#text")).to_have_value("")
    assert CANARY not in page.content()


def test_a_bad_value_is_told_at_its_field_and_nothing_is_lost(page):
    page.goto("/en/match/")
    page.locator("#text").fill("neuroblastoma")
    page.locator("#age").fill("200y")
    page.locator("#age").press("Enter")
    expect(page.locator("#error-title")).to_be_focused()
    expect(page.locator("#age-error")).to_contain_text("older than 120 years")
    page.locator(".error-summary a").click()
    expect(page.locator("#age")).to_be_focused()
    expect(page.locator("#text")).to_have_value("neuroblastoma")
    page.locator("#age").fill("2y 7m")
    page.locator("#age").press("Enter")
    expect(page.locator("#open_here-1")).to_be_visible()
    # The boxes drawn anew complete as the first ones did.
    page.locator("#change > summary").click()
    page.locator("#alterations").press_sequentially("bra")
    expect(page.get_by_role("option").filter(visible=True).first).to_be_visible()


def test_words_are_corrected_where_they_were_typed(page):
    page.goto("/en/match/")
    page.locator("#text").fill("neuroblastoma")
    page.locator("#text").press("Enter")
    page.get_by_role("link", name="Correct the words").click()
    expect(page.locator("#text")).to_be_focused()


def test_a_link_holds_what_is_ticked_and_opens_as_an_answer(page, page_like):
    page.goto("/en/match/")
    page.locator("#text").fill(f"relapsed neuroblastoma {CANARY}")
    page.locator("#age").fill("31 months")
    page.locator("#age").press("Enter")
    expect(page.locator("#link")).to_have_value(re.compile(r"/en/match/\?condition=IVa&stage=relapsed$"))
    page.get_by_text("Make a link", exact=True).click()
    page.get_by_role("checkbox", name="Age", exact=True).check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#link")).to_be_focused()
    address = page.locator("#link").input_value()
    assert address.endswith("/en/match/?condition=IVa&age=31+months&stage=relapsed")
    other = page_like()
    other.goto(address)
    expect(other.locator("#open_here-1")).to_contain_text("BEACON2")


def test_a_server_that_does_not_answer_loses_nothing(page):
    page.goto("/en/match/")
    page.route("**/match/", lambda route: route.abort())
    page.locator("#text").fill("neuroblastoma")
    page.locator("#text").press("Enter")
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Nothing that you typed is lost")
    expect(page.locator("#text")).to_have_value("neuroblastoma")
    page.unroute("**/match/")
    page.locator("#text").press("Enter")
    expect(page.locator("#candidates-1")).to_be_visible()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_no_word_of_a_patient_stands_in_an_address(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/en/match/")
    page.locator("#text").press_sequentially("neurobl")
    expect(page.get_by_role("option").filter(visible=True).first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#text").press("Enter")
    expect(page.locator("#answer-title")).to_be_visible()
    assert any("/suggest/" in address for address in asked)
    assert not any("neuro" in address for address in asked)


def test_the_answer_on_paper_has_the_patient_and_the_trials_and_no_form(page):
    page.goto("/en/match/")
    page.locator("#text").fill("relapsed neuroblastoma")
    page.locator("#text").press("Enter")
    expect(page.locator("#open_here-1")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".profile-facts")).to_be_visible()
    expect(page.locator("#open_here-1")).to_be_visible()
    expect(page.locator(".card .criteria").first).to_be_visible()
    for gone in ("#profile", "#share", "#excluded", ".bands-nav"):
        expect(page.locator(gone)).to_be_hidden()


def test_the_page_is_light(page):
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto("/en/match/?condition=VIIIc")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= 100_000
