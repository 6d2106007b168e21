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
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 60_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
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

    `dates`: of each column with dates like `03/04/2026`, how many have the day first (13/04/2026), how many
    the month (04/13/2026), and how many may be either, with `examples`. `date_system`: that of its numbers.
    """

    sheet: str
    others: list[str]
    header: list[str]
    header_row: int
    total: int
    _lines: object
    dates: dict[int, dict] = field(default_factory=dict)
    date_system: str = "1900"

    def rows(self) -> Iterator[Row]:
        """The rows that are not blank, top down; may be asked for once."""
        for line in self._lines:
            found = json.loads(line)
            yield Row(found["n"], found["c"], [tuple(one) for one in found.get("f", ())])

    def close(self):
        self._lines.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def read(path: Path, *, name: str, sheet: str = "") -> Table:
    """Read `path`, called `name` by whoever sent it. Raises `Unreadable`.

    The child writes to a temporary file, so that it ends whatever the reader's pace.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    out = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - the table closes it
    try:
        _run([str(path), name, sheet], out)
        out.seek(0)
        head = json.loads(out.readline() or "{}")
        if "problem" in head:
            raise Unreadable(head["problem"], **head["params"])
        if not head:
            raise Unreadable("unreadable")
        dates = {int(place): found for place, found in head["dates"].items()}
        return Table(
            head["sheet"], head["others"], head["header"], head["row"], head["total"], out, dates,
            head["date_system"],
        )  # fmt: skip
    except BaseException:
        out.close()
        raise


def _run(arguments: list[str], out) -> None:
    command = [sys.executable, "-m", "directory.imports.tables.child", *arguments]
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
