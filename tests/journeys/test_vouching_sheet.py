"""A coordinator hands in a sheet on the linked page, reads its plan and confirms it, with a real worker."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from directory.vouching import actions
from directory.vouching.models import Enquiry
from tests.builders import a_centre, a_coordinator, a_site, a_trial, says
from tests.sheets import a_csv
from trials.models import TrialSite

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
ROWS = [{"centre_code": code, "acronym": "A", "status": "opgeschort"} for code in ("uz-gent", "uza")]


@pytest.fixture
def link(site):
    """The address of the page of a centre with two trials; another centre has one of them, too."""
    gent = a_centre("uz-gent", languages=["nl"])
    trial = a_trial("A", slug="a")
    for where in (gent, a_centre("uza")):
        a_site(trial, where, said=40)
    says(a_site(a_trial("B", slug="b"), gent, said=40), "completed", said=2, by="registry", source="CTIS")
    user = a_coordinator(gent)
    type(user).objects.filter(pk=user.pk).update(email="trials@example.org")
    actions.ask_now(coordination=user.coordinations.get())
    return reverse("web:vouch", args=[Enquiry.objects.get().new_token()]).replace("/en/", "/nl/")


def hand_in(page, link):
    page.goto(link)
    page.get_by_role("link", name="Een rekenblad indienen").click()
    content = a_csv(*ROWS, delimiter=";")
    page.set_input_files("#file", {"name": "ours.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Toon het plan").click()


def test_the_plan_is_read_in_dutch_and_stored_with_a_second_click(page, worker, link):
    said = []
    page.on("console", lambda message: said.append(message.text))
    hand_in(page, link)
    page.get_by_text("1 rij zou worden opgeslagen.").wait_for()
    expect(page.locator("table")).to_contain_text("“uza” is niet uw centrum. Verwijder de rij.")
    assert set(TrialSite.objects.values_list("status", flat=True)) == {"recruiting"}
    page.get_by_role("button", name="1 rij opslaan").click()
    page.get_by_text("Dank u. 1 rij is opgeslagen.").wait_for()
    assert TrialSite.objects.get(centre__code="uz-gent", trial__slug="a").status == "suspended"
    assert TrialSite.objects.get(centre__code="uza").status == "recruiting"
    page.get_by_role("link", name="Terug naar de studies van uw centrum").click()
    expect(page.locator("#all")).to_have_text("1 status wacht op uw antwoord")
    # The content security policy had nothing to refuse.
    assert said == []


def test_it_works_without_java_script(page_like, worker, link):
    page = page_like(java_script_enabled=False)
    hand_in(page, link)
    for _turn in range(100):
        if page.get_by_text("1 rij zou worden opgeslagen.").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(page.get_by_role("button", name="1 rij opslaan")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page_like, worker, link, width, scheme):
    page = page_like(color_scheme=scheme, viewport={"width": width, "height": 844})
    upload = link.replace("/sites/", "/upload/")
    page.goto(upload)
    assert faults(page, width) == []
    page.get_by_role("button", name="Toon het plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies eerst het bestand")
    assert faults(page, width) == []
    hand_in(page, link)
    page.get_by_text("1 rij zou worden opgeslagen.").wait_for()
    assert faults(page, width) == []


def faults(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    return [(one["id"], node["html"][:160]) for one in violations for node in one["nodes"]]
