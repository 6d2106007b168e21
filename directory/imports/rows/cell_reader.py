"""The cells of one sheet read: what each means, which are refused, which say that there is nothing to say."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from directory.core.text import tidy
from directory.sheets.reading import Row
from directory.sheets.sheet import VERSION, Sheet
from directory.sheets.written_values import is_nothing

from .. import messages
from ..questions import how_to_read
from .result import RowResult, shown

NULL_MARKER = object()  # what a cell means that says there is nothing to say
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


class CellReader:
    """Reads the cells of sheets of one kind, with what was answered in `choices`, and remembers them."""

    def __init__(self, sheet: type[Sheet], choices: Mapping[str, str]):
        self.sheet, self._choices = sheet, choices
        self._read: dict[tuple[str, str, str], tuple[object, str, str]] = {}
        self._hows: dict[tuple[str, str], dict[str, str]] = {}
        self._by_country = frozenset(name for name, one in sheet.columns().items() if one.widget.by_country)
        self.null_markers: Counter[str] = Counter()  # cells taken as empty, as written

    def read(self, row: Row, cells: dict[str, str], country_of: Callable[[dict[str, str]], str]) -> RowResult:
        """The row with the values of its cells. `country_of`: which country a row is about, by its cells."""
        result = RowResult(
            row.number, faults=row.faults, cells={name: cell for name, cell in cells.items() if cell}
        )
        unread = {VERSION}
        for name, code, params in row.faults:
            result.refuse(name, messages.sentence(code, params))
            unread.add(name)
        row_cells = dict(result.cells)
        for name, cell in row_cells.items():
            if name not in unread:
                country = country_of(row_cells) if name in self._by_country else ""
                self._read_into(result, name, cell, country)
        self._once(result)
        return result

    def _read_into(self, result: RowResult, name: str, cell: str, country: str) -> None:
        """Take the value of a cell, or refuse the row; where the sheet does without it, only say why not."""
        if not cell.isascii() and _DIRECTION.search(cell):
            result.note(name, _("Invisible characters that turn the direction of text were removed."))
        value, refusal, remark = self.value(name, cell, country)
        if value is NULL_MARKER:
            self.null_markers[tidy(cell)] += 1
            del result.cells[name]
        elif refusal and self.sheet.tolerates(name):
            result.note(name, f"{refusal} {_('It was left out.')}")
        elif refusal:
            result.refuse(name, refusal)
        elif value not in (None, "", []):
            result.values[name] = value
            if remark:
                result.note(name, remark)

    def _once(self, result: RowResult) -> None:
        """An identifier that a row gives twice, in whatever columns and writings, is one."""
        first = {}
        given = [name for name in getattr(self.sheet, "identifier_columns", ()) if name in result.values]
        for name in given:
            kept = []
            for one in result.values[name]:
                known = first.setdefault((one.scheme, one.compact), one)
                if known is one:
                    kept.append(one)
                elif known.value != one.value:
                    said = {"text": shown(one.value), "value": known.value}
                    result.note(
                        name, _("“%(text)s” is the same number as %(value)s: it is stored once.") % said
                    )
            if len(kept) < len(result.values[name]):
                # A new list: that of the cell is kept for other rows.
                result.values[name] = kept
                if not kept:
                    del result.values[name]

    def value(self, name: str, cell: str, country: str = "") -> tuple[object, str, str]:
        """`(value, "", remark)`, `(None, why not, "")` or `(NULL_MARKER, "", "")`.

        Sheets repeat themselves, so answers are kept.
        """
        key = name, cell, country
        found = self._read.get(key)
        if found is None:
            if len(self._read) > 10_000:
                self._read.clear()
            found = self._read[key] = self._read_cell(name, cell, country)
        return found

    def _read_cell(self, name, cell, country):
        column = self.sheet.columns()[name]
        says_nothing = not column.is_prose and is_nothing(cell)
        if says_nothing and not column.has_words:
            return NULL_MARKER, "", ""
        how = self._how(name, country)
        try:
            value = self.sheet.read(name, cell, **how)
        except ValueError as error:
            # A word of the column's own is read before: `unknown` is a status, `N/A` a phase.
            return (NULL_MARKER, "", "") if says_nothing else (None, str(error), "")
        return value, "", column.widget.remark(cell, value, **how)

    def _how(self, name: str, country: str) -> dict[str, str]:
        """What a cell of a column is read with; the answer is not to be changed."""
        if (name, country) not in self._hows:
            of_country = {"country": country} if country else {}
            self._hows[name, country] = how_to_read(name, self._choices) | of_country
        return self._hows[name, country]

    def reads_as(self, name: str, old, new) -> bool:
        """Whether `old`, written into a sheet and read back, is `new`: then the sheet changes nothing."""
        if name in self._by_country:
            return False  # stored in one form only, and the row's country is not at hand here
        written = self.written(name, old)
        return bool(written) and self.value(name, written)[0] == new

    def written(self, name: str, value) -> str:
        """A value as a cell of its column would have it; empty for none."""
        if isinstance(value, str):
            return value
        return "" if value in (None, []) else self.sheet.written(name, value)
