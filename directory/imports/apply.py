"""Apply a planned run: all good rows in one short transaction, or none.

Every row is judged again outside any transaction and must still mean what the person confirmed. Then the rows
are stored with their change records and the run's step to applied. It may be started twice or cut off
anywhere.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from sys import intern

from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.utils import timezone

from directory.core import changes
from directory.sheets.reading import Row

from . import changed_since_plan, guard
from .choices import STORED, Outcome, Status, is_taken
from .kinds import all_kinds
from .messages import problem
from .models import ImportRun, RowOutcome
from .rows.processor import RowProcessor
from .rows.result import RowResult
from .scope import scope_of
from .steps import CHUNK, TakenOver, carry_out, chunks, count, fail, renew, with_zeros
from .undo import UndoProcessor
from .undo.processor import InTheWay

log = logging.getLogger(__name__)
TRIES = 3
# While an apply is stored no lease can be renewed (SQLite has one writer): it is taken longer before.
ROWS_STORED_A_SECOND = 300


def apply_run(run: ImportRun) -> bool:
    """Store what was confirmed; False when somebody else does. All good rows, or none."""
    return carry_out(run, _apply, Status.APPLYING, Status.APPLYING)


def _apply(run: ImportRun) -> None:
    for attempt in range(1, TRIES + 1):
        judged_at = changes.last_seq()
        processor, results, others = _process_again(run)
        if others:
            _refuse_moved(run, processor, others)
            return
        if orphans := processor.orphans():
            rows = ", ".join(f"{one.number} ({needed})" for one, needed in orphans[:20])
            fail(run, [problem("orphans", rows=rows)])
            return
        try:
            _store(run, processor, results, judged_at)
        except guard.ConcurrentChange:
            # Somebody else wrote meanwhile: look again at what the rows mean now.
            continue
        except (IntegrityError, DataError) as error:
            # Every write is in the change log: where nothing came since the judging, nobody is to blame.
            if attempt < TRIES and changes.last_seq() > judged_at:
                continue
            _refuse_broken(run, error)
        except InTheWay:
            fail(run, [problem("in_the_way")])
        return
    fail(run, [problem("busy")])


def _process_again(run: ImportRun) -> tuple[RowProcessor, list[RowResult], list[tuple[RowResult, str]]]:
    """The processor, all results, and those that mean something else than in the plan, with its record.

    What is not taken of the plan stays out. After each chunk only what storing needs is kept.
    """
    processor = _processor(run)
    planned = RowOutcome.objects.filter(run=run).order_by("number").values_list(
        "number", "values", "faults", "outcome", "record", "changes", "may_be_taken", "decision"
    ).iterator(CHUNK)  # fmt: skip
    results, others, outcomes, records = [], {}, {}, {}
    for judged, rows in _processed(processor, planned):
        for result, (number, _cells, _faults, outcome, record, changes_, *decided) in zip(
            judged, rows, strict=True
        ):
            if not is_taken(outcome, *decided):
                result.work = None
                continue
            outcomes[number] = intern(outcome)
            if result.meaning() != (outcome, record, changes_):
                others[number], records[number] = result, record
        processor.release(judged, stores=True)
        results += judged
        renew(run, len(results))
    processor.finish()
    revised = (one for one in processor.revised if one.number in outcomes)
    others |= {one.number: one for one in revised if one.outcome != outcomes[one.number]}
    named = [(others[number], records.get(number, others[number].record)) for number in sorted(others)]
    return processor, results, named


def _processor(run: ImportRun) -> RowProcessor:
    if run.undo_of_id:
        return UndoProcessor(scope_of(run), run.undo_of)
    processor = all_kinds()[run.kind](scope_of(run))
    processor.columns = frozenset(run.columns)
    return processor


def _processed(
    processor: RowProcessor, planned: Iterator[tuple]
) -> Iterator[tuple[list[RowResult], list[tuple]]]:
    """By chunks, what the rows mean now, beside their receipts."""
    if isinstance(processor, UndoProcessor):
        for groups in chunks(processor.groups()):
            yield processor.process(groups), list(islice(planned, len(groups)))
        return
    for rows in chunks(planned):
        yield (
            processor.process([(Row(number, [], faults), cells) for number, cells, faults, *_ in rows]),
            rows,
        )


def _refuse_broken(run: ImportRun, error: DatabaseError) -> None:
    """The database refused what the plan let pass: it is said, and written down, by the rule's name."""
    rule = guard.broken_rule(error)
    # Not the error itself: PostgreSQL adds the row to it.
    log.error("refused by the rule %s of the database", rule.name, extra={"run": run.pk})
    fail(run, [problem("broken_rule", rule=rule.name, said=rule.sentence)])


def _refuse_moved(run: ImportRun, processor: RowProcessor, others: list[tuple[RowResult, str]]) -> None:
    """Nothing is stored; the rows say `conflict`, the run says which they are, and why."""
    numbers = [result.number for result, _record in others]
    with transaction.atomic():
        for start in range(0, len(numbers), 500):
            RowOutcome.objects.filter(run=run, number__in=numbers[start : start + 500]).update(
                outcome=Outcome.CONFLICT
            )
        why = changed_since_plan.problems(run.basis, processor.scope, others)
        fail(run, why, counts=with_zeros(count(run)))


def _store(run: ImportRun, processor: RowProcessor, results: list[RowResult], judged_at: int) -> None:
    """One transaction: the rows, their change records, and the run's last step."""
    good = [result for result in results if result.work is not None]
    renew(run, lease=dt.timedelta(seconds=20 + len(good) / ROWS_STORED_A_SECOND))
    works = [result.work for result in good]
    with transaction.atomic():
        touched = processor.touched(works)
        guard.lock(touched)
        guard.refuse_later_changes(touched, judged_at)
        counts = processor.store(works)
        # The counts stay the plan's: every good row means what it meant, and what was left out stayed out.
        done = run.held().update(
            status=Status.APPLIED, lease_until=None, finished_at=timezone.now(), stored=counts,
            rows_done=len(results),
            taken=dict.fromkeys(STORED, 0) | Counter(str(one.outcome) for one in good),
        )  # fmt: skip
        if not done:
            raise TakenOver
    run.refresh_from_db()
