"""Plan and apply, set-wise: read a chunk, clean, look up, judge, compare in memory, store in bulk.

`plan` writes receipts and nothing of the registry. `apply` judges every row again outside any transaction,
asks that each still means what the person confirmed, and stores all good rows in one short transaction with
their change records and the run's step to applied. Both may be started twice or cut off anywhere.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone, translation

from directory.core import changes
from directory.core.roles import Role
from directory.sheets.reading import Row, Table, Unreadable

from . import dates, encoding, guard, mapping, moved, receipts
from .choices import REGISTRY, STORED, Outcome, Status, is_taken
from .columns import Reading, meant_kind, other_sheets, read_header
from .headers import above_header, is_data, kind_of, open_table
from .kinds import all_kinds, may_be_handed_in
from .memory import reduced_gc
from .messages import problem
from .models import ImportRun, RowOutcome
from .questions import Question
from .rows.processor import RowProcessor
from .rows.result import RowResult
from .scope import Scope, scope_of
from .undo import UndoProcessor
from .undo.processor import InTheWay

log = logging.getLogger(__name__)
CHUNK = 1_000
TRIES = 3
# While an apply is stored no lease can be renewed (SQLite has one writer): it is taken longer before.
ROWS_STORED_A_SECOND = 300


class TakenOver(Exception):
    """Another worker holds the run, or it was cancelled: whatever is not committed is dropped."""


# Plan


def plan(run: ImportRun) -> bool:
    """Plan `run`; False when somebody else does. A run that was cut off is planned anew."""
    if not run.acquire_lease(Status.UPLOADED, Status.PLANNING):
        return False
    with translation.override(run.language), reduced_gc():
        try:
            RowOutcome.objects.filter(run=run).delete()
            scope = scope_of(run)
            _renew(run, basis=moved.basis_of(scope))
            if run.undo_of_id:
                _plan_undo(run, scope)
            else:
                with open_table(run) as table:
                    _plan(run, table, scope)
        except Unreadable as refused:
            _fail(run, [problem(refused.code, **refused.params)])
        except FileNotFoundError:
            _fail(run, [problem("gone")])
        except TakenOver:
            log.info("run taken over", extra={"run": run.pk})
        except OperationalError:
            raise  # the database is away or busy: the lease ends and the run is tried again
        except Exception:
            log.exception("planning failed", extra={"run": run.pk})
            _fail(run, [problem("failed")])
    return True


def _plan(run: ImportRun, table: Table, scope: Scope) -> None:
    if problems := _settle_kind(run, table):
        _fail(run, problems)
        return
    processor = all_kinds()[run.kind]
    sheet, said = processor.sheet, mapping.mapped(run, table)
    reading = read_header(table, sheet, said.columns)
    may_be_mapped = mapping.may_be_mapped(reading) and not is_data(table.header)
    if problems := _wrong_header(run, table, reading, may_be_mapped):
        _fail(run, problems)
        return
    reading.questions += encoding.ask(table.encodings, run.choices)
    reading.questions += mapping.ask(table, processor, reading, said, scope)
    settled = dates.settle(table, sheet, reading)
    reading.questions += settled.questions
    registry = "" if processor.is_registrys else processor.registry_of(table.header)
    if registry:
        settled.choices[REGISTRY] = registry
    warnings = _warnings(table, reading, registry) + mapping.warnings(said, reading) + settled.warnings
    run.choices = run.choices | settled.choices
    _renew(
        run, 0, rows_total=table.total, warnings=warnings, columns=list(reading.places.values()),
        choices=run.choices,
    )  # fmt: skip
    if may_be_mapped:
        _ask_first(run, reading)
    else:
        _process_all(run, table, reading, warnings, scope)
        run.refresh_from_db()
        if mapping.answers(run.choices):
            mapping.remember(run)
    run.refresh_from_db()


def _wrong_header(run: ImportRun, table: Table, reading: Reading, may_be_mapped: bool) -> list[dict]:
    """Why no row below this header can be read; empty where it can, or a person may say how."""
    if other := meant_kind(table, run.kind, reading):
        code = "sites_only" if run.role == Role.COORDINATOR else "other_kind"
        return [problem(code, kind=run.get_kind_display(), other=str(all_kinds()[other].label))]
    return [] if may_be_mapped else reading.problems


def _plan_undo(run: ImportRun, scope: Scope) -> None:
    """Each record that the undone run changed is a row of this plan."""
    processor = UndoProcessor(scope, run.undo_of)
    _renew(run, 0, rows_total=processor.total, warnings=list(processor.warnings()))
    counts, waits = _write_plan(run, processor, processor.process, processor.groups())
    waits = waits or any(counts[outcome] for outcome in STORED)
    if not run.held().update(lease_until=None, counts=_with_zeros(counts), **_planned(waits)):
        raise TakenOver
    run.refresh_from_db()


def _write_plan(
    run: ImportRun, processor: RowProcessor, judged: Callable[[list], list[RowResult]], rows: Iterator
) -> tuple[Counter, bool]:
    """Process `rows`, write receipts; the counts by outcome, and whether a row waits for a person."""
    counts: Counter = Counter()
    done, waits = 0, False
    for chunk in _chunks(rows):
        results = judged(chunk)
        counts.update(str(result.outcome) for result in results)
        waits = waits or any(result.may_be_taken for result in results)
        done += len(results)
        with transaction.atomic():
            _renew(run, done)
            receipts.write(run, results)
        processor.release(results, stores=False)
    return counts, waits


def _ask_first(run: ImportRun, reading: Reading) -> None:
    """No row can be judged before a person has said which columns those are that are needed."""
    asked = {one.key for one in reading.questions if one.needed}
    # An answer that did not lead to a column any more is none: it would let the plan be confirmed.
    choices = {key: value for key, value in run.choices.items() if key not in asked or key == encoding.KEY}
    questions = [one.as_json() for one in reading.questions]
    found = {"questions": questions, "choices": choices, "counts": _with_zeros(Counter())}
    if not run.held().update(lease_until=None, status=Status.PLANNED, **found):
        raise TakenOver


def _process_all(run: ImportRun, table: Table, reading: Reading, warnings: list[dict], scope: Scope) -> None:
    processor = all_kinds()[run.kind](replace(scope, choices=run.choices))
    processor.columns = frozenset(reading.places.values())
    counts, waits = _write_plan(
        run,
        processor,
        lambda rows: processor.process([reading.named(row, table.header) for row in rows]),
        table.rows(),
    )
    processor.finish()
    asked = [*reading.questions, *processor.asked()]
    warnings = warnings + _null_markers(processor.null_markers)
    with transaction.atomic():
        if processor.revised:
            _revise(run, processor.revised)
            counts = _count(run)
        waits = waits or any(map(_waits, asked)) or any(counts[outcome] for outcome in STORED)
        done_so_far = {
            "questions": [one.as_json() for one in asked], "warnings": warnings,
            "counts": _with_zeros(counts),
        }  # fmt: skip
        if not run.held().update(lease_until=None, **done_so_far, **_planned(waits)):
            raise TakenOver


def _waits(asked: Question) -> bool:
    """Columns that are read as a person said last time have nothing to wait for."""
    return asked.waits and not asked.params.get("as_before")


def _planned(waits: bool) -> dict:
    """A plan waits for a person; one with no row to store, and nothing to ask, has nothing to wait for."""
    if waits:
        return {"status": Status.PLANNED}
    nothing = dict.fromkeys(STORED, 0)
    return {"status": Status.APPLIED, "stored": {}, "taken": nothing, "finished_at": timezone.now()}


def _settle_kind(run: ImportRun, table: Table) -> list[dict]:
    """Recognise the kind where none was given; what is wrong with it, if anything."""
    if not run.kind:
        kind = kind_of(table, run.role)
        if not kind:
            headers = [header[:60] for header in table.header if header.strip()]
            return [problem("no_kind", columns=headers[:40])]
        try:
            with transaction.atomic():
                run.held().update(kind=kind)
        except IntegrityError:
            return [problem("same_file", run="")]
        run.kind = kind
    if not may_be_handed_in(run.kind, run.role, run.centre):
        return [problem("rights_kind", kind=run.kind)]
    return []


def _warnings(table: Table, reading: Reading, registry: str) -> list[dict]:
    found = above_header(table)
    if registry:
        found.append(problem("registry_file", registry=registry))
    if reading.unknown:
        found.append(problem("not_read", columns=reading.unknown))
    if table.hidden:
        found.append(problem("hidden_rows", rows=table.hidden))
    if others := other_sheets(table):
        found.append(problem("other_sheets", sheet=table.sheet, others=others))
    return found


def _null_markers(counted: Counter) -> list[dict]:
    """The warning which cells were taken as empty, and how many of each: “n.v.t.” (12)."""
    cells = [f"“{cell[:20]}” ({number})" for cell, number in counted.most_common(10)]
    return [problem("nothing", cells=cells)] if cells else []


def _revise(run: ImportRun, results: Iterable[RowResult]) -> None:
    """Rows that a later row made bad."""
    by_number = {one.number: one for one in results}
    rows = list(RowOutcome.objects.filter(run=run, number__in=by_number))
    for row in rows:
        result = by_number[row.number]
        row.outcome, row.changes, row.messages = result.outcome, result.changes, result.messages
        row.may_be_taken = result.may_be_taken
    RowOutcome.objects.bulk_update(rows, ["outcome", "changes", "messages", "may_be_taken"], batch_size=100)


# Apply


def apply(run: ImportRun) -> bool:
    """Store what was confirmed; False when somebody else does. All good rows, or none."""
    if not run.acquire_lease(Status.APPLYING, Status.APPLYING):
        return False
    with translation.override(run.language), reduced_gc():
        try:
            _apply(run)
        except TakenOver:
            log.info("run taken over", extra={"run": run.pk})
        except OperationalError:
            raise
        except Exception:
            log.exception("applying failed", extra={"run": run.pk})
            _fail(run, [problem("failed")])
    return True


def _apply(run: ImportRun) -> None:
    for attempt in range(1, TRIES + 1):
        judged_at = changes.last_seq()
        processor, results, others = _process_again(run)
        if others:
            _refuse_moved(run, processor, others)
            return
        if orphans := processor.orphans():
            rows = ", ".join(f"{one.number} ({needed})" for one, needed in orphans[:20])
            _fail(run, [problem("orphans", rows=rows)])
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
            _fail(run, [problem("in_the_way")])
        return
    _fail(run, [problem("busy")])


def _process_again(run: ImportRun) -> tuple[RowProcessor, list[RowResult], list[tuple[RowResult, str]]]:
    """The processor, all results, and those that mean something else than in the plan, with its record.

    What is not taken of the plan stays out. After each chunk only what storing needs is kept.
    """
    processor = _processor(run)
    planned = RowOutcome.objects.filter(run=run).order_by("number").values_list(
        "number", "values", "faults", "outcome", "record", "changes", "may_be_taken", "decision"
    ).iterator(CHUNK)  # fmt: skip
    results, others, taken = [], {}, {}
    for judged, rows in _processed(processor, planned):
        for result, (number, _cells, _faults, outcome, record, changes_, *decided) in zip(
            judged, rows, strict=True
        ):
            if not is_taken(outcome, *decided):
                result.work = None
                continue
            taken[number] = outcome, record
            if result.meaning() != (outcome, record, changes_):
                others[number] = result
        processor.release(judged, stores=True)
        results += judged
        _renew(run, len(results))
    processor.finish()
    revised = (one for one in processor.revised if one.number in taken)
    others |= {one.number: one for one in revised if one.outcome != taken[one.number][0]}
    return processor, results, [(others[number], taken[number][1]) for number in sorted(others)]


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
        for groups in _chunks(processor.groups()):
            yield processor.process(groups), list(islice(planned, len(groups)))
        return
    for rows in _chunks(planned):
        yield (
            processor.process([(Row(number, [], faults), cells) for number, cells, faults, *_ in rows]),
            rows,
        )


def _refuse_broken(run: ImportRun, error: DatabaseError) -> None:
    """The database refused what the plan let pass: it is said, and written down, by the rule's name."""
    rule = guard.broken_rule(error)
    # Not the error itself: PostgreSQL adds the row to it.
    log.error("refused by the rule %s of the database", rule.name, extra={"run": run.pk})
    _fail(run, [problem("broken_rule", rule=rule.name, said=rule.sentence)])


def _refuse_moved(run: ImportRun, processor: RowProcessor, others: list[tuple[RowResult, str]]) -> None:
    """Nothing is stored; the rows say `conflict`, the run says which they are, and why."""
    numbers = [result.number for result, _record in others]
    with transaction.atomic():
        for start in range(0, len(numbers), 500):
            RowOutcome.objects.filter(run=run, number__in=numbers[start : start + 500]).update(
                outcome=Outcome.CONFLICT
            )
        why = moved.problems(run.basis, processor.scope, others)
        _fail(run, why, counts=_with_zeros(_count(run)))


def _store(run: ImportRun, processor: RowProcessor, results: list[RowResult], judged_at: int) -> None:
    """One transaction: the rows, their change records, and the run's last step."""
    good = [result for result in results if result.work is not None]
    _renew(run, lease=dt.timedelta(seconds=20 + len(good) / ROWS_STORED_A_SECOND))
    with transaction.atomic():
        touched = processor.touched(good)
        guard.lock(touched)
        guard.refuse_later_changes(touched, judged_at)
        counts = processor.store(good)
        # The counts stay the plan's: every good row means what it meant, and what was left out stayed out.
        done = run.held().update(
            status=Status.APPLIED, lease_until=None, finished_at=timezone.now(), stored=counts,
            rows_done=len(results),
            taken=dict.fromkeys(STORED, 0) | Counter(str(one.outcome) for one in good),
        )  # fmt: skip
        if not done:
            raise TakenOver
    run.refresh_from_db()


# Both


def _chunks(rows: Iterator) -> Iterator[list]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _renew(run: ImportRun, rows_done: int | None = None, **values) -> None:
    if not run.renew(rows_done, **values):
        raise TakenOver


def _fail(run: ImportRun, problems: list[dict], **values) -> None:
    ended = run.held().update(
        status=Status.FAILED, problems=problems, lease_until=None, finished_at=timezone.now(), **values
    )
    if ended:
        run.restore_undone()
    run.refresh_from_db()


def _count(run: ImportRun) -> Counter:
    return Counter(RowOutcome.objects.filter(run=run).order_by().values_list("outcome", flat=True))


def _with_zeros(counts: Counter) -> dict[str, int]:
    return {outcome: counts.get(outcome, 0) for outcome in Outcome.values}
