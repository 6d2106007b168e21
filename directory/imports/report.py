"""The coordinator's own sheet given back: what became of each row in two more columns, bad cells coloured.

It is built from the stored file, so that it has every column of it, in its order, and each row where it was;
once the file is gone, from the receipts. Corrected, it can be handed in as it is: `header_columns` knows its
own columns and sheet, and does not read them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Count, F, JSONField, Max, Sum, Value
from django.utils.translation import gettext as _

from directory.sheets.reading import Row, Unreadable
from directory.sheets.workbooks import MOST_ROWS, Line, Page, Style, sheet_name, stream

from .choices import NOT_TAKEN, Decision, Outcome
from .header_columns import OUTCOME_HEADERS, OUTCOME_SHEET, ROW_HEADER, own_columns, read_header
from .headers import open_table
from .kinds import all_kinds
from .mapping import mapped
from .models import ImportRun

CHUNK = 1_000
_WRONG = (Outcome.INVALID, Outcome.ERROR)


class NotReady(Exception):
    """The rows are being judged, or wait to be."""


@dataclass(frozen=True)
class _Said:
    """What became of a row, as its receipt has it."""

    number: int
    outcome: str
    messages: list[dict]
    cells: dict[str, str]
    decision: str
    faults: list


@dataclass
class _Source:
    """The sheet that is given back: its header, where its columns are, and its rows."""

    header: list[str]
    header_row: int
    places: dict[str, int]
    name: str = ""
    rows: Iterable[Row] | None = None
    own: frozenset[int] = frozenset()
    close: Callable[[], None] = field(default=lambda: None)

    def place_of(self, column: str) -> int | None:
        """Where a message's column is; of one that is not read it is the header that is named."""
        return self.places.get(column) if column in self.places else self._by_header.get(column)

    def __post_init__(self):
        self._by_header = {
            text[:60]: place for place, text in enumerate(self.header) if text and place not in self.own
        }


def file_name(run: ImportRun) -> str:
    """What the report is called on whoever's disk."""
    return f"{Path(run.file_name).stem[:100]}-report.xlsx"


def version(run: ImportRun) -> str:
    """Changes with whatever the report shows."""
    decided = run.rows.exclude(decision="").order_by("decision").values_list("decision")
    decisions = list(decided.annotate(rows=Count("pk"), which=Sum("number")))
    return repr((run.pk, run.attempt, run.status, run.counts, decisions, run.path.is_file()))


def report(run: ImportRun, *, only_bad: bool = False) -> Iterator[bytes]:
    """The workbook, piece by piece. Raises `NotReady` while the rows are judged.

    `only_bad`: only the rows that are left out, close together, with their row numbers in a column.
    """
    if run.is_busy:
        raise NotReady
    # What can go wrong with the file does so before the first byte is sent.
    source = _source(run)
    return _closing(stream(_pages(run, source, only_bad)), source)


def _closing(pieces: Iterator[bytes], source: "_Source") -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        source.close()


# Where the rows come from


def _source(run: ImportRun) -> _Source:
    try:
        table = open_table(run)
    except (Unreadable, FileNotFoundError):
        return _from_receipts(run)
    if table.holds_records:  # they are no table before they are read
        table.close()
        return _from_receipts(run)
    mapping = mapped(run, table).columns
    reading = read_header(table, all_kinds()[run.kind].sheet, mapping) if run.kind else None
    places = {name: place for place, name in reading.places.items()} if reading else {}
    return _Source(
        table.header, table.header_row, places, table.sheet, table.rows(), own_columns(table.header),
        table.close,
    )  # fmt: skip


def _from_receipts(run: ImportRun) -> _Source:
    """The columns that were read, under the names of the template."""
    header = list(run.columns)
    return _Source(header, 1, {name: place for place, name in enumerate(header)})


def _receipts(run: ImportRun, only_bad: bool, *, with_cells: bool) -> Iterator[_Said]:
    """Receipts by number, a thousand at a time: nothing is held open while a slow reader is served."""
    rows = run.rows.order_by("number")
    if only_bad:
        rows = rows.filter(outcome__in=NOT_TAKEN)
    cells = F("values") if with_cells else Value(None, JSONField(null=True))
    rows = rows.annotate(cells=cells)
    names = ("number", "outcome", "messages", "cells", "decision", "faults")
    after = -1
    while found := list(rows.filter(number__gt=after).values_list(*names)[:CHUNK]):
        yield from (_Said(*one) for one in found)
        after = found[-1][0]


def _paired(run, source, only_bad) -> Iterator[tuple[int, list[str], _Said | None]]:
    """`(number, cells, receipt)` of each row of the sheet; of a row that was never judged without one."""
    receipts = _receipts(run, only_bad, with_cells=source.rows is None)
    if source.rows is None:
        for said in receipts:
            yield said.number, [said.cells.get(name, "") for name in source.header], said
        return
    said = next(receipts, None)
    for row in source.rows:
        while said is not None and said.number < row.number:
            said = next(receipts, None)
        if said is not None and said.number == row.number:
            yield row.number, row.cells, said
        elif not only_bad:
            yield row.number, row.cells, None


# Pages


def _pages(run: ImportRun, source: _Source, only_bad: bool) -> list[Page]:
    about = Page(OUTCOME_SHEET, _about(run, only_bad), [24, 110])
    if not source.header:
        return [about]
    last = run.rows.aggregate(last=Max("number"))["last"] or 0
    is_close = only_bad or max(last, run.rows_total) >= MOST_ROWS
    kept = [place for place in range(len(source.header)) if place not in source.own]
    extra = [ROW_HEADER, *OUTCOME_HEADERS] if is_close else list(OUTCOME_HEADERS)
    head = Line(source.header_row, [*(source.header[place] for place in kept), *extra])
    head = Line(head.number, head.cells, dict.fromkeys(range(len(head.cells)), Style.HEADER))
    lines = _lines(run, source, kept, only_bad, is_close)
    widths = [18] * len(kept) + [8] * is_close + [12, 80]
    name = sheet_name(source.name, "Rows")
    name = name if name.casefold() != OUTCOME_SHEET.casefold() else "Rows"
    return [Page(name, _after(head, lines), widths, head.number), about]


def _after(head: Line, lines: Iterable[Line]) -> Iterator[Line]:
    yield head
    yield from lines


def _lines(run, source, kept, only_bad, is_close) -> Iterator[Line]:
    new_place = {place: number for number, place in enumerate(kept)}
    above = source.header_row
    for count, (number, cells, said) in enumerate(_paired(run, source, only_bad), start=1):
        found = [cells[place] if place < len(cells) else "" for place in kept]
        found += [str(number)] if is_close else []
        styles: dict[int, int] = {}
        if said is not None:
            for place in _cut(said, source):
                found[new_place[place]] = ""
            styles = _styles(said, source, new_place, len(found))
            found += [_outcome(said), _sentences(said, source), *_beyond(said)]
        yield Line(above + count if is_close else number, found, styles)


def _cut(said: _Said, source: _Source) -> list[int]:
    """Where the reader cut a text that no cell holds: empty changes nothing when it comes again."""
    cut = (source.place_of(column) for column, code, _params in said.faults if code == "too_long")
    return [place for place in cut if place is not None]


def _beyond(said: _Said) -> list[str]:
    """A row with more cells than the header still has more when it comes again, until it is put right."""
    if not any(code == "too_wide" for _column, code, _params in said.faults):
        return []
    return [_("This row had more cells than the header. Correct the row, then empty this cell.")]


def _styles(said: _Said, source: _Source, new_place: dict[int, int], outcome_at: int) -> dict[int, int]:
    """Red for what is wrong, amber for what is held back and for notes of good rows."""
    if said.outcome not in NOT_TAKEN and not said.messages:
        return {}
    style = Style.WRONG if said.outcome in _WRONG else Style.NOTE
    places = (source.place_of(one["column"]) for one in said.messages)
    found = {new_place[place]: style for place in places if place is not None and place in new_place}
    return found | {outcome_at: style, outcome_at + 1: Style.LONG}


def _outcome(said: _Said) -> str:
    words = {Decision.TAKE: _("taken"), Decision.LEAVE: _("left out")}
    return f"{said.outcome}: {words[Decision(said.decision)]}" if said.decision else said.outcome


def _sentences(said: _Said, source: _Source) -> str:
    """All messages of the row, one a line, from left to right, under the sheet's own headers."""
    found = []
    placed = [(source.place_of(one["column"]), one) for one in said.messages]
    for place, one in sorted(placed, key=lambda pair: (pair[0] is None, pair[0] or 0)):
        header = one["column"] if place is None else source.header[place]
        found.append(f"{header}: {one['message']}" if header else one["message"])
    return "\n".join(found)


def _about(run: ImportRun, only_bad: bool) -> Iterator[Line]:
    """What the file as a whole is told, and how to go on."""
    counts = [(outcome, run.counts.get(outcome, 0)) for outcome in Outcome.values]
    said = [
        (_("import"), str(run.pk)),
        (_("file"), run.file_name),
        (_("kind"), run.kind),
        (_("status"), run.get_status_display()),
        (_("rows"), "; ".join(f"{outcome}: {number}" for outcome, number in counts if number)),
        *((_("problem"), one["message"]) for one in run.problems),
        *((_("warning"), one["message"]) for one in run.warnings),
        (
            _("what to do next"),
            _(
                "Correct the red cells in the first sheet and upload this file. “Outcome” and “Messages” "
                "are ignored; rows that are already stored change nothing when they are uploaded again."
            ),
        ),
        (
            _("colours"),
            _("Red: the row is left out because of this cell. Amber: a note, or a row that is held back."),
        ),
    ]  # fmt: skip
    if only_bad:
        said.append((_("left out"), _("This file has only the rows that were left out.")))
    for number, (name, text) in enumerate(said, start=1):
        wrong = {1: Style.WRONG} if name == _("problem") else {1: Style.LONG}
        yield Line(number, [name, text], {0: Style.HEADER} | wrong)
