"""Dates whose order only the rest of their column tells, or a person; and a spreadsheet's numbers of days."""

import io
import zipfile

import pytest

from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from tests import sheets
from tests.builders import a_centre, an_editor
from trials.models import StatusStatement, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gent():
    return a_centre("uz-gent")


def a_sheet(*days, column="start_date"):
    return sheets.a_csv(
        *(
            {"centre_code": "uz-gent", "acronym": f"T{number}", "status": "suspended", column: day}
            for number, day in enumerate(days)
        )
    )


def starts(run):
    """What the plan makes of each start, by row."""
    return {
        row.number: next((one["new"] for one in row.changes if one["field"] == "start_date"), "")
        for row in run.rows.all()
    }


def test_one_day_first_date_settles_its_column_without_a_word():
    run = sheets.planned(a_sheet("03/04/2026", "13/04/2026"), user=an_editor())
    assert run.questions == []
    assert run.warnings == []
    assert starts(run) == {2: "2026-04-03", 3: "2026-04-13"}


def test_one_month_first_date_settles_its_column_and_it_is_told():
    run = sheets.planned(a_sheet("03/04/2026", "04/13/2026"), user=an_editor())
    assert run.questions == []
    assert starts(run) == {2: "2026-03-04", 3: "2026-04-13"}
    [said] = run.warnings
    assert said["message"] == (
        "The dates of “start_date” are read month first, because “04/13/2026” can only be read that way."
    )


def test_what_the_column_told_holds_when_the_rows_are_stored():
    sheets.applied(a_sheet("03/04/2026", "04/13/2026"), user=an_editor())
    assert set(TrialSite.objects.values_list("opened_on", flat=True)) == {"2026-03-04", "2026-04-13"}


def test_a_column_that_tells_nothing_is_asked_about_and_not_stored_before():
    run = sheets.planned(a_sheet("03/04/2026", "05/05/2026", "", "2026"), user=an_editor())
    [asked] = run.questions
    assert (asked["key"], asked["code"], asked["needed"]) == ("date:start_date", "date_order", True)
    assert [(one["value"], one["reason"]) for one in asked["options"]] == [
        ("dmy", "“03/04/2026” is 3 April 2026"), ("mdy", "“03/04/2026” is 4 March 2026"),
    ]  # fmt: skip
    assert asked["examples"] == ["03/04/2026"]
    assert asked["params"] == {"column": "start_date", "rows": 1}
    with pytest.raises(actions.Refused, match="Before this plan can be stored"):
        actions.confirm(run=run, user=run.created_by, queue=False)


@pytest.mark.parametrize(("order", "day"), [("dmy", "2026-04-03"), ("mdy", "2026-03-04")])
def test_an_answer_decides_at_planning_and_at_storing(order, day):
    run = sheets.planned(a_sheet("03/04/2026"), user=an_editor())
    actions.answer(run=run, user=run.created_by, answers={"date:start_date": order}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    assert starts(run) == {2: day}
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    assert TrialSite.objects.get().opened_on == day


@pytest.mark.parametrize(
    "day", ["2026-04-03", "3 avril 2026", "3. April 2026", "April 3, 2026", "03/03/2026", "04/2026", "2026"]
)
def test_dates_that_can_be_read_one_way_only_are_not_asked_about(day):
    run = sheets.planned(a_sheet(day), user=an_editor())
    assert run.questions == []
    assert run.counts["new"] == 1


def test_each_column_is_decided_by_itself():
    rows = [
        {"centre_code": "uz-gent", "acronym": "A", "status": "suspended", "status_date": "13/04/2026",
         "start_date": "03/04/2026"},
    ]  # fmt: skip
    run = sheets.planned(sheets.a_csv(*rows), user=an_editor())
    assert [one["key"] for one in run.questions] == ["date:start_date"]


def test_a_column_with_both_orders_refuses_what_cannot_be_and_asks_for_the_rest():
    run = sheets.planned(a_sheet("13/04/2026", "04/14/2026", "03/04/2026"), user=an_editor())
    [asked] = run.questions
    assert "both “13/04/2026” and “04/14/2026”" in asked["message"]
    assert sheets.outcomes(run) == {2: "new", 3: "invalid", 4: "new"}
    assert any("is a date only with the month first" in said for said in sheets.messages(run))


def test_a_column_with_both_orders_and_nothing_in_between_has_nothing_to_ask():
    run = sheets.planned(a_sheet("13/04/2026", "04/14/2026"), user=an_editor())
    assert run.questions == []
    assert sheets.outcomes(run) == {2: "new", 3: "invalid"}


def test_a_number_of_a_day_is_read_as_the_spreadsheet_means_it_and_shown():
    run = sheets.planned(a_sheet("46115"), user=an_editor())
    assert starts(run) == {2: "2026-04-03"}
    assert sheets.messages(run)[0] == (
        "2 start_date: “46115” is a spreadsheet's number for a date; it is read as 2026-04-03."
    )


def test_a_number_of_a_day_follows_the_date_system_of_its_workbook():
    row = {"centre_code": "uz-gent", "acronym": "A", "status": "suspended", "start_date": 44653}
    old_mac = with_1904(sheets.a_workbook(row))
    run = sheets.planned(old_mac, name="old.xlsx", user=an_editor())
    assert starts(run) == {2: "2026-04-03"}
    sheets.applied(old_mac, name="old.xlsx", user=an_editor())
    assert TrialSite.objects.get().opened_on == "2026-04-03"


def with_1904(workbook: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/workbook.xml":
                content = content.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
                assert b"date1904" in content
            new.writestr(entry.filename, content)
    return out.getvalue()


def test_a_real_cell_of_a_day_in_a_workbook_is_never_ambiguous():
    import datetime as dt

    row = {"centre_code": "uz-gent", "acronym": "A", "status": "suspended", "status_date": "2026-04-03"}
    run = sheets.planned(
        sheets.a_workbook(row | {"start_date": dt.date(2026, 4, 3).isoformat()}), name="a.xlsx",
        user=an_editor(),
    )  # fmt: skip
    assert run.questions == []


def test_a_status_stated_on_a_day_that_was_answered_has_that_day():
    run = sheets.planned(a_sheet("03/04/2026", column="status_date"), user=an_editor())
    actions.answer(run=run, user=run.created_by, answers={"date:status_date": "dmy"}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    assert StatusStatement.objects.get().said_at.isoformat() == "2026-04-03"


# Nothing to say


@pytest.mark.parametrize("word", ["n/a", "-", "–", "nvt", "N.V.T.", "s.o.", "k.A.", "TBD", "onbekend", "?"])
def test_words_for_nothing_are_taken_as_empty_and_told_once(word):
    run = sheets.planned(a_sheet(word, word), user=an_editor())
    assert starts(run) == {2: "", 3: ""}
    [said] = run.warnings
    assert (said["code"], said["cells"]) == ("nothing", [f"“{word}” (2)"])


def test_a_word_of_a_vocabulary_is_not_nothing():
    row = {"centre_code": "uz-gent", "acronym": "A", "status": "onbekend", "phase": "N/A"}
    run = sheets.planned(sheets.a_csv(row), user=an_editor())
    assert run.warnings == []
    told = {one["field"]: one["new"] for one in run.rows.get().changes}
    assert told["phase"] == "na"


def test_a_title_means_every_word_of_it():
    row = {"centre_code": "uz-gent", "acronym": "A", "status": "suspended", "title": "Unknown"}
    run = sheets.planned(sheets.a_csv(row), user=an_editor())
    told = {one["field"]: one["new"] for one in run.rows.get().changes}
    assert told["title"] == "Unknown"
