"""Receipts: what each row of a run meant, written in bulk."""

from collections.abc import Iterable

from directory.core import bulk

from .models import ImportRun, RowOutcome
from .rows.result import RowResult

_FIELDS = (
    "run", "number", "outcome", "record", "changes", "messages", "values", "faults", "may_be_taken",
    "decision",
)  # fmt: skip


def write(run: ImportRun, results: Iterable[RowResult]) -> None:
    """Insert the receipt of each result."""
    bulk.insert(
        RowOutcome,
        _FIELDS,
        (
            (run.pk, one.number, one.outcome, one.record[:200], one.changes, one.messages, one.cells,
             one.faults, one.may_be_taken, "")
            for one in results
        ),
    )  # fmt: skip
