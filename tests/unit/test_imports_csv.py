"""Whatever table is written as CSV, in whatever manner spreadsheets write it, is read as it was."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from directory.sheets.reading import Unreadable
from directory.sheets.reading.csv import DELIMITERS, CsvSource, decoded
from tests.support.steps import steps

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
GUARD = re.compile(r"""(?:^|(?<=[;,\t\r\n]))'(?='*[ "]*[=+\-@\t\r\n＝＋－＠])""")
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
    return [cells for _line, cells in CsvSource(path, name, "").rows()]


def code_of(path, content: bytes) -> str:
    """Empty where `content` is read, else the code of the refusal."""
    try:
        read(path, content)
    except Unreadable as refused:
        return refused.code
    return ""


def kept(rows):
    """A cell of nothing but spaces is an empty one; an export puts an apostrophe before a formula."""
    return [[text if (text := GUARD.sub("", cell)).strip() else "" for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("a;'=1,''-1", "a;=1,'-1"),
        ("a; '+'", "a; '+'"),
        ("' -5", " -5"),
        ("'t Zand", "'t Zand"),
        ("=1", "=1"),
        ("'", "'"),
    ],
)
def test_only_the_apostrophe_of_an_export_is_taken_off(path, cell, meant):
    assert read(path, written([HEADER, ["a", "b", cell]]).encode()) == [HEADER, ["a", "b", meant]]


@pytest.mark.parametrize("delimiter", DELIMITERS)
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


@given(rows=st.lists(st.lists(LATIN, min_size=3, max_size=3), max_size=5))
@example(rows=[["é", "", ""]])
def test_a_table_in_the_encoding_of_western_windows_is_read_as_it_was(path, rows):
    text = written([HEADER, *rows], delimiter=";")
    assert read(path, text.encode("cp1252")) == [HEADER, *kept(rows)]


@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5))
def test_each_row_has_the_number_of_its_first_line(path, rows):
    text = written([HEADER, *rows], end="\n")
    path.write_text(text, encoding="utf-8", newline="")
    numbers = [line for line, _cells in CsvSource(path, "a.csv", "").rows()]
    lines, expected = 1, []
    for row in [HEADER, *rows]:
        expected.append(lines)
        lines += written([row], end="\n").count("\n")
    assert numbers == expected


@given(content=st.binary(min_size=1, max_size=200))
def test_any_bytes_are_a_table_or_refused_by_a_known_code(path, content):
    assert code_of(path, content) in {
        "", "empty", "other_format", "encoding", "mixed_encoding", "utf16_without_mark", "open_quote",
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
    assert CsvSource(path, "a.csv", "").delimiter == delimiter


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", " sep=; "])
def test_excels_own_line_names_the_delimiter_whatever_its_writing(path, first):
    assert read(path, f"{first}\r\na,b;c\r\n".encode()) == [["a,b", "c"]]


@pytest.mark.parametrize("name", ["a.xlsx", "A.XLSX", "a.xlsm"])
def test_text_that_calls_itself_a_workbook_is_told_so(path, name):
    with pytest.raises(Unreadable) as refused:
        read(path, b"a,b\n1,2\n", name)
    assert refused.value.code == "no_workbook"


# Quotation marks that are no quoting

WIDE = ["nct_number", "acronym", "title", "status", "remarks"]
STRAY = [
    # a line of five cells as old exports have it, and its third cell
    ('N1,A,The "Real World" study,open,x', 'The "Real World" study'),
    ('N1,A,"Real World" study,open,x', '"Real World" study'),
    ('N1,A,"Real" and "World",open,x', '"Real" and "World"'),
    ('N1,A,5" needle,open,x', '5" needle'),
    ('N1,A,"5 inches,open,x', '"5 inches'),
    ('"N1","A","Needle 5" long","open","x"', 'Needle 5" long'),
    ('"N1","A","A needle of 5"","open","x"', 'A needle of 5"'),
    ('"N1","A","The "Real, World" study","open","x"', 'The "Real, World" study'),
    ('"N1","A","Study "X" in Y","open","x"', 'Study "X" in Y'),
    ('N1,A,"""Real"" World",open,x', '"Real" World'),
    ('N1,A,"Real, World",open,x', "Real, World"),
]


@pytest.mark.parametrize(("line", "title"), STRAY)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_mark_that_quotes_nothing_is_a_character(path, line, title, delimiter):
    """It costs neither its row nor one above or below, whatever stands there."""
    line, title = (one.replace(",", delimiter).replace(f"{delimiter} ", ", ") for one in (line, title))
    good = delimiter.join(("N2", "B", '"Two\nlines"', "open", '"a ""b"""'))
    lines = [delimiter.join(WIDE), good, line, good, line, good]
    rows = read(path, "\n".join(lines).encode())
    kept = ["N2", "B", "Two\nlines", "open", 'a "b"']
    assert rows == [WIDE, kept, ["N1", "A", title, "open", "x"], kept, ["N1", "A", title, "open", "x"], kept]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_rows_between_two_stray_marks_are_rows(path, delimiter):
    """The first would open a cell and the second close it: RFC 4180 alone would make one row of four."""
    lines = [WIDE, ["N1", "A", '"Real World', "o", "x"], ["N2", "B", "b", "o", ""], ["N3", "C", "c", "o", ""],
             ["N4", "D", 'needle 5"', "o", "x"], ["N5", "E", "e", "o", ""]]  # fmt: skip
    assert read(path, "\n".join(map(delimiter.join, lines)).encode()) == lines


def test_in_a_table_with_tabs_a_mark_is_a_character_in_a_ragged_row_too(path):
    rows = read(path, b'a\tb\tc\n1\t"x\n2\ty\tz\n')
    assert rows == [["a", "b", "c"], ["1", '"x'], ["2", "y", "z"]]


def test_a_row_that_marks_break_costs_itself_and_is_told_with_its_place(path):
    path.write_bytes(b'sep=,\na,b,c\n1,2,3\n4,"x" y, z,5\n6,"7",8\n')
    source = CsvSource(path, "a.csv", "")
    assert list(source.rows()) == [
        (2, ["a", "b", "c"]), (3, ["1", "2", "3"]), (4, ["4", '"x" y', " z", "5"]), (5, ["6", "7", "8"]),
    ]  # fmt: skip
    assert source.faults == {4: [(1, "quote", {})]}


def test_a_mark_after_which_nobody_can_tell_where_a_row_ends_is_named_by_its_row(path):
    with pytest.raises(Unreadable) as refused:
        read(path, b'a,b,c\n1,2,3\n4,"5\n6,7,8\n')
    assert (refused.value.code, refused.value.params) == ("open_quote", {"row": 3})


STRAY_CELL = st.text(alphabet='ab" 5', max_size=8)


@given(rows=st.lists(st.lists(STRAY_CELL, min_size=4, max_size=4), min_size=1, max_size=8))
def test_no_row_of_a_table_that_quotes_nothing_is_lost(path, rows):
    """Whatever marks its cells hold: as many rows and cells as were written, none in another's place."""
    table = [[*HEADER, "n"], *([f"r{number}", *row[1:]] for number, row in enumerate(rows))]
    found = read(path, "\n".join(map("\t".join, table)).encode())
    assert [row[0] for row in found] == [row[0] for row in table]
    bare = [[cell.replace('"', "").strip() for cell in row] for row in found]
    assert bare == [[cell.replace('"', "").strip() for cell in row] for row in table]


def test_many_stray_marks_take_no_more_work_than_their_rows(path):
    def work(rows):
        path.write_bytes(b"a,b,c,d,e\n" + b'1,"a,"b,c"",d"" \n' * rows)
        found = []
        work = steps(lambda: found.extend(CsvSource(path, "a.csv", "").rows()))
        assert len(found) == rows + 1
        return work

    assert work(8_000) < 9 * work(1_000)


def test_as_many_rows_as_may_be_are_read_though_each_has_a_stray_mark(path):
    path.write_bytes(b"a,b,c,d,e\n" + b'1,"a,"b,c"",d"" \n' * 40_000)
    assert sum(1 for _row in CsvSource(path, "a.csv", "").rows()) == 40_001


def test_the_old_export_of_the_registry_is_read_whole(path, shared_data):
    """Its marks are characters; a further stray one, as in row 566 of the real file, costs no row."""
    raw = (shared_data / "sheets/registries/ctgov_classic.tsv").read_bytes()
    lines = raw.decode("utf-8-sig").splitlines()
    lines[5] = lines[5].replace("\t", '\t"', 3)
    rows = read(path, "\n".join(lines).encode())
    assert len(rows) == len(lines)
    assert {len(row) for row in rows} == {len(rows[0])}
