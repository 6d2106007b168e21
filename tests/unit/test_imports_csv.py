"""Whatever table is written as CSV, in whatever manner spreadsheets write it, is read as it was."""

import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from directory.imports.tables import Unreadable
from directory.imports.tables.csv import DELIMITERS, Source, decoded

# Text as it stands in cells: any letters, quotes and delimiters, line breaks inside; no NUL, no surrogates.
CELL = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab é\"',;\t\n€"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=12,
)
# Without œ and €: behind another accent, the bytes of theirs are UTF-8 as well, and taken for it.
LATIN = st.text(alphabet="abcdefgéèüßñ 0123456789", max_size=12)
# What an export writes before a cell that a spreadsheet would calculate.
GUARD = re.compile(r"^'(?='* *[=+\-@\t\r\n＝＋－＠])")
HEADER = ["centre_code", "nct_number", "remarks"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "stored"


def written(rows, *, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


def read(path, content: bytes, name="a.csv"):
    path.write_bytes(content)
    return [cells for _line, cells in Source(path, name, "").rows()]


def code_of(path, content: bytes) -> str:
    """Empty where `content` is read, else the code of the refusal."""
    try:
        read(path, content)
    except Unreadable as refused:
        return refused.code
    return ""


def kept(rows):
    """A cell of nothing but spaces is an empty one; an export puts an apostrophe before a formula."""
    return [[GUARD.sub("", cell) if cell.strip() else "" for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("' -5", " -5"),
        ("'t Zand", "'t Zand"),
        ("=1", "=1"),
        ("'", "'"),
    ],
)
def test_only_the_apostrophe_of_an_export_is_taken_off(path, cell, meant):
    assert read(path, written([HEADER, ["a", "b", cell]]).encode()) == [HEADER, ["a", "b", meant]]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@settings(deadline=None)
@example(rows=[["", "", "'@"]], quoting=csv.QUOTE_MINIMAL, end="\n", encoding="utf-8")
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_table_a_spreadsheet_writes_is_read_as_it_was(path, delimiter, rows, quoting, end, encoding):
    text = written([HEADER, *rows], delimiter=delimiter, quoting=quoting, end=end)
    found = read(path, text.encode(encoding))
    assert found == [HEADER, *kept(rows)]


@settings(deadline=None)
@given(rows=st.lists(st.lists(LATIN, min_size=3, max_size=3), max_size=5))
@example(rows=[["é", "", ""]])
def test_a_table_in_the_encoding_of_western_windows_is_read_as_it_was(path, rows):
    text = written([HEADER, *rows], delimiter=";")
    assert read(path, text.encode("cp1252")) == [HEADER, *kept(rows)]


@settings(deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5))
def test_each_row_has_the_number_of_its_first_line(path, rows):
    text = written([HEADER, *rows], end="\n")
    path.write_text(text, encoding="utf-8", newline="")
    numbers = [line for line, _cells in Source(path, "a.csv", "").rows()]
    lines, expected = 1, []
    for row in [HEADER, *rows]:
        expected.append(lines)
        lines += written([row], end="\n").count("\n")
    assert numbers == expected


@settings(deadline=None)
@given(content=st.binary(min_size=1, max_size=200))
def test_any_bytes_are_a_table_or_refused_by_a_known_code(path, content):
    assert code_of(path, content) in {
        "", "empty", "other_format", "encoding", "mixed_encoding", "utf16_without_mark", "open_quote",
        "stray_quote",
    }  # fmt: skip


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
def test_text_in_utf_8_is_itself(text):
    content = ("x,y\n" + text).encode()
    assert decoded(content)[0] == ("x,y\n" + text) or content[:2000].count(0) > 0


@pytest.mark.parametrize("cell", ["50 €", "Cœur", "“Étude”", "Hôpital – site B", "naïef", "Größe"])
def test_a_sign_that_only_windows_has_there_is_read(cell):
    text, samples = decoded(f"a,b\n1,{cell}\n".encode("cp1252"))
    assert text == f"a,b\n1,{cell}\n"
    assert next(iter(samples.items())) == ("cp1252", [cell])


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("a;b;c", ";"), ("a,b,c", ","), ("a\tb\tc", "\t"), ('"a;x";b,c,d', ","), ('"a,x,y,z";b;c', ";"),
        ("\n\na;b", ";"), ("one", ","), ("titre, court;b;c", ";"),
    ],
)  # fmt: skip
def test_the_delimiter_is_what_stands_most_often_outside_quotes(path, header, delimiter):
    path.write_text(header + "\n", encoding="utf-8")
    assert Source(path, "a.csv", "").delimiter == delimiter


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", " sep=; "])
def test_excels_own_line_names_the_delimiter_whatever_its_writing(path, first):
    assert read(path, f"{first}\r\na,b;c\r\n".encode()) == [["a,b", "c"]]


@pytest.mark.parametrize("name", ["a.xlsx", "A.XLSX", "a.xlsm"])
def test_text_that_calls_itself_a_workbook_is_told_so(path, name):
    with pytest.raises(Unreadable) as refused:
        read(path, b"a,b\n1,2\n", name)
    assert refused.value.code == "no_workbook"


@pytest.mark.parametrize(
    ("content", "row"),
    [(b'a,b\n"x"y,2\n', 2), (b'a,b\n1,2\n3,"x" y\n', 3), (b'"a\nb",c\n"x"y,2\n', 3)],
)
def test_text_behind_a_closing_quote_is_told_by_its_row(path, content, row):
    with pytest.raises(Unreadable) as refused:
        read(path, content)
    assert (refused.value.code, refused.value.params) == ("stray_quote", {"row": row})
