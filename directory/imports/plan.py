"""Plan a run, set-wise: read a chunk of its sheet, look up, judge, compare in memory, write the receipts.

Nothing of the registry is written. It may be started twice or cut off anywhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.core.roles import Role
from directory.sheets.reading import Table, Unreadable

from . import changed_since_plan, dates, encoding, mapping, receipts
from .choices import STORED, Status
from .header_columns import LEFT_OUT, Reading, meant_kind, other_sheets, read_header
from .headers import above_header, is_data, kind_of, open_table
from .kinds import all_kinds, may_be_handed_in
from .messages import problem
from .models import ImportRun, RowOutcome
from .questions import Question
from .rows.processor import RowProcessor
from .rows.result import RowResult
from .scope import Scope, scope_of
from .steps import TakenOver, carry_out, chunks, count, fail, renew, with_zeros
from .undo import UndoProcessor


def plan_run(run: ImportRun) -> bool:
    """Plan `run`; False when somebody else does. A run that was cut off is planned anew."""
    return carry_out(run, _plan, Status.UPLOADED, Status.PLANNING)


def _plan(run: ImportRun) -> None:
    RowOutcome.objects.filter(run=run).delete()
    scope = scope_of(run)
    renew(run, basis=changed_since_plan.basis_of(scope))
    if run.undo_of_id:
        _plan_undo(run, scope)
        return
    try:
        with open_table(run) as table:
            _plan_table(run, table, scope)
    except Unreadable as refused:
        fail(run, [problem(refused.code, **refused.params)])
    except FileNotFoundError:
        fail(run, [problem("gone")])


def _plan_table(run: ImportRun, table: Table, scope: Scope) -> None:
    if problems := _settle_kind(run, table):
        fail(run, problems)
        return
    processor = all_kinds()[run.kind]
    if table.holds_records and not processor.reads_records:
        fail(run, [problem("other_format", what="JSON")])
        return
    sheet, said = processor.sheet, mapping.mapped(run, table)
    reading = read_header(table, sheet, said.columns)
    # Records have no header, whose words somebody might know better.
    may_be_mapped = mapping.may_be_mapped(reading) and not (is_data(table.header) or table.holds_records)
    if problems := _wrong_header(run, table, reading, may_be_mapped):
        fail(run, problems)
        return
    reading.questions += encoding.ask(table.encodings, run.choices)
    if not table.holds_records:
        reading.questions += mapping.ask(table, processor, reading, said, scope)
    settled = dates.settle(table, sheet, reading)
    reading.questions += settled.questions
    warnings = _warnings(table, reading) + mapping.warnings(said, reading) + settled.warnings
    warnings += reading.leave_out(run.choices.get(LEFT_OUT, ""))
    run.choices = run.choices | settled.choices
    columns = processor.columns_in(reading.places.values())
    renew(run, 0, rows_total=table.total, warnings=warnings, columns=columns, choices=run.choices)
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
    renew(run, 0, rows_total=processor.total, warnings=list(processor.warnings()))
    counts, waits = _write_plan(run, processor, processor.process, processor.groups())
    waits = waits or any(counts[outcome] for outcome in STORED)
    if not run.held().update(lease_until=None, counts=with_zeros(counts), **_planned(waits)):
        raise TakenOver
    run.refresh_from_db()


def _write_plan(
    run: ImportRun, processor: RowProcessor, judged: Callable[[list], list[RowResult]], rows: Iterator
) -> tuple[Counter, bool]:
    """Process `rows`, write receipts; the counts by outcome, and whether a row waits for a person."""
    counts: Counter = Counter()
    done, waits = 0, False
    for chunk in chunks(rows):
        results = judged(chunk)
        counts.update(str(result.outcome) for result in results)
        waits = waits or any(result.may_be_taken for result in results)
        done += len(results)
        with transaction.atomic():
            renew(run, done)
            receipts.write(run, results)
        processor.release(results, stores=False)
    return counts, waits


def _ask_first(run: ImportRun, reading: Reading) -> None:
    """No row can be judged before a person has said which columns those are that are needed."""
    asked = {one.key for one in reading.questions if one.needed}
    # An answer that did not lead to a column any more is none: it would let the plan be confirmed.
    choices = {key: value for key, value in run.choices.items() if key not in asked or key == encoding.KEY}
    questions = [one.as_json() for one in reading.questions]
    found = {"questions": questions, "choices": choices, "counts": with_zeros(Counter())}
    if not run.held().update(lease_until=None, status=Status.PLANNED, **found):
        raise TakenOver


def _process_all(run: ImportRun, table: Table, reading: Reading, warnings: list[dict], scope: Scope) -> None:
    processor = all_kinds()[run.kind](replace(scope, choices=run.choices))
    processor.columns = frozenset(processor.columns_in(reading.places.values()))
    counts, waits = _write_plan(
        run,
        processor,
        lambda rows: processor.process([reading.named(row, table.header) for row in rows]),
        table.rows(),
    )
    processor.finish()
    asked = [*reading.questions, *processor.asked()]
    warnings = [*warnings, *_null_markers(processor.reader.null_markers), *processor.warnings()]
    with transaction.atomic():
        if processor.revised:
            _revise(run, processor.revised)
            counts = count(run)
        waits = waits or any(map(_waits, asked)) or any(counts[outcome] for outcome in STORED)
        done_so_far = {
            "questions": [one.as_json() for one in asked], "warnings": warnings,
            "counts": with_zeros(counts),
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


def _warnings(table: Table, reading: Reading) -> list[dict]:
    found = above_header(table)
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
