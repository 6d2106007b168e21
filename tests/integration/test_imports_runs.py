"""The life of a run: received once, planned, confirmed once, applied once, or not at all."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from centres.models import Centre
from directory.core import changes
from directory.imports import actions, apply, cleanup, guard, plan, tasks
from directory.imports.apply import apply_run
from directory.imports.choices import LIVE, Status
from directory.imports.models import ImportRun, RowOutcome
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor
from tests.sheets import a_csv, a_file, applied, outcomes, planned, received
from trials.actions import state_status
from trials.models import TrialSite

pytestmark = pytest.mark.django_db

CENTRE = {"code": "uz-gent", "name_en": "Ghent University Hospital"}


@pytest.fixture
def sent(monkeypatch):
    """What was queued, instead of queueing it."""
    queued = []
    monkeypatch.setattr(
        tasks, "send", lambda task, pk, countdown=0: queued.append((task.name, pk, countdown)) or 1
    )
    return queued


# At the door


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"kind": "patients"}, "kind"),
        ({"name": "sheet.pdf"}, "extension"),
        ({"name": "sheet.csv.exe"}, "extension"),
        ({"name": "a\x00.csv"}, "name"),
        ({"name": "a" * 300 + ".csv"}, "name"),
        ({"sheet": "x\x07"}, "sheet_name"),
        ({"sheet": "x" * 101}, "sheet_name"),
    ],
)
def test_what_is_refused_at_the_door_leaves_no_trace(options, code, settings):
    with pytest.raises(actions.Refused) as refused:
        received(a_csv(CENTRE), **({"kind": "centres"} | options))
    assert refused.value.problems[0]["code"] == code
    assert not ImportRun.objects.exists()


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(
        actions.Refused, match=r"“patients” is not a kind of sheet\. Use one of: centres, networks"
    ):
        received(a_csv(CENTRE), kind="patients")


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"x" * (10 * 2**20 + 1), "too_big")])
def test_nothing_is_kept_of_a_file_that_is_refused(content, code, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(actions.Refused) as refused:
        received(content, kind="centres")
    assert refused.value.problems[0]["code"] == code
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_upload_is_kept_under_a_random_name_for_nobody_else(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    run = received(a_csv(CENTRE), kind="centres", name="patients of dr x.csv")
    assert "patients" not in run.stored_as
    assert oct(run.path.stat().st_mode)[-3:] == "600"
    assert oct(run.path.parent.stat().st_mode)[-3:] == "700"


def test_the_same_file_twice_is_one_run_and_the_second_is_told():
    user = an_editor()
    first = received(a_csv(CENTRE), kind="centres", user=user)
    second = received(a_csv(CENTRE), kind="centres", user=user, name="copy.csv")
    assert (second.pk, first.was_there, second.was_there) == (first.pk, False, True)
    assert len(list(first.path.parent.glob("*"))) >= 1
    assert ImportRun.objects.count() == 1


def test_another_user_another_kind_and_a_run_that_ended_do_not_stand_in_the_way():
    user = an_editor()
    first = received(a_csv(CENTRE), kind="centres", user=user)
    assert received(a_csv(CENTRE), kind="centres", user=an_editor()).pk != first.pk
    assert received(a_csv(CENTRE), kind="trials", user=user).pk != first.pk
    actions.cancel(run=first, user=user)
    assert received(a_csv(CENTRE), kind="centres", user=user).pk != first.pk


def test_an_idempotency_key_leads_to_its_run_whatever_became_of_it():
    user = an_editor()
    first = received(a_csv(CENTRE), kind="centres", user=user, idempotency_key="k1")
    actions.cancel(run=first, user=user)
    again = received(a_csv(CENTRE), kind="centres", user=user, idempotency_key="k1")
    assert (again.pk, again.was_there) == (first.pk, True)


def test_an_idempotency_key_leads_nobody_else_to_the_run():
    first = received(a_csv(CENTRE), kind="centres", user=an_editor(), idempotency_key="k1")
    other = received(a_csv(CENTRE), kind="centres", user=an_editor(), idempotency_key="k1")
    assert (other.pk != first.pk, other.was_there) == (True, False)


def test_of_the_same_file_one_copy_is_kept(settings, tmp_path):
    settings.DATA_DIR, user = tmp_path, an_editor()
    first = received(a_csv(CENTRE), kind="centres", user=user)
    received(a_csv(CENTRE), kind="centres", user=user, name="copy.csv")
    assert list(tmp_path.rglob("*.csv")) == [first.path]


def test_the_database_itself_keeps_a_live_file_single():
    """The twin of the test above: past the action, the constraint stands."""
    run = received(a_csv(CENTRE), kind="centres")
    run.pk = None
    with pytest.raises(IntegrityError):
        run.save(force_insert=True)


# Planning


def test_a_plan_stores_nothing_of_the_registry():
    a_trial("A", slug="a", at=[a_centre("uz-gent")])
    seq, before = changes.last_seq(), TrialSite.snapshots(TrialSite.objects.values_list("pk", flat=True))
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "A", "status": "suspended"}), user=an_editor())
    assert (run.status, run.counts["update"], run.rows_done) == ("planned", 1, 1)
    assert changes.last_seq() == seq
    assert TrialSite.snapshots(TrialSite.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_csv({"name_en": "x"}), "missing_column"),
        (a_csv({"code": "x", "Code": "y"}), "header_twice"),
        (b"code\n", "no_rows"),
        (b"%PDF-1.4", "other_format"),
    ],
)
def test_a_file_that_cannot_be_planned_fails_with_a_sentence(content, code):
    run = planned(content, kind="centres")
    assert (run.status, run.problems[0]["code"]) == ("failed", code)
    assert run.problems[0]["message"].endswith((".", "]")) or "name_en" in run.problems[0]["message"]
    assert not RowOutcome.objects.exists()


def test_a_run_whose_file_is_gone_fails():
    run = received(a_csv(CENTRE), kind="centres")
    run.path.unlink()
    plan_run(run)
    assert (run.status, run.problems[0]["code"]) == ("failed", "gone")


def test_an_error_of_ours_is_told_as_one_and_stores_nothing(monkeypatch):
    from centres.rows.centres import CentreProcessor

    run = received(a_csv(CENTRE), kind="centres")
    monkeypatch.setattr(CentreProcessor, "resolve", lambda *_: 1 / 0)
    plan_run(run)
    assert (run.status, run.problems[0]["code"]) == ("failed", "failed")


def test_planning_that_was_cut_off_begins_anew():
    run = received(a_csv(CENTRE), kind="centres")
    assert run.acquire_lease(Status.UPLOADED, Status.PLANNING)
    RowOutcome.objects.create(run=run, number=2, outcome="new")
    assert plan_run(run) is False  # somebody holds the lease
    ImportRun.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert plan_run(run) is True
    assert (run.status, outcomes(run), run.attempt) == ("planned", {2: "new"}, 2)


def test_a_worker_whose_run_was_taken_over_writes_nothing():
    run = received(a_csv(CENTRE), kind="centres")
    slow = ImportRun.objects.get(pk=run.pk)
    assert slow.acquire_lease(Status.UPLOADED, Status.PLANNING)
    ImportRun.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert run.acquire_lease(Status.UPLOADED, Status.PLANNING)
    assert slow.renew(5) is False
    assert run.renew(1) is True


@pytest.mark.parametrize("step", ["plan", "apply"])
def test_cancelled_while_a_worker_reads_the_run_again_it_stays_cancelled(step, monkeypatch):
    """A worker that takes the run's fields for its lease would go on with a cancelled run, and store it."""
    run, user = received(a_csv(CENTRE), kind="centres", user=an_editor()), an_editor("other")
    if step == "apply":
        plan_run(run)
        actions.confirm(run=run, user=run.created_by, queue=False)

    module, name = (apply, "_apply") if step == "apply" else (plan, "_plan_table")
    begin = getattr(module, name)

    def cancel_first(run, *rest):
        actions.cancel(run=ImportRun.objects.get(pk=run.pk), user=user)
        run.refresh_from_db()
        begin(run, *rest)

    monkeypatch.setattr(module, name, cancel_first)
    assert (apply_run if step == "apply" else plan_run)(run) is True
    run.refresh_from_db()
    assert (run.status, Centre.objects.count()) == ("cancelled", 0)


def test_a_cancelled_run_is_not_planned():
    run = received(a_csv(CENTRE), kind="centres")
    stale = ImportRun.objects.get(pk=run.pk)
    actions.cancel(run=run, user=None)
    assert plan_run(stale) is False
    assert ImportRun.objects.get().status == "cancelled"


# Confirming and applying


def test_what_the_run_says_it_stored_is_what_the_database_has():
    run = applied(a_csv(CENTRE, {"code": "uza", "name_en": "A"}, {"code": "?"}), kind="centres")
    assert run.stored == {"centre": {"create": 2, "update": 0}}
    assert (run.counts["new"], run.counts["invalid"], run.bad) == (2, 1, 1)
    assert run.finished_at is not None


def test_a_bad_row_of_the_plan_stays_out_and_is_counted_so_whatever_it_means_by_now():
    a_trial("A", slug="a"), a_centre("uza")
    rows = [{"centre_code": code, "acronym": "A"} for code in ("uz-gent", "uza")]
    run = planned(a_csv(*rows), user=(user := an_editor()))
    a_centre("uz-gent")
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    assert (run.status, run.counts["new"], run.counts["invalid"]) == ("applied", 1, 1)
    assert TrialSite.objects.get().centre.code == "uza"


def test_confirmed_twice_is_applied_once():
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    actions.confirm(run=ImportRun.objects.get(), user=user, queue=False)
    actions.confirm(run=run, user=user, queue=False)
    assert [apply_run(ImportRun.objects.get()) for _ in range(3)] == [True, False, False]
    assert changes.history("centre", "uz-gent").count() == 1


def test_what_was_not_planned_is_not_confirmed():
    run = received(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    with pytest.raises(actions.Refused, match="wait for its plan"):
        actions.confirm(run=run, user=user)


def test_a_plan_of_yesterday_is_not_confirmed():
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    run.expires_at = timezone.now() - dt.timedelta(minutes=1)
    with pytest.raises(actions.Refused, match="older than 24 hours"):
        actions.confirm(run=run, user=user)


def test_an_applied_run_is_not_cancelled():
    run = applied(a_csv(CENTRE), kind="centres")
    with pytest.raises(actions.Refused):
        actions.cancel(run=run, user=None)


def test_an_import_cancelled_while_it_is_being_stored_stores_nothing(monkeypatch):
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    judge_again = apply._process_again

    def then_cancelled(run):
        found = judge_again(run)
        actions.cancel(run=ImportRun.objects.get(pk=run.pk), user=user)
        return found

    monkeypatch.setattr(apply, "_process_again", then_cancelled)
    apply_run(run)
    run = ImportRun.objects.get(pk=run.pk)
    assert (run.status, run.stored) == ("cancelled", {})
    assert not Centre.objects.exists()


def test_an_undo_cancelled_while_it_is_being_stored_leaves_the_import_applied():
    run = applied(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    reverse = actions.undo(run=run, user=user, queue=False)
    plan_run(reverse)
    actions.confirm(run=reverse, user=user, queue=False)
    assert ImportRun.objects.get(pk=run.pk).status == "undoing"
    actions.cancel(run=reverse, user=user)
    apply_run(reverse)
    assert ImportRun.objects.get(pk=run.pk).status == "applied"
    assert Centre.objects.exists()


def test_an_edit_after_the_plan_is_a_conflict_and_nothing_is_stored():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    trial = a_trial("A", slug="a")
    edited, _other = a_site(trial, gent, said=50), a_site(trial, uza, said=50)
    rows = [{"centre_code": code, "acronym": "A", "status": "suspended"} for code in ("uz-gent", "uza")]
    run = planned(a_csv(*rows), user=(user := an_editor()))
    state_status(site=edited, status="completed", by=changes.Actor.of(a_coordinator(gent)))
    seq = changes.last_seq()
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    assert (run.status, outcomes(run)) == ("failed", {2: "conflict", 3: "update"})
    assert "row 2 now means something else" in run.problems[0]["message"]
    assert (changes.last_seq(), run.counts["conflict"]) == (seq, 1)
    assert set(TrialSite.objects.values_list("status", flat=True)) == {"completed", "recruiting"}


def test_an_edit_between_judging_and_storing_is_seen(monkeypatch):
    """The narrow gap: judged, then edited by somebody, then stored. The rows are judged again."""
    centre = a_centre("uz-gent", name="Old")
    run = planned(a_csv(CENTRE), kind="centres")
    actions.confirm(run=run, user=None, queue=False)
    judge_again, times = apply._process_again, []

    def judged_then_edited(run):
        found = judge_again(run)
        if not times:
            with changes.recording(changes.SYSTEM) as log:
                log.watch(centre)
                centre.name_en = "Edited meanwhile"
                centre.save()
        times.append(1)
        return found

    monkeypatch.setattr(apply, "_process_again", judged_then_edited)
    apply_run(run)
    centre.refresh_from_db()
    assert (run.status, centre.name_en, len(times)) == ("failed", "Edited meanwhile", 2)


def test_a_status_said_between_judging_and_storing_is_not_overwritten(monkeypatch):
    gent = a_centre("uz-gent")
    site = a_site(a_trial("A", slug="a"), gent, status="recruiting", said=50)
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "A", "status": "suspended"}), user=an_editor())
    actions.confirm(run=run, user=run.created_by, queue=False)
    coordinator, judge_again = changes.Actor.of(a_coordinator(gent)), apply._process_again

    def judged_then_said(run):
        found = judge_again(run)
        site.refresh_from_db()
        if site.status == "recruiting":
            state_status(site=site, status="completed", by=coordinator)
        return found

    monkeypatch.setattr(apply, "_process_again", judged_then_said)
    apply_run(run)
    site.refresh_from_db()
    assert (run.status, site.status, site.statements.count()) == ("failed", "completed", 2)


def test_without_that_look_the_edit_would_be_lost(monkeypatch):
    """The twin: the guard taken away, the import overwrites what was edited a moment ago."""
    monkeypatch.setattr(guard, "refuse_later_changes", lambda *_: None)
    with pytest.raises(AssertionError):
        test_an_edit_between_judging_and_storing_is_seen(monkeypatch)


def test_a_rule_of_the_database_broken_meanwhile_stores_nothing(monkeypatch):
    from centres.rows.centres import CentreProcessor

    run = planned(a_csv(CENTRE, {"code": "uza", "name_en": "A"}), kind="centres")
    actions.confirm(run=run, user=None, queue=False)
    store = CentreProcessor.store

    def store_then_fail(processor, results):
        store(processor, results)
        raise IntegrityError

    monkeypatch.setattr(CentreProcessor, "store", store_then_fail)
    apply_run(run)
    assert (run.status, run.problems[0]["code"]) == ("failed", "broken_rule")
    assert changes.last_seq() == 0


# Planned again


SITE = {"centre_code": "uz-gent", "acronym": "A", "status": "suspended"}


def test_the_same_file_again_plans_anew_what_waits(sent):
    site = a_site(a_trial("A", slug="a"), a_centre("uz-gent"), said=50)
    run = planned(a_csv(SITE), user=(user := an_editor()))
    state_status(site=site, status="suspended", by=changes.Actor.of(user))
    again = actions.receive(file=a_file(a_csv(SITE)), file_name="copy.csv", kind="sites", user=user)
    assert (again.pk, again.status, again.counts) == (run.pk, "uploaded", {})
    assert (again.was_there, again.is_planned_again, again.was_there_since) == (True, True, run.created_at)
    plan_run(again)
    assert outcomes(again) == {2: "unchanged"}


def test_the_same_file_again_plans_anew_where_its_columns_told_the_kind():
    run = planned(a_csv(CENTRE), kind="", user=(user := an_editor()))
    again = actions.receive(file=a_file(a_csv(CENTRE)), file_name="s.csv", user=user, queue=False)
    assert (run.kind, again.pk, again.status, again.is_planned_again) == ("centres", run.pk, "uploaded", True)
    plan_run(again)
    assert ImportRun.objects.get().status == "planned"


def test_planning_again_is_queued(sent, django_capture_on_commit_callbacks):
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    with django_capture_on_commit_callbacks(execute=True):
        actions.receive(file=a_file(a_csv(CENTRE)), file_name="s.csv", kind="centres", user=user)
    assert sent == [("directory.imports.tasks.plan", run.pk, 0)]


def test_the_same_file_again_leaves_alone_what_is_being_applied():
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    again = received(a_csv(CENTRE), kind="centres", user=user)
    assert (again.pk, again.status, again.is_planned_again) == (run.pk, "applying", False)
    apply_run(again)
    assert again.status == "applied"


def test_a_plan_that_was_made_again_is_not_confirmed_from_the_page_of_the_first():
    run = planned(a_csv(CENTRE), kind="centres", user=(user := an_editor()))
    seen = run.attempt
    planned(a_csv(CENTRE), kind="centres", user=user)
    with pytest.raises(actions.Refused, match="was planned again after you opened its plan"):
        actions.confirm(run=run, user=user, seen=seen, queue=False)
    run.refresh_from_db()
    assert run.status == "planned"
    assert actions.confirm(run=run, user=user, seen=run.attempt, queue=False).status == "applying"


def a_run_that_moved(user):
    site = a_site(a_trial("A", slug="a"), a_centre("uz-gent"), said=50)
    run = planned(a_csv(SITE), user=user)
    state_status(site=site, status="completed", by=changes.Actor.of(an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    assert run.status == "failed"
    return run


def test_a_run_whose_rows_moved_is_planned_again_from_its_stored_file():
    run = a_run_that_moved(user := an_editor())
    again = actions.plan_again(run=run, user=an_editor(), queue=False)
    assert (again.created_by, again.role, again.file_name) == (user, "editor", run.file_name)
    plan_run(again)
    assert (again.pk != run.pk, again.status, outcomes(again)) == (True, "planned", {2: "update"})
    run.refresh_from_db()
    assert run.status == "failed"
    actions.cancel(run=again, user=user)
    assert run.path.exists()


def test_planning_again_is_for_whoever_may_decide_and_for_what_is_worth_it():
    run = a_run_that_moved(an_editor())
    with pytest.raises(PermissionDenied):
        actions.plan_again(run=run, user=a_coordinator())
    refused = planned(b"name\nx\n", kind="centres"), planned(a_csv(CENTRE), kind="centres")
    for other, why in zip(refused, ("can no longer be done", "cannot be done before"), strict=True):
        with pytest.raises(actions.Refused, match=why):
            actions.plan_again(run=other, user=an_editor())
    run.path.unlink()
    with pytest.raises(actions.Refused, match="no longer stored"):
        actions.plan_again(run=run, user=run.created_by)


# Nothing to store


@pytest.mark.parametrize(
    "cells", [CENTRE, {"code": "?", "name_en": "x"}], ids=["all is known", "no row can be taken"]
)
def test_a_plan_with_nothing_to_store_ends_by_itself(cells):
    a_centre(CENTRE["code"], name=CENTRE["name_en"])
    run = planned(a_csv(cells), kind="centres", user=(user := an_editor()))
    assert (run.status, run.stored, run.has_stored_nothing) == ("applied", {}, True)
    assert run.finished_at is not None
    assert not ImportRun.objects.waiting().exists()
    assert received(a_csv(cells), kind="centres", user=user).pk != run.pk
    assert actions.confirm(run=run, user=user, queue=False).status == "applied"
    assert changes.last_seq() == 0


def test_a_plan_with_one_row_to_store_waits():
    run = planned(a_csv(CENTRE, {"code": "?"}), kind="centres")
    assert (run.status, run.has_stored_nothing) == ("planned", False)


# The kind that was meant


def test_a_sheet_of_sites_handed_in_as_trials_is_refused_and_not_planned():
    run = planned(a_csv(SITE), kind="trials", user=an_editor())
    assert (run.status, run.problems[0]["code"], run.rows.count()) == ("failed", "other_kind", 0)
    assert "Upload the sheet as “Trial sites”." in run.problems[0]["message"]


def test_a_coordinator_s_sheet_of_trials_is_told_that_they_hand_in_sites():
    run = planned(a_csv({"acronym": "A", "title": "T", "sponsor": "S"}), user=a_coordinator(a_centre()))
    assert [one["code"] for one in run.problems] == ["sites_only"]
    assert "You may upload sheets of trial sites" in run.problems[0]["message"]


# Left behind, and cleaned up


def test_the_sweeper_queues_what_nobody_works_on(sent):
    user = an_editor()
    uploaded = received(a_csv(CENTRE), kind="centres", user=user)
    dead = received(a_csv(CENTRE | {"city": "Gent"}), kind="centres", user=user)
    dead.acquire_lease(Status.UPLOADED, Status.PLANNING)
    ImportRun.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=5))
    confirmed = planned(a_csv(CENTRE | {"city": "Ghent"}), kind="centres", user=user)
    actions.confirm(run=confirmed, user=user, queue=False)
    planned(a_csv(CENTRE | {"city": "Gand"}), kind="centres", user=user)
    tasks.sweep()
    name = "directory.imports.tasks.{}".format
    assert sorted(sent) == sorted(
        [(name("plan"), uploaded.pk, 0), (name("plan"), dead.pk, 0), (name("apply"), confirmed.pk, 0)]
    )


def test_a_run_under_way_is_queued_for_when_its_lease_ends(sent):
    run = received(a_csv(CENTRE), kind="centres")
    run.acquire_lease(Status.UPLOADED, Status.PLANNING)
    tasks.sweep()
    [(_task, _pk, countdown)] = sent
    assert 15 < countdown < 25


def test_a_broker_that_is_away_loses_no_run(monkeypatch, django_capture_on_commit_callbacks):
    from kombu.exceptions import OperationalError

    def away(*_args, **_kwargs):
        raise OperationalError("no route to broker")

    monkeypatch.setattr(tasks.plan, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        run = actions.receive(file=a_file(a_csv(CENTRE)), file_name="a.csv", kind="centres", role="registry")
    assert ImportRun.objects.get().status == "uploaded"
    sent = []
    monkeypatch.setattr(tasks.plan, "apply_async", lambda args, **_kwargs: sent.append(args))
    tasks.sweep()
    assert sent == [[run.pk]]


def test_a_task_for_a_run_that_is_gone_does_nothing():
    tasks.plan(0)
    tasks.apply(0)


def test_unconfirmed_plans_end_after_a_day_and_files_go_after_thirty():
    user = an_editor()
    old = planned(a_csv(CENTRE), kind="centres", user=user)
    done = applied(a_csv(CENTRE | {"city": "Gent"}), kind="centres", user=user)
    fresh = planned(a_csv(CENTRE | {"city": "Ghent"}), kind="centres", user=user)
    month_ago = timezone.now() - dt.timedelta(days=31)
    ImportRun.objects.filter(pk=old.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    ImportRun.objects.filter(pk=done.pk).update(created_at=month_ago, expires_at=month_ago)
    assert cleanup.clean_up() == 1
    old.refresh_from_db(), done.refresh_from_db()
    assert (old.status, old.problems[0]["code"], done.status) == ("cancelled", "expired", "applied")
    assert not old.path.exists()
    assert done.stored_as == ""
    assert done.rows.count() == 1
    assert fresh.path.exists()
    assert ImportRun.objects.get(pk=fresh.pk).status in LIVE


def test_of_old_files_those_go_whose_run_has_ended_and_no_other():
    user, cities = an_editor(), iter(("Gent", "Ghent", "Gand", "Genf"))

    def aged(days, status):
        run = planned(a_csv(CENTRE | {"city": next(cities)}), kind="centres", user=user)
        ImportRun.objects.filter(pk=run.pk).update(
            created_at=timezone.now() - dt.timedelta(days=days), status=status
        )
        assert run.path.exists()
        return run.pk, run.path

    gone, gone_file = aged(31, Status.FAILED)
    kept = [aged(29, Status.FAILED), aged(31, Status.APPLYING), aged(0, Status.CANCELLED)]
    assert [cleanup.clean_up(), cleanup.clean_up()] == [1, 0]
    assert not gone_file.exists()
    assert ImportRun.objects.get(pk=gone).stored_as == ""
    for pk, file in kept:
        assert file.exists()
        assert ImportRun.objects.get(pk=pk).stored_as == file.name


def test_a_plan_that_nobody_confirmed_has_ended_when_it_is_cancelled():
    run = planned(a_csv(CENTRE), kind="centres", user=an_editor())
    ImportRun.objects.filter(pk=run.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    cleanup.clean_up()
    run.refresh_from_db()
    assert (run.status, run.lease_until) == (Status.CANCELLED, None)
    assert run.finished_at is not None
