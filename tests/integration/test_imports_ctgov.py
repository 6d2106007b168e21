"""The CSV that ClinicalTrials.gov exports: recognised by itself, also when Excel has spoilt it."""

import csv
import io

import pytest
from django.conf import settings

from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.header_columns import recognise
from directory.imports.plan import plan_run
from directory.sheets.reading import MAX_CELL, Table
from tests import sheets
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.support.figures import tell
from trials.ctgov import CtgovSheet
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db
ROW = {
    "NCT Number": "NCT01234567", "Study Title": "A Study of Something in Children",
    "Study Status": "RECRUITING", "Conditions": "Leukemia|Lymphoma", "Sponsor": "Example Sponsor",
    "Collaborators": "Group A|Group B", "Phases": "PHASE1|PHASE2", "Enrollment": "350.0",
    "Study Type": "INTERVENTIONAL", "Start Date": "10/30/2020", "Sex": "ALL", "Age": "CHILD",
    "Locations": "UZ Gent, Ghent, 9000, Belgium|Research Site, Leuven, 3000, Belgium|Else, Paris, France",
}  # fmt: skip


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


def planned(*rows, **options):
    return sheets.planned(sheets.a_csv(*rows), kind="", user=an_editor(), **options)


def stored(run):
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems
    return run


def said(run, number=2):
    return [one["message"] for one in run.rows.get(number=number).messages]


def test_a_new_trial_is_a_draft_with_what_the_export_says(gent):
    run = stored(planned(ROW))
    assert (run.kind, [one["code"] for one in run.warnings]) == ("ctgov_csv", ["drafts"])
    trial = Trial.objects.get()
    assert (trial.state, trial.status, trial.title_en, trial.sponsor) == (
        "draft", "recruiting", "A Study of Something in Children", "Example Sponsor",
    )  # fmt: skip
    assert (trial.phases, trial.study_type, trial.disease_terms) == (
        ["phase1", "phase2"], "interventional", ["Leukemia", "Lymphoma"],
    )  # fmt: skip
    assert (trial.groups, trial.url) == (
        ["Group A", "Group B"], "https://clinicaltrials.gov/study/NCT01234567",
    )  # fmt: skip
    # A group is no bound.
    assert (trial.min_days, trial.max_days, trial.age_groups) == (None, None, ["child"])
    assert (trial.sex, trial.no_limits) == ("all", ["sex"])
    assert [one.value for one in trial.identifiers.all()] == ["NCT01234567"]


def test_only_locations_that_name_a_centre_for_certain_become_sites(gent):
    a_centre("uz-leuven", name="University Hospitals Leuven", city="Leuven", postal_code="3000")
    run = stored(planned(ROW))
    site = TrialSite.objects.get()
    assert (site.centre, site.status, site.verified_at) == (gent, "unknown", None)
    told = "No site is made of places that name not one of our centres: “Research Site, Leuven, 3000, "
    "Belgium”."
    assert told in said(run)
    assert Change.objects.filter(kind="site", run=run.pk, actor=run.created_by).count() == 1


# Places that are not certain

NEAR = "Ghent University Hospita, Ghent, 9000, Belgium"
ASKED = "centre:ghent university hospita ghent 9000 belgium"


def test_a_place_that_may_be_a_centre_is_named_with_who_it_may_be_and_asked_about(gent):
    run = planned(ROW | {"Locations": f"{NEAR}|Else, Ghent, 9000, Belgium|Elsewhere, Paris, France"})
    [asked] = [one for one in run.questions if one["key"] == ASKED]
    assert (asked["needed"], asked["options"][0]["value"]) == (False, "uz-gent")
    assert asked["options"][-1]["reason"] == "no site is made for it"
    assert any(f"“{NEAR}”: uz-gent (Ghent University Hospital) (" in one for one in said(run))
    assert any("“Else, Ghent, 9000, Belgium”" in one for one in said(run))
    assert not any("Paris" in one for one in said(run))
    stored(run)
    assert not TrialSite.objects.exists()


@pytest.mark.parametrize(("answer", "sites"), [("uz-gent", 1), ("", 0)])
def test_what_was_answered_of_a_place_makes_its_site_and_is_learned(gent, answer, sites):
    run = planned(ROW | {"Locations": NEAR})
    actions.answer(run=run, user=run.created_by, answers={ASKED: answer}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    stored(run)
    assert TrialSite.objects.filter(centre=gent).count() == sites
    assert gent.aliases.filter(text=NEAR).count() == sites
    assert not any("may be one of our centres" in one for one in said(run))
    again = planned(ROW | {"Locations": NEAR, "Sponsor": ""}, name="again.csv")
    assert (len(again.questions), again.counts["unchanged"]) == (1 - sites, 1)


def test_each_place_of_our_countries_that_got_no_site_is_named(gent):
    texts = [f"House number {n}, Ghent, 9000, Belgium" for n in range(30)]
    run = planned(ROW | {"Locations": "|".join(texts)})
    assert all(any(text in one for one in said(run)) for text in texts)


def test_what_may_only_be_a_centre_that_has_its_site_is_not_asked_about(gent):
    run = planned(ROW | {"Locations": f"{NEAR}|UZ Gent, Ghent, 9000, Belgium"})
    assert run.questions == []


def test_the_same_export_again_changes_nothing(gent):
    stored(planned(ROW))
    assert planned(ROW, name="again.csv").counts["unchanged"] == 1


def test_what_somebody_wrote_stays_and_what_is_empty_is_filled(gent):
    a_trial("MINE", slug="mine", title_en="Our title", identifiers=["NCT01234567"], status="recruiting")
    run = stored(planned(ROW))
    trial = Trial.objects.get()
    assert (trial.title_en, trial.sponsor, trial.state) == ("Our title", "Example Sponsor", "listed")
    told = "ClinicalTrials.gov says “A Study of Something in Children”; "
    assert f"{told}the directory has “Our title”, which stays." in said(run)


def test_a_later_status_of_the_registry_is_taken(gent):
    a_trial("A", slug="a", identifiers=["NCT01234567"], status="recruiting", status_as_of="2026-01-01")
    run = planned(ROW | {"Study Status": "COMPLETED", "Last Update Posted": "2026-05-30"})
    assert run.counts["update"] == 1
    stored(run)
    trial = Trial.objects.get()
    assert (trial.status, trial.status_as_of) == ("completed", "2026-05-30")


@pytest.mark.parametrize("day", ["", "2025-12-31"])
def test_a_status_that_may_be_older_is_held_back_for_a_person_to_take(gent, day):
    a_trial("A", slug="a", identifiers=["NCT01234567"], status="recruiting", status_as_of="2026-01-01")
    run = planned(ROW | {"Study Status": "COMPLETED", "Last Update Posted": day})
    row = run.rows.get()
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert "“Recruiting” was known on 01/01/2026" in str(row.messages)
    stored(run)
    assert Trial.objects.get().status == "recruiting"


def test_a_held_back_status_is_stored_where_a_person_takes_it(gent):
    a_trial("A", slug="a", identifiers=["NCT01234567"], status="recruiting", status_as_of="2026-01-01")
    run = planned(ROW | {"Study Status": "COMPLETED"})
    run.rows.update(decision="take")
    stored(run)
    assert Trial.objects.get().status == "completed"


# Recognising


@pytest.mark.parametrize(
    "header",
    [
        ["NCT Number", "Study Title"],
        ["NCT Number", "Study Title", "Acronym", "Sponsor"],
        ["NCT Number", "Study Status", "Conditions", "Phases"],
        ["Sponsor", "NCT Number", "Age", "Enrollment", "My own notes"],
        [column.header() for column in CtgovSheet.columns().values()],
    ],
)
def test_any_choice_of_its_columns_is_recognised(header):
    assert recognise(Table("", [], header, 1, 1, io.BytesIO())) == "ctgov_csv"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["nct_number", "title", "acronym", "sponsor"], "trials"),
        (["NCT Number", "centre", "status", "contact_name", "contact_email"], "sites"),
        (["NCT number", "Study title", "Sponsor", "parent"], "trials"),
    ],
)
def test_a_sheet_of_ours_is_not_taken_for_one(header, kind):
    assert recognise(Table("", [], header, 1, 1, io.BytesIO())) == kind


def test_handed_in_as_a_sheet_of_trials_it_is_refused_with_the_kind_it_is(gent):
    run = sheets.planned(sheets.a_csv(ROW), kind="trials", user=an_editor())
    assert (run.status, run.problems[0]["code"]) == ("failed", "other_kind")


def test_a_coordinator_may_not_hand_one_in(gent):
    run = sheets.planned(sheets.a_csv(ROW), kind="", user=a_coordinator(gent))
    assert (run.status, run.problems[0]["code"]) == ("failed", "rights_kind")


# Spoilt


def test_a_row_that_spilled_out_of_a_cell_is_refused_whole_with_the_row_it_belongs_to(gent):
    rest = {"NCT Number": "es|Methodist Hospital", "Study Title": " Houston", "Sex": " Michigan"}
    run = planned(ROW, rest, {"Sex": " Utah"})
    assert sheets.outcomes(run) == {2: "new", 3: "invalid", 4: "invalid"}
    assert said(run, 3) == said(run, 4)
    assert "this is the rest of row 2" in said(run, 3)[0]
    assert "A spreadsheet cut a cell of this row; it continues in the rows below." in said(run)


def test_a_spoilt_number_is_no_spilled_row(gent):
    run = planned(ROW, ROW | {"NCT Number": "NCT0123456"})
    assert "“NCT0123456” is not an identifier of ClinicalTrials.gov" in said(run, 3)[0]


def test_a_cut_cell_loses_its_last_place_only(gent):
    places = "Far Away Hospital, Nowhere, 1, Japan|" * 884
    cut = f"UZ Gent, Ghent, 9000, Belgium|{places}"[:32_750] + "UZ Leu"
    run = planned(ROW | {"Locations": cut})
    assert "A spreadsheet cut this cell; its last place was left out." in said(run)
    stored(run)
    assert TrialSite.objects.get().centre == gent


def test_a_cell_that_is_too_long_to_be_read_does_not_keep_its_trial_out(gent):
    run = planned(ROW | {"Locations": "Far Away Hospital, Nowhere, Japan|" * 2000})
    assert MAX_CELL < 2000 * 34
    assert "The cell has more than 32,767 characters; it was not read." in said(run)
    stored(run)
    assert Trial.objects.get().title_en == ROW["Study Title"]


def test_garbled_letters_are_repaired_and_it_is_said(gent):
    a_centre("chr", name="CHR Citadelle", city="Liège", postal_code="4000")
    run = planned(ROW | {"Locations": "CHR Citadelle, LiÃ¨ge, 4000, Belgium", "Sponsor": "CitÃ\x8de"})
    assert "Garbled letters were corrected, like Ã¨ to è." in said(run)
    stored(run)
    assert Trial.objects.get().sponsor == "CitÍe"
    assert TrialSite.objects.get().centre.code == "chr"


@pytest.mark.parametrize(
    ("cell", "ages"),
    [
        ("CHILD, ADULT, OLDER_ADULT", ("", "")), ("ADULT, OLDER_ADULT", ("", "")), ("CHILD", ("", "")),
        ("2 Years to 18 Years (Child, Adult)", ("2 Years", "18 Years")),
        ("18 Years and older (Adult)", ("18 Years", "")), ("up to 21 Years", ("", "21 Years")),
    ],
)  # fmt: skip
def test_ages_and_groups_of_ages(cell, ages):
    assert CtgovSheet.read("age", cell) == ages


@pytest.mark.parametrize(
    ("word", "means"),
    [("NOT_YET_RECRUITING", "not_yet_recruiting"), ("AVAILABLE", "recruiting"), ("UNKNOWN", "unknown"),
     ("APPROVED_FOR_MARKETING", "completed")],
)  # fmt: skip
def test_statuses_of_the_registry(word, means):
    assert CtgovSheet.read("status", word) == means


# The real export


@pytest.fixture
def demo_centres():
    path = settings.BASE_DIR / "directory/imports/demo/centres.xlsx"
    sheets.applied(path.read_bytes(), kind="centres", name="centres.xlsx")


def test_the_real_export_of_182_rows_is_taken_whole(demo_centres, shared_data):
    content = (shared_data / "sheets/ctgov_export_paediatric_BE_2026.csv").read_bytes()
    run = sheets.planned(content, kind="", user=an_editor())
    assert (run.kind, run.counts["new"], run.bad) == ("ctgov_csv", 182, 0)
    assert {(one["code"], one["needed"]) for one in run.questions} == {("centre", False)}
    tell(f"places asked about in the real export of 182 trials: {len(run.questions)}")
    stored(run)
    assert run.stored["trial"]["create"] == 182
    assert not Trial.objects.exclude(state="draft").exists()
    assert TrialSite.objects.count() == run.stored["site"]["create"] > 200


def test_of_the_broken_rows_each_whole_one_is_taken_and_each_rest_is_told(demo_centres, shared_data):
    content = (shared_data / "sheets/ctgov_export_broken_rows_sample.csv").read_bytes()
    run = sheets.planned(content, kind="", user=an_editor())
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    whole = sum(row["NCT Number"].startswith("NCT") for row in rows)
    rest = sum(any(row.values()) and not row["NCT Number"].startswith("NCT") for row in rows)
    assert (run.counts["new"], run.counts["invalid"]) == (whole, rest)
    bad = run.rows.filter(outcome="invalid")
    assert all("this is the rest of row" in row.messages[0]["message"] for row in bad)
