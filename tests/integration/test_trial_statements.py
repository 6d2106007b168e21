"""Whoever writes the status of a trial states it: sheets, the admin, registries; an undo takes it back."""

import importlib

import pytest
from django.apps import apps
from django.utils import timezone

from directory.core import changes
from directory.core.models import Change
from directory.core.roles import Role
from directory.imports import actions as imports
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, applied, outcomes, planned
from tests.support.admin_forms import admin_url, save
from tests.support.studies import CTGOV, a_study, answers
from trials.models import StatusStatement, Trial
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
ROW = {"acronym": "KIWI", "title": "A study of kiwis", "status": "recruiting", "status_as_of": "03/2026"}


def said():
    """All statements about trials: role, status, day, source, and whether it is retracted."""
    found = StatusStatement.objects.filter(trial__isnull=False).order_by("pk")
    return [
        (one.role, one.status, one.day_as_said, one.source, one.retracted_at is not None) for one in found
    ]


def by_sheet(**cells):
    return applied(a_csv(ROW | cells), kind="trials", user=an_editor())


def undone(run):
    reverse = imports.undo(run=run, user=run.created_by, queue=False)
    plan_run(reverse)
    reverse.refresh_from_db()
    imports.confirm(run=reverse, user=run.created_by, queue=False)
    apply_run(reverse)
    reverse.refresh_from_db()
    assert reverse.status == "applied", reverse.problems
    return reverse


def state(trial):
    trial.refresh_from_db()
    return trial.status, trial.status_as_of, trial.status_by, trial.disputed


def test_a_sheet_states_what_it_says_of_a_trial():
    run = by_sheet()
    assert said() == [("editor", "recruiting", "2026-03", "", False)]
    assert StatusStatement.objects.get().run == run.pk
    assert state(Trial.objects.get()) == ("recruiting", "2026-03", "editor", False)


def test_a_sheet_that_says_nothing_of_the_status_states_nothing():
    by_sheet(status="", status_as_of="")
    by_sheet(status="", status_as_of="", title="Another title")
    assert said() == []
    assert Trial.objects.get().status_by == ""


def test_a_sheet_that_says_the_same_again_states_nothing_again():
    by_sheet()
    by_sheet(sponsor="Somebody")
    assert len(said()) == 1


def test_a_status_without_a_day_is_of_no_day():
    by_sheet(status_as_of="")
    assert said() == [("editor", "recruiting", "", "", False)]


def test_a_form_states_what_an_editor_writes(client):
    client.force_login(an_editor())
    trial = a_trial("KIWI", status="recruiting")
    save(client, admin_url(trial, "change"), status="completed", status_as_of="2026-05-02")
    assert said() == [("editor", "completed", "2026-05-02", "", False)]
    assert state(trial) == ("completed", "2026-05-02", "editor", False)
    changed = {name for name, *_ in Change.objects.get().fields()}
    assert changed == {"status", "status_as_of", "status_by"}
    save(client, admin_url(trial, "change"), sponsor="Somebody")
    assert len(said()) == 1


def test_an_editor_ends_a_dispute_by_speaking_again(client):
    client.force_login(an_editor())
    trial = a_trial("KIWI", identifiers=[NUMBER])
    save(client, admin_url(trial, "change"), status="suspended", status_as_of="2026-01-10")
    sync.follow(CTGOV, answers(a_study(status="COMPLETED", verified="2026-06")))
    assert state(trial) == ("suspended", "2026-01-10", "editor", True)
    save(client, admin_url(trial, "change"), status_as_of="2026-07-01")
    assert state(trial) == ("suspended", "2026-07-01", "editor", False)


def test_a_sheet_ends_a_dispute_too():
    by_sheet(nct_number=NUMBER)
    sync.follow(CTGOV, answers(a_study(status="COMPLETED", verified="2026-06")))
    trial = Trial.objects.get()
    assert state(trial) == ("recruiting", "2026-03", "editor", True)
    by_sheet(status_as_of="2026-07-01")
    assert state(trial) == ("recruiting", "2026-07-01", "editor", False)


def test_a_sheet_older_than_the_dispute_leaves_it():
    by_sheet(nct_number=NUMBER)
    sync.follow(CTGOV, answers(a_study(status="COMPLETED", verified="2026-06")))
    by_sheet(status_as_of="05/2026")
    assert state(Trial.objects.get()) == ("recruiting", "2026-05", "editor", True)


def test_an_undo_retracts_what_was_stated_and_its_undo_revives_it():
    by_sheet()
    run = by_sheet(status="completed", status_as_of="06/2026")
    trial = Trial.objects.get()
    reverse = undone(run)
    assert state(trial) == ("recruiting", "2026-03", "editor", False)
    assert [gone for *_rest, gone in said()] == [False, True]
    undone(reverse)
    assert state(trial) == ("completed", "2026-06", "editor", False)
    assert [gone for *_rest, gone in said()] == [False, False]


def test_an_undo_of_what_a_registry_disputed_ends_the_dispute():
    by_sheet(nct_number=NUMBER)
    run = sync.follow(CTGOV, answers(a_study(status="COMPLETED", verified="2026-06"))).imports.get()
    trial = Trial.objects.get()
    editor = an_editor()
    reverse = imports.undo(run=run, user=editor, queue=False)
    plan_run(reverse)
    reverse.refresh_from_db()
    imports.confirm(run=reverse, user=editor, queue=False)
    apply_run(reverse)
    assert state(trial) == ("recruiting", "2026-03", "editor", False)
    assert [gone for *_rest, gone in said()] == [False, True]


def test_an_undo_of_a_new_trial_takes_its_statement_along_and_back():
    run = by_sheet()
    reverse = undone(run)
    assert said() == []
    undone(reverse)
    assert [row[:3] for row in said()] == [("editor", "recruiting", "2026-03")]
    assert state(Trial.objects.get())[2] == "editor"


def test_an_older_day_waits_for_a_person_as_before():
    by_sheet()
    run = planned(
        a_csv(ROW | {"status": "completed", "status_as_of": "01/2026"}), kind="trials", user=an_editor()
    )
    assert outcomes(run) == {2: "conflict"}


# What was there before


def test_who_wrote_the_statuses_that_are_there_is_read_from_the_log():
    """As the migration finds them: the last change of the status counts, not one of other fields since."""
    migration = importlib.import_module("trials.migrations.0006_statements_of_trials")
    one, other, silent = (
        a_trial("ONE", status_as_of="2026-04"),
        a_trial("TWO"),
        a_trial("THREE", status="unknown"),
    )
    for trial, role, status in ((one, Role.REGISTRY, "completed"), (one, Role.EDITOR, "recruiting")):
        with changes.recording(changes.Actor(role)) as log:
            log.watch(trial)
            trial.status = status
            trial.save()
    with changes.recording(changes.Actor(Role.SYSTEM)) as log:
        log.watch(one, silent)
        one.sponsor = silent.sponsor = "Somebody"
        one.save(), silent.save()
    migration.state_what_is_known(apps, None)
    assert said() == [("editor", "recruiting", "2026-04", "", False)]
    assert [state(trial)[2] for trial in (one, other, silent)] == ["editor", "", ""]
    assert StatusStatement.objects.get().recorded_at <= timezone.now()
