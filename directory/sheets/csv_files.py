"""Every CSV that is written here: it opens in a Belgian Excel as it is, and calculates nothing in any other.

No other module writes CSV (`tests/guards/test_csv_files.py`).
"""

import csv
import io
from collections.abc import Iterable

from .formulas import guarded

CONTENT_TYPE = "text/csv; charset=utf-8"


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """`rows` with `;` between their cells and the byte order mark by which Excel knows UTF-8.

    What `directory.sheets.reading` reads of it are the same texts.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in cells] for cells in rows)
    return out.getvalue().encode("utf-8-sig")
