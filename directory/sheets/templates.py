"""A kind's sheet as a workbook to fill in: drop-downs, notes, formats that Excel cannot spoil, an example.

The first sheet, called after the kind, is the one that is read: headers in the language asked for, and below
them an example row, or the records of an export. “Notes” explains the columns; the hidden “Lists” holds the
words of the drop-downs, since a list inside a validation ends at 255 characters.
"""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from directory.core.places import COUNTRIES
from directory.core.text import tidy

from .cells import Day, LongText, PartialDay, Word, YesNo
from .sheet import Column, Sheet
from .workbooks import letters

NOTES, LISTS = "Notes", "Lists"
ROWS_WITH_HELP = 60_000  # as many as an import reads
FIRST_DAY, LAST_DAY = dt.date(1980, 1, 1), dt.date(2100, 12, 31)
_YES_NO = {"en": ("yes", "no"), "nl": ("ja", "nee"), "fr": ("oui", "non"), "de": ("ja", "nein")}


def template(
    sheet: type[Sheet], language: str = "en", *, lists: Mapping[str, Sequence] | None = None
) -> bytes:
    """The workbook with its example row. `lists`: by column, the words that this person may choose from.

    A word may be a pair: the word itself and what it stands for, which the notes tell.
    """
    example = [sheet.example.get(column.column_name, "") for column in sheet.in_order()]
    return workbook(sheet, language, [example], lists=lists, is_example=True)


def workbook(
    sheet: type[Sheet], language: str, rows: Iterable[Sequence[str]], *,
    lists: Mapping[str, Sequence] | None = None, more: Sequence[str] = (), is_example: bool = False,
) -> bytes:  # fmt: skip
    """`rows` of cells, in the order of the columns and then of the headers `more`, as a template has them."""
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with translation.override(language), xlsxwriter.Workbook(out, options) as book:
        _Writer(book, sheet, language, lists or {}).write(rows, more, is_example)
    return out.getvalue()


def _write(page: Worksheet, row: int, column: int, text: str, look: Format | None = None) -> None:
    """What people typed, as it is: `<r>…</r>` XlsxWriter takes for its own markup, but not in pieces."""
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(row, column, text[0], text[1:-1], text[-1], *filter(None, [look]))
    else:
        page.write_string(row, column, text, look)


def words_of(sheet: type[Sheet], name: str, language: str) -> dict[str, str]:
    """The words of a column in `language`, by the name of the column."""
    widget = sheet.columns()[name].widget
    one = getattr(widget, "one", widget)
    if isinstance(one, YesNo):
        return dict(zip(("yes", "no"), _YES_NO[language], strict=True))
    choices = getattr(one, "choices", None) or getattr(widget, "choices", None)
    if choices is None:
        return {code: code for code in COUNTRIES} if name == "country" else {}
    with translation.override(language):
        return {value: _understood(one, value, str(label), language) for value, label in choices.choices}


def _understood(widget, value: str, label: str, language: str) -> str:
    try:
        is_understood = language != "en" and widget.clean(label) in (value, [value])
    except ValueError:
        is_understood = False
    return label if is_understood else value


class _Writer:
    """Writes one workbook."""

    def __init__(self, book, sheet: type[Sheet], language: str, lists: Mapping[str, Sequence]):
        self.book, self.sheet, self.language, self.lists = book, sheet, language, lists
        self.page, self.notes = book.add_worksheet(sheet.kind), book.add_worksheet(NOTES)
        self.hidden = book.add_worksheet(LISTS)
        self.hidden.hide()
        self.listed: dict[str, Sequence[str]] = {}
        self.words: dict[str, dict[str, str]] = {}
        text, day = {"num_format": "@"}, {"num_format": "dd/mm/yyyy", "align": "left"}
        example = {"italic": True, "font_color": "#808080"}
        self.text, self.day = book.add_format(text), book.add_format(day)
        self.example_text = book.add_format(text | example)
        self.example_day = book.add_format(day | example)
        head = {"bold": True, "bg_color": "#E7EBEF", "bottom": 1, "num_format": "@"}
        self.head, self.needed = book.add_format(head), book.add_format(head | {"bg_color": "#FFE699"})
        self.wrapped = book.add_format(text | {"text_wrap": True, "valign": "top"})

    def write(self, rows, more: Sequence[str], is_example: bool) -> None:
        columns = self.sheet.in_order()
        for place, column in enumerate(columns):
            self._head(place, column)
            self._help(place, column)
        for place, header in enumerate(more, start=len(columns)):
            self.page.set_column(place, place, 16, self.text)
            _write(self.page, 0, place, header, self.head)
        self.page.freeze_panes(1, 0)
        number = 0
        for number, cells in enumerate(rows, start=1):
            self._write_row(number, columns, cells, is_example)
        if not is_example:
            self.page.autofilter(0, 0, number, len(columns) + len(more) - 1)
        self._explain(columns)
        self._list()

    def _words(self, name: str) -> dict[str, str]:
        if name not in self.words:
            self.words[name] = words_of(self.sheet, name, self.language)
        return self.words[name]

    def _head(self, place: int, column: Column) -> None:
        is_long, is_day = isinstance(column.widget, LongText), isinstance(column.widget, (Day, PartialDay))
        self.page.set_column(place, place, 40 if is_long else 18, self.day if is_day else self.text)
        needed = column.column_name in (*self.sheet.required, *self.sheet.one_of)
        self.page.write_string(0, place, column.header(self.language), self.needed if needed else self.head)
        note = "\n".join(text for text in (self._need(column), self._takes(column)) if text)
        self.page.write_comment(0, place, note, {"x_scale": 2, "author": ""})

    def _need(self, column: Column) -> str:
        if column.column_name in self.sheet.required:
            return _("Required.")
        if column.column_name in self.sheet.one_of:
            headers = (self.sheet.columns()[name].header(self.language) for name in self.sheet.one_of)
            return _("One of these is required: %(columns)s.") % {"columns": ", ".join(headers)}
        if needed := self.sheet.needs.get(column.column_name):
            return _("Fill in %(column)s as well.") % {
                "column": self.sheet.columns()[needed].header(self.language)
            }
        return ""

    def _takes(self, column: Column) -> str:
        if isinstance(column.widget, (Word, YesNo)):
            words = self._words(column.column_name).values()
            return _("one of: %(words)s") % {"words": ", ".join(words)}
        return str(column.takes or column.widget.takes())

    # What Excel checks while somebody types

    def _help(self, place: int, column: Column) -> None:
        rule = self._rule(column)
        if rule:
            self.page.data_validation(1, place, ROWS_WITH_HELP, place, {"ignore_blank": True} | rule)

    def _rule(self, column: Column) -> dict:
        name = column.column_name
        if isinstance(column.widget, (Day, PartialDay)):
            return self._day_rule(isinstance(column.widget, Day))
        words = [_word(one) for one in self.lists.get(name, ())]
        # Elsewhere more is understood than a list can hold: a name of the centre, several at once.
        is_closed = not words and isinstance(column.widget, (Word, YesNo))
        words = words or list(self._words(name).values())
        if not words:
            return {}
        rule: dict = {"validate": "list", "source": f"={self._listed(name, words)}"}
        if not is_closed:
            return rule | {"show_error": False}
        return rule | {"error_title": name, "error_message": _("Choose from the list.")}

    def _day_rule(self, is_whole: bool) -> dict:
        hint = _("Day first: 03/06/2026.")
        if not is_whole:
            hint += " " + _("For only a month or a year, type an apostrophe before it, like '2026-06.")
        return {
            "validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY,
            "input_message": hint, "error_message": hint,
            # A month alone is text, which Excel takes for no date; the person is asked, not stopped.
            "error_type": "stop" if is_whole else "warning",
        }  # fmt: skip

    def _listed(self, name: str, words: Sequence[str]) -> str:
        self.listed[name] = words
        letter = letters(len(self.listed) - 1)
        return f"{LISTS}!${letter}$1:${letter}${len(words)}"

    def _list(self) -> None:
        longest = max(map(len, self.listed.values()), default=0)
        for number in range(longest):
            for place, words in enumerate(self.listed.values()):
                if number < len(words):
                    _write(self.hidden, number, place, words[number])

    # Rows

    def _write_row(
        self, number: int, columns: Sequence[Column], cells: Sequence[str], is_example: bool
    ) -> None:
        text, day = (self.example_text, self.example_day) if is_example else (self.text, self.day)
        for place, cell in enumerate(cells):
            column = columns[place] if place < len(columns) else None
            if not cell:
                continue
            if column is not None and (date := _whole_day(column, cell)):
                self.page.write_datetime(number, place, date, day)
            else:
                shown = self._in_language(column, cell) if column is not None else cell
                _write(self.page, number, place, shown, text)

    def _in_language(self, column: Column, cell: str) -> str:
        if isinstance(column.widget, (Word, YesNo)):
            return self._words(column.column_name).get(cell, cell)
        return cell

    # Notes

    def _explain(self, columns: Sequence[Column]) -> None:
        page, line = self.notes, 0
        page.set_column(0, 0, 28, self.wrapped)
        page.set_column(1, 1, 22, self.wrapped)
        page.set_column(2, 2, 90, self.wrapped)
        for sentence in self._sentences():
            page.write_string(line, 0, sentence)
            line += 1
        line += 1
        for place, title in enumerate((_("Column"), _("Required?"), _("What to fill in"))):
            page.write_string(line, place, title, self.head)
        for column in columns:
            line += 1
            page.write_string(line, 0, column.header(self.language), self.wrapped)
            page.write_string(line, 1, self._need(column), self.wrapped)
            page.write_string(line, 2, self._takes(column), self.wrapped)
        for name, words in self.lists.items():
            line += 2
            page.write_string(line, 0, self.sheet.columns()[name].header(self.language), self.head)
            for word in words:
                line += 1
                _write(page, line, 0, _word(word), self.wrapped)
                _write(page, line, 2, "" if isinstance(word, str) else word[1], self.wrapped)

    def _sentences(self) -> list[str]:
        return [
            _("Fill in the sheet “%(sheet)s” and upload this file.") % {"sheet": self.sheet.kind},
            _("The grey row in italics is an example; it is ignored."),
            _("An empty cell keeps the stored value. You may move or remove columns."),
            _("Write dates with the day first. Separate several values in one cell with “;”."),
        ]


def _word(one) -> str:
    return one if isinstance(one, str) else one[0]


def _whole_day(column: Column, cell: str) -> dt.date | None:
    """The day that a cell of a date column says; None for a month, a year, or what Excel cannot count."""
    if not isinstance(column.widget, (Day, PartialDay)):
        return None
    try:
        read = column.widget.clean(tidy(cell))
        day = read if isinstance(read, dt.date) else dt.date.fromisoformat(read)
    except ValueError:
        return None
    return day if day.year > 1900 else None
