"""Reading a file in a process of its own, with limits on memory and time.

Nothing here imports Django: the child is small, starts fast, and knows no secret. What is wrong with a file
is a `Problem`, a code with its parameters; `directory.imports.messages` puts it into words.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 60_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
MAX_SHEETS = 20  # of a workbook; further ones are read only when they are named
LEADING = 20  # rows that are not blank, among which the header is looked for
SECONDS = 60
_ROOT = Path(__file__).resolve().parents[3]


class Unreadable(Exception):
    """The file as a whole is refused."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


@dataclass
class Row:
    """A row as the sheet shows it. `faults` are `(column index, code, params)` of single cells."""

    number: int
    cells: list[str]
    faults: list[tuple[int, str, dict]] = field(default_factory=list)


@dataclass
class Table:
    """What a file holds: which sheet was read, the names of the others, its header, and its rows.

    The header is the first row that is not blank until `begin_at` says otherwise. `leading` are the first
    rows that are not blank, from the top; `encodings` holds, for a text whose encoding had to be guessed,
    sample cells by encoding, the guess first. `hidden` counts the rows that the sheet does not show.
    `dates`: of each column with dates like `03/04/2026`, how many have the day first (13/04/2026), how many
    the month (04/13/2026), and how many may be either, with `examples`. `date_system`: that of its numbers.
    """

    sheet: str
    others: list[str]
    header: list[str]
    header_row: int
    total: int
    _lines: IO[bytes]
    leading: list[Row] = field(default_factory=list)
    encodings: dict[str, list[str]] = field(default_factory=dict)
    hidden: int = 0
    above: int = 0
    dates: dict[int, dict] = field(default_factory=dict)
    date_system: str = "1900"

    @property
    def holds_records(self) -> bool:
        """Whether its rows are records of JSON: their header stands in no row of the file."""
        return self.header_row < 1

    def begin_at(self, index: int, *, needs_rows: bool = True) -> None:
        """Take the row `leading[index]` for the header. Raises `Unreadable` where it can be none."""
        row = self.leading[index]
        width = len(row.cells)
        for _place, code, params in row.faults:
            if code == "wide":
                width = params["cells"]
        if width > MAX_COLUMNS:
            raise Unreadable("too_many_columns", columns=width, most=MAX_COLUMNS)
        self.total += self.above - index
        self.above, self.header, self.header_row = index, row.cells, row.number
        if needs_rows and self.total < 1:
            raise Unreadable("no_rows", row=self.header_row)

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not blank, top down; may be asked for once."""
        width = len(self.header)
        for line in islice(self._lines, self.above + 1, None):
            yield _parsed(json.loads(line), width)

    def sample(self, most: int) -> list[list[str]]:
        """The cells of the first rows below the header; the rows can still be asked for."""
        here = self._lines.tell()
        found = [row.cells for row in islice(self.rows(), most)]
        self._lines.seek(here)
        return found

    def close(self):
        self._lines.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _parsed(found: dict, width: int) -> Row:
    """A line of the child's as a row under a header of `width` cells.

    `n` is its number, `c` its cells without empty ones at the end, `f` faults of cells; `w` how many cells
    the text has, where a row may be ragged; `all` how many are filled in, where that is more than is kept.
    """
    cells, faults = found["c"], [tuple(one) for one in found.get("f", ()) if one[0] < width]
    filled = found.get("all", len(cells))
    if filled > width:
        faults.insert(0, (width, "too_wide", {"cells": filled, "columns": width}))
    written = found.get("w", width)
    if written < width:
        faults.insert(0, (written, "too_short", {"cells": written, "columns": width}))
    return Row(found["n"], cells[:width] + [""] * (min(width, written) - len(cells)), faults)


def read(path: Path, *, name: str, sheet: str = "", encoding: str = "") -> Table:
    """Read `path`, called `name` by whoever sent it. Raises `Unreadable`.

    `encoding`: of a text that is neither UTF-8 nor UTF-16, where a person said which it is.
    The child writes to a temporary file, so that it ends whatever the reader's pace.
    """
    out, head = _asked("read", path, name, sheet, encoding)
    try:
        leading = [_leading(json.loads(line)) for line in islice(out, LEADING)]
        out.seek(head["at"])
        dates = {int(place): found for place, found in head["dates"].items()}
        table = Table(
            head["sheet"], head["others"], [], 0, head["total"] - 1, out, leading, head["encodings"],
            head["hidden"], dates=dates, date_system=head["date_system"],
        )  # fmt: skip
        # A first sheet with a title and nothing else is a cover: another sheet has the rows.
        table.begin_at(0, needs_rows=bool(sheet) or not table.others)
    except BaseException:
        out.close()
        raise
    return table


def leading_rows(path: Path, *, name: str) -> dict[str, list[Row]]:
    """The first rows of each visible sheet of a workbook that has content, by name. Raises `Unreadable`."""
    out, head = _asked("look", path, name, "", "")
    out.close()
    return {sheet: [_leading(row) for row in rows] for sheet, rows in head["sheets"].items()}


def _leading(found: dict) -> Row:
    """A row that may be the header: as wide as it is filled in."""
    wide = [(MAX_COLUMNS, "wide", {"cells": found["all"]})] if "all" in found else []
    return Row(found["n"], found["c"], wide)


def _asked(what: str, path: Path, name: str, sheet: str, encoding: str):
    """The child's answer as an open file, read up to behind its head, and the head."""
    if not path.is_file():
        raise FileNotFoundError(path)
    out = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - the table closes it
    try:
        _run([what, str(path), name, sheet, encoding], out)
        out.seek(0)
        head = json.loads(out.readline() or "{}")
        if "problem" in head:
            raise Unreadable(head["problem"], **head["params"])
        if not head:
            raise Unreadable("unreadable")
        return out, head | {"at": out.tell()}
    except BaseException:
        out.close()
        raise


def _run(arguments: list[str], out) -> None:
    command = [sys.executable, "-m", "directory.sheets.reading.child", *arguments]
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, env=environment,
            cwd=_ROOT, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow", seconds=SECONDS) from None
    if done.returncode != 0:
        # Killed by a limit, or by the reader's own failing: neither tells more than this.
        raise Unreadable("too_large_inside" if done.returncode < 0 or done.returncode == 3 else "unreadable")
