"""Where a table begins: the row that is its header, below titles and banners, and the sheet that has one."""

import re
from collections.abc import Sequence
from functools import cache

from directory.core.roles import Role
from directory.core.text import squash, tidy
from directory.sheets.cells import Cell
from directory.sheets.reading import Row, Table, leading_rows, read
from directory.sheets.written_values import written_date

from . import encoding
from .header_columns import read_header, recognise
from .kinds import all_kinds
from .messages import problem
from .models import ImportRun

LONGEST = 60  # characters; a header is no longer, nor is an identifier
WIDE = 0.6  # of the widest row: a banner fills less
_NUMBER = re.compile(r"^[\d\s+().,/%€-]*\d[\d\s+().,/%€-]*$")
_ERROR = re.compile(r"^#[A-Z/0]{2,}[!?]?$")
_ADDRESS = re.compile(r"\S@\S|^https?://|^www\.", re.IGNORECASE)


def open_table(run: ImportRun) -> Table:
    """The table of `run`, on the right sheet and from its header on. Raises `reading.Unreadable`.

    The sheet is the one that was named; else the first whose header a kind understands, else the one whose
    header is understood best, else the first with content.
    """
    said = run.choices.get(encoding.KEY, "")
    table = read(run.path, name=run.file_name, sheet=run.sheet, encoding=said)
    if table.holds_records:
        return table
    try:
        if run.sheet or not table.others or fits(_header(table.leading), run.kind):
            table.begin_at(header_index(table.leading))
            return table
        sheets = leading_rows(run.path, name=run.file_name)
        sheet = best_sheet(sheets, run.kind)
        if sheet and sheet != table.sheet:
            table.close()
            table = read(run.path, name=run.file_name, sheet=sheet)
        table.begin_at(header_index(table.leading))
    except BaseException:
        table.close()
        raise
    return table


def best_sheet(sheets: dict[str, list[Row]], kind: str) -> str:
    """The name of the sheet to read; empty where none has more than another."""
    headers = {name: _header(rows) for name, rows in sheets.items() if len(rows) > 1}
    for name, header in headers.items():
        if fits(header, kind):
            return name
    known = {name: known_columns(header) for name, header in headers.items() if not is_data(header)}
    best = max(known, key=lambda name: known[name], default="")
    return best if best and known[best] else ""


def _header(leading: Sequence[Row]) -> list[str]:
    return leading[header_index(leading)].cells


def fits(header: list[str], kind: str) -> bool:
    """Whether a sheet of `kind`, or of any where that is empty, may have this header."""
    table = Table("", [], header, 1, 1, None)
    processors = [all_kinds()[kind]] if kind else all_kinds().values()
    return any(not read_header(table, one.sheet).problems for one in processors)


def header_index(leading: Sequence[Row]) -> int:
    """Which of the first rows is the header: 0 where none looks like one.

    A header has cells that are columns of a kind, fills most of the width, and holds no data: a banner of
    two words, each a column's, stands above four headers that nobody knows. Of rows alike it is the first.
    """
    rows = [_texts_of(row) for row in leading]
    widest = max(map(len, rows), default=0)
    scores, is_below_data = [], False
    for cells in rows:
        known, width = known_columns(cells), len(cells) / widest
        holds_data = is_data(cells)
        is_no_header = holds_data or (is_below_data and not known)
        scores.append(0 if is_no_header else _score(known, width))
        # From here on, only a row with a known column can be a header.
        is_below_data |= holds_data and width >= WIDE
    return scores.index(max(scores)) if scores else 0


def _texts_of(row: Row) -> list[str]:
    return [text for cell in row.cells if (text := tidy(cell))]


def _score(known: int, width: float) -> float:
    return known + 1.5 if width >= WIDE else (known + 1.5) * width / 2


def known_columns(cells: Sequence[str]) -> int:
    """How many of the cells are headers of one kind's columns: of the kind that knows most."""
    return max(_known_by_kind(cells).values())


def _known_by_kind(cells: Sequence[str]) -> dict[str, int]:
    words, found = {squash(cell) for cell in cells}, {}
    for kind, processor in all_kinds().items():
        known = processor.sheet.by_header()
        found[kind] = len({known[word] for word in words & known.keys()})
    return found


def kind_of(table: Table, role: str) -> str:
    """The kind that the columns of `table` are of, or empty.

    One that has all it needs, unless another knows more of the headers and may find what it needs among
    the unknown ones: `NCT number, contact, hospital site` is no sheet of trials. A registry's is told by how
    it spells its headers, and by nothing less.
    """
    certain = recognise(table)
    if is_data(table.header) or (certain and all_kinds()[certain].is_registrys):
        return certain
    by_centre = not certain and role == Role.COORDINATOR
    known = _known_by_own_kind(table.header, by_centre=by_centre)
    most = max(known.values())
    if by_centre:
        return max(known, key=lambda kind: known[kind]) if most else ""
    likely = [kind for kind, number in known.items() if number == most > max(1, known.get(certain, 0))]
    return likely[0] if len(likely) == 1 else certain


def _known_by_own_kind(cells: Sequence[str], *, by_centre: bool) -> dict[str, int]:
    """Of the kinds that people fill in; perhaps only of those of which each row lies at a centre."""
    found = {}
    for kind, number in _known_by_kind(cells).items():
        processor = all_kinds()[kind]
        if not processor.is_registrys and (processor.is_by_centre or not by_centre):
            found[kind] = number
    return found


def is_data(cells: Sequence[str]) -> bool:
    """Whether a row holds what stands below a header: dates, numbers, addresses, long texts."""
    data = sum(map(looks_like_data, cells))
    return data > 0 and data >= known_columns(cells)


def looks_like_data(cell: str) -> bool:
    """A date, a number, a trial's number, an address or a long text; no word of a header."""
    text = tidy(cell)
    if not text:
        return False
    # Longer than an identifier may be, and than a header is.
    if len(text) > LONGEST or any(form.search(text) for form in (_ADDRESS, _NUMBER, _ERROR)):
        return True
    if not squash(text) or not any(character.isdigit() for character in text):
        return False
    return _is_date(text) or any(form.recognises(text) for form in _forms())


@cache
def _forms() -> tuple[Cell, ...]:
    """The sorts of cells of all kinds of sheets, each once."""
    widgets = (column.widget for processor in all_kinds().values() for column in processor.sheet.in_order())
    return tuple({type(one): one for one in widgets}.values())


def _is_date(text: str) -> bool:
    try:
        written_date(text)
    except ValueError:
        return False
    return True


def above_header(table: Table) -> list[dict]:
    """The warning that names the rows above the header, where there are any."""
    rows = table.leading[: table.above]
    if not rows:
        return []
    shown = [f"{row.number} “{_shown(row)}”" for row in rows]
    return [problem("above_header", row=table.header_row, rows=shown)]


def _shown(row: Row) -> str:
    text = " · ".join(tidy(cell) for cell in row.cells if tidy(cell))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
