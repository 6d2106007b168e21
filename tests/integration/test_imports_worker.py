"""With a real worker: from the upload to the applied run, and through its death."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from centres.models import Centre
from directory.core.models import Change
from directory.imports import actions
from directory.imports.models import ImportRun
from tests.builders import an_editor
from tests.sheets import a_csv, a_file
from tests.support.worker import wait_until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ROWS = 2_000
KILL_POINTS = (0.0, 0.1, 0.3, 0.6, 1.0)


def a_sheet(rows=ROWS):
    return a_csv(
        *(
            {"code": f"c-{n}", "name_en": f"Centre {n}", "aliases": f"Alias {n}", "city": "Gent"}
            for n in range(rows)
        )
    )


def run_is(pk, *statuses):
    return wait_until(lambda: ImportRun.objects.filter(pk=pk, status__in=statuses).first(), every=0.01)


def handed_in(user, rows=ROWS):
    run = actions.receive(file=a_file(a_sheet(rows)), file_name="c.csv", kind="centres", user=user)
    return run_is(run.pk, "planned", "failed")


def every_row_is_there_exactly_once(run, rows=ROWS):
    assert run.stored == {"centre": {"create": rows, "update": 0}}
    assert Centre.objects.count() == rows
    changes = Change.objects.filter(run=run.pk, kind="centre")
    assert changes.count() == rows
    assert changes.values("key").distinct().count() == rows


def test_a_sheet_goes_its_way_by_itself_and_progress_is_told(worker):
    user = an_editor()
    run = handed_in(user)
    assert (run.rows_total, run.rows_done, run.counts["new"]) == (ROWS, ROWS, ROWS)
    actions.confirm(run=run, user=user)
    every_row_is_there_exactly_once(run_is(run.pk, "applied"))


@pytest.mark.parametrize("after", KILL_POINTS)
def test_a_worker_killed_while_applying_leaves_all_or_nothing_and_the_run_is_resumed(worker, after):
    user = an_editor()
    run = handed_in(user)
    actions.confirm(run=run, user=user)
    wait_until(lambda: ImportRun.objects.filter(pk=run.pk, attempt__gt=run.attempt).exists(), every=0.005)
    time.sleep(after)
    worker.kill()
    assert Centre.objects.count() in (0, ROWS)
    assert Change.objects.filter(run=run.pk).count() in (0, ROWS)
    # The lease of the dead is let end here; the test below waits for it.
    ImportRun.objects.filter(lease_until__isnull=False).update(
        lease_until=timezone.now() - dt.timedelta(seconds=1)
    )
    worker.start()
    every_row_is_there_exactly_once(run_is(run.pk, "applied"))


def test_a_killed_worker_s_run_is_resumed_when_its_lease_has_ended(worker):
    """The lease ends by itself, after the worker has returned; half a minute of it is the most."""
    user = an_editor()
    run = handed_in(user)
    actions.confirm(run=run, user=user)
    wait_until(lambda: ImportRun.objects.filter(pk=run.pk, attempt__gt=run.attempt).exists(), every=0.005)
    worker.kill()
    killed = timezone.now()
    leased = ImportRun.objects.filter(lease_until__isnull=False)
    assert leased.get(pk=run.pk).lease_until <= killed + dt.timedelta(seconds=30)
    # So much of it is left that the worker finds it taken.
    leased.update(lease_until=killed + dt.timedelta(seconds=8))
    worker.start()
    every_row_is_there_exactly_once(run_is(run.pk, "applied"))


def test_a_worker_killed_while_planning_plans_anew(worker):
    user = an_editor()
    run = actions.receive(file=a_file(a_sheet()), file_name="c.csv", kind="centres", user=user)
    wait_until(lambda: ImportRun.objects.filter(pk=run.pk, attempt=1).exists(), every=0.005)
    worker.kill()
    ImportRun.objects.filter(lease_until__isnull=False).update(
        lease_until=timezone.now() - dt.timedelta(seconds=1)
    )
    worker.start()
    run = run_is(run.pk, "planned")
    assert run.rows.count() == ROWS


def test_a_run_whose_task_was_lost_is_found_by_the_worker_that_starts(worker):
    """The broker forgot everything; the row did not."""
    worker.stop()
    run = actions.receive(
        file=a_file(a_sheet(10)), file_name="c.csv", kind="centres", user=an_editor(), queue=False
    )
    worker.start()
    assert run_is(run.pk, "planned").counts["new"] == 10
