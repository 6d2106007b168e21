"""Workbooks (XLSX, ODS): the first visible sheet with content, or the one that was named."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from . import MAX_COLUMNS, Unreadable, marks, parts, safety


class WorkbookSource:
    """The rows of one sheet of a workbook. `faults` are those of cells, by the number of their row."""

    is_padded = is_bounded = True

    def __init__(self, path: Path, name: str, sheet: str):
        from python_calamine import CalamineError, load_workbook

        self.format = safety.inspect(path)
        self._rewritten = parts.in_utf8(path)
        self.path = Path(self._rewritten.name) if self._rewritten else path
        self.encodings: dict = {}
        try:
            # Opened by its content: a suffix would decide otherwise, and be wrong for some.
            self.book = load_workbook(self.path.open("rb"))
            self._visible = self._visible_sheets()
            self._choose(sheet)
            self.date_system = safety.date_system(self.path)
        except CalamineError:
            raise Unreadable("damaged") from None
        # Rust's own errors of a damaged part arrive as bare exceptions of the binding.
        except (ValueError, KeyError, OSError):
            raise Unreadable("damaged") from None

    def _visible_sheets(self) -> list[str]:
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        return [
            one.name
            for one in self.book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]

    def _choose(self, wanted: str) -> None:
        if wanted:
            known = (name for name in self._visible if name.casefold() == wanted.strip().casefold())
            found = next(known, None)
            if found is None:
                raise Unreadable("no_such_sheet", sheet=wanted, sheets=self._visible)
            self._open(found)
            return
        for name in self._visible:
            self._open(name)
            if self._sheet.end is not None:
                return
        raise Unreadable("empty")

    def _open(self, name: str) -> None:
        self.sheet, self._sheet = name, self.book.get_sheet_by_name(name)
        self.others = [other for other in self._visible if other != name]
        self.faults: dict[int, list] = {}
        self.hidden = 0

    def turn_to(self, name: str) -> None:
        """Go on with another sheet. Raises `Unreadable`."""
        from python_calamine import CalamineError

        try:
            self._open(name)
        except (CalamineError, ValueError, KeyError, OSError):
            raise Unreadable("damaged") from None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """`(row number as the sheet shows it, cells from column A on)`."""
        width = self._sheet.total_width + 1  # it counts from 0
        if width > MAX_COLUMNS * 5:
            raise Unreadable("too_many_columns", columns=width, most=MAX_COLUMNS)
        found = marks.of_sheet(self.path, self.format, self.sheet)
        self.faults, self.hidden = found.faults, 0
        self._tell_merged()
        first_row, first_column = self._sheet.start or (0, 0)
        padding, last = [""] * first_column, first_row
        # Rows outside what the sheet says of its own size are here too: calamine reads the cells.
        for offset, cells in enumerate(self._sheet.to_python(skip_empty_area=True)):
            number = first_row + offset + 1
            texts = padding + [as_text(cell) for cell in cells]
            self.hidden += any(texts) and found.is_hidden(number)
            yield number, self._with_errors(number, texts)
            last = number
        # A row of nothing but formulas without a value is an empty one to the reader.
        for number in sorted(number for number in self.faults if number > last):
            yield number, self._with_errors(number, [])

    def _with_errors(self, number: int, texts: list[str]) -> list[str]:
        """Cells that show an error keep it, so that the row is not taken for an empty one."""
        for place, _code, params in self.faults.get(number, ()):
            shown = params.get("shown", "")
            if shown and place < MAX_COLUMNS:
                texts += [""] * (place + 1 - len(texts))
                texts[place] = texts[place] or shown
        return texts

    def _tell_merged(self) -> None:
        """Each cell below the first row of a merged area, which the reader gives as empty."""
        for (top, left), (bottom, right) in (self._sheet.merged_cell_ranges or ())[: marks.MOST]:
            last = min(bottom, top + marks.MOST)
            for row in range(top, last + 1):
                for column in range(left, min(right, MAX_COLUMNS) + 1):
                    if (row, column) != (top, left):
                        self.faults.setdefault(row + 1, []).append((column, "merged", {}))
            if sum(map(len, self.faults.values())) > marks.MOST:
                return


def as_text(cell) -> str:
    """A cell as a person would type it: whole numbers without `.0`, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    text = str(cell)
    return text if text.strip() else ""
