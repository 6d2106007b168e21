"""A CSV of ours opens in a Belgian Excel, calculates nothing in any country's, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from directory.sheets.csv_files import as_csv
from directory.sheets.formulas import guarded, unguarded
from directory.sheets.reading.csv import CsvSource

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
ATTACK = "=1+cmd|'/C calc'!A0"
TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab ;,\t\n\r\"'=+-@|＝"), st.characters(exclude_categories=["Cs", "Cc"])
    ),
    max_size=14,
)
ROWS = st.lists(st.lists(TEXT, min_size=4, max_size=4), min_size=1, max_size=4)
HEADER = ["code", "title", "other_ids", "remarks"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "stored"


def cells_of_any_spreadsheet(content: bytes, separator: str) -> list[str]:
    """Every cell that a program which parts at `separator` may see: quotes obeyed, and quotes overlooked."""
    text = content.decode("utf-8-sig")
    obeyed = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    lines = text.replace("\r", "\n").split("\n")
    return obeyed + [cell for line in lines for cell in line.split(separator)]


@settings(max_examples=300)
@example(rows=[["a", f"x;{ATTACK}", f'x,"{ATTACK}', f"x\n{ATTACK}"]])
@given(rows=ROWS)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_parts_it(separator, rows):
    cells = cells_of_any_spreadsheet(as_csv([HEADER, *rows]), separator)
    assert [cell for cell in cells if cell.lstrip(' "').startswith(SIGNS)] == []


@settings(max_examples=300)
@example(rows=[["a", f"x;{ATTACK}", f"x,''{ATTACK}", "Inclusion:\n- a\n- b"]])
@given(rows=ROWS)
def test_what_is_written_is_read_as_it_was(path, rows):
    path.write_bytes(as_csv([HEADER, *rows]))
    found = [cells for _line, cells in CsvSource(path, "a.csv", "").rows()]
    assert found == [HEADER, *([cell if cell.strip() else "" for cell in row] for row in rows)]


@given(TEXT)
def test_what_was_guarded_is_itself_again(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "x;", "x; ", "x,", "x\t", "x\n", 'x,"', "\t", "\r", "\n"])
def test_a_sign_that_begins_a_formula_stands_behind_an_apostrophe(before, sign):
    assert "'" in guarded(f"{before}{sign}1")


@pytest.mark.parametrize("text", ["", "iEuroEwing", "a=1", "1-2", "(=1)", "NCT04307576", "a; b, c", "a; '+'"])
def test_other_text_is_left_as_it_is(text):
    assert guarded(text) == text


def test_a_belgian_excel_knows_the_letters_and_the_separator():
    assert as_csv([["a", "b"], ["é;", "1,5"]]) == b'\xef\xbb\xbfa;b\r\n"\xc3\xa9;";1,5\r\n'
