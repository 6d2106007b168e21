"""The process that opens a file: `python -m directory.imports.tables.child PATH NAME SHEET`.

It writes JSON lines: the head (or the problem), then one line a row. Its own limits are set before the
file is looked at. Ends with 0 when it has said something, 3 when a limit stopped it.
"""

import json
import resource
import sys
import tempfile
from itertools import chain
from pathlib import Path

MEMORY, CPU_SECONDS, OUTPUT = 384 * 1024 * 1024, 40, 512 * 1024 * 1024


def set_limits() -> None:
    """Address space, processor time, size of what is written, no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str, name: str, sheet: str, out) -> int:
    """Read and write; a problem replaces everything else that would have been written."""
    from directory.imports import tables

    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            head = _read(Path(path), name, sheet, lines)
            out.write(json.dumps(head) + "\n")
            lines.seek(0)
            for line in lines:
                out.write(line)
    except tables.Unreadable as refused:
        out.write(json.dumps({"problem": refused.code, "params": refused.params}) + "\n")
    except MemoryError:
        return 3
    return 0


def _read(path, name, sheet, lines) -> dict:
    from directory.imports.tables import MAX_COLUMNS, MAX_ROWS, Unreadable, csv, evidence, xlsx

    reader = xlsx if path.open("rb").read(4) == b"PK\x03\x04" else csv
    source = reader.Source(path, name, sheet)
    rows = ((number, cells) for number, cells in source.rows() if any(cells))
    header_row, header = next(rows, (0, []))
    header = _without_empty_end(header)
    if not header:
        raise Unreadable("empty")
    if len(header) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", columns=len(header), most=MAX_COLUMNS)
    total, dates = 0, evidence.Dates()
    for number, cells in chain([], rows):
        total += 1
        if total > MAX_ROWS:
            raise Unreadable("too_many_rows", most=MAX_ROWS)
        dates.see(cells)
        lines.write(json.dumps(_row(number, cells, len(header), source.is_padded)) + "\n")
    if not total:
        raise Unreadable("no_rows", row=header_row)
    return {
        "sheet": source.sheet, "others": source.others, "header": header, "row": header_row, "total": total,
        "dates": dates.found(), "date_system": source.date_system,
    }  # fmt: skip


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _row(number: int, cells: list[str], width: int, is_padded: bool) -> dict:
    from directory.imports.tables import MAX_CELL

    faults = []
    if len(cells) > width and any(cells[width:]):
        faults.append((width, "too_wide", {"cells": len(_without_empty_end(cells)), "columns": width}))
    if len(cells) < width and not is_padded:
        faults.append((len(cells), "too_short", {"cells": len(cells), "columns": width}))
    for index, cell in enumerate(cells[:width]):
        if len(cell) > MAX_CELL:
            faults.append((index, "too_long", {"length": len(cell), "most": MAX_CELL}))
            cells[index] = cell[:80]
    row = {"n": number, "c": cells[:width]}
    return row | {"f": faults} if faults else row


if __name__ == "__main__":
    set_limits()
    sys.exit(main(*sys.argv[1:4], out=sys.stdout))
