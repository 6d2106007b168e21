"""Headers nobody knows: asked for, suggested, answered, remembered; and the encoding of a text, too."""

import pytest
from django.utils import timezone

from centres.models import Centre
from directory.imports import actions, mapping
from directory.imports.apply import apply_run
from directory.imports.models import ColumnMapping
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_coordinator, an_editor
from tests.sheets import a_csv, a_workbook, an_ods, applied, messages, planned

pytestmark = pytest.mark.django_db

ROW = {"Hospital site": "uz-gent", "Study": "NCT04307576", "State": "recruiting", "Remarks": "ask Ann"}
KNOWN = {"centre_code": "uz-gent", "nct_number": "NCT04307576", "status": "recruiting"}


@pytest.fixture
def user():
    return a_coordinator(a_centre("uz-gent", name="Ghent University Hospital"))


def asked(run) -> dict[str, dict]:
    return {one["key"]: one for one in run.questions}


def values(question) -> list[str]:
    return [one["value"] for one in question["options"]]


def reasons(question) -> dict[str, str]:
    return {one["value"]: one["reason"] for one in question["options"] if one["reason"]}


def answered(run, user, **answers):
    """The run planned anew; `column__x` stands for `column:x`."""
    by_key = {key.replace("__", ":"): value for key, value in answers.items()}
    actions.answer(run=run, user=user, answers=by_key, queue=False)
    plan_run(run)
    run.refresh_from_db()
    return run


def warned(run, code) -> list[str]:
    return [one["message"] for one in run.warnings if one["code"] == code]


# Columns


def test_a_column_nobody_knows_is_asked_for_with_what_it_may_be(user):
    run = planned(a_csv(KNOWN | {"Mail of the team": "trials@example.org", "Notes": "x"}), user=user)
    question = asked(run)["column:mailoftheteam"]
    assert question["code"] == "column"
    assert not question["needed"]
    assert question["suggested"] == ""
    assert question["examples"] == ["trials@example.org"]
    assert reasons(question) == {"contact_email": "by name and content"}
    assert values(question)[:2] == ["contact_email", ""]
    assert "phase" in values(question)
    assert "status" not in values(question)  # it has a header of its own
    assert reasons(asked(run)["column:notes"]) == {}


@pytest.mark.parametrize(
    ("header", "cell", "column", "reason"),
    [
        ("Which one", "NCT04307576", "nct_number", "by content"),
        ("Which one", "2024-510578-25-00", "eu_ct_number", "by content"),
        ("Since", "03/04/2026", "start_date", "by content"),
        ("Ring", "+32 9 332 21 11", "contact_phone", "by content"),
        ("How", "Rekruterend", "status", "by content"),
        ("Where", "Ghent University Hospital", "centre_code", "by content"),
        ("Acronymm", "X-1", "acronym", "by name"),
        ("Numéro NCT (registre)", "", "nct_number", "by name"),
        ("Titel van de studie", "", "title", "by name"),
        ("May it be shown", "ja", "consent_to_publish", "by content"),
    ],
)
def test_what_speaks_for_a_column(user, header, cell, column, reason):
    known = {name: value for name, value in KNOWN.items() if name != column}
    run = planned(a_csv(known | {"acronym": "X"} | {header: cell}, columns=None), user=user)
    key = f"column:{mapping.header_key(header, 0)}"
    if column == "acronym":
        run = planned(a_csv(KNOWN | {header: cell}), user=user)
    assert reasons(asked(run)[key])[column] == reason


def test_an_answer_reads_the_column(user):
    run = planned(a_csv(KNOWN | {"Mail": "x@example.org", "Team": "Jan Peeters"}), user=user)
    run = answered(run, user, column__team="contact_name")
    assert "contact_name" in run.columns
    assert run.rows.get().values["contact_name"] == "Jan Peeters"
    assert asked(run)["column:team"]["suggested"] == "contact_name"
    assert warned(run, "not_read") == []
    run = answered(run, user, column__team="")
    assert "contact_name" not in run.columns
    assert "Team" in warned(run, "not_read")[0]


def test_two_columns_cannot_be_the_same_one(user):
    run = planned(a_csv(KNOWN | {"Team": "Jan Peeters", "Who": "An Claes"}), user=user)
    run = answered(run, user, column__team="contact_name", column__who="contact_name")
    assert run.rows.get().values["contact_name"] == "Jan Peeters"
    assert warned(run, "column_taken") == [
        "“Who” is not read as “contact_name”, because column D already is. Say which of the two it is."
    ]


def test_a_column_without_a_header_is_named_and_can_be_read(user):
    lines = [["centre_code", "", "nct_number"], ["uz-gent", "Jan Peeters", "NCT04307576"]]
    content = "\n".join(",".join(line) for line in lines).encode()
    run = planned(content, user=user)
    assert "column B, which has no header" in warned(run, "not_read")[0]
    run = answered(run, user, **{"column__#B": "contact_name"})
    assert run.rows.get().values["contact_name"] == "Jan Peeters"


def test_an_empty_column_without_a_header_is_nothing(user):
    run = planned(b"centre_code,,nct_number\nuz-gent,,NCT04307576\n", user=user)
    assert (run.questions, run.warnings) == ([], [])


# Columns that are needed


def test_a_needed_column_that_may_be_there_is_asked_for_before_any_row_is_judged(user):
    run = planned(a_csv(ROW), user=user)
    assert (run.status, run.rows_total, run.rows.count(), sum(run.counts.values())) == ("planned", 1, 0, 0)
    where, which = asked(run)["needs:centre_code"], asked(run)["needs:one_of"]
    assert where["needed"]
    assert which["needed"]
    assert values(where)[0] == "hospitalsite"
    assert values(which)[0] == "nct_number:study"
    assert reasons(where) == {"hospitalsite": "by name and content"}
    with pytest.raises(actions.Refused, match="Which column is “centre_code”"):
        actions.confirm(run=run, user=user, queue=False)
    run = answered(run, user, needs__centre_code="hospitalsite")
    assert [one["key"] for one in run.open_questions] == ["needs:one_of"]
    run = answered(run, user, needs__one_of="nct_number:study")
    assert (run.counts["new"], run.open_questions) == (1, [])
    assert asked(run)["column:study"]["suggested"] == "nct_number"


def test_saying_what_a_header_is_answers_which_column_is_needed_too(user):
    run = planned(a_csv(ROW), user=user)
    run = answered(run, user, column__hospitalsite="centre_code", column__study="nct_number")
    assert (run.counts["new"], run.open_questions) == (1, [])


def test_an_answer_that_is_taken_back_asks_anew_and_does_not_let_the_plan_through(user):
    run = planned(a_csv(ROW), user=user)
    run = answered(run, user, needs__centre_code="hospitalsite", needs__one_of="nct_number:study")
    run = answered(run, user, column__hospitalsite="title")
    assert [one["key"] for one in run.open_questions] == ["needs:centre_code"]
    with pytest.raises(actions.Refused):
        actions.confirm(run=run, user=user, queue=False)


def test_where_no_column_is_left_the_sheet_is_refused_as_ever(user):
    run = planned(a_csv({"nct_number": "NCT04307576", "status": "recruiting"}), user=user)
    assert [one["code"] for one in run.problems] == ["missing_column"]


def test_where_fewer_columns_are_left_than_are_needed_the_sheet_is_refused(user):
    run = planned(a_csv({"Study": "NCT04307576", "status": "recruiting"}), user=user)
    assert [one["code"] for one in run.problems] == ["missing_column", "missing_one_of"]


def test_data_are_not_offered_as_headers(user):
    run = planned("uz-gent,NCT04307576,recruiting,03/04/2026\nuza,NCT03911128,recruiting,2026\n", user=user)
    assert run.status == "failed"
    assert "centre_code" in run.problems[0]["message"]


def test_the_kind_of_a_sheet_with_a_foreign_header_is_the_one_most_columns_are_of():
    row = {"Hospital site": "uz-gent", "nct_number": "NCT04307576", "contact_name": "x", "pi_name": "y"}
    run = planned(a_csv(row), user=an_editor("other"), kind="")
    assert (run.kind, [one["key"] for one in run.open_questions]) == ("sites", ["needs:centre_code"])


# Remembering


def confirmed(run, user):
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems
    return run


def remembered(user):
    run = planned(a_csv(ROW), user=user)
    run = answered(run, user, needs__centre_code="hospitalsite", needs__one_of="nct_number:study")
    return confirmed(answered(run, user, column__state="status", column__remarks=""), user)


def test_what_was_answered_is_remembered_and_said_and_can_be_changed(user):
    remembered(user)
    kept = ColumnMapping.objects.get()
    assert (kept.centre.code, kept.created_by) == ("uz-gent", user)
    assert kept.mapping == {
        "hospitalsite": "centre_code",
        "study": "nct_number",
        "state": "status",
        "remarks": "",
    }
    again = ROW | {"Study": "NCT03911128"}
    run = planned(a_csv(again, columns=list(reversed(ROW))), user=user)
    assert run.counts["new"] == 1
    [said] = warned(run, "remembered_columns")
    day = mapping.day_first(timezone.localdate(kept.updated_at).isoformat())
    assert said.startswith(f"Columns are read as they were on {day}: ")
    assert "Study = nct_number" in said
    assert "Remarks = not read" in said
    run = answered(run, user, column__remarks="contact_name")
    assert run.rows.get().values["contact_name"] == "ask Ann"
    assert "Remarks" not in warned(run, "remembered_columns")[0]
    confirmed(run, user)
    assert ColumnMapping.objects.get().mapping["remarks"] == "contact_name"


def test_a_corrected_report_asks_nothing_that_was_answered_before(user):
    run = planned(a_csv(ROW | {"State": "opne"}), user=user)
    run = answered(run, user, needs__centre_code="hospitalsite", needs__one_of="nct_number:study")
    run = answered(run, user, column__state="status", column__remarks="")
    assert run.counts["invalid"] == 1
    corrected = ROW | {"Outcome": "invalid", "Messages": "State: “opne” is no status."}
    again = planned(a_csv(corrected), user=user)
    assert (again.status, again.counts["new"]) == ("planned", 1)
    assert again.rows.get().values == KNOWN


def test_a_mapping_is_that_of_its_centre_and_of_its_kind(user):
    remembered(user)
    colleague = a_coordinator(Centre.objects.get(), username="colleague")
    stranger = a_coordinator(a_centre("uza"), username="stranger")
    assert planned(a_csv(ROW), user=colleague).rows.count() == 1
    assert planned(a_csv(ROW), user=stranger).rows.count() == 0
    assert planned(a_csv(ROW), user=an_editor()).rows.count() == 0


def test_an_editor_s_mapping_is_their_own(user):
    editor = an_editor()
    remembered(editor)
    assert ColumnMapping.objects.get().centre is None
    assert planned(a_csv(ROW | {"Remarks": "x"}), user=editor).rows.count() == 1
    assert planned(a_csv(ROW), user=an_editor("another")).rows.count() == 0


def test_a_sheet_read_as_last_time_with_nothing_new_waits_for_nobody(user):
    remembered(user)
    run = planned(a_csv(ROW), user=user)
    assert (run.status, run.counts["unchanged"]) == ("applied", 1)


def test_the_signature_knows_no_order_and_no_spelling():
    assert mapping.signature(["Étude", "Centre "]) == mapping.signature(["CENTRE", "etude", ""])
    assert mapping.signature(["Étude"]) != mapping.signature(["Étude", "Centre"])


def test_nothing_is_remembered_of_a_sheet_that_left_nothing_open(user):
    applied(a_csv(KNOWN), user=user)
    assert not ColumnMapping.objects.exists()


# Encodings


def western(encoding, title="Société belge d'hématologie à Liège"):
    return a_csv(KNOWN | {"title": title}, encoding=encoding)


def test_windows_1252_is_read_and_shown_for_confirmation(user):
    run = planned(western("cp1252"), user=user)
    question = asked(run)["encoding"]
    assert (question["code"], question["suggested"], question["needed"]) == ("encoding", "cp1252", False)
    assert values(question) == ["cp1252", "iso8859_15", "mac_roman", "cp850"]
    assert question["options"][0]["label"] == "Windows-1252: Société belge d'hématologie à Liège"
    assert run.counts["new"] == 1


def test_the_answer_reads_the_file_anew(user):
    run = answered(planned(western("cp1252"), user=user), user, encoding="mac_roman")
    assert run.rows.get().values["title"] != "Société belge d'hématologie à Liège"
    assert asked(run)["encoding"]["suggested"] == "mac_roman"
    run = answered(run, user, encoding="cp1252")
    assert run.rows.get().values["title"] == "Société belge d'hématologie à Liège"


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_another_encoding_is_guessed_but_a_person_confirms_it(user, encoding):
    run = planned(western(encoding), user=user)
    assert run.rows.get().values["title"] == "Société belge d'hématologie à Liège"
    with pytest.raises(actions.Refused, match="neither UTF-8 nor UTF-16"):
        actions.confirm(run=run, user=user, queue=False)
    confirmed(answered(run, user, encoding=encoding), user)


def test_utf_8_and_utf_16_are_certain(user):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert "encoding" not in asked(planned(western(encoding), user=user))


# Where a table begins


def test_titles_above_the_header_are_named_and_rows_keep_their_numbers(user):
    head = [["Trials of our hospital"], [], ["", "Trial", "Contact"]]
    rows = [*head, list(KNOWN), list(KNOWN.values()), ["nowhere", "NCT03911128", "recruiting"]]
    for content, name in (
        (an_ods({"Blad1": rows}), "a.ods"),
        ("\n".join(";".join(cells) for cells in rows).encode(), "a.csv"),
    ):
        run = planned(content, user=user, name=name)
        assert [row.number for row in run.rows.all()] == [5, 6]
        assert warned(run, "above_header") == [
            "Row 4 was read as the header. The rows above it were ignored: 1 “Trials of our hospital”, "
            "3 “Trial · Contact”."
        ]
        assert messages(run)[-1].startswith("6 centre_code")


def test_the_sheet_with_known_columns_is_read_and_the_others_named(user):
    notes = [["Read me first"], ["These are our trials."]]
    data = [list(KNOWN), list(KNOWN.values())]
    for content, name in (
        (an_ods({"Notes": notes, "Data": data}), "a.ods"),
        (
            a_workbook({"Read me": "x"}, sheet="Notes", more={"Data": [list(KNOWN), list(KNOWN.values())]}),
            "a.xlsx",
        ),
    ):
        run = planned(content, user=user, name=name)
        assert run.counts["new"] == 1, run.problems
        assert warned(run, "other_sheets") == ["Only the sheet “Data” was read. The file also has: Notes."]
