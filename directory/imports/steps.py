"""What planning and applying share: a step of a run, done by the worker that holds its lease, in chunks."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from django.db import OperationalError
from django.utils import timezone, translation

from .choices import Outcome, Status
from .memory import reduced_gc
from .messages import problem
from .models import ImportRun, RowOutcome

log = logging.getLogger(__name__)
CHUNK = 1_000


class TakenOver(Exception):
    """Another worker holds the run, or it was cancelled: whatever is not committed is dropped."""


def carry_out(run: ImportRun, work: Callable[[ImportRun], None], status: str, then: str) -> bool:
    """Do the step `status` → `then` of `run`; False when somebody else does it, or has done it."""
    if not run.acquire_lease(status, then):
        return False
    with translation.override(run.language), reduced_gc():
        try:
            work(run)
        except TakenOver:
            log.info("run taken over", extra={"run": run.pk})
        except OperationalError:
            raise  # the database is away or busy: the lease ends and the run is tried again
        except Exception:
            log.exception("%s failed", then, extra={"run": run.pk})
            fail(run, [problem("failed")])
    return True


def chunks(rows: Iterator) -> Iterator[list]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def renew(run: ImportRun, rows_done: int | None = None, **values) -> None:
    if not run.renew(rows_done, **values):
        raise TakenOver


def fail(run: ImportRun, problems: list[dict], **values) -> None:
    ended = run.held().update(
        status=Status.FAILED, problems=problems, lease_until=None, finished_at=timezone.now(), **values
    )
    if ended:
        run.restore_undone()
    run.refresh_from_db()


def count(run: ImportRun) -> Counter:
    return Counter(RowOutcome.objects.filter(run=run).order_by().values_list("outcome", flat=True))


def with_zeros(counts: Counter) -> dict[str, int]:
    return {outcome: counts.get(outcome, 0) for outcome in Outcome.values}
