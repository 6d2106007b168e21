"""Whatever a column of a sheet says is kept: read, planned, stored, exported as it was read, and undone.

One record and one row a column. The columns are those of the sheets, and a cell is made from the widget that
reads it, so a new column is tried by itself. One that is read and goes nowhere fails here.
"""

import pytest

from centres.sheets import Code, CountryCode
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.kinds import all_kinds
from directory.imports.plan import plan_run
from directory.sheets.cells import (
    Address,
    Day,
    Email,
    LongText,
    Name,
    Number,
    PartialDay,
    Phone,
    PostalCode,
    Prose,
    Text,
    Whole,
    Word,
    YesNo,
)
from tests.builders import a_centre, a_network, a_site, a_trial, an_editor
from tests.sheets import a_csv, a_row_of, applied, messages, planned
from tests.support.figures import tell
from trials.cells import AgeAsWritten, Conditions, Identifiers, Phases
from trials.identifiers import FORMS
from trials.intervention_cells import Interventions

pytestmark = pytest.mark.django_db
KINDS = [
    kind for kind, processor in all_kinds().items() if not processor.is_registrys
]  # those have no export
# What a cell may say, by what reads it; a new kind of cell needs an entry here.
CELLS = {
    Address: "https://www.example.org/new", AgeAsWritten: "2 years", Code: "another-code",
    Conditions: "Ia; VIIIc",
    CountryCode: "NL", Day: "2026-03-02", Email: "new@example.org", LongText: "Two lines,\nof new text",
    Name: "Somebody New", Number: "50.8503", PartialDay: "2026-05", Phases: "phase1; phase2",
    Phone: "+3293322111", PostalCode: "1000", Prose: "Words of a title", Text: "Some text", Whole: "3",
    YesNo: "yes", Interventions: "drug: vincristine; proton therapy",
}  # fmt: skip
# Columns of which no cell of that sort will do.
CELLS_OF = {
    "parent": "master", "ror_id": "https://ror.org/00xmkp704", "start_date": "2024-05",
    "postal_code": "9050", "latitude": "51.05", "longitude": "3.75",
}  # fmt: skip
# Columns that name the record of a row, where it is not the key alone: of a stored one they change nothing.
NAMES = {
    "centres": {"code"}, "networks": {"network", "centre", "role", "since"}, "trials": set(),
    "sites": {"centre_code", "nct_number", "eu_ct_number", "acronym"},
}  # fmt: skip
# What a row of a site says of a trial that nobody knows yet; of a known one it changes nothing.
OF_A_NEW_TRIAL = {"title", "disease", "phase"}
TOLD_BY_NAME = {"parent"}  # a plan calls a trial by its name, a sheet by its slug
# What a column says nothing without.
BESIDE = {
    "latitude": {"longitude": "3.75"}, "longitude": {"latitude": "51.05"},
    "status_date": {"status": "suspended"}, "contact_email": {"contact_name": "Desk"},
    "contact_phone": {"contact_name": "Desk"}, "consent_to_publish": {"contact_name": "Desk"},
}  # fmt: skip


def a_cell(column):
    """Something that a cell of `column` may say."""
    widget = column.widget
    if column.column_name in CELLS_OF:
        return CELLS_OF[column.column_name]
    if isinstance(widget, Identifiers):
        return FORMS.get(widget.scheme, "AALL1731")
    if type(widget) not in CELLS:
        widget = getattr(widget, "one", widget)
    if isinstance(widget, Word):
        return list(widget.choices.values)[-1]
    return CELLS[type(widget)]


def stored_record(kind, number):
    """The cells that name a record which is stored."""
    if kind == "centres":
        return {"code": a_centre(f"c-{number}").code}
    if kind == "networks":
        a_network(f"n-{number}", members=[a_centre(f"c-{number}")])
        return {"network": f"n-{number}", "centre": f"c-{number}"}
    if kind not in NAMES:
        row = a_row_of(all_kinds()[kind].sheet, number)
        applied(a_csv(row), kind=kind)
        return row
    trial = a_trial(f"T{number}", slug=f"t{number}", identifiers=[f"DRKS{number:08}"])
    if kind == "trials":
        return {"acronym": trial.acronym, "other_ids": f"DRKS{number:08}"}
    a_site(trial, a_centre(f"c-{number}"), said=400)
    return {"acronym": trial.acronym, "centre_code": f"c-{number}"}


def new_record(kind, number):
    """The cells without which there is no new record."""
    known = {
        "centres": {"code": f"new-{number}", "name_en": f"New hospital {number}"},
        "networks": {"network": f"new-{number}", "network_name": f"New {number}", "centre": "uz-gent"},
        "trials": {"acronym": f"NEW{number}", "title": f"{number}. study of something rare"},
        "sites": {"acronym": f"NEW{number}", "centre_code": "uz-gent", "status": "recruiting"},
    }
    return known.get(kind) or a_row_of(all_kinds()[kind].sheet, number)


def cells_by_record(sheet):
    """What the sheet exports of each record, by the key of the record in a plan."""
    names = [column.column_name for column in sheet.in_order()]
    records = sheet.prepared(sheet._meta.model.objects.all())
    return {key_of(one): dict(zip(names, sheet.cells_of(one), strict=True)) for one in records}


def key_of(record):
    if record._meta.model_name == "membership":
        parts = record.network.slug, record.centre.code, record.role or "member", str(record.since or "")
        return "/".join(parts)
    return record.change_key


@pytest.fixture(autouse=True)
def _known():
    a_centre("uz-gent", name="Centre of Ghent")
    a_trial("MASTER", slug="master")


@pytest.fixture
def editor():
    return an_editor()


def rows_of(kind, make, names):
    """A row for each of the columns `names`: its cell, what names its record, and what it needs beside it."""
    rows = {}
    for number, name in enumerate(names, start=1):
        cell = a_cell(all_kinds()[kind].sheet.columns()[name])
        given = make(kind, number) | BESIDE.get(name, {})
        rows[name] = given | ({} if name in given and make is new_record else {name: cell})
    return rows


def imported(kind, rows, user):
    """The run of a sheet of `rows`, and its receipts by column."""
    run = planned(a_csv(*rows.values()), kind=kind, user=user)
    held_back = [one for one in run.rows.all() if one.outcome not in ("new", "update")]
    assert not held_back, messages(run)
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems
    return run, dict(zip(rows, run.rows.order_by("number"), strict=True))


def undo(run, user):
    back = actions.undo(run=run, user=user, queue=False)
    plan_run(back)
    actions.confirm(run=back, user=user, queue=False)
    apply_run(back)
    back.refresh_from_db()
    assert back.status == "applied", back.problems


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_column_says_of_a_stored_record_is_kept_and_put_back(kind, editor):
    sheet = all_kinds()[kind].sheet
    names = [one for one in sheet.columns() if one not in NAMES.get(kind, {*sheet.key}) | OF_A_NEW_TRIAL]
    rows = rows_of(kind, stored_record, names)
    before = cells_by_record(sheet)
    run, receipts = imported(kind, rows, editor)
    after = cells_by_record(sheet)
    for name, row in receipts.items():
        said = sheet.written(name, sheet.read(name, rows[name][name]))
        planned_as = {one["field"]: one["new"] for one in row.changes}
        assert (name, row.outcome) == (name, "update")
        assert after[row.record][name] != before[row.record][name], name
        if name in getattr(sheet, "identifier_columns", ()):
            # Numbers are added to those that are known.
            assert said == planned_as[name], name
            assert said in after[row.record][name], name
        else:
            assert (name, after[row.record][name]) == (name, said)
            assert name in TOLD_BY_NAME or (name, planned_as[name]) == (name, said)
        others = {one for one in after[row.record] if after[row.record][one] != before[row.record][one]}
        assert others <= {*planned_as, *BESIDE.get(name, ())}, name
    undo(run, editor)
    assert cells_by_record(sheet) == before
    tell(f"{kind}: {len(names)} columns of stored records kept, exported and put back.")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_column_says_of_a_new_record_is_kept_and_goes_with_it(kind, editor):
    sheet = all_kinds()[kind].sheet
    before = cells_by_record(sheet)
    rows = rows_of(kind, new_record, list(sheet.columns()))
    run, receipts = imported(kind, rows, editor)
    after = cells_by_record(sheet)
    for name, row in receipts.items():
        assert (name, row.outcome) == (name, "new")
        said = sheet.written(name, sheet.read(name, rows[name][name]))
        assert (name, after[row.record][name]) == (name, said)
    undo(run, editor)
    assert cells_by_record(sheet) == before
    tell(f"{kind}: {len(rows)} columns of new records kept and exported.")
