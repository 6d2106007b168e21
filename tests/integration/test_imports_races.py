"""Several at once: one run, one apply, each row once. Each guard has a twin that shows what it prevents."""

import threading
import time

import pytest
from django.db import connection

from directory.core import changes
from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run
from tests.builders import an_editor
from tests.sheets import a_csv, planned, received
from tests.support.at_once import at_once
from tests.support.figures import tell

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [{"code": f"c-{number}", "name_en": f"Centre {number}"} for number in range(40)]


@pytest.mark.each("--race-rounds", 2)
def test_the_same_file_handed_in_twice_at_once_is_one_run_round_after_round(request):
    """With `--race-rounds 200` two hundred rounds; the second is told of the first."""
    rounds, user = request.config.getoption("--race-rounds"), an_editor()
    for number in range(rounds):
        sheet = a_csv({"code": f"r-{number}", "name_en": "A centre"})
        runs = at_once(lambda _n, sheet=sheet: received(sheet, kind="centres", user=user), 2)
        assert len({run.pk for run in runs}) == 1
        assert sorted(run.was_there for run in runs) == [False, True]
    assert ImportRun.objects.count() == rounds
    tell(f"{rounds} rounds of the same file handed in twice at once: {rounds} runs, each second one told.")


@pytest.mark.each("--race-rounds", 2)
def test_without_its_constraint_the_same_file_at_once_would_be_two_runs(request):
    """The twin: with the guard off, the duplicate shows."""
    rounds, user = request.config.getoption("--race-rounds"), an_editor()
    [guard] = [one for one in ImportRun._meta.constraints if one.name == "file_is_live_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ImportRun, guard)
    try:
        for number in range(rounds):
            sheet = a_csv({"code": f"r-{number}", "name_en": "A centre"})
            at_once(lambda _n, sheet=sheet: received(sheet, kind="centres", user=user), 2)
        made = ImportRun.objects.count()
        assert made > rounds
        tell(f"{rounds} such rounds with the guard off: {made} runs.")
    finally:
        ImportRun.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ImportRun, guard)


def test_the_same_file_handed_in_many_times_at_once_is_one_run():
    user = an_editor()
    runs = at_once(lambda _n: received(a_csv(*ROWS), kind="centres", user=user))
    assert {run.pk for run in runs} == {ImportRun.objects.get().pk}
    assert sorted(run.was_there for run in runs) == [False] + [True] * 5


def test_undone_by_several_at_once_is_undone_once():
    run = planned(a_csv(*ROWS), kind="centres", user=(user := an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    reverses = at_once(lambda _n: actions.undo(run=ImportRun.objects.get(pk=run.pk), user=user, queue=False))
    assert len({reverse.pk for reverse in reverses}) == 1
    reverse = reverses[0]
    plan_run(reverse)
    actions.confirm(run=reverse, user=user, queue=False)
    did = at_once(lambda _n: apply_run(ImportRun.objects.get(pk=reverse.pk)), 4)
    assert sum(did) == 1
    assert ImportRun.objects.get(pk=run.pk).status == "undone"
    assert Change.objects.filter(run=reverse.pk, kind="centre", op="delete").count() == len(ROWS)


def test_undone_by_two_people_at_once_is_undone_by_one():
    run = planned(a_csv(*ROWS), kind="centres", user=(user := an_editor()))
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    plans = [actions.undo(run=run, user=one, queue=False) for one in (user, an_editor("another"))]
    for plan in plans:
        plan_run(plan)

    def confirmed(index):
        try:
            actions.confirm(run=plans[index], user=plans[index].created_by, queue=False)
            return apply_run(plans[index])
        except actions.Refused as refused:
            return refused.problems[0]["code"]

    assert sorted(map(str, at_once(confirmed, 2))) == ["True", "undone_already"]
    assert Change.objects.filter(kind="centre", op="delete").count() == len(ROWS)


def test_handed_in_again_many_times_at_once_is_planned_again_once():
    planned(a_csv(*ROWS), kind="centres", user=(user := an_editor()))
    runs = at_once(lambda _n: received(a_csv(*ROWS), kind="centres", user=user))
    assert sorted(run.is_planned_again for run in runs) == [False] * 5 + [True]
    assert ImportRun.objects.get().status == "uploaded"


def test_handed_in_again_while_it_is_confirmed_is_one_or_the_other():
    run = planned(a_csv(*ROWS), kind="centres", user=(user := an_editor()))

    def work(index):
        if index:
            return received(a_csv(*ROWS), kind="centres", user=user).is_planned_again
        return ImportRun.objects.get(pk=run.pk).claim("planned", "applying", lease_until=None)

    assert sorted(at_once(work, 2)) == [False, True]


def test_confirmed_by_several_at_once_is_claimed_once():
    run = planned(a_csv(*ROWS), kind="centres")
    claimed = at_once(lambda _n: ImportRun.objects.get(pk=run.pk).claim("planned", "applying"))
    assert sorted(claimed) == [False] * 5 + [True]


def test_a_claim_that_looks_first_and_writes_then_would_start_it_twice():
    """The twin: without the one conditional UPDATE, all who looked at once go on."""
    run, looked = planned(a_csv(*ROWS), kind="centres"), threading.Barrier(2)

    def look_then_write(_n):
        mine = ImportRun.objects.get(pk=run.pk)
        free = mine.status == "planned"
        looked.wait()
        if free:
            ImportRun.objects.filter(pk=run.pk).update(status="applying")
        return free

    assert at_once(look_then_write, 2) == [True, True]


def test_cancelled_while_it_is_stored_is_one_or_the_other():
    user, ends = an_editor(), []
    for number in range(12):
        run = planned(a_csv(*ROWS[number * 3 : number * 3 + 3]), kind="centres", user=user)
        actions.confirm(run=run, user=user, queue=False)

        def work(index, run=run, number=number):
            mine = ImportRun.objects.get(pk=run.pk)
            if index == 0:
                apply_run(mine)
                return None
            time.sleep(number / 400)
            try:
                actions.cancel(run=mine, user=user)
            except actions.Refused as refused:
                return refused.problems[0]["code"]
            return "cancelled"

        [told] = [one for one in at_once(work, 2) if one]
        run.refresh_from_db()
        ends.append(run.status)
        # Whoever cancels is told what the database did.
        assert (told, run.status) in (("cancelled", "cancelled"), ("status", "applied"))
        stored = Change.objects.filter(run=run.pk, kind="centre").count()
        assert stored == (3 if run.status == "applied" else 0)
    assert "cancelled" in ends


def test_a_task_delivered_several_times_at_once_stores_each_row_once():
    run = planned(a_csv(*ROWS), kind="centres")
    actions.confirm(run=run, user=None, queue=False)
    did = at_once(lambda _n: apply_run(ImportRun.objects.get(pk=run.pk)), 4)
    assert sum(did) == 1
    run.refresh_from_db()
    assert (run.status, run.stored) == ("applied", {"centre": {"create": 40, "update": 0}})
    assert Change.objects.count() == 40


def test_two_sheets_with_the_same_new_records_end_as_one_and_a_conflict():
    runs = [planned(a_csv(*ROWS, *extra), kind="centres") for extra in ([], [{"code": "x", "name_en": "X"}])]
    for run in runs:
        actions.confirm(run=run, user=None, queue=False)
    at_once(lambda n: apply_run(ImportRun.objects.get(pk=runs[n].pk)), 2)
    assert sorted(ImportRun.objects.values_list("status", flat=True)) == ["applied", "failed"]
    assert Change.objects.filter(kind="centre").count() in (40, 41)


def test_an_import_beside_ordinary_saves_disturbs_no_id():
    """The stock import rewinds PostgreSQL's sequence; records that others make beside it then collide."""
    from tests.builders import a_centre

    run = planned(a_csv(*ROWS), kind="centres")
    actions.confirm(run=run, user=None, queue=False)

    def work(index):
        if index == 0:
            return apply_run(ImportRun.objects.get(pk=run.pk))
        return [a_centre(f"own-{index}-{number}").pk for number in range(15)]

    found = at_once(work, 3)
    made = [pk for one in found if isinstance(one, list) for pk in one]
    run.refresh_from_db()
    assert run.status == "applied"
    assert len(made) == len(set(made)) == 30
    a_centre("after")


def test_the_log_s_order_is_kept_beside_an_import():
    assert connection.vendor in ("sqlite", "postgresql")
    run = planned(a_csv(*ROWS), kind="centres")
    actions.confirm(run=run, user=None, queue=False)
    before = changes.last_seq()
    apply_run(run)
    numbers = list(Change.objects.filter(seq__gt=before).order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + 40))
