"""Seeing a run through to its end, by a worker or here and now: what commands need and pages do not."""

import time

from .apply import apply_run
from .choices import Status
from .models import ImportRun
from .plan import plan_run

PATIENCE = 5 * 60  # seconds


class NobodyWorks(Exception):
    """No worker took the run in time."""


def finish(run: ImportRun, *, here: bool) -> ImportRun:
    """Wait until `run` is neither uploaded, planning nor applying; with `here`, do the work in this process.

    A step that somebody else holds is waited for either way.
    """
    deadline = time.monotonic() + PATIENCE
    while run.is_busy:
        if here:
            step = apply_run if run.status == Status.APPLYING else plan_run
            step(run)
        run.refresh_from_db()
        if not run.is_busy:
            break
        if time.monotonic() > deadline:
            raise NobodyWorks
        time.sleep(0.1)
    return run
