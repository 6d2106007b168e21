"""The records of a text table, also of one whose quotation marks are characters like others.

RFC 4180 is followed where it holds. Registries' old exports hold `"Real world" study` and `5" needle` as they
were typed: a mark that nothing closes is a character, and costs neither its row nor those below it.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator

from . import MAX_BYTES, MAX_CELL, Unreadable

_QUOTE, _TAB = '"', "\t"
# In a narrow table lines inside a quoted cell may look like rows by chance.
_TELLING_WIDTH = 4


class Records:
    """Iterates `(number of the first line, cells, None)`; the first line of `text` has the number `first`.

    Instead of None: the place of the cell whose quotation marks keep the row's cells from being told apart.
    `width`: how many cells a row has.
    """

    def __init__(self, text: str, delimiter: str, width: int, first: int = 1):
        self.delimiter, self.width, self.first = delimiter, width, first
        self._below = iter(io.StringIO(text, newline=""))
        self._again: deque[str] = deque()
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, list[str], int | None]]:
        csv.field_size_limit(MAX_BYTES)
        number, reader = self.first, self._reader()
        while True:
            self._taken.clear()
            unclosed, cells = False, None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                unclosed = "unexpected end" in str(error)
            if cells is not None and not self._swallowed_rows(cells):
                yield number, cells, None
                number += len(self._taken)
                continue
            first, *rest = self._taken
            self._again.extendleft(reversed(rest))
            yield self._alone(number, first.rstrip("\r\n"), unclosed)
            number, reader = number + 1, self._reader()

    def _reader(self):
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _lines(self) -> Iterator[str]:
        # No cell has more lines than characters: what runs on longer is not closed.
        while len(self._taken) <= MAX_CELL:
            line = self._again.popleft() if self._again else next(self._below, None)
            if line is None:
                return
            self._taken.append(line)
            yield line

    def _swallowed_rows(self, cells: list[str]) -> bool:
        """Whether a quoted cell is several, or rows, between one stray mark and the next."""
        lines = [line for line in self._taken if line.strip()]
        if self.delimiter == _TAB and len(cells) != self.width:
            return self._fits(lines[0]) if lines else False
        return len(lines) > 1 and self.width >= _TELLING_WIDTH and all(map(self._fits, lines))

    def _fits(self, line: str) -> bool:
        return line.count(self.delimiter) == self.width - 1

    def _alone(self, number: int, line: str, unclosed: bool) -> tuple[int, list[str], int | None]:
        """A line as a row of its own. Raises `Unreadable` where nobody can tell where the row ends."""
        cells = line.split(self.delimiter)
        if len(cells) == self.width or self.delimiter == _TAB:
            all_quoted = all(_is_quoted(cell) for cell in cells if cell)
            return number, [_unquoted(cell, all_quoted) for cell in cells], None
        for doubled_closes in (False, True):
            found = _leniently(line, self.delimiter, doubled_closes)
            if found and len(found) == self.width:
                return number, found, None
        if unclosed:
            raise Unreadable("open_quote", row=number)
        marked = [place for place, cell in enumerate(cells) if _QUOTE in cell]
        odd = (place for place in marked if cells[place].count(_QUOTE) % 2)
        return number, cells, next(odd, marked[0])


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == _QUOTE


def _unquoted(cell: str, all_quoted: bool) -> str:
    """Without the marks around it, where these are quoting; those of `"Foo" and "Bar"` are not."""
    inner = cell[1:-1]
    single = inner.replace(_QUOTE * 2, "").count(_QUOTE)
    if _is_quoted(cell) and (all_quoted or not single or single % 2):
        return inner.replace(_QUOTE * 2, _QUOTE)
    return cell


def _leniently(line: str, delimiter: str, doubled_closes: bool) -> list[str] | None:
    """The cells where a mark closes only before a delimiter or the end; None where one is never closed.

    `doubled_closes`: two marks before a delimiter are a character and the end, not one character.
    """
    cells, at = [], 0
    ends = (delimiter, "")
    while True:
        if line[at : at + 1] != _QUOTE:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            cells.append(line[at:end])
        else:
            inner, end = _inside(line, at + 1, ends, doubled_closes)
            if end < 0:
                return None
            cells.append(inner)
        if end >= len(line):
            return cells
        at = end + 1


def _inside(line: str, at: int, ends: tuple[str, str], doubled_closes: bool) -> tuple[str, int]:
    """The text from behind an opening mark, and the place behind the one that closes it; -1 for none."""
    said = []
    while (mark := line.find(_QUOTE, at)) >= 0:
        said.append(line[at:mark])
        behind, further = line[mark + 1 : mark + 2], line[mark + 2 : mark + 3]
        if behind in ends:
            return "".join(said), mark + 1
        said.append(_QUOTE)
        if behind == _QUOTE and doubled_closes and further in ends:
            return "".join(said), mark + 2
        at = mark + 1 + (behind == _QUOTE)
    return "", -1
