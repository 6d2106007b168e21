"""A registry's file handed in as a sheet of trials: told by its headers, it fills and never overwrites."""

import csv
import io

import pytest

from directory.imports import actions
from directory.imports.plan import plan_run
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials import registries
from trials.models import Trial
from trials.sheets import SiteSheet, TrialSheet

pytestmark = pytest.mark.django_db
NUMBER = "ISRCTN45535982"
ROW = {
    "ISRCTN": NUMBER, "Title": "What the registry calls it", "Acronym": "REG",
    "Recruitment status": "No longer recruiting", "Sponsor": "A sponsor of the registry",
}  # fmt: skip


def changed(run):
    return {one["field"] for one in run.rows.get().changes}


def test_columns_of_isrctn_fill_what_is_empty_and_overwrite_no_curated_text():
    a_trial("OURS", slug="ours", title_en="Our title", identifiers=[NUMBER])
    run = applied(a_csv(ROW), kind="trials", user=an_editor())
    trial = Trial.objects.get()
    assert (trial.title_en, trial.acronym, trial.sponsor) == (
        "Our title",
        "OURS",
        "A sponsor of the registry",
    )
    assert changed(run) == {"sponsor"}
    assert [one["code"] for one in run.warnings] == ["registry_file", "not_read"]
    told = messages(run)
    assert (
        "2 title: ISRCTN says “What the registry calls it”; the directory has “Our title”, which stays."
        in told
    )
    assert "2 acronym: ISRCTN says “REG”; the directory has “OURS”, which stays." in told


def test_what_only_differs_changes_nothing_and_is_told():
    a_trial("OURS", slug="ours", title_en="Our title", sponsor="Ours", identifiers=[NUMBER])
    run = planned(a_csv(ROW), kind="trials", user=an_editor())
    assert (outcomes(run), run.rows.get().changes) == ({2: "unchanged"}, [])
    assert len(messages(run)) == 3


def test_a_trial_that_only_the_registry_knows_is_a_draft_of_that_source():
    applied(a_csv(ROW), kind="trials", user=an_editor())
    trial = Trial.objects.get()
    assert (trial.state, trial.source, trial.acronym) == ("draft", "ISRCTN", "REG")


def test_a_sheet_of_our_own_still_corrects_what_is_stored():
    a_trial("OURS", slug="ours", title_en="Our title", identifiers=[NUMBER])
    applied(a_csv({"isrctn": NUMBER, "title": "A better title"}), kind="trials", user=an_editor())
    assert Trial.objects.get().title_en == "A better title"


FILLED = {
    "title_en": "Our title", "title_nl": "Onze titel", "summary_en": "Ours", "phases": ["phase3"],
    "study_type": "observational", "sponsor": "Ours", "groups": ["OURS"], "disease_terms": ["ours"],
    "stages": ["relapsed"], "alterations": ["ALK"], "sex": "female", "min_days": 365, "status": "suspended",
    "status_as_of": "2026-01", "opened_in_belgium": "2025", "url": "https://ours.example.org/",
    "alterations_excluded": ["MYCN"], "lines_min": 2, "eligibility_en": "Ours", "arms_en": "Ours",
}  # fmt: skip
SAID = {
    "acronym": "REG", "title": "Theirs", "title_nl": "Hunne", "summary": "Theirs", "phase": "Phase 1",
    "study_type": "interventional", "sponsor": "Theirs", "groups": "THEIRS", "conditions": "VIIIc",
    "disease_terms": "theirs", "stages": "refractory", "alterations": "ROS1", "sex": "male",
    "age_min": "2 years", "age_max": "12 years", "status": "recruiting", "status_as_of": "2026-04",
    "opened_in_belgium": "2026",
    "url": "https://theirs.example.org/", "alterations_excluded": "NTRK", "lines_min": "1", "lines_max": "3",
    "eligibility": "Theirs", "arms": "Theirs", "parent": "OTHER",
}  # fmt: skip


@pytest.mark.parametrize("column", SAID)
def test_no_column_of_a_registry_s_file_overwrites_what_somebody_wrote(column):
    parent = a_trial("PARENT")
    a_trial("OTHER")
    trial = a_trial("OURS", slug="ours", identifiers=[NUMBER], conditions=["Ia"], parent=parent, **FILLED)
    before = Trial.snapshots([trial.pk])
    row = {"ISRCTN": NUMBER, "Date assigned": "x", "Last edited": "x", column: SAID[column]}
    run = planned(a_csv(row), kind="trials", user=an_editor())
    assert [one["code"] for one in run.warnings] == ["registry_file", "not_read"]
    assert (outcomes(run), run.rows.get().changes) == ({2: "unchanged"}, [])
    assert Trial.snapshots([trial.pk]) == before
    assert any("stays" in one for one in messages(run))


@pytest.mark.parametrize("column", sorted(set(SAID) - {"acronym", "title", "sex"}))
def test_each_column_of_a_registry_s_file_fills_what_is_empty(column):
    a_trial("OTHER")
    a_trial("OURS", slug="ours", identifiers=[NUMBER], status="unknown")
    row = {"ISRCTN": NUMBER, "Date assigned": "x", "Last edited": "x", column: SAID[column]}
    run = planned(a_csv(row), kind="trials", user=an_editor())
    assert (outcomes(run), changed(run)) == ({2: "update"}, {column})


def test_each_column_of_ours_is_tried_above():
    numbers = {"nct_number", "eu_ct_number", "eudract_number", "isrctn", "other_ids"}
    assert set(SAID) | numbers | {"title_fr", "title_de"} == set(TrialSheet.columns())


def test_empty_cells_of_a_registry_s_file_clear_nothing_and_are_not_asked_about():
    a_trial("OURS", slug="ours", identifiers=[NUMBER], sponsor="Ours")
    run = planned(a_csv(ROW | {"Sponsor": ""}), kind="trials", user=an_editor())
    assert not [one for one in run.questions if one["code"].startswith("blank")]


def test_answering_a_question_does_not_make_a_registry_s_file_one_of_ours():
    a_trial("OURS", slug="ours", title_en="Our title", identifiers=[NUMBER])
    run = planned(a_csv(ROW | {"Lead": "Somebody"}), kind="trials", user=an_editor())
    asked = next(one for one in run.questions if one["code"] == "column")
    actions.answer(run=run, user=run.created_by, answers={asked["key"]: ""}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    assert "title" not in changed(run)


# Whose headers


def test_headers_of_ours_are_nobody_else_s():
    for sheet in (TrialSheet, SiteSheet):
        for language in ("en", "nl", "fr", "de"):
            assert registries.wrote([one.header(language) for one in sheet.in_order()]) == ""


@pytest.mark.parametrize(
    ("header", "registry"),
    [
        (["ISRCTN", "Title"], "ISRCTN"),
        (["ISRCTN", "Title", "Acronym", "Recruitment status"], "ISRCTN"),
        (["isrctn", "title"], ""),
        (["Acronym", "Title", "Phase", "Sponsor", "Status"], ""),
        (["Acronym", "NCT Number", "Title", "Status", "Centre", "Contact"], ""),
        (["NCT Number", "Title", "Status", "Funded Bys", "Notes"], "ClinicalTrials.gov"),
        (["EudraCT Number", "Title", "Disease", "Gender"], ""),
        (["ISRCTN", "Title", "Acronym", "Phase", "Sponsor", "Contact"], ""),
        (["ISRCTN", "Title", "Recruitment status", "My own notes"], "ISRCTN"),
        (["EudraCT Number", "Full Title", "Population Age", "Gender"], "EU Clinical Trials Register"),
        ([], ""),
    ],
)  # fmt: skip
def test_whose_headers_they_are(header, registry):
    assert registries.wrote(header) == registry


@pytest.mark.parametrize("registry", registries.LABELS)
def test_the_whole_header_of_a_registry_is_its_own(registry):
    assert registries.wrote(list(registries.LABELS[registry])) == registry


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
    assert {name: registries.wrote(header) for name, header in found.items()} == {
        "ctgov_classic.tsv": "ClinicalTrials.gov",
        "ctis_export_26_rows.csv": "CTIS",
        "euctr_list_20_rows.xlsx": "EU Clinical Trials Register",
        "ictrp_export_14_rows.xlsx": "WHO ICTRP",
    }
