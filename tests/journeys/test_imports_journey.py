"""A sheet from the upload to the stored rows, in a real browser with a real worker."""

import pytest

from tests.builders import a_centre, a_coordinator, a_site, a_trial
from tests.sheets import a_csv
from trials.models import TrialSite

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gent():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    trial = a_trial("A", slug="a")
    a_site(trial, gent, status="recruiting", said=40), a_site(trial, uza, status="recruiting", said=40)
    return gent


def sign_in(page, username):
    page.goto("/admin/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", "secret")
    page.click("[type=submit]")


def hand_in(page, *rows):
    page.goto("/admin/imports/importrun/add/")
    content = a_csv(*rows, delimiter=";")
    page.set_input_files("#id_file", {"name": "ours.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Show the plan").click()


ROWS = [{"centre_code": code, "acronym": "A", "status": "opgeschort"} for code in ("uz-gent", "uza")]


def test_a_coordinator_hands_in_a_sheet_reads_its_plan_and_stores_their_own_rows(page, worker, gent):
    said = []
    page.on("console", lambda message: said.append(message.text))
    a_coordinator(gent, username="co")
    sign_in(page, "co")
    hand_in(page, *ROWS)
    page.get_by_text("The plan: 0 new, 1 updates, 0 unchanged.").wait_for()
    assert "is not your centre" in page.inner_text("table.plan")
    assert set(TrialSite.objects.values_list("status", flat=True)) == {"recruiting"}
    page.get_by_role("button", name="Store all good rows").click()
    page.get_by_text("Stored: 0 new, 1 updated.").wait_for()
    assert TrialSite.objects.get(centre=gent).status == "suspended"
    assert TrialSite.objects.exclude(centre=gent).get().status == "recruiting"
    # The content security policy had nothing to refuse.
    assert said == []


def test_it_works_without_javascript(page_like, worker, gent):
    a_coordinator(gent, username="co")
    page = page_like(java_script_enabled=False)
    sign_in(page, "co")
    hand_in(page, *ROWS)
    page.get_by_text("The plan: 0 new, 1 updates").wait_for()
    page.get_by_role("button", name="Store all good rows").click()
    page.get_by_text("Stored: 0 new, 1 updated.").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_plan_fits_its_screen(page, worker, gent, width):
    page.set_viewport_size({"width": width, "height": 900})
    a_coordinator(gent, username="co")
    sign_in(page, "co")
    hand_in(page, *ROWS)
    page.get_by_text("The plan:").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
