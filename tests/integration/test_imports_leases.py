"""Who holds a run: one worker, until its lease ends. A step is claimed once, by the plan that was read."""

import datetime as dt

import pytest

from directory.imports import actions, apply
from directory.imports.choices import Outcome, Status
from directory.imports.models import LEASE, ImportRun, RowOutcome
from directory.imports.plan import plan_run
from directory.imports.steps import TakenOver, carry_out, count, fail, renew, with_zeros
from tests.builders import a_centre, an_editor
from tests.sheets import a_csv, applied, planned, received

pytestmark = pytest.mark.django_db
CENTRE = {"code": "uz-gent", "name_en": "Ghent"}
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def clock(time_machine):
    """Stands still at noon; call it with a moment to let it be then."""
    time_machine.move_to(NOON, tick=False)
    return lambda moment: time_machine.move_to(moment, tick=False)


@pytest.fixture
def run(clock):
    return received(a_csv(CENTRE), kind="centres", user=an_editor())


def stored(run):
    return ImportRun.objects.get(pk=run.pk)


# The lease


@pytest.mark.parametrize(
    ("status", "lease", "free"),
    [
        ("uploaded", None, True),
        ("planning", None, True),
        ("planning", NOON - SECOND, True),
        ("planning", NOON, False),  # its last moment
        ("planning", NOON + SECOND, False),
        ("uploaded", NOON + SECOND, False),
        *((status, None, False) for status in ("planned", "applying", "applied", "cancelled", "failed")),
    ],
)
def test_a_step_is_taken_where_nobody_holds_it(run, status, lease, free):
    ImportRun.objects.update(status=status, lease_until=lease, rows_done=7)
    assert run.acquire_lease(Status.UPLOADED, Status.PLANNING) is free
    kept = stored(run)
    if free:
        assert (kept.status, kept.lease_until, kept.attempt, kept.rows_done) == (
            "planning", NOON + dt.timedelta(seconds=20), 1, 0,
        )  # fmt: skip
    else:
        assert (kept.status, kept.lease_until, kept.attempt, kept.rows_done) == (status, lease, 0, 7)


def test_a_lease_is_prolonged_from_now_on_with_what_was_done(run, clock):
    run.acquire_lease(Status.UPLOADED, Status.PLANNING)
    clock(NOON + 5 * SECOND)
    assert run.renew(3, rows_total=9)
    kept = stored(run)
    assert (kept.lease_until, kept.rows_done, kept.rows_total) == (NOON + 5 * SECOND + LEASE, 3, 9)
    assert run.rows_done == 3
    assert run.renew(lease=dt.timedelta(minutes=2))
    kept = stored(run)
    assert (kept.lease_until, kept.rows_done) == (NOON + dt.timedelta(minutes=2, seconds=5), 3)


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"attempt": 2}])
def test_whoever_lost_the_run_neither_prolongs_it_nor_ends_it(run, change):
    run.acquire_lease(Status.UPLOADED, Status.PLANNING)
    ImportRun.objects.update(**change)
    kept = ImportRun.objects.values().get()
    with pytest.raises(TakenOver):
        renew(run, 5)
    fail(run, [{"code": "failed", "message": "x"}])
    assert ImportRun.objects.values().get() == kept


def test_a_lease_while_storing_is_as_long_as_the_rows_take(run, clock, monkeypatch):
    plan_run(run)
    actions.confirm(run=run, user=run.created_by, queue=False)
    seen = []

    def renewed(run, *done, **given):
        seen.append(given)
        renew(run, *done, **given)

    monkeypatch.setattr(apply, "ROWS_STORED_A_SECOND", 0.5)
    monkeypatch.setattr(apply, "renew", renewed)
    apply.apply_run(run)
    assert (seen[-1], stored(run).status) == ({"lease": dt.timedelta(seconds=20 + 2)}, "applied")


# Steps


def test_a_step_is_claimed_once_and_by_the_attempt_that_was_read(run):
    plan_run(run)
    other = stored(run)
    assert not run.claim(Status.PLANNED, Status.APPLYING, seen=run.attempt + 1)
    assert not run.claim(Status.UPLOADED, Status.APPLYING)
    beside = planned(a_csv(CENTRE | {"city": "Gent"}), kind="centres", user=run.created_by)
    assert run.claim(Status.PLANNED, Status.APPLYING, seen=run.attempt, rows_done=4)
    assert (run.status, run.rows_done, stored(beside).status) == ("applying", 4, "planned")
    assert not other.claim(Status.PLANNED, Status.APPLYING, seen=other.attempt)


def test_an_error_of_ours_ends_the_run_and_a_database_that_is_away_leaves_it(run, clock):
    from django.db import OperationalError

    def away(_run):
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        carry_out(run, away, Status.UPLOADED, Status.PLANNING)
    assert (stored(run).status, stored(run).finished_at) == ("planning", None)
    assert carry_out(run, lambda _run: None, Status.UPLOADED, Status.PLANNING) is False, "its lease holds"
    clock(NOON + LEASE + SECOND)
    assert carry_out(run, lambda _run: 1 / 0, Status.UPLOADED, Status.PLANNING) is True
    kept = stored(run)
    assert (kept.status, kept.problems[0]["code"], kept.lease_until) == ("failed", "failed", None)
    assert (kept.finished_at, kept.attempt) == (NOON + LEASE + SECOND, 2)


def test_a_step_speaks_the_language_of_who_handed_the_sheet_in(run):
    from django.utils import translation

    ImportRun.objects.update(language="fr")
    spoken = []
    carry_out(run, lambda _run: spoken.append(translation.get_language()), Status.UPLOADED, Status.PLANNING)
    assert (spoken, translation.get_language()) == (["fr"], "en")


def test_outcomes_are_counted_with_those_that_none_has(run):
    for number, outcome in enumerate(("new", "new", "invalid"), start=2):
        RowOutcome.objects.create(run=run, number=number, outcome=outcome)
    assert with_zeros(count(run)) == dict.fromkeys(Outcome.values, 0) | {"new": 2, "invalid": 1}


# Confirming, cancelling, undoing


def test_a_confirmed_run_keeps_who_did_it_and_begins_from_nothing(run):
    plan_run(run)
    ImportRun.objects.update(rows_done=1, lease_until=NOON)
    editor = an_editor()
    actions.confirm(run=run, user=editor, seen=run.attempt, queue=False)
    kept = stored(run)
    assert (kept.status, kept.confirmed_by, kept.rows_done, kept.lease_until) == (
        "applying", editor, 0, None,
    )  # fmt: skip


def test_the_whole_plan_or_nothing_is_confirmed_where_that_is_asked(clock):
    user = an_editor()
    bad = CENTRE | {"code": "uza", "latitude": "95"}
    run = planned(a_csv(CENTRE, bad), kind="centres", user=user)
    with pytest.raises(actions.Refused) as refused:
        actions.confirm(run=run, user=user, whole=True, queue=False)
    assert [(one["code"], one["number"]) for one in refused.value.problems] == [("not_whole", 1)]
    good = planned(a_csv(CENTRE), kind="centres", user=user, name="good.csv")
    assert actions.confirm(run=good, user=user, whole=True, queue=False).status == "applying"
    assert actions.confirm(run=run, user=user, queue=False).status == "applying", "without it the rest is"


@pytest.mark.parametrize("status", ["uploaded", "planning", "planned", "applying"])
def test_a_run_is_given_up_at_each_step_before_it_is_stored(run, status):
    ImportRun.objects.update(status=status, lease_until=NOON + LEASE)
    found = actions.cancel(run=run, user=run.created_by)
    kept = stored(run)
    assert (kept.status, kept.lease_until, kept.finished_at) == ("cancelled", None, NOON)
    assert not run.path.exists()
    assert actions.cancel(run=found, user=run.created_by).status == "cancelled", "and once more"


@pytest.mark.parametrize("status", ["applied", "failed", "undoing", "undone"])
def test_what_has_ended_is_not_given_up(run, status):
    ImportRun.objects.update(status=status)
    with pytest.raises(actions.Refused):
        actions.cancel(run=run, user=run.created_by)
    assert stored(run).status == status


def test_an_undo_that_fails_or_is_given_up_leaves_the_import_applied(clock):
    user = an_editor()
    run = applied(a_csv(CENTRE), kind="centres", user=user)
    for end in (lambda undo: fail(undo, []), lambda undo: actions.cancel(run=undo, user=user)):
        undo = actions.undo(run=run, user=user, queue=False)
        plan_run(undo)
        actions.confirm(run=undo, user=user, queue=False)
        assert stored(run).status == "undoing"
        undo.acquire_lease(Status.APPLYING, Status.APPLYING)
        end(undo)
        run.refresh_from_db()
        assert (run.status, stored(undo).status in ("failed", "cancelled")) == ("applied", True)


def test_rows_are_taken_and_left_by_number_or_by_outcome(clock):
    user = an_editor()
    a_centre("uza", name="UZA"), a_centre("uz-leuven", name="UZ Leuven", city="Leuven")
    rows = [
        CENTRE, {"code": "new", "name_en": "Another"}, {"code": "uza", "name_en": "UZ Leuven"},
        {"code": "bad", "latitude": "95"},
    ]  # fmt: skip
    run = planned(a_csv(*rows), kind="centres", user=user)
    assert dict(run.rows.values_list("number", "outcome")) == {
        2: "new", 3: "new", 4: "conflict", 5: "invalid",
    }  # fmt: skip

    def decide(decision, **which):
        done = actions.decide(run=run, user=user, decision=decision, **which)
        return done, dict(run.rows.exclude(decision="").values_list("number", "decision"))

    assert decide("leave", numbers=[2, 3]) == (2, {2: "leave", 3: "leave"})
    assert decide("take", numbers=[2, 4]) == (2, {3: "leave", 4: "take"})
    assert decide("take", outcome="new") == (2, {4: "take"})
    assert decide("leave", outcome="conflict") == (1, {})
    assert decide("take", outcome="invalid") == (0, {})
    with pytest.raises(actions.Refused) as refused:
        decide("leave", numbers=[2, 5])
    assert [(one["code"], one["rows"]) for one in refused.value.problems] == [("cannot_take", "5")]
    assert not run.rows.exclude(decision="").exists(), "nothing was decided"
    with pytest.raises(actions.Refused):
        actions.decide(run=run, user=user, decision="perhaps", numbers=[2])
    with pytest.raises(actions.Refused):
        actions.decide(run=run, user=user, decision="leave", numbers=[2], seen=run.attempt + 1)
    wanted = {"leave": [2], "take": [4]}
    assert actions.decide_all(run=run, user=user, decisions=wanted) == 2
    assert dict(run.rows.exclude(decision="").values_list("number", "decision")) == {2: "leave", 4: "take"}
    decided = stored(run).decided
    assert (decided.taken, decided.left) == ({"new": 1, "conflict": 1}, {"new": 1, "invalid": 1})
    assert (decided.number_to_store, decided.number_left, decided.held) == (2, 2, 0)
    actions.decide(run=run, user=user, decision="leave", numbers=[4])
    assert (stored(run).decided.left["conflict"], stored(run).decided.held) == (1, 1)


def test_who_undid_a_run_is_told_the_latest_first_and_nobody_who_gave_it_up(clock):
    user = an_editor()
    run = applied(a_csv(CENTRE), kind="centres", user=user)
    assert not run.undone_by.exists()
    given_up = actions.undo(run=run, user=user, queue=False)
    actions.cancel(run=given_up, user=user)
    undos = [actions.undo(run=run, user=one, queue=False) for one in (user, an_editor())]
    assert list(stored(run).undone_by) == undos[::-1]
    assert [one.undo_of for one in undos] == [run, run]
    ImportRun.objects.filter(pk=run.pk).update(status="failed")
    assert not stored(run).undone_by.exists()
