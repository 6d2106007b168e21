"""A coordinator's sheet: which site, what its status is, and what a registry may not overwrite."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core import changes
from directory.imports import steps
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor, says
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import StatusStatement, Trial, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=[1, 1_000], ids=["row by row", "together"])
def _chunks(request, monkeypatch):
    """What a later chunk needs of an earlier row is kept, however the rows are cut into chunks."""
    monkeypatch.setattr(steps, "CHUNK", request.param)


ROW = {"centre_code": "uz-gent", "nct_number": "NCT04307576", "status": "recruiting"}


@pytest.fixture
def gent():
    return a_centre("uz-gent", aliases=["UZG"])


@pytest.fixture
def trial():
    return a_trial("ALLTogether1", identifiers=["NCT04307576", "2018-001795-38"], slug="alltogether1")


def changed(run, number=2):
    return {one["field"]: (one["old"], one["new"]) for one in run.rows.get(number=number).changes}


def ago(days):
    return (timezone.localdate() - dt.timedelta(days=days)).isoformat()


def test_a_new_site_has_its_status_from_a_statement(gent, trial):
    row = ROW | {"status_date": "2026-04", "start_date": "2024-06", "url": "https://example.org/x"}
    run = applied(a_csv(row), user=(user := a_coordinator(gent)))
    site = TrialSite.objects.get()
    assert (site.status, site.status_since, site.verified_at) == (
        "recruiting",
        "2024-06",
        dt.date(2026, 4, 1),
    )
    assert (site.verified_by, site.opened_on, site.url) == ("coordinator", "2024-06", "https://example.org/x")
    statement = site.statements.get()
    assert (statement.user, statement.run, statement.evidence) == (user, run.pk, "row 2 of sheet.csv")
    [change] = changes.history("site", "alltogether1@uz-gent")
    assert (change.run, change.op, change.after["status"]) == (run.pk, "create", "recruiting")


@pytest.mark.parametrize(
    "finds",
    [
        {"nct_number": "nct 0430 7576"},
        {"nct_number": "", "acronym": "alltogether1"},
        {"nct_number": "NCT04307576", "acronym": "Another name for it"},
    ],
)
def test_the_trial_is_found_by_any_identifier_or_acronym(gent, trial, finds):
    run = applied(a_csv(ROW | finds), user=an_editor())
    assert TrialSite.objects.get().trial == trial
    assert run.rows.get().record == "alltogether1@uz-gent"


@pytest.mark.parametrize("text", ["UZ Gent", "UZG", "UZ-GENT"])
def test_the_centre_is_found_by_its_code_or_a_name(gent, trial, text):
    assert planned(a_csv(ROW | {"centre_code": text}), user=an_editor()).counts["new"] == 1


def test_nothing_of_a_known_trial_is_changed(gent, trial):
    before = Trial.snapshots([trial.pk])
    applied(a_csv(ROW | {"title": "Another title", "disease": "X", "phase": "Phase 3"}), user=an_editor())
    assert Trial.snapshots([trial.pk]) == before


def test_an_unknown_trial_becomes_one_draft_however_many_rows_name_it(gent):
    a_centre("uza")
    new = {"acronym": "NEW-TRIAL", "nct_number": "NCT00000042", "title": "A new trial", "disease": "AML; ALL"}
    rows = [ROW | new, ROW | new | {"centre_code": "uza", "acronym": "new-trial"}]
    run = applied(a_csv(*rows), user=an_editor())
    draft = Trial.objects.get()
    assert (draft.state, draft.title_en, draft.disease_terms) == ("draft", "A new trial", ["AML", "ALL"])
    assert [one.value for one in draft.identifiers.all()] == ["NCT00000042"]
    assert draft.sites.count() == 2
    assert "a draft is made for an editor to list" in messages(run)[0]
    assert changes.history("trial", draft.slug).get().run == run.pk


def test_a_plan_shows_what_will_be_stored_of_a_new_trial(gent):
    new = {"nct_number": "NCT00000042", "title": "A new trial", "disease": "AML|ALL", "phase": "I/II"}
    told = changed(planned(a_csv(ROW | new), user=a_coordinator(gent)))
    assert [told[name][1] for name in ("title", "nct_number", "disease", "phase")] == [
        "A new trial", "NCT00000042", "AML; ALL", "phase1; phase2",
    ]  # fmt: skip


def test_an_acronym_spelt_nearly_right_is_asked_about_not_guessed(gent):
    a_trial("iEuroEwing", slug="ieuroewing")
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "iEuroEwng"}), user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "duplicate"}, True)
    assert "It may be a known trial: iEuroEwing (ieuroewing)." in messages(run)[-1]


def test_a_sheet_twice_writes_nothing_the_second_time(gent, trial):
    row = ROW | {"status_date": ago(10), "contact_name": "Demo Person", "consent_to_publish": "yes"}
    applied(a_csv(row), user=(user := an_editor()))
    seq = changes.last_seq()
    run = applied(a_csv(row), user=user, name="again.csv")
    assert (outcomes(run), changes.last_seq()) == ({2: "unchanged"}, seq)
    assert StatusStatement.objects.count() == 1


# What a status says, and when


def test_the_same_status_on_a_later_day_verifies_it(gent, trial):
    a_site(trial, gent, status="recruiting", said=50)
    run = applied(a_csv(ROW | {"status_date": ago(3)}), user=a_coordinator(gent))
    assert changed(run) == {"status_date": (ago(50), ago(3))}
    assert TrialSite.objects.get().verified_at.isoformat() == ago(3)


def test_a_status_without_a_date_is_said_on_the_day_of_the_run(gent, trial):
    a_site(trial, gent, status="recruiting", said=50)
    applied(a_csv(ROW), user=a_coordinator(gent))
    assert TrialSite.objects.get().verified_at == timezone.localdate()


def test_another_status_since_its_date(gent, trial):
    a_site(trial, gent, status="recruiting", said=50)
    run = applied(a_csv(ROW | {"status": "Opgeschort", "status_date": ago(5)}), user=a_coordinator(gent))
    assert changed(run)["status"] == ("recruiting", "suspended")
    site = TrialSite.objects.get()
    assert (site.status, site.status_since) == ("suspended", ago(5))


@pytest.mark.parametrize(
    ("status", "start", "since"),
    [("recruiting", ago(40), ago(40)), ("recruiting", "", ""), ("suspended", ago(40), "")],
)
def test_what_is_said_first_counts_from_the_start_of_recruitment(gent, trial, status, start, since):
    applied(a_csv(ROW | {"status": status, "start_date": start}), user=a_coordinator(gent))
    assert TrialSite.objects.get().status_since == since


def test_the_same_status_said_again_keeps_its_first_day(gent, trial):
    says(a_site(trial, gent, status=None), "recruiting", said=50, since=ago(60))
    applied(a_csv(ROW | {"status_date": ago(3)}), user=a_coordinator(gent))
    assert TrialSite.objects.get().status_since == ago(60)


@pytest.mark.parametrize(("before", "outcome"), [(None, "unchanged"), ("recruiting", "update")])
def test_an_unknown_status_is_news_only_where_something_was_said(gent, trial, before, outcome):
    a_site(trial, gent, status=before, said=9)
    run = applied(a_csv(ROW | {"status": "unknown"}), user=a_coordinator(gent))
    assert outcomes(run) == {2: outcome}
    assert StatusStatement.objects.filter(status="unknown").exists() is (before is not None)


def test_a_start_is_held_against_what_was_said_last(gent, trial):
    site = a_site(trial, gent, status="recruiting", said=60)
    says(site, "recruiting", said=10)
    no_status = ROW | {"status": ""}
    run = applied(a_csv(no_status | {"start_date": ago(5)}), user=a_coordinator(gent))
    assert outcomes(run) == {2: "invalid"}
    applied(a_csv(no_status | {"start_date": ago(40)}), user=an_editor())
    assert TrialSite.objects.get().opened_on == ago(40)


def test_what_was_retracted_speaks_against_no_start_and_is_not_the_first_that_is_said(gent, trial):
    site = a_site(trial, gent, status=None)
    says(site, "recruiting", said=60, retracted_at=timezone.now())
    applied(a_csv(ROW | {"status": "", "start_date": ago(40)}), user=an_editor(), name="1.csv")
    assert TrialSite.objects.get().opened_on == ago(40)
    applied(a_csv(ROW | {"start_date": ago(40)}), user=an_editor(), name="2.csv")
    assert TrialSite.objects.get().status_since == ago(40)


@pytest.mark.parametrize(
    ("user", "source"), [(None, "ClinicalTrials.gov"), ("coordinator", "")], ids=["registry", "coordinator"]
)
def test_a_registry_s_status_has_the_page_of_the_trial_as_its_source(gent, trial, user, source):
    url = "https://www.clinicaltrials.gov/study/NCT04307576"
    Trial.objects.update(url=url)
    applied(a_csv(ROW), user=user and a_coordinator(gent))
    said = StatusStatement.objects.get()
    assert (said.source, said.source_url) == (source, url if source else "")


def test_a_correction_on_the_same_day_stands(gent, trial):
    a_site(trial, gent, status="recruiting", said=0)
    applied(a_csv(ROW | {"status": "suspended"}), user=a_coordinator(gent))
    assert TrialSite.objects.get().status == "suspended"


def test_an_older_date_with_another_status_is_a_conflict_and_not_stored(gent, trial):
    a_site(trial, gent, status="recruiting", said=5)
    run = applied(a_csv(ROW | {"status": "suspended", "status_date": ago(60)}), user=a_coordinator(gent))
    assert outcomes(run) == {2: "conflict"}
    assert "“Recruiting”, reported on" in messages(run)[0]
    assert (TrialSite.objects.get().status, StatusStatement.objects.count()) == ("recruiting", 1)


def test_a_registry_never_overwrites_a_person_but_its_contradiction_is_shown(gent, trial):
    site = a_site(trial, gent, status="recruiting", said=20)
    run = applied(a_csv(ROW | {"status": "completed", "status_date": ago(2)}))
    site.refresh_from_db()
    assert (site.status, site.disputed, site.verified_by) == ("recruiting", True, "coordinator")
    assert changed(run) == {"disputed": ("no", "yes")}


def test_an_older_registry_statement_is_no_news(gent, trial):
    a_site(trial, gent, status="recruiting", said=2)
    run = applied(a_csv(ROW | {"status": "completed", "status_date": ago(200)}))
    assert outcomes(run) == {2: "unchanged"}
    assert "is more recent and stays" in messages(run)[0]
    assert StatusStatement.objects.count() == 1


def test_a_registry_s_own_status_follows_the_registry(gent, trial):
    site = a_site(trial, gent, status=None)
    says(site, "recruiting", said=90, by="registry")
    applied(a_csv(ROW | {"status": "completed", "status_date": ago(2)}))
    assert TrialSite.objects.get().status == "completed"


@pytest.mark.parametrize(
    ("cells", "says_so"),
    [
        ({"status": "sometimes"}, "2 status: “sometimes” is not a status. Use one of: not_yet_recruiting,"),
        ({"status_date": "2199-01-01"}, "2 status_date: “2199-01-01”: the year must be between 1950 and"),
        ({"status_date": "1986-01-01"}, "2 status_date: “1986-01-01”: the year must be between 1990 and"),
        (
            {"status": "", "status_date": "2026-01-01"},
            "2 status_date: A status date needs a status. Fill in the status as well.",
        ),
        ({"status_date": "31/02/2026"}, "2 status_date: “31/02/2026” is not a date."),
        ({"centre_code": ""}, "2 centre_code: The centre is empty."),
        ({"centre_code": "Research Site"}, "2 centre_code: “Research Site” is not a known centre."),
        ({"nct_number": ""}, "2 nct_number: Which trial is it?"),
        ({"nct_number": "NCT1"}, "2 nct_number: “NCT1” is not an identifier of ClinicalTrials.gov."),
    ],
)
def test_a_bad_cell_is_told_with_its_place_and_the_way_out(gent, trial, cells, says_so):
    run = applied(a_csv(ROW | cells), user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert any(said.startswith(says_so) for said in messages(run)), messages(run)
    assert not TrialSite.objects.exists()


def test_a_status_is_not_known_before_its_day_comes(gent, trial):
    run = applied(a_csv(ROW | {"status_date": ago(-1)}), user=an_editor())
    assert [said.split(".")[0] for said in messages(run)] == [f"2 status_date: {ago(-1)} is in the future"]
    assert not TrialSite.objects.exists()


def test_a_site_does_not_recruit_before_it_opens(gent, trial):
    run = applied(a_csv(ROW | {"status_date": ago(50), "start_date": ago(40)}), user=an_editor())
    [said] = messages(run)
    assert said.startswith(f"2 start_date: A status reported on {ago(50)} cannot begin on {ago(40)}.")
    assert not TrialSite.objects.exists()


def test_a_site_that_opened_is_not_recruiting_on_a_day_before(gent, trial):
    a_site(trial, gent, status=None, opened_on=ago(40))
    run = applied(a_csv(ROW | {"status_date": ago(50)}), user=an_editor())
    [said] = messages(run)
    assert said.startswith(f"2 status_date: A status reported on {ago(50)} cannot begin on {ago(40)}.")
    waits = applied(a_csv(ROW | {"status_date": ago(50), "status": "not_yet_recruiting"}), user=an_editor())
    assert outcomes(waits) == {2: "update"}


def test_all_messages_of_a_row_come_at_once(gent, trial):
    row = ROW | {"status": "x", "start_date": "y", "contact_email": "z", "phase": "nine", "url": "ftp://a"}
    run = planned(a_csv(row), user=an_editor())
    assert {said.split()[1] for said in messages(run)} == {
        "status:", "start_date:", "contact_email:", "phase:", "url:",
    }  # fmt: skip


def test_a_row_twice_at_one_site_is_told(gent, trial):
    rows = [ROW, ROW | {"nct_number": "", "acronym": "ALLTogether1", "status": "suspended"}]
    run = applied(a_csv(*rows), user=an_editor())
    assert outcomes(run) == {2: "duplicate", 3: "duplicate"}
    assert not TrialSite.objects.exists()


def test_a_short_row_is_told_and_blanks_nothing(gent, trial):
    a_site(trial, gent, url="https://example.org")
    run = planned("centre_code,nct_number,status,url\nuz-gent,NCT04307576\n", user=an_editor())
    assert messages(run) == ["2 status: The row has only 2 of 4 cells. Complete the row."]


@pytest.mark.parametrize("rows", [10, 300])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    gent, rows, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(steps, "CHUNK", 1_000)
    for number in range(rows):
        a_trial(
            f"T{number}", identifiers=[f"NCT{number:08}"], at=[(gent, "recruiting")] if number % 2 else ()
        )
    content = a_csv(
        *(
            ROW | {"nct_number": f"NCT{n:08}", "status": "suspended", "contact_name": f"Person {n}"}
            for n in range(rows)
        )
    )
    user = an_editor()
    with django_assert_max_num_queries(100):  # a few of them for each 100 records, on SQLite
        run = applied(content, user=user)
    assert (run.counts["new"], run.counts["update"]) == (rows // 2, rows // 2)
    assert Trial.objects.count() == rows


def test_a_site_that_recruits_does_not_open_later_on_by_a_row_without_a_status(gent):
    a_trial("T", identifiers=["NCT00000001"], at=[(gent, "recruiting")])
    run = planned(a_csv({"centre_code": "uz-gent", "nct_number": "NCT00000001", "start_date": "01/03/2027"}))
    [row] = run.rows.all()
    assert (row.outcome, row.messages[0]["column"]) == ("invalid", "start_date")
