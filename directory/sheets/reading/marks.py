"""What a sheet's own XML says and the reader does not: errors, formulas without a value, hidden rows.

The archive has been inspected before (`safety`): it is small enough, and declares no document type.
"""

import posixpath
import re
import zipfile
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

MOST = 5_000  # faults told of one sheet
_CHUNK = 256 * 1024
_CELL = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
_TELLING = re.compile(
    rb"""\bt\s*=\s*["']e["']|hidden\s*=|<(?:[\w.-]+:)?f[\s/>]|visibility\s*=|formula\s*=|covered-table-cell"""
)
_HIDDEN = frozenset({"1", "true"})


@dataclass
class Marks:
    """`faults` of cells by the number of their row: `(column index, code, params)`; hidden rows, from, to."""

    faults: dict[int, list[tuple[int, str, dict]]] = field(default_factory=dict)
    hidden: list[list[int]] = field(default_factory=list)
    told: int = 0

    def hide(self, row: int, times: int = 1) -> None:
        if self.hidden and self.hidden[-1][1] == row - 1:
            self.hidden[-1][1] = row + times - 1
        else:
            self.hidden.append([row, row + times - 1])

    def is_hidden(self, row: int) -> bool:
        place = bisect_right(self.hidden, row, key=lambda span: span[0])
        return place > 0 and row <= self.hidden[place - 1][1]

    def tell(self, row: int, column: int, code: str, **params) -> None:
        if self.told < MOST:
            self.told += 1
            self.faults.setdefault(row, []).append((column, code, params))


def of_sheet(path: Path, kind: str, sheet: str) -> Marks:
    """The marks of the sheet of that name; none where its XML is not as it should be."""
    marks = Marks()
    try:
        with zipfile.ZipFile(path) as archive:
            part = "content.xml" if kind == "ods" else _part_of(archive, sheet)
            if part and _says_something(archive, part):
                reader = _Ods(marks, sheet) if kind == "ods" else _Xlsx(marks)
                _parse(archive, part, reader.start, reader.end, reader.text)
    except (expat.ExpatError, KeyError, ValueError):
        # The rows are read by another reader, which tells what is damaged.
        return marks
    return marks


def _says_something(archive: zipfile.ZipFile, part: str) -> bool:
    """Most sheets have none of this, and are searched ten times faster than they are parsed."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            if _TELLING.search(tail + chunk):
                return True
            tail = chunk[-32:]
    return False


def _parse(archive: zipfile.ZipFile, part: str, start, end=None, text=None) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, found: start(name.rpartition(" ")[2], found)
    if end:
        parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    if text:
        parser.CharacterDataHandler = text
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of a workbook that holds the sheet; empty where it is not found."""
    names = archive.namelist()
    book = next((name for name in names if name.endswith("workbook.xml")), "")
    folder, file = posixpath.split(book)
    relations = posixpath.join(folder, "_rels", f"{file}.rels")
    ids: list[str] = []
    targets: dict[str, str] = {}

    def seen(name, found):
        if name == "sheet" and found.get("name") == sheet:
            ids.extend(value for key, value in found.items() if key.endswith(" id"))
        elif name == "Relationship":
            targets[found["Id"]] = found["Target"]

    _parse(archive, book, seen)
    _parse(archive, relations, seen)
    target = targets.get(ids[0], "") if ids else ""
    part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
    return part if part in names else ""


class _Xlsx:
    """Reads a worksheet part: `<row hidden>`, `<c t="e">`, `<f>` without `<v>`."""

    def __init__(self, marks: Marks):
        self.marks = marks
        self.row, self.column = 0, -1
        self.is_error = self.has_formula = self.has_value = self.in_value = False
        self.shown = ""

    def start(self, name: str, found: dict) -> None:
        if name == "c":
            self._begin_cell(found)
        elif name == "row":
            self.row = int(found.get("r", self.row + 1))
            self.column = -1
            if found.get("hidden") in _HIDDEN:
                self.marks.hide(self.row)
        elif name == "f":
            self.has_formula = True
        elif name == "v":
            self.in_value = True

    def _begin_cell(self, found: dict) -> None:
        place = _CELL.match(found.get("r", ""))
        self.column = _index(place[1]) if place else self.column + 1
        self.is_error = found.get("t") == "e"
        # A formula whose value is an empty text has `t="str"` and may lack its `<v>`.
        self.has_value = found.get("t") in ("str", "inlineStr")
        self.has_formula, self.shown = False, ""

    def text(self, data: str) -> None:
        if self.in_value:
            self.has_value = True
            if self.is_error:
                self.shown = (self.shown + data)[:20]

    def end(self, name: str) -> None:
        if name == "v":
            self.in_value = False
        elif name == "c" and self.is_error:
            self.marks.tell(self.row, self.column, "cell_error", shown=self.shown or "#ERROR")
        elif name == "c" and self.has_formula and not self.has_value:
            self.marks.tell(self.row, self.column, "not_calculated", shown="=…")


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _Ods:
    """Reads `content.xml`: the table of that name, its hidden rows, errors and covered cells."""

    def __init__(self, marks: Marks, sheet: str):
        self.marks, self.sheet = marks, sheet
        self.is_ours, self.row, self.column, self.times = False, 0, 0, 1
        self.rows = 1
        self.cell: dict = {}
        self.shown = ""

    def start(self, name: str, found: dict) -> None:
        found = {key.rpartition(" ")[2]: value for key, value in found.items()}
        if name == "table":
            self.is_ours = found.get("name") == self.sheet
        elif not self.is_ours:
            return
        elif name == "table-row":
            self.row, self.column = self.row + 1, 0
            self.rows = int(found.get("number-rows-repeated", 1))
            if found.get("visibility") in ("collapse", "filter"):
                self.marks.hide(self.row, self.rows)
        elif name in ("table-cell", "covered-table-cell"):
            self.cell, self.shown = found, ""
            self.times = int(found.get("number-columns-repeated", 1))
            if name == "covered-table-cell":
                for column in range(self.column, min(self.column + self.times, 200)):
                    self.marks.tell(self.row, column, "merged")

    def text(self, data: str) -> None:
        if self.is_ours and self.cell:
            self.shown = (self.shown + data)[:20]

    def end(self, name: str) -> None:
        if not self.is_ours:
            return
        if name == "table-row":
            self.row += self.rows - 1
        elif name in ("table-cell", "covered-table-cell"):
            self._tell_formula()
            self.column, self.cell = self.column + self.times, {}

    def _tell_formula(self) -> None:
        """LibreOffice writes an error's text, and `calcext:value-type="error"` beside another type."""
        if "formula" not in self.cell:
            return
        shown = self.shown.strip()
        if shown.startswith(("#", "Err:")):
            self.marks.tell(self.row, self.column, "cell_error", shown=shown)
        elif not shown and not self.cell.keys() & {
            "value", "date-value", "time-value", "boolean-value", "string-value", "value-type",
        }:  # fmt: skip
            self.marks.tell(self.row, self.column, "not_calculated", shown="=…")
