"""What the files of registries say, in the registries' own words; the real ones whole."""

import datetime as dt

import pytest
from django.conf import settings

from directory.imports import actions
from directory.imports.kinds import all_kinds
from directory.imports.models import RowOutcome
from directory.imports.plan import plan_run
from tests import sheets
from tests.builders import a_centre, a_trial, an_editor
from tests.sheets import a_workbook, messages, outcomes
from tests.support.figures import tell
from tests.support.registry_rows import (
    CLASSIC,
    CTIS,
    EUCTR,
    ICTRP,
    ISRCTN,
    ROWS,
    TITLE,
    planned,
    said,
    stored,
)
from trials import registries
from trials.models import StatusStatement, Trial, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


@pytest.fixture
def editor():
    return an_editor()


def of(trial, *names):
    return tuple(getattr(trial, name) for name in names)


# What each says


def test_a_row_of_ctis(editor):
    run = stored(planned(CTIS | {"Title of the trial": f"{TITLE}:\na trial"}, user=editor))
    trial = Trial.objects.get()
    assert of(trial, "title_en", "status", "status_as_of", "phases", "sex") == (
        f"{TITLE}: a trial", "recruiting", "2024-02-07", ["phase2"], "all",
    )  # fmt: skip
    assert of(trial, "min_days", "max_days", "age_groups", "disease_terms", "sponsor") == (
        None, None, ["child"], ["Neuroblastoma"], "Example Hospital",
    )  # fmt: skip
    assert {one.value for one in trial.identifiers.all()} == {"2024-512345-67-00", "KID-2024"}
    assert trial.source_url == "https://euclinicaltrials.eu/ctis-public/view/2024-512345-67-00"
    told = "CTIS says of Belgium: “Authorised, recruitment pending”. This does not change the status of any"
    assert any(told in one for one in said(run))
    assert (run.questions, TrialSite.objects.count()) == ([], 0)
    stated = StatusStatement.objects.get()
    assert of(stated, "trial", "status", "role", "source", "evidence") == (
        trial, "recruiting", "registry", "CTIS", "Belgium: Authorised, recruitment pending",
    )  # fmt: skip


@pytest.mark.parametrize(
    "word", ["Under evaluation", "Expired", "Revoked", "Not authorised", "Cancelled", "Lapsed"]
)
def test_a_status_that_nobody_here_knows_is_told_and_its_row_is_taken(word, editor):
    run = planned(CTIS | {"Overall trial status": word}, user=editor)
    assert outcomes(run) == {2: "new"}
    assert any(one.startswith(f"“{word}” is not a status.") and one.endswith("It was left out.")
               for one in said(run))  # fmt: skip
    stored(run)
    assert of(Trial.objects.get(), "status", "status_as_of") == ("unknown", "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Authorised, recruitment pending", "not_yet_recruiting"), ("Authorised, recruiting", "recruiting"),
        ("Ongoing, recruitment ended", "active_not_recruiting"), ("Temporarily halted", "suspended"),
        ("Halted", "suspended"), ("Suspended", "suspended"), ("Ended", "completed"),
    ],
)  # fmt: skip
def test_statuses_of_ctis(word, status):
    assert all_kinds()["ctis_csv"].sheet.read("status", word) == status


def test_a_row_of_the_classic_export_with_its_site(gent, editor):
    run = stored(planned(CLASSIC, user=editor))
    trial = Trial.objects.get()
    assert of(trial, "acronym", "status", "status_as_of", "phases", "study_type") == (
        "KID", "recruiting", "2021-09-01", ["phase1", "phase2"], "interventional",
    )  # fmt: skip
    assert of(trial, "sponsor", "groups", "min_days", "max_days") == (
        "Example Hospital", ["Group A", "Group B"], 2556, None,
    )  # fmt: skip
    assert {one.value for one in trial.identifiers.all()} == {"NCT01234567", "KID-2020"}
    assert "“498” is not stored as an identifier: it does not identify one trial." in said(run)
    assert [one.centre for one in TrialSite.objects.all()] == [gent]


def test_in_a_tsv_a_quotation_mark_is_a_character(gent, editor):
    other = CLASSIC | {
        "NCT Number": "NCT07654321",
        "Acronym": "",
        "Title": 'A 5" needle in children',
        "Other IDs": "",
    }
    rows = [CLASSIC | {"Title": '"Real world" trial of needles'}, other]
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    run = planned(content="\n".join(lines), name="SearchResults.tsv", user=editor)
    assert (run.kind, outcomes(run)) == ("ctgov_classic", {2: "new", 3: "new"})
    stored(run)
    titles = set(Trial.objects.values_list("title_en", flat=True))
    assert titles == {'"Real world" trial of needles', 'A 5" needle in children'}


def test_the_classic_export_opened_and_saved_in_excel(gent, editor):
    spoilt = {
        "Age": "7 Years and older Â\xa0 (Child, Adult)",
        "Last Update Posted": "1-Sep-21",
        "Rank": "1.0",
    }
    run = planned(CLASSIC | spoilt, user=editor)
    assert (outcomes(run), any("Garbled" in one for one in said(run))) == ({2: "new"}, False)
    stored(run)
    assert of(Trial.objects.get(), "min_days", "status_as_of") == (2556, "2021-09-01")
    real = {"Age": "7 Years and older \xa0 (Child, Adult)", "Last Update Posted": dt.date(2021, 9, 1)}
    again = planned(content=a_workbook(CLASSIC | real), name="a.xlsx", user=editor)
    assert outcomes(again) == {2: "unchanged"}


def test_a_row_of_ictrp_without_the_people_it_names(editor):
    run = stored(planned(ICTRP, user=editor))
    trial = Trial.objects.get()
    assert of(trial, "title_en", "status", "status_as_of", "phases", "min_days", "max_days") == (
        TITLE, "recruiting", "2024-09-17", ["phase2"], None, 6573,
    )  # fmt: skip
    assert of(trial, "disease_terms", "url", "source_url") == (
        ["Neuroblastoma", "Sarcoma"], "https://drks.de/DRKS00012345", "https://drks.de/DRKS00012345",
    )  # fmt: skip
    assert trial.eligibility_en == (
        "Inclusion criteria: age < 18\nconsent\n\nExclusion criteria:\nnone\nknown"
    )
    assert {(one.scheme, one.value) for one in trial.identifiers.all()} == {
        ("drks", "DRKS00012345"), ("nct", "NCT01234567"),
    }  # fmt: skip
    assert "obody" not in str(list(RowOutcome.objects.filter(run=run).values()))


def test_the_title_is_the_scientific_one_where_there_is_no_public_one(editor):
    stored(planned(ICTRP | {"Public title": " "}, user=editor))
    assert Trial.objects.get().title_en == "Long"


def test_words_of_ictrp_that_the_directory_has_none_for_are_told(editor):
    run = planned(ICTRP | {"Study type": "Diagnostic test", "Phase": "Retrospective study"}, user=editor)
    assert outcomes(run) == {2: "new"}
    told = [one for one in said(run) if one.endswith("It was left out.")]
    assert ["“Diagnostic test”" in told[0], "“Retrospective study”" in told[1]] == [True, True]


@pytest.mark.parametrize(
    ("stored_status", "outcome", "status"),
    [
        ("completed", "unchanged", "completed"), ("not_yet_recruiting", "unchanged", "not_yet_recruiting"),
        ("recruiting", "update", "active_not_recruiting"), ("unknown", "unchanged", "unknown"),
    ],
)  # fmt: skip
def test_not_recruiting_is_news_only_of_what_recruited(stored_status, outcome, status, editor):
    a_trial("", slug="a", title_en="Ours", identifiers=["DRKS00012345"], status=stored_status)
    row = {name: ICTRP[name] for name in ("TrialID", "Last Refreshed on", "Public title")}
    run = planned(row | {"Recruitment Status": "Not Recruiting"}, user=editor)
    assert outcomes(run) == {2: outcome}
    if stored_status in ("recruiting", "unknown"):
        assert any("also of trials that have not begun, or are over" in one for one in said(run))
    if outcome == "update":
        stored(run)
    assert Trial.objects.get().status == status


def test_a_trial_with_a_row_for_each_country_is_taken_once(editor):
    other = {"Secondary ID": "", "web address": ""}
    rows = [
        ICTRP | other | {"TrialID": f"EUCTR2012-001234-56-{code}", "Public title": f"{TITLE} {code}"}
        for code in ("BE", "NL", "FR")
    ]
    run = planned(*rows, user=editor)
    assert outcomes(run) == {2: "new", 3: "duplicate", 4: "duplicate"}
    told = "The same trial as in row 2 (2012-001234-56): what WHO ICTRP says is read from that row."
    assert told in said(run, 4)
    stored(run)
    assert Trial.objects.get().title_en == f"{TITLE} BE"


def test_a_row_of_isrctn_fills(editor):
    a_trial("", slug="a", title_en="Our curated title", identifiers=["ISRCTN45535982"], status="unknown")
    run = stored(planned(ISRCTN, user=editor))
    trial = Trial.objects.get()
    assert of(trial, "title_en", "status", "status_as_of", "study_type", "phases") == (
        "Our curated title", "active_not_recruiting", "2024-09-17", "interventional", [],
    )  # fmt: skip
    assert of(trial, "min_days", "max_days", "sponsor") == (365, 6573, "Example University")
    assert [one for one in said(run) if "stays" not in one] == []


@pytest.mark.parametrize(
    ("recruits", "progress", "status"),
    [
        ("No longer recruiting", "Completed", "completed"), ("No longer recruiting", "Stopped", "terminated"),
        ("Recruiting", "Ongoing", "recruiting"), ("", "Suspended", "suspended"), ("", "Ongoing", "unknown"),
        ("Recruiting", "Completed", "unknown"), ("Not yet recruiting", "Stopped", "unknown"),
    ],
)  # fmt: skip
def test_both_columns_of_isrctn_make_one_status(recruits, progress, status, editor):
    run = planned(ISRCTN | {"Recruitment status": recruits, "Overall study status": progress}, user=editor)
    contradicts = any("contradict each other" in one for one in said(run))
    assert contradicts == (status == "unknown" and progress != "Ongoing")
    stored(run)
    assert Trial.objects.get().status == status


def test_a_row_of_the_eu_register_states_no_status(editor):
    run = stored(planned(EUCTR, user=editor))
    trial = Trial.objects.get()
    assert of(trial, "status", "min_days", "max_days", "age_groups", "sponsor") == (
        "unknown", None, None, ["child"], "Example",
    )  # fmt: skip
    told = (
        "EU Clinical Trials Register says of Belgium: “Ongoing”. This does not change the status of any site."
    )
    assert any(told in one for one in said(run))


# The real ones


@pytest.fixture
def demo_centres():
    path = settings.BASE_DIR / "directory/imports/demo/centres.xlsx"
    sheets.applied(path.read_bytes(), kind="centres", name="centres.xlsx")


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("ctis_export_26_rows.csv", "ctis_csv", 26), ("ctgov_classic.tsv", "ctgov_classic", 30),
        ("ictrp_export_14_rows.xlsx", "ictrp", 14), ("euctr_list_20_rows.xlsx", "euctr", 20),
    ],
)  # fmt: skip
def test_every_row_of_a_real_export_is_read(name, kind, rows, demo_centres, shared_data, editor):
    content = (shared_data / "sheets/registries" / name).read_bytes()
    run = planned(content=content, name=name, user=editor)
    told = [one for one in messages(run) if one.endswith("It was left out.")]
    assert (run.kind, run.rows_total, run.counts["new"], run.bad) == (kind, rows, rows, 0), messages(run)
    asked = {one["key"]: "take" for one in run.questions if one["needed"]}
    tell(f"{name}: {run.counts['new']} of {rows} rows new, {len(told)} cells told and left out, "
         f"asked {sorted(asked)}")  # fmt: skip
    if asked:
        actions.answer(run=run, user=editor, answers=asked, queue=False)
        plan_run(run)
        run.refresh_from_db()
    stored(run)
    assert Trial.objects.filter(state="draft").count() == rows
    again = planned(content=content, name=f"again-{name}", user=editor)
    assert again.counts["unchanged"] == rows, messages(again)
    back = sheets.reverse_of(run, editor)
    stored(back)
    assert Trial.objects.count() == 0


def test_every_sheet_of_a_registry_is_tried_here():
    assert {sheet.kind for sheet in registries.SHEETS} - {"ctgov_csv", "ctgov_json"} == set(ROWS)
