"""A run's sheet given back: own columns and rows, outcome and messages beside them, bad cells coloured."""

import io

import openpyxl
import pytest
from django.urls import reverse

from directory.imports import actions, report
from directory.imports.models import ImportRun
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor
from tests.sheets import a_csv, a_workbook, applied, outcomes, planned, received
from trials.models import TrialSite

pytestmark = pytest.mark.django_db

RED, AMBER = "FFFFC7CE", "FFFFE699"


@pytest.fixture
def world():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    trial = a_trial("A", slug="a", identifiers=["NCT00000001"])
    a_site(trial, gent, said=40), a_site(trial, uza, said=40)
    return gent, uza


ROWS = (
    {"Local no": "=7+7", "Centrumcode": "uz-gent", "acroniem": "A", "status": "suspended", "Note": "x\ny"},
    {"Local no": "8", "Centrumcode": "nowhere", "acroniem": "A", "status": "sometimes", "Note": ""},
    {"Local no": "9", "Centrumcode": "uza", "acroniem": "B", "status": "recruiting", "Note": "é"},
)


def workbook(run, **options):
    return openpyxl.load_workbook(io.BytesIO(b"".join(report.report(run, **options))))


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def colour(cell):
    return cell.fill.fgColor.rgb if cell.fill.patternType else None


@pytest.mark.parametrize("content", [a_csv(*ROWS), a_workbook(*ROWS)], ids=["csv", "xlsx"])
def test_the_sheet_comes_back_with_all_its_columns_and_what_became_of_each_row(world, content):
    name = "s.csv" if content[:2] != b"PK" else "s.xlsx"
    run = planned(content, user=an_editor(), name=name)
    book = workbook(run)
    sheet = book.worksheets[0]
    assert book.sheetnames == ["Rows" if name == "s.csv" else "Sheet1", "About"]
    found = cells(sheet)
    assert found[0] == [*ROWS[0], "Outcome", "Messages"]
    assert found[1] == ["=7+7", "uz-gent", "A", "suspended", "x\ny", "update", None]
    numbers = {"s.csv": (2, 4, 5), "s.xlsx": (2, 3, 4)}[name]  # a line break in a CSV is a line of it
    assert [row.number for row in run.rows.all()] == list(numbers)
    bad, new = (sheet[number] for number in numbers[1:])
    assert [cell.value for cell in bad][:6] == ["8", "nowhere", "A", "sometimes", None, "invalid"]
    assert bad[6].value.splitlines()[0].startswith("Centrumcode: “nowhere” is not")
    assert bad[6].value.splitlines()[1].startswith("status: “sometimes” is not a status.")
    assert [colour(cell) for cell in bad][:6] == [None, RED, None, RED, None, RED]
    assert new[5].value == "new"
    assert "acroniem: “B” is not a known trial" in new[6].value
    assert [colour(cell) for cell in new][:6] == [None, None, AMBER, None, None, AMBER]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:G{numbers[-1]}"


def test_a_held_back_row_is_amber_and_says_what_was_decided(world):
    run = planned(a_csv(ROWS[0]), user=an_editor())
    run.rows.update(outcome="conflict", may_be_taken=True, decision="take", messages=[
        {"column": "status", "value": "suspended", "message": "Edited since."}])  # fmt: skip
    row = workbook(run).worksheets[0][2]
    assert [cell.value for cell in row][-2:] == ["conflict: taken", "status: Edited since."]
    assert colour(row[3]) == colour(row[5]) == AMBER


def test_what_the_file_as_a_whole_is_told_is_in_the_second_sheet(world):
    run = planned(a_csv(*ROWS), user=an_editor(), name="gent.csv")
    about = dict(cells(workbook(run)["About"]))
    assert about["file"] == "gent.csv"
    assert about["rows"] == "new: 1; update: 1; invalid: 1"
    assert about["warning"].startswith("We do not know these columns, so they were ignored: Local no, Note")


def test_only_the_bad_rows_stand_close_together_with_their_numbers(world):
    run = planned(a_workbook(*ROWS), user=an_editor(), name="s.xlsx")
    head, row = cells(workbook(run, only_bad=True).worksheets[0])
    assert head == [*ROWS[0], "Row", "Outcome", "Messages"]
    assert row[:7] == ["8", "nowhere", "A", "sometimes", None, "3", "invalid"]


def corrected(book):
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        if row[0].value == "8":
            row[1].value, row[3].value = "uza", "suspended"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("only_bad", [False, True])
def test_the_report_is_corrected_and_handed_in_as_it_is(world, only_bad):
    user = an_editor()
    run = applied(a_workbook(*ROWS[:2], more={"Other": [["x"]]}), user=user, name="s.xlsx")
    again = planned(corrected(workbook(run, only_bad=only_bad)), user=user, name="s-report.xlsx")
    assert outcomes(again) == ({2: "update"} if only_bad else {2: "unchanged", 3: "update"})
    [warning] = again.warnings
    assert (warning["code"], warning["columns"]) == ("not_read", ["Local no", "Note"])


def test_a_report_of_a_report_has_its_columns_once(world):
    user = an_editor()
    run = planned(a_workbook(*ROWS), user=user, name="s.xlsx")
    again = planned(b"".join(report.report(run, only_bad=True)), user=user, name="r.xlsx")
    book = workbook(again)
    assert cells(book.worksheets[0])[0] == [*ROWS[0], "Outcome", "Messages"]
    assert book.sheetnames == ["Sheet1", "About"]


def test_a_column_of_their_own_called_outcome_stays_theirs(world):
    run = planned(a_csv(ROWS[0] | {"Outcome": "good"}), user=an_editor())
    assert run.warnings[0]["columns"] == ["Local no", "Note", "Outcome"]
    assert cells(workbook(run).worksheets[0])[0] == [*ROWS[0], "Outcome", "Outcome", "Messages"]


def test_once_the_file_is_gone_the_receipts_tell(world):
    run = planned(a_csv(*ROWS), user=an_editor())
    run.path.unlink()
    found = cells(workbook(run).worksheets[0])
    assert found[0] == ["centre_code", "acronym", "status", "Outcome", "Messages"]
    assert found[1] == ["uz-gent", "A", "suspended", "update", None]
    assert found[3][:4] == ["nowhere", "A", "sometimes", "invalid"]


def test_a_file_that_is_no_sheet_has_its_problem_told(world):
    run = planned(b"%PDF-1.4", user=an_editor())
    book = workbook(run)
    assert book.sheetnames == ["About"]
    assert dict(cells(book["About"]))["problem"].startswith("The file holds PDF")


def test_a_sheet_refused_for_its_header_comes_back_whole(world):
    run = planned(a_csv({"centre": "uz-gent", "hospital": "x", "acronym": "A"}), user=an_editor())
    assert run.status == "failed"
    book = workbook(run)
    assert cells(book.worksheets[0])[1] == ["uz-gent", "x", "A", None, None]
    assert "both mean “centre_code”" in dict(cells(book["About"]))["problem"]


def test_a_text_that_no_cell_holds_is_left_empty_not_cut(world):
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "A", "url": "x" * 40_000}), user=an_editor())
    row = workbook(run).worksheets[0][2]
    assert (row[2].value, colour(row[2])) == (None, RED)
    assert "40000 characters" in row[4].value


def test_a_row_with_too_many_cells_is_not_taken_before_it_is_put_right(world):
    content = b"centre_code,acronym,status\nuz-gent,A,suspended,recruiting\n"
    user = an_editor()
    run = planned(content, user=user)
    row = workbook(run).worksheets[0][2]
    assert row[5].value == "This row had more cells than the header. Correct the row, then empty this cell."
    again = planned(b"".join(report.report(run)), user=user, name="r.xlsx")
    assert outcomes(again) == {2: "invalid"}
    book = workbook(run)
    book.worksheets[0]["F2"].value = None
    out = io.BytesIO()
    book.save(out)
    assert outcomes(planned(out.getvalue(), user=user, name="r2.xlsx")) == {2: "update"}


# Who gets it


def address(run, query=""):
    return reverse("admin:imports_importrun_report", args=[run.pk]) + query


def test_the_page_of_a_run_leads_to_it(client, world):
    user = a_coordinator(world[0])
    run = planned(a_csv(*ROWS), user=user, name="été.csv")
    client.force_login(user)
    page = client.get(reverse("admin:imports_importrun_change", args=[run.pk])).content.decode()
    assert address(run) in page
    assert address(run, "?only=bad") in page
    answer = client.get(address(run))
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9t%C3%A9-report.xlsx"
    assert openpyxl.load_workbook(io.BytesIO(answer.getvalue())).sheetnames == ["Rows", "About"]


def test_nobody_else_gets_it(client, world):
    run = planned(a_csv(*ROWS), user=a_coordinator(world[0]))
    client.force_login(a_coordinator(world[1]))
    assert client.get(address(run)).status_code == 404
    client.force_login(a_user())
    assert client.get(address(run)).status_code in (302, 403)


def test_it_writes_nothing_and_is_not_there_while_rows_are_judged(client, world):
    user = an_editor()
    run = received(a_csv(*ROWS), user=user)
    client.force_login(user)
    assert client.get(address(run), follow=True).redirect_chain == [
        (reverse("admin:imports_importrun_change", args=[run.pk]), 302)
    ]
    assert ImportRun.objects.get().status == "uploaded"
    actions.cancel(run=run, user=user)
    assert openpyxl.load_workbook(io.BytesIO(client.get(address(run)).getvalue())).sheetnames == ["About"]
    assert TrialSite.objects.count() == 2
