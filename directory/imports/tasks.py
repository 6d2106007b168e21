"""Tasks of imports. Each takes a run's id, does one call, and bears being delivered twice."""

import logging

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError

from . import cleanup
from .apply import apply_run
from .choices import Status
from .models import ImportRun
from .plan import plan_run

log = logging.getLogger(__name__)


@shared_task(name="directory.imports.tasks.plan")
def plan(run_id: int) -> None:
    if run := ImportRun.objects.filter(pk=run_id).first():
        plan_run(run)


@shared_task(name="directory.imports.tasks.apply")
def apply(run_id: int) -> None:
    if run := ImportRun.objects.filter(pk=run_id).first():
        apply_run(run)


@shared_task(name="directory.imports.tasks.sweep")
def sweep() -> None:
    """Queue again what nobody works on: lost by the broker, or by a worker that was killed."""
    send_left_behind()


@shared_task(name="directory.imports.tasks.clean_up")
def clean_up() -> None:
    cleanup.clean_up()


def send(task, run_id: int, *, countdown: float = 0) -> bool:
    """Queue `task`; False when the broker is away, which loses nothing."""
    try:
        task.apply_async([run_id], countdown=countdown or None)
    except (OperationalError, KombuError, OSError):
        log.warning("broker away, left to the sweeper", extra={"run": run_id, "task": task.name})
        return False
    return True


def send_left_behind() -> int:
    """Queue every run that is left behind; one that is still leased, for the moment its lease ends."""
    now, sent = timezone.now(), 0
    waiting = ImportRun.objects.filter(status__in=(Status.UPLOADED, Status.PLANNING, Status.APPLYING))
    for run in waiting:
        rest = (run.lease_until - now).total_seconds() + 1 if run.lease_until and run.lease_until > now else 0
        task = apply if run.status == Status.APPLYING else plan
        sent += send(task, run.pk, countdown=rest)
    return sent


@worker_ready.connect
def sweep_at_start(**_kwargs) -> None:
    """A worker that comes back does not wait for the clock."""
    try:
        send_left_behind()
    except Exception:
        log.exception("sweep at start failed")
