"""A worker killed at any point of an import and of its undo; a broker that forgets everything meanwhile.

With `--kill-points 100` a hundred deaths, spread evenly over the time that each of four steps takes.
"""

import datetime as dt
import time
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from centres.models import Centre
from config.celery import app
from directory.core.models import Change
from directory.imports import actions
from directory.imports.models import ImportRun
from tests.builders import an_editor
from tests.sheets import a_csv, a_file
from tests.support.figures import tell
from tests.support.worker import empty_the_queue, wait_until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ROWS = 1_500
STEPS = ("plan", "apply", "plan of the undo", "undo")
SHEET = a_csv(*({"code": f"c-{n}", "name_en": f"Centre {n}", "city": "Gent"} for n in range(ROWS)))


def in_status(pk, *statuses):
    runs = ImportRun.objects.filter(pk=pk, status__in=statuses)
    return wait_until(lambda: runs.first(), every=0.005)


class Steps:
    """The four steps of one import, each begun by a person; `killed` may strike while one is under way."""

    def __init__(self, user, at_work):
        self.user, self.at_work = user, at_work

    def go(self) -> None:
        file = a_file(SHEET)
        self.run = actions.receive(file=file, file_name="c.csv", kind="centres", user=self.user)
        self.step(0, self.run, "planned", (0,))
        actions.confirm(run=self.run, user=self.user)
        self.step(1, self.run, "applied", (0, ROWS))
        self.everything_is_there_once()
        reverse = actions.undo(run=ImportRun.objects.get(pk=self.run.pk), user=self.user)
        self.step(2, reverse, "planned", (ROWS,))
        actions.confirm(run=reverse, user=self.user)
        self.step(3, reverse, "applied", (ROWS, 0))
        assert Centre.objects.count() == 0
        assert ImportRun.objects.get(pk=self.run.pk).status == "undone"
        deletes = Change.objects.filter(run=reverse.pk, kind="centre", op="delete")
        assert deletes.count() == deletes.values("key").distinct().count() == ROWS

    def step(self, number: int, run: ImportRun, end: str, may_be_stored: tuple[int, ...]) -> None:
        wait_until(lambda: ImportRun.objects.filter(pk=run.pk, attempt__gt=run.attempt).exists(), every=0.002)
        self.at_work(number, run, may_be_stored)
        run.refresh_from_db()
        ended = in_status(run.pk, end, "failed")
        assert ended.status == end, ended.problems
        assert ended.rows.count() == ROWS
        run.refresh_from_db()

    def everything_is_there_once(self) -> None:
        assert Centre.objects.count() == ROWS
        made = Change.objects.filter(run=self.run.pk, kind="centre", op="create")
        assert made.count() == made.values("key").distinct().count() == ROWS


def lasting(user) -> list[float]:
    """The seconds that each step takes when nobody is killed."""
    seconds = [0.0] * len(STEPS)

    def watch(number, run, _stored):
        begun = time.perf_counter()
        status = ImportRun.objects.filter(pk=run.pk)
        wait_until(lambda: not status.filter(status__in=("planning", "applying")).exists(), every=0.002)
        seconds[number] = time.perf_counter() - begun

    Steps(user, watch).go()
    return seconds


def let_the_lease_end() -> None:
    """The lease of the dead: half a minute, which another test waits for."""
    ended = timezone.now() - dt.timedelta(seconds=1)
    ImportRun.objects.filter(lease_until__isnull=False).update(lease_until=ended)


@pytest.mark.each("--kill-points", 30)
def test_killed_at_any_point_of_an_import_and_its_undo(worker, request):
    points = request.config.getoption("--kill-points")
    user = an_editor()
    usual = lasting(user)
    found = Counter()
    for point in range(points):
        target, share = point % len(STEPS), (point // len(STEPS) + 0.5) / (points / len(STEPS))

        def killed(number, run, may_be_stored, target=target, share=share):
            if number != target:
                return
            time.sleep(usual[number] * share)
            worker.kill()
            stored = Centre.objects.count()
            assert stored in may_be_stored, f"{stored} of {ROWS} after a death in “{STEPS[number]}”"
            was = ImportRun.objects.get(pk=run.pk).status
            found["at work" if was in ("planning", "applying") else "just done"] += 1
            found["all stored" if stored == may_be_stored[-1] else "none stored"] += number % 2
            let_the_lease_end()
            worker.start()

        Steps(user, killed).go()
    assert found["at work"] > 0
    lasted = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in zip(STEPS, usual, strict=True))
    tell(
        f"{points} deaths of a worker ({lasted}): {found['at work']} at work, {found['just done']} when the "
        f"step was just done; of those in a step that stores {found['none stored']} left nothing and "
        f"{found['all stored']} all. Each was resumed; each row was stored once and undone once."
    )


def wipe() -> None:
    """What a broker holds of ours is gone, as after a restart without its file."""
    empty_the_queue()
    with app.connection_for_write() as broker:
        client = getattr(broker.default_channel, "client", None)
        if client is not None and settings.CELERY_BROKER_URL.startswith("redis"):
            queue = settings.CELERY_TASK_DEFAULT_QUEUE
            client.delete(queue, f"_kombu.binding.{queue}", "unacked", "unacked_index")


@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_broker_that_forgets_everything_while_the_worker_dies_loses_nothing(worker, step):
    def wiped(number, _run, _stored):
        if number == step:
            worker.kill()
            wipe()
            let_the_lease_end()
            worker.start()

    Steps(an_editor(), wiped).go()


def test_a_broker_wiped_under_a_living_worker_is_made_up_for_by_the_clock(worker):
    """The task is lost before anybody took it; what runs by the clock finds the row."""
    from directory.imports import tasks

    user = an_editor()
    run = actions.receive(file=a_file(SHEET), file_name="c.csv", kind="centres", user=user, queue=False)
    wipe()
    time.sleep(0.5)
    assert ImportRun.objects.get(pk=run.pk).status == "uploaded"
    assert tasks.send_left_behind() == 1
    assert in_status(run.pk, "planned").rows.count() == ROWS
