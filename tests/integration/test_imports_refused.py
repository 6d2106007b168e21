"""What the database refuses all the same is told as what it is; what a row says twice is one thing."""

import itertools
import logging

import pytest
from django.db import IntegrityError

from centres.models import Centre
from directory.core import changes
from directory.imports import actions, guard
from directory.imports.apply import apply_run
from directory.imports.kinds import all_kinds
from tests.builders import a_centre, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial

pytestmark = pytest.mark.django_db

TRIAL = {"acronym": "T1", "title": "A trial of something rare"}
GOOD_TRIAL = {"acronym": "T2", "title": "Another study of another disease"}


# What the database refuses all the same


GOOD = {"code": "c-1", "name_en": "A centre"}


def confirmed(kind="centres", *rows):
    run = planned(a_csv(*(rows or [GOOD])), kind=kind)
    actions.confirm(run=run, user=None, queue=False)
    return run


def forget_the_rules(monkeypatch):
    for name in ("check", "check_values", "check_stored"):
        monkeypatch.setattr(f"directory.imports.rows.checking.Checker.{name}", lambda *_: [])


def test_a_rule_that_was_forgotten_is_told_by_its_name_and_never_as_busy(monkeypatch, caplog):
    forget_the_rules(monkeypatch)
    processor = all_kinds()["centres"]
    real = processor._aliases
    monkeypatch.setattr(processor, "_aliases", lambda self, work: real(self, work) * 2)
    run = confirmed("centres", GOOD | {"aliases": "somewhere"})
    with caplog.at_level(logging.ERROR):
        apply_run(run)
    [told] = run.problems
    assert (run.status, told["code"], told["rule"]) == ("failed", "broken_rule", "alias_means_one_centre")
    assert "This text is already a name of a centre." in told["message"]
    assert "alias_means_one_centre" in caplog.text
    assert "somewhere" not in caplog.text
    assert (changes.last_seq(), Centre.objects.count()) == (0, 0)
    assert run.may_be_planned_again


def test_a_check_that_was_forgotten_is_told_by_its_name(monkeypatch):
    forget_the_rules(monkeypatch)
    run = confirmed("trials", TRIAL)
    monkeypatch.setattr("trials.rows.trials.fill", lambda trials, _attributes: _spoil_ages(trials))
    apply_run(run)
    assert run.problems[0]["rule"] == "trial_ages_in_order"
    assert not Trial.objects.exists()


def _spoil_ages(trials):
    for one in trials:
        one.__dict__ = Trial().__dict__ | one.__dict__ | {"min_days": 9, "max_days": 1}


@pytest.mark.parametrize("times", [1, 5])
def test_a_write_of_somebody_else_is_tried_again_and_a_rule_that_stays_broken_is_named(monkeypatch, times):
    processor, left = all_kinds()["centres"], [times]
    real = processor.store

    def store(self, results):
        if left[0]:
            left[0] -= 1
            raise IntegrityError("UNIQUE constraint failed: centres_centrealias.folded")
        return real(self, results)

    run = confirmed()
    monkeypatch.setattr(processor, "store", store)
    # Somebody wrote between the judging and the storing, each time.
    monkeypatch.setattr(changes, "last_seq", itertools.count(1).__next__)
    apply_run(run)
    if times == 1:
        assert run.status == "applied"
    else:
        assert (run.status, run.problems[0]["rule"]) == ("failed", "alias_means_one_centre")


def test_records_that_others_keep_changing_are_told_as_busy(monkeypatch):
    def moved(*_):
        raise guard.ConcurrentChange

    run = confirmed()
    monkeypatch.setattr(guard, "refuse_later_changes", moved)
    apply_run(run)
    assert (run.status, run.problems[0]["code"]) == ("failed", "busy")


# Identifiers


@pytest.mark.parametrize(
    ("kind", "cells", "kept", "note"),
    [
        ("trials", {"nct_number": "NCT01234567", "other_ids": "NCT01234567"}, "NCT01234567", ""),
        ("trials", {"nct_number": "NCT01234567", "other_ids": "nct 01234567; x1"}, "NCT01234567", ""),
        ("trials", {"eu_ct_number": "2022-501454-11-00; 2022-501454-11"}, "2022-501454-11-00", "taken once"),
        ("trials", {"other_ids": "AALL 1731; AALL-1731"}, "AALL 1731", "taken once"),
        ("sites", {"eu_ct_number": "2022-501454-11; 2022-501454-11-00"}, "2022-501454-11", "taken once"),
    ],
)
def test_an_identifier_that_a_row_gives_twice_is_one(kind, cells, kept, note):
    a_centre("uz-gent")
    site = {"centre_code": "uz-gent", "status": "recruiting"} if kind == "sites" else {}
    row = TRIAL | site | cells
    run = applied(a_csv(row, GOOD_TRIAL | site), kind=kind, user=an_editor())
    assert outcomes(run) == {2: "new", 3: "new"}
    trial = Trial.objects.get(acronym=row["acronym"])
    assert kept in trial.identifiers.values_list("value", flat=True)
    assert any(note in one for one in messages(run)) or not note
    assert planned(a_csv(row), kind=kind).counts["unchanged"] == 1


# Messages


def test_the_messages_of_a_row_are_few_however_much_is_wrong_with_it():
    a_centre("other", aliases=[f"al{number}" for number in range(3_000)])
    many = ";".join(f"al{number}" for number in range(3_000))
    run = planned(a_csv({"code": "c-1", "name_en": "C", "aliases": many}), kind="centres")
    said = "2 aliases: “al0”, “al1”, “al2”, “al3”, “al4” and 2995 more are already names of other. "
    assert messages(run) == [said + "Remove them from one of the two."]


def test_what_is_told_of_a_row_ends_with_how_much_is_not_told():
    long = ";".join("x" * (201 + number) for number in range(60))
    run = planned(a_csv({"code": "c-1", "name_en": "C", "aliases": long}), kind="centres")
    [row] = run.rows.all()
    assert (row.outcome, len(row.messages)) == ("invalid", 21)
    assert row.messages[-1]["message"].startswith("… and ")
