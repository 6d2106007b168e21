"""Workbooks written as they are sent: what is written is what two readers read."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from directory.sheets.workbooks import LONGEST_CELL, Line, Page, Style, letters, sheet_name, stream


def written(*pages):
    return b"".join(stream(pages))


def read_back(content, name="a"):
    return load_workbook(io.BytesIO(content)).get_sheet_by_name(name).to_python(skip_empty_area=False)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30), min_size=1))
def test_any_text_comes_back_as_it_was(cells):
    found = read_back(written(Page("a", [Line(1, ["begin", *cells, "end"])], [10])))
    assert found == [["begin", *cells, "end"]]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+32", "-5", "@a", "_x0041_", "_x005F_", " a ", "a\nb", "a\r\nb", "\x0b"]
)
def test_a_cell_that_looks_like_something_else_is_text(cell):
    assert read_back(written(Page("a", [Line(1, ["x", cell])], [10]))) == [["x", cell]]


def test_a_lone_surrogate_is_shown_as_a_character_that_is_none():
    assert read_back(written(Page("a", [Line(1, ["a\ud800b"])], [10]))) == [["a\ufffdb"]]


def test_a_cell_longer_than_a_cell_may_be_is_cut():
    [[cell]] = read_back(written(Page("a", [Line(1, ["é" * (LONGEST_CELL + 5)])], [10])))
    assert len(cell) == LONGEST_CELL


def test_rows_stand_where_they_are_put_and_look_as_they_are_told():
    lines = [Line(3, ["H", "I"], {0: Style.HEADER}), Line(7, ["", "wrong"], {1: Style.WRONG, 0: Style.NOTE})]
    book = openpyxl.load_workbook(io.BytesIO(written(Page("a", lines, [10, 20], 3), Page("b & c", [], [5]))))
    assert book.sheetnames == ["a", "b & c"]
    sheet = book["a"]
    assert (sheet["A3"].value, sheet["B7"].value, sheet["A7"].value) == ("H", "wrong", None)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:B7")
    assert (sheet["B7"].fill.fgColor.rgb, sheet["A7"].fill.fgColor.rgb) == ("FFFFC7CE", "FFFFE699")
    assert {sheet[place].number_format for place in ("A3", "B3", "B7")} == {"@"}
    assert sheet["A3"].font.b


def test_lines_are_asked_for_as_they_are_sent():
    asked = []

    def lines():
        for number in range(1, 100_000):
            asked.append(number)
            yield Line(number, ["some text", f"{number}"])

    pieces = stream([Page("a", lines(), [10, 10])])
    first = b""
    while len(first) < 4_000:
        first += next(pieces)
    assert 0 < len(asked) < 50_000
    assert len(read_back(first + b"".join(pieces))) == 99_999


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("Sites", "Sites"), ("a/b:c", "a b c"), ("x" * 40, "x" * 31), ("'quoted'", "quoted"), ("", "Rows")],
)
def test_a_sheet_has_a_name_that_excel_takes(wanted, name):
    assert sheet_name(wanted, "Rows") == name


def test_columns_are_called_as_a_spreadsheet_does():
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
