"""Why nothing was stored or nothing can be done: each reason is told where it is true, and only there."""

import pytest
from django.utils import timezone

from centres.models import Coordination
from directory.core import changes
from directory.core.roles import EDITORS
from directory.imports import actions, guard
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, planned, received
from trials.actions import state_status
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
TOLD = {
    "registry": "The registry was changed after this plan was made",
    "rights": "The rights of the person who uploaded this sheet were changed",
    "otherwise": "although nothing was written to the registry since",
    "busy": "Other people kept changing the same records",
    "orphans": "Rows that need another one, which was left out",
    "in_the_way": "hangs on a record that is to be removed",
}


@pytest.fixture
def world():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    trial = a_trial("A", slug="a")
    a_site(trial, gent, said=50), a_site(trial, uza, said=50)
    return gent, uza


def edit_site(code, user=None):
    actor = changes.Actor.of(user) if user else changes.SYSTEM
    site = TrialSite.objects.get(centre__code=code)
    state_status(site=site, status="completed", by=actor, said_at=timezone.localdate())


def row(code):
    return {"centre_code": code, "acronym": "A", "status": "suspended"}


CAUSES = {
    "another edited the record": (lambda user: edit_site("uz-gent"), {"registry"}),
    "they edited it themselves": (lambda user: edit_site("uz-gent", user), {"registry"}),
    "the coordination ended": (lambda user: user.coordinations.all().delete(), {"rights"}),
    "the coordination is of another centre": (
        lambda user: Coordination.objects.filter(user=user, centre__code="uz-gent").update(
            centre=a_centre("new")
        ),
        {"rights"},
    ),
    "the role was taken away": (lambda user: user.groups.clear(), {"rights"}),
    "the account is gone": (lambda user: user.delete(), {"rights"}),
    "both": (
        lambda user: (
            edit_site("uza"),
            user.coordinations.filter(centre__code="uz-gent").delete(),
        ),
        {"registry", "rights"},
    ),
    "the right ended and something else was edited": (
        lambda user: (a_logged_trial(), user.coordinations.filter(centre__code="uz-gent").delete()),
        {"rights"},
    ),
    "nothing that is written down": (
        lambda user: TrialSite.objects.filter(centre__code="uz-gent").update(url="https://example.org/x"),
        {"otherwise"},
    ),
    "nothing": (lambda user: None, set()),
    "something else was edited": (lambda user: a_logged_trial(), set()),
}  # fmt: skip


def a_logged_trial():
    with changes.recording(changes.SYSTEM) as log:
        trial = a_trial("OTHER")
        log.watch(trial)
        trial.sponsor = "Somebody"
        trial.save()


@pytest.mark.parametrize("cause", CAUSES)
def test_why_rows_moved_is_told_as_it_is(world, cause):
    happens, reasons = CAUSES[cause]
    user = a_coordinator(*world)
    content = a_csv(*(row(code) | {"url": "https://example.org/"} for code in ("uz-gent", "uza")))
    run = planned(content, user=user)
    actions.confirm(run=run, user=user, queue=False)
    happens(user)
    apply_run(run)
    run.refresh_from_db()
    told = {why for one in run.problems for why, sentence in TOLD.items() if sentence in one["message"]}
    assert told == reasons, run.problems
    assert run.status == ("failed" if reasons else "applied")
    assert all(one["code"] == "moved" for one in run.problems)
    if reasons:
        assert run.may_be_planned_again


def test_the_rows_of_each_reason_are_named(world):
    user = a_coordinator(*world)
    run = planned(a_csv(row("uz-gent"), row("uza")), user=user)
    edit_site("uza")
    user.coordinations.filter(centre__code="uz-gent").delete()
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert {one["why"]: one["rows"] for one in run.problems} == {"rights": "2", "registry": "3"}


def test_an_editor_who_is_none_any_more_is_told_of_the_rights(world):
    editor = an_editor()
    a_trial("DRAFT", state="draft")
    run = planned(a_csv(row("uz-gent") | {"acronym": "DRAFT"}), user=editor)
    actions.confirm(run=run, user=editor, queue=False)
    editor.groups.remove(editor.groups.get(name=EDITORS))
    apply_run(run)
    run.refresh_from_db()
    assert [one["why"] for one in run.problems] == ["rights"]


def test_an_undo_is_told_why_it_moved(world):
    user = a_coordinator(*world)
    run = applied(a_csv(row("uz-gent"), row("uza")), user=user)
    reverse = actions.undo(run=run, user=user, queue=False)
    plan_run(reverse)
    user.coordinations.filter(centre__code="uz-gent").delete()
    actions.confirm(run=reverse, user=user, queue=False)
    apply_run(reverse)
    reverse.refresh_from_db()
    assert [(one["code"], one["why"]) for one in reverse.problems] == [("moved", "rights")]


def test_busy_is_told_where_others_kept_writing(world, monkeypatch):
    def always(*_arguments):
        raise guard.ConcurrentChange

    monkeypatch.setattr(guard, "refuse_later_changes", always)
    run = planned(a_csv(row("uz-gent")), user=(user := an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert TOLD["busy"] in run.problems[0]["message"]


def test_what_is_not_there_yet_is_not_called_over(world):
    user = an_editor()
    waiting = received(a_csv(row("uz-gent")), user=user)
    ended = actions.cancel(run=planned(a_csv(row("uza")), user=user), user=user)
    for run, why in ((waiting, "wait for its plan"), (ended, "can no longer be done")):
        with pytest.raises(actions.Refused, match=why):
            actions.confirm(run=run, user=user, queue=False)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("planned", "only an applied import can be undone"),
        ("undoing", "is being undone; only what is applied"),
        ("undone", "is undone; only what is applied"),
        ("applied", "it stored nothing"),
    ],
)
def test_what_cannot_be_undone_is_told_why(world, state, why):
    run = planned(a_csv(row("uz-gent")), user=(user := an_editor()))
    ImportRun.objects.filter(pk=run.pk).update(status=state, taken={"new": 0, "update": 0}, counts={})
    run.refresh_from_db()
    with pytest.raises(actions.Refused, match=why):
        actions.undo(run=run, user=user, queue=False)


def test_whoever_edited_another_field_is_not_named_for_this_one(world):
    """Of several later edits the one is told that touched what is to be undone."""
    editor, trial = an_editor(), a_trial("OLD", slug="old", sponsor="before")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    for role, name in (("editor", "sponsor"), ("sponsor", "url")):
        with changes.recording(changes.Actor(role)) as log:
            trial.refresh_from_db()
            log.watch(trial)
            setattr(trial, name, "https://example.org/")
            trial.save()
    reverse = actions.undo(run=run, user=editor, queue=False)
    plan_run(reverse)
    [held] = reverse.rows.all()
    assert "in the role editor on" in held.messages[0]["message"]
