"""What pages and the API say of a run by its own figures: how far it is, what it stored, what waits."""

import datetime as dt
from itertools import product

import pytest
from django.utils import timezone

from directory.imports.choices import Decided, Decision, Outcome, Status, is_taken
from directory.imports.models import ImportRun

ALL = dict.fromkeys(Outcome.values, 0)


def a_run(status=Status.APPLIED, **fields):
    return ImportRun(status=status, **fields)


@pytest.mark.parametrize(
    ("status", "done", "total", "percent"),
    [
        ("uploaded", 0, 0, 0),
        ("planning", 0, 200, 0),
        ("planning", 1, 3, 33),
        ("planning", 2, 3, 66),
        ("applying", 200, 200, 99),  # not over before it is
        ("applying", 999, 1000, 99),
        ("planned", 0, 0, 100),
        *((status, 0, 10, 100) for status in ("applied", "cancelled", "failed", "undone")),
        ("undoing", 5, 10, 50),
    ],
)
def test_how_far_a_run_is_is_told_up_to_99_until_it_is_over(status, done, total, percent):
    assert a_run(status, rows_done=done, rows_total=total).percent == percent


def test_who_waits_for_a_worker_is_told_by_the_status():
    assert {one for one in Status.values if a_run(one).is_busy} == {"uploaded", "planning", "applying"}


@pytest.mark.parametrize(("seconds", "expired"), [(-1, True), (0, True), (1, False), (None, False)])
def test_a_plan_ends_in_its_very_moment(time_machine, seconds, expired):
    now = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
    time_machine.move_to(now, tick=False)
    ends = None if seconds is None else timezone.now() + dt.timedelta(seconds=seconds)
    assert a_run(expires_at=ends).is_expired is expired


COUNTS = ALL | {
    "new": 3,
    "update": 4,
    "unchanged": 5,
    "duplicate": 6,
    "conflict": 7,
    "invalid": 8,
    "error": 9,
}


def test_the_figures_of_a_plan_are_those_of_its_outcomes():
    run = a_run("planned", counts=COUNTS)
    assert (run.number_planned, run.bad, run.rows_stored, run.has_stored_nothing) == (7, 30, 0, False)
    assert a_run("planned").bad == a_run("planned").number_planned == 0


@pytest.mark.parametrize("status", Status.values)
def test_rows_are_stored_once_it_was_applied_and_those_that_were_taken_count(status):
    run = a_run(status, counts=COUNTS, taken={"new": 2, "update": 3, "conflict": 4, "duplicate": 2})
    stored = status in ("applied", "undoing", "undone")
    assert run.rows_stored == (11 if stored else 0)
    assert (run.taken_new, run.taken_update, run.taken_held, run.number_taken) == (2, 3, 6, 5)
    assert run.may_be_undone is (status == "applied")


def test_a_run_of_before_decisions_were_kept_stored_what_it_had_planned():
    run = a_run(counts=COUNTS, taken={})
    assert (run.rows_stored, run.taken_new, run.taken_update, run.taken_held) == (7, 3, 4, 0)
    held = a_run(counts=COUNTS, taken={"conflict": 2})
    assert (held.rows_stored, held.taken_new, held.taken_update, held.taken_held) == (2, 0, 0, 2)
    none = a_run(counts=ALL | {"unchanged": 5}, taken={})
    assert (none.has_stored_nothing, none.may_be_undone) == (True, False)


@pytest.mark.parametrize(
    ("questions", "choices", "counts", "asks_first", "number"),
    [
        ([("a", True)], {}, {}, True, 1),
        ([("a", True)], {}, ALL, True, 1),
        ([("a", True)], {}, COUNTS, False, 1),
        ([("a", True)], {"a": "x"}, {}, False, 0),
        ([("a", False)], {}, {}, False, 0),
        ([("a", True), ("b", True), ("c", False)], {"b": ""}, {}, True, 1),
    ],
)
def test_what_must_be_answered_is_open_until_it_is(questions, choices, counts, asks_first, number):
    asked = [{"key": key, "needed": needed} for key, needed in questions]
    run = a_run("planned", questions=asked, choices=choices, counts=counts)
    assert (len(run.open_questions), run.asks_first) == (number, asks_first)
    assert not a_run("failed", questions=asked, choices=choices, counts=counts).asks_first


@pytest.mark.parametrize("code", ["moved", "busy", "failed", "in_the_way", "orphans", "broken_rule", "empty"])
def test_what_others_did_may_be_planned_again_and_a_bad_file_not(code):
    assert a_run("failed", problems=[{"code": "other"}, {"code": code}]).may_be_planned_again is (
        code != "empty"
    )
    assert not a_run("cancelled", problems=[{"code": code}]).may_be_planned_again


GOOD = {"new", "update", "unchanged"}


@pytest.mark.parametrize(("outcome", "may_be_taken"), [*product(Outcome.values, (True, False))])
def test_a_good_row_is_stored_unless_it_is_left_out_and_a_held_one_where_it_is_taken(outcome, may_be_taken):
    taken = {one: is_taken(outcome, may_be_taken, one) for one in ("", *Decision.values)}
    if outcome in GOOD:
        assert taken == {"": True, "take": True, "leave": False}
    else:
        assert taken == {"": False, "take": may_be_taken, "leave": False}


def test_what_is_decided_counts_what_is_stored_and_what_stays_out():
    found = Decided(taken={"new": 2, "unchanged": 5, "conflict": 1}, left={"invalid": 3, "new": 1}, held=2)
    assert (found.number_to_store, found.number_left) == (3, 4)
