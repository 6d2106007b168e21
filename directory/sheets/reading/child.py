"""The process that opens a file: `python -m directory.sheets.reading.child WHAT PATH NAME SHEET ENCODING`.

WHAT is `read` (one sheet) or `look` (the first rows of each).
It writes JSON lines: the head (or the problem), then, for `read`, one line a row. Its own limits are set
before the file is looked at. Ends with 0 when it has said something, 3 when a limit stopped it.
"""

import json
import resource
import sys
import tempfile
from itertools import islice
from pathlib import Path

MEMORY, CPU_SECONDS, OUTPUT = 384 * 1024 * 1024, 40, 512 * 1024 * 1024


def set_limits() -> None:
    """Address space, processor time, size of what is written, no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(what: str, path: str, name: str, sheet: str, encoding: str, out) -> int:
    """Read and write; a problem replaces everything else that would have been written."""
    from directory.sheets import reading

    try:
        source = _source(Path(path), name, sheet, encoding)
        if what == "look":
            out.write(json.dumps({"sheets": _look(source)}) + "\n")
            return 0
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            head = _read(source, lines)
            out.write(json.dumps(head) + "\n")
            lines.seek(0)
            for line in lines:
                out.write(line)
    except reading.Unreadable as refused:
        out.write(json.dumps({"problem": refused.code, "params": refused.params}) + "\n")
    except MemoryError:
        return 3
    return 0


def _source(path: Path, name: str, sheet: str, encoding: str):
    from directory.sheets.reading import csv, json_records, workbook

    with path.open("rb") as file:
        head = file.read(4_096)
    if head.startswith(b"PK\x03\x04"):
        return workbook.WorkbookSource(path, name, sheet)
    if json_records.is_json(head, name):
        return json_records.JsonSource(path, name)
    return csv.CsvSource(path, name, sheet, encoding)


def _read(source, lines) -> dict:
    from directory.sheets.reading import MAX_ROWS, Unreadable, evidence

    total, dates = 0, evidence.Dates()
    for number, cells in _filled(source):
        total += 1
        if total > MAX_ROWS + 1:
            raise Unreadable("too_many_rows", most=MAX_ROWS)
        dates.see(cells)
        lines.write(json.dumps(_as_message(source, number, cells)) + "\n")
    if not total:
        raise Unreadable("empty")
    return {
        "sheet": source.sheet, "others": source.others, "total": total, "encodings": source.encodings,
        "hidden": source.hidden, "dates": dates.found(), "date_system": source.date_system,
    }  # fmt: skip


def _look(source) -> dict:
    """The first rows of each sheet. One that cannot be read is not there, until it is asked for by name."""
    from directory.sheets.reading import LEADING, MAX_SHEETS, Unreadable

    found = {}
    for name in [source.sheet, *source.others][:MAX_SHEETS]:
        try:
            source.turn_to(name)
            rows = [_as_message(source, number, cells) for number, cells in islice(_filled(source), LEADING)]
        except Unreadable:
            continue
        if rows:
            found[name] = rows
    return found


def _filled(source):
    return ((number, cells) for number, cells in source.rows() if any(cells))


def _without_empty_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _as_message(source, number: int, cells: list[str]) -> dict:
    """A line, as `directory.sheets.reading` reads it."""
    from directory.sheets.reading import MAX_CELL, MAX_COLUMNS

    kept, width = _without_empty_end(cells), len(cells)
    cells = kept[:MAX_COLUMNS]
    row: dict = {"n": number, "c": cells}
    if len(kept) > MAX_COLUMNS:
        row["all"] = len(kept)
    if not source.is_padded:
        row["w"] = width
    faults = list(source.faults.get(number, ()))
    for index, cell in enumerate(cells):
        if len(cell) > MAX_CELL and source.is_bounded:
            faults.append((index, "too_long", {"length": len(cell), "most": MAX_CELL}))
            cells[index] = cell[:80]
    return row | {"f": faults} if faults else row


if __name__ == "__main__":
    set_limits()
    what, path, name, sheet, encoding = sys.argv[1:6]
    sys.exit(main(what, path, name, sheet, encoding, sys.stdout))
