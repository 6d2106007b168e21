"""A registry's file handed in as a sheet: told by its headers, it fills and never overwrites."""

import csv
import io

import pytest

from directory.imports import actions
from directory.imports.header_columns import recognise
from directory.imports.headers import kind_of
from directory.imports.kinds import all_kinds
from directory.imports.plan import plan_run
from directory.sheets.reading import Table
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned, reverse_of
from tests.support.figures import tell
from tests.support.registry_rows import sheet_of, stored
from trials import registries
from trials.models import Trial
from trials.sheets import SiteSheet, TrialSheet

pytestmark = pytest.mark.django_db
KINDS = [sheet.kind for sheet in registries.SHEETS if not sheet.is_json]  # those are tried beside
# What a registry may say, by column; every column that a kind fills is in it.
SAID = {
    "title": "What the registry calls it", "url": "https://theirs.example.org/", "acronym": "REG",
    "summary": "Theirs", "disease_terms": "theirs", "sponsor": "Theirs", "groups": "THEIRS", "sex": "Male",
    "phase": "Phase 1", "study_type": "Interventional", "age_min": "2 Years", "age_max": "12 Years",
    "inclusion": "Theirs", "eligibility": "Theirs", "arms": "Theirs", "age_groups": "CHILD",
}  # fmt: skip
OURS = {
    "title_en": "Our title", "summary_en": "Ours", "phases": ["phase3"], "study_type": "observational",
    "sponsor": "Ours", "groups": ["OURS"], "disease_terms": ["ours"], "sex": "female", "min_days": 365,
    "status": "suspended", "url": "https://ours.example.org/", "eligibility_en": "Ours",
    "arms_en": "Ours", "age_groups": ["adult"],
}  # fmt: skip
AGES = {
    "ctis_csv": {"age": "0-17 years"}, "euctr": {"age_groups": "Children"}, "ctgov_csv": {"age": "CHILD"},
    "ctgov_classic": {"age": "Child"},
}  # fmt: skip


def number_of(kind):
    sheet = sheet_of(kind)
    return sheet.example[sheet.required[0]]


def a_row(kind, **cells):
    """A row of the registry's file: its number, a column that nobody else has, and `cells` by column."""
    sheet = sheet_of(kind)
    header = {name: column.header() for name, column in sheet.columns().items()}
    alone = next(name for name in reversed(header) if telling(header[name], sheet) and name not in cells)
    row = {sheet.required[0]: number_of(kind)} | cells | {alone: ""}
    return {header[name]: cell for name, cell in row.items()}


def telling(label, sheet):
    others = [one for one in registries.SHEETS if one is not sheet and not one.is_json]
    return not label.isalnum() and not any(label in one.labels() for one in others)


def filled_columns():
    return [(kind, name) for kind in KINDS for name in all_kinds()[kind].fields]


def changed(run):
    return {one["field"] for one in run.rows.get().changes}


def test_each_column_that_a_registry_fills_is_tried_below():
    assert {name for _kind, name in filled_columns()} == set(SAID)


@pytest.mark.parametrize(("kind", "column"), filled_columns())
def test_no_column_overwrites_what_somebody_wrote(kind, column):
    trial = a_trial("OURS", slug="ours", identifiers=[number_of(kind)], **OURS)
    before = Trial.snapshots([trial.pk])
    run = planned(a_csv(a_row(kind, **{column: SAID[column]})), kind="", user=an_editor())
    assert (run.kind, outcomes(run), run.rows.get().changes) == (kind, {2: "unchanged"}, [])
    assert Trial.snapshots([trial.pk]) == before
    if column != "url":  # the address of the registry's own page is no news
        assert any(f"2 {column}: " in one and "stays" in one for one in messages(run))


@pytest.mark.parametrize(("kind", "column"), filled_columns())
def test_each_column_fills_what_is_empty_and_an_undo_empties_it_again(kind, column):
    if column in ("title", "sex"):
        return  # a trial always has these
    trial = a_trial("", slug="ours", identifiers=[number_of(kind)], status="unknown")
    before, user = Trial.snapshots([trial.pk]), an_editor()
    run = applied(a_csv(a_row(kind, **{column: SAID[column]})), kind="", user=user)
    assert (run.kind, outcomes(run), changed(run)) == (kind, {2: "update"}, {column})
    assert Trial.snapshots([trial.pk]) != before
    again = planned(a_csv(a_row(kind, **{column: SAID[column]})), kind=kind, user=user, name="again.csv")
    assert outcomes(again) == {2: "unchanged"}
    stored(reverse_of(run, user))
    assert Trial.snapshots([trial.pk]) == before


@pytest.mark.parametrize("kind", AGES)
def test_groups_of_ages_are_recorded_as_groups_and_never_as_bounds(kind):
    a_trial("OURS", slug="ours", identifiers=[number_of(kind)], status="unknown", age_groups=["adult"])
    run = planned(a_csv(a_row(kind, **AGES[kind])), kind="", user=an_editor())
    assert outcomes(run) == {2: "unchanged"}
    Trial.objects.update(age_groups=[])
    again = applied(a_csv(a_row(kind, **AGES[kind])), kind="", user=an_editor(), name="again.csv")
    assert (outcomes(again), changed(again)) == ({2: "update"}, {"age_groups"})
    trial = Trial.objects.get()
    assert (trial.age_groups, trial.min_days, trial.max_days) == (["child"], None, None)
    assert (trial.age_min_text, trial.age_max_text) == ("", "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_trial_that_only_the_registry_knows_is_a_draft_of_that_source_and_goes_with_the_undo(kind):
    user = an_editor()
    example = sheet_of(kind).example | {"title": "What the registry calls it"}
    run = applied(a_csv(a_row(kind, **example)), kind="", user=user)
    trial = Trial.objects.get()
    assert (trial.state, trial.source) == ("draft", all_kinds()[kind].registry)
    assert trial.title_en == example["title"]
    assert [one.value for one in trial.identifiers.all()][:1] == [number_of(kind)]
    stored(reverse_of(run, user))
    assert not Trial.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_empty_cells_of_a_registry_s_file_clear_nothing_and_are_not_asked_about(kind):
    a_trial("OURS", slug="ours", identifiers=[number_of(kind)], **OURS)
    cells = dict.fromkeys(set(SAID) & set(sheet_of(kind).columns()), "")
    run = planned(a_csv(a_row(kind, **cells)), kind="", user=an_editor())
    assert (outcomes(run), run.questions) == ({2: "unchanged"}, [])


def test_a_sheet_of_our_own_still_corrects_what_is_stored():
    a_trial("OURS", slug="ours", title_en="Our title", identifiers=["ISRCTN45535982"])
    applied(a_csv({"isrctn": "ISRCTN45535982", "title": "A better title"}), kind="trials", user=an_editor())
    assert Trial.objects.get().title_en == "A better title"


def test_answering_a_question_does_not_make_a_registry_s_file_one_of_ours():
    a_trial("OURS", slug="ours", title_en="Our title", identifiers=[number_of("isrctn")])
    row = a_row("isrctn", title="What the registry calls it") | {"Lead": "Somebody"}
    run = planned(a_csv(row), kind="", user=an_editor())
    asked = next(one for one in run.questions if one["code"] == "column")
    actions.answer(run=run, user=run.created_by, answers={asked["key"]: ""}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    assert (run.kind, changed(run)) == ("isrctn", set())


# Whose headers


def recognised(header):
    return recognise(Table("", [], list(header), 1, 1, io.BytesIO()))


def test_headers_of_ours_are_nobody_else_s():
    for sheet in (TrialSheet, SiteSheet):
        for language in ("en", "nl", "fr", "de"):
            assert registries.sheet_of([one.header(language) for one in sheet.in_order()]) is None


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["ISRCTN", "Title"], "isrctn"),
        (["ISRCTN", "Title", "Acronym", "Recruitment status"], "isrctn"),
        (["isrctn", "title"], "trials"),
        (["Acronym", "Title", "Phase", "Sponsor", "Status"], "trials"),
        (["Acronym", "NCT Number", "Title", "Status", "Centre", "Contact"], "sites"),
        (["NCT Number", "Title", "Status", "Funded Bys", "Notes"], "ctgov_classic"),
        (["NCT Number", "Study Title", "Study Status"], "ctgov_csv"),
        (["NCT Number", "Acronym", "Conditions", "Phases"], "ctgov_csv"),
        (["ISRCTN", "Title", "Acronym", "Phase", "Sponsor", "Contact"], "trials"),
        (["ISRCTN", "Title", "Recruitment status", "My own notes"], "isrctn"),
        (["EudraCT Number", "Full Title", "Population Age", "Gender"], "euctr"),
        (["TrialID", "Public title", "Recruitment Status"], "ictrp"),
        (["Trial number", "Title of the trial", "Trial phase"], "ctis_csv"),
        (["Trial number", "Title of the trial", "Hospital", "Contact", "Notes"], ""),
        (["Title", "Status", "Sponsor", "Countries", "Condition", "Gender", "Study type"], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_whose_headers_they_are(header, kind):
    assert recognised(header) == kind


def test_what_looks_like_a_registry_s_by_a_few_words_is_no_registry_s():
    """A hospital's own list without numbers: the plan asks what its columns are, as of a sheet of trials."""
    header = ["Title", "Status", "Sponsor", "Countries", "Condition", "Gender", "Study type", "Acronym"]
    assert kind_of(Table("", [], header, 1, 1, io.BytesIO()), "editor") == "trials"


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_header_of_a_registry_is_its_own(kind):
    assert recognised(column.header() for column in sheet_of(kind).in_order()) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_taken_as_no_other_kind_and_from_no_coordinator(kind):
    content = a_csv(a_row(kind, title="A title"))
    for other in ("trials", "sites"):
        run = planned(content, kind=other, user=an_editor())
        assert [one["code"] for one in run.problems] == ["other_kind"]
        assert f"“{all_kinds()[kind].label}”" in run.problems[0]["message"]
    run = planned(content, kind="", user=a_coordinator(a_centre("uz-gent")))
    assert [one["code"] for one in run.problems] == ["rights_kind"]


def test_the_real_exports_are_told_by_their_headers(shared_data):
    import openpyxl

    folder = shared_data / "sheets/registries"
    found = {}
    for name, delimiter in (("ctgov_classic.tsv", "\t"), ("ctis_export_26_rows.csv", ",")):
        text = (folder / name).read_text(encoding="utf-8-sig")
        found[name] = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    for name in ("euctr_list_20_rows.xlsx", "ictrp_export_14_rows.xlsx"):
        page = openpyxl.load_workbook(folder / name).worksheets[0]
        found[name] = [str(cell.value or "") for cell in page[1]]
    assert {name: recognised(header) for name, header in found.items()} == {
        "ctgov_classic.tsv": "ctgov_classic",
        "ctis_export_26_rows.csv": "ctis_csv",
        "euctr_list_20_rows.xlsx": "euctr",
        "ictrp_export_14_rows.xlsx": "ictrp",
    }
    tell(f"real exports of registries told by their headers: {len(found)} of {len(found)}")
