"""Workbooks (XLSX): the first visible sheet with content, or the one that was named."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from . import MAX_COLUMNS, Unreadable, safety


class Source:
    """The rows of one sheet of a workbook."""

    is_padded = True

    def __init__(self, path: Path, name: str, sheet: str):
        from python_calamine import CalamineError, load_workbook

        safety.inspect(path)
        try:
            self.book = load_workbook(str(path))
            self.sheet, self._sheet, self.others = self._choose(sheet)
            self.date_system = safety.date_system(path)
        except CalamineError:
            raise Unreadable("damaged") from None
        # Rust's own errors of a damaged part arrive as bare exceptions of the binding.
        except (ValueError, KeyError, OSError):
            raise Unreadable("damaged") from None

    def _choose(self, wanted: str):
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        visible = [
            one.name
            for one in self.book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]
        if wanted:
            found = next((name for name in visible if name.casefold() == wanted.strip().casefold()), None)
            if found is None:
                raise Unreadable("no_such_sheet", sheet=wanted, sheets=visible)
            return found, self.book.get_sheet_by_name(found), [name for name in visible if name != found]
        for name in visible:
            sheet = self.book.get_sheet_by_name(name)
            if sheet.end is not None:
                return name, sheet, [other for other in visible if other != name]
        raise Unreadable("empty")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """`(row number as Excel shows it, cells from column A on)`."""
        if self._sheet.total_width > MAX_COLUMNS * 5:
            raise Unreadable("too_many_columns", columns=self._sheet.total_width, most=MAX_COLUMNS)
        first_row, first_column = self._sheet.start or (0, 0)
        padding = [""] * first_column
        # Rows outside what the sheet says of its own size are here too: calamine reads the cells.
        for offset, cells in enumerate(self._sheet.to_python(skip_empty_area=True)):
            yield first_row + offset + 1, padding + [as_text(cell) for cell in cells]


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
