"""Which column a header that nobody knows may stand for: by its name, and by what stands below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from directory.core.text import fold, tidy
from directory.sheets.cells import List, LongText, Name, Prose, Text
from directory.sheets.sheet import Column

from .rows.processor import RowProcessor
from .scope import Scope

NEAR = 78  # of 100, as for the names of centres
MOSTLY = 0.6  # of the cells below a header must be what the column takes
CELLS = 40  # different ones of a column that are looked at


@dataclass(frozen=True)
class ColumnSuggestion:
    """A column, how much speaks for it (0 to 200), and what does."""

    column: str
    score: float
    reason: str


class Suggester:
    """Suggests columns of the sheets of `processor` to whoever hands one in."""

    def __init__(self, processor: type[RowProcessor], scope: Scope):
        self.sheet, self._naming = processor.sheet, processor.naming(scope)

    def suggest(self, header: str, cells: Iterable[str], columns: Sequence[str]) -> list[ColumnSuggestion]:
        """Those of `columns` that the header or the cells speak for, the likeliest first."""
        seen = list(dict.fromkeys(text for cell in cells if (text := tidy(cell))))[:CELLS]
        found = [self._weigh(name, header, seen) for name in columns]
        return sorted((one for one in found if one.score), key=lambda one: -one.score)

    def _weigh(self, name: str, header: str, cells: list[str]) -> ColumnSuggestion:
        by_name = likeness(header, self.sheet.columns()[name])
        by_content = 100 * self._share(name, cells)
        by_name = by_name if by_name >= NEAR else 0
        by_content = by_content if by_content >= 100 * MOSTLY else 0
        if by_name and by_content:
            reason = _("by name and content")
        else:
            reason = _("by name") if by_name else _("by content") if by_content else ""
        return ColumnSuggestion(name, by_name + by_content, reason)

    def _share(self, name: str, cells: list[str]) -> float:
        """The share of the cells that the column takes and that few others would."""
        if not cells or not (name in self._naming or tells(self.sheet.columns()[name])):
            return 0
        return sum(self._takes(name, cell) for cell in cells) / len(cells)

    def _takes(self, name: str, cell: str) -> bool:
        if name in self._naming:
            return self._naming[name](cell)
        try:
            self.sheet.read(name, cell)
        except ValueError:
            return False
        return True


def tells(column: Column) -> bool:
    """Whether a column's cells have a form: any text could stand in the others."""
    widget = column.widget
    one = widget.one if type(widget) is List else widget
    return one.has_form and type(one) not in (Text, LongText, Name, Prose)


def likeness(header: str, column: Column) -> float:
    """0 to 100: how near a header is to one of the column's, in any language."""
    folded = fold(header)
    words = (column.column_name, *column.translations.values(), *column.also)
    return max(_likeness(folded, fold(word)) for word in words if word)


def _likeness(header: str, word: str) -> float:
    if not header or not word:
        return 0
    # "NCT number of the study" has all words of "NCT number".
    has_all = len(word) > 2 and set(word.split()) <= set(header.split())
    whole = fuzz.ratio(header.replace(" ", ""), word.replace(" ", ""))
    return max(90 if has_all else 0, whole, fuzz.token_sort_ratio(header, word))
