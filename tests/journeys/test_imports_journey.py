"""A sheet from the upload to the stored rows, in a real browser with a real worker."""

import openpyxl
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
    page.get_by_text("The plan: 0 new, 1 update, 0 unchanged.").wait_for()
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
    page.get_by_text("The plan: 0 new, 1 update").wait_for()
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


def test_a_sheet_with_columns_nobody_knows_from_its_mapping_to_its_undo(page, worker, picture, tmp_path):
    """A Belgian sheet of UZ Gent: map two columns, read the report, correct it, store it, undo it."""
    gent, uza = a_centre("uz-gent", name="UZ Gent"), a_centre("uza", name="UZA")
    ewing = a_trial("iEuroEwing", slug="a", identifiers=["NCT06820957"])
    a_trial("HEM-iSMART", slug="b", identifiers=["NCT05751044"])
    a_site(ewing, gent, status="recruiting", said=40), a_site(ewing, uza, status="recruiting", said=40)
    a_coordinator(gent, username="co")
    sign_in(page, "co")
    rows = [
        {"centre_code": "uz-gent", "Onze studie": "iEuroEwing", "status": "opgeschort"},
        {"centre_code": "uz-gent", "Onze studie": "HEM-iSMART", "status": "rekruteerd"},
        {"centre_code": "uza", "Onze studie": "iEuroEwing", "status": "opgeschort"},
    ]
    page.goto("/admin/imports/importrun/add/")
    picture("importing-1-hand-in")
    hand_in(
        page, *(row | {"Stand op": f"{day}/11/2026"} for row, day in zip(rows, (13, 25, 25), strict=True))
    )
    # Two columns that nobody knows: which is needed is asked first, the other is asked for, too.
    page.get_by_role("heading", name="Answer before this can be stored").wait_for()
    assert page.get_by_role("button", name="Store all good rows").is_disabled()
    choose(page, "Which column tells", "Onze studie = acronym")
    choose(page, "What does column D (Stand op) contain?", "status_date")
    picture("importing-2-columns")
    page.get_by_role("button", name="Make the plan with these answers").click()
    page.get_by_text("The plan: 0 new, 1 update, 0 unchanged.").wait_for()
    assert "2 rows are left out." in page.inner_text(".decide")
    assert "rekruteerd" in page.inner_text("table.plan")
    picture("importing-3-plan")
    # The sheet comes back with what is wrong; corrected there, it is handed in as it is.
    with page.expect_download() as downloading:
        page.get_by_role("link", name="The sheet with the outcome of each row").click()
    report = tmp_path / "ours-report.xlsx"
    downloading.value.save_as(report)
    correct(report, "rekruteerd", "recruiting")
    page.get_by_role("button", name="Cancel the import").click()
    page.goto("/admin/imports/importrun/add/")
    page.set_input_files("#id_file", report)
    page.get_by_role("button", name="Show the plan").click()
    # What was said of its columns is known.
    page.get_by_text("The plan: 1 new, 1 update, 0 unchanged.").wait_for()
    assert "Columns are read as they were on" in page.inner_text("#content")
    page.get_by_role("button", name="Store all good rows").click()
    page.get_by_text("Stored: 1 new, 1 updated.").wait_for()
    assert said_of(gent) == {"a": "suspended", "b": "recruiting"}
    page.reload()
    picture("importing-4-stored")
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Undo these changes").wait_for()
    picture("importing-5-undo")
    page.get_by_role("button", name="Undo these changes").click()
    page.get_by_text("Undone: 2 records restored.").wait_for()
    assert said_of(gent) == {"a": "recruiting"}


def said_of(centre) -> dict[str, str]:
    return dict(TrialSite.objects.filter(centre=centre).values_list("trial__slug", "status"))


def choose(page, question, answer):
    """Answer the question that has these words by the option that has those."""
    select = page.get_by_label(question)
    [found] = [text for text in select.locator("option").all_inner_texts() if answer in text]
    select.select_option(label=found)


def correct(path, old, new):
    """Type over the cells that say `old`, as in Excel."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    book.save(path)
