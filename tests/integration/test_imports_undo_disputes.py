"""An undo puts back no dispute of which the word was taken back, nor leaves one that it takes back."""

import pytest

from directory.core.roles import Role
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.search import service
from tests.builders import a_centre, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, reverse_of
from tests.support.studies import CTGOV, a_study, answers
from trials.documents import trials as documents_of
from trials.models import StatusStatement, Trial
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"


@pytest.fixture
def editor(index_dir):
    return an_editor()


def stated(editor, status, day):
    row = {"acronym": "KIWI", "status": status, "status_as_of": day}
    return applied(a_csv(row), kind="trials", user=editor)


def undone(run, user):
    found = reverse_of(run, user)
    actions.confirm(run=found, user=user, queue=False)
    apply_run(found)
    found.refresh_from_db()
    assert found.status == "applied", found.problems
    return found


def shown():
    service.rebuild()
    trial = Trial.objects.get()
    (document,) = documents_of(["kiwi"])
    return trial.status, trial.disputed, bool(trial.disputed_by), bool(document.body["dispute"])


@pytest.fixture
def runs(editor):
    """Of an editor; of a registry that disputes it; of an editor that ends the dispute."""
    a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    first = stated(editor, "recruiting", "2026-02-01")
    study = a_study(NUMBER, status="COMPLETED", verified="2026-05")
    second = sync.follow(CTGOV, answers(study), is_accepted=True).imports.get()
    assert shown() == ("recruiting", True, True, True)
    third = stated(editor, "suspended", "2026-11-01")
    assert shown() == ("suspended", False, False, False)
    return first, second, third


def test_a_dispute_whose_word_was_undone_does_not_come_back(runs, editor):
    _first, second, third = runs
    undone(second, editor)
    undone(third, editor)
    assert shown() == ("recruiting", False, False, False)


def test_a_dispute_that_was_ended_by_what_is_undone_comes_back(runs, editor):
    undone(runs[2], editor)
    assert shown() == ("recruiting", True, True, True)
    again = undone(runs[1], editor)
    assert shown() == ("recruiting", False, False, False)
    undone(again, editor)
    assert shown() == ("recruiting", True, True, True)


@pytest.mark.parametrize("of", ["trial", "site"])
def test_a_word_that_was_taken_back_is_shown_nowhere_as_a_dispute(editor, of):
    """Also where a record still names it."""
    site = a_site(a_trial("KIWI"), a_centre())
    record = site.trial if of == "trial" else site
    said = StatusStatement.objects.create(
        **{of: record}, status="completed", role=Role.REGISTRY, retracted_at=site.updated_at
    )
    type(record).objects.filter(pk=record.pk).update(disputed=True, disputed_by=said.pk)
    (document,) = documents_of(["kiwi"])
    body = document.body if of == "trial" else document.body["sites"][0]
    assert body["dispute"] is None
