"""Reading files: what is honest is read, what is not is refused with a sentence, and nothing blows up."""

import io
import zipfile

import pytest

from directory.imports.messages import problem
from directory.sheets import reading
from directory.sheets.reading import safety, workbook
from tests import sheets

GOOD = (
    {"centre_code": "uz-gent", "nct_number": "NCT04307576"},
    {"centre_code": "uza", "nct_number": "NCT03911128"},
)
pytestmark = pytest.mark.own_process


def read(tmp_path, content, name="sheet.csv", sheet=""):
    path = tmp_path / "stored"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with reading.read(path, name=name, sheet=sheet) as table:
        return table, list(table.rows())


def refusal(tmp_path, content, name="sheet.csv", sheet=""):
    with pytest.raises(reading.Unreadable) as refused:
        read(tmp_path, content, name, sheet)
    told = problem(refused.value.code, **refused.value.params)
    assert "%(" not in told["message"]
    return told


def repacked(content: bytes, change) -> bytes:
    """A workbook whose parts went through `change(name, data)`: None drops one, a list adds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            for name, data in change(entry.filename, old.read(entry)):
                new.writestr(name, data)
    return out.getvalue()


# Text tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    content = sheets.a_csv(
        {"centre_code": "uz-gent", "title": "Étude, phase 1; 5"}, delimiter=delimiter, encoding=encoding
    )
    table, rows = read(tmp_path, content)
    assert table.header == ["centre_code", "title"]
    assert rows[0].cells == ["uz-gent", "Étude, phase 1; 5"]


def test_excel_s_sep_line_is_no_header_and_rows_keep_their_numbers(tmp_path):
    table, rows = read(tmp_path, "sep=|\r\na|b\r\n1|2\r\n")
    assert (table.header, table.header_row) == (["a", "b"], 2)
    assert (rows[0].number, rows[0].cells) == (3, ["1", "2"])


def test_rows_are_numbered_as_the_sheet_shows_them(tmp_path):
    _table, rows = read(tmp_path, 'a,b\n1,"two\nlines"\n\n\n3,4\n')
    assert [(row.number, row.cells[0]) for row in rows] == [(2, "1"), (6, "3")]


def test_a_quote_that_is_never_closed_is_named_by_its_row(tmp_path):
    told = refusal(tmp_path, 'a,b,c\n1,2,\n3,"4\n5,6,\n7,8,\n')
    assert (told["code"], told["row"]) == ("open_quote", 3)
    assert "Row 3" in told["message"]


def test_a_quote_inside_a_cell_is_text(tmp_path):
    _table, rows = read(tmp_path, 'a,b\n1,Study "1 in lymphoma\n')
    assert rows[0].cells[1] == 'Study "1 in lymphoma'


def test_a_short_and_a_long_row_are_told(tmp_path):
    _table, rows = read(tmp_path, "a,b,c\n1,2\n1,2,3,4\n1,2,3,\n")
    assert [[fault[1] for fault in row.faults] for row in rows] == [["too_short"], ["too_wide"], []]


def test_a_cell_longer_than_a_cell_can_be_is_told_and_not_kept(tmp_path):
    _table, [row] = read(tmp_path, "a,b\n1," + "x" * 40_000 + "\n")
    assert row.faults == [(1, "too_long", {"length": 40_000, "most": 32_767})]
    assert len(row.cells[1]) == 80


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n \r\n", "empty"),
        (b"a,b\n", "no_rows"),
        (b"a,b\n\n , \n", "no_rows"),
        (b"%PDF-1.7 ...", "other_format"),
        (b"\xd0\xcf\x11\xe0 old excel", "other_format"),
        (b"<html><table><tr><td>1</td></tr></table>", "other_format"),
        ("a,b\n1,é\n".encode("utf-16-be"), "utf16_without_mark"),
        ("a,b\né,1\n".encode() + "2,é\n".encode("cp1252"), "mixed_encoding"),
        (b"a,b\n1,\x81\x01\n", "encoding"),
        (b"PK\x03\x04 this is no archive", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_as_what_it_is(tmp_path, content, code):
    assert refusal(tmp_path, content)["code"] == code


def test_mixed_encodings_name_the_row_and_the_byte(tmp_path):
    told = refusal(tmp_path, "a,b\né,1\n".encode() + "2,é\n".encode("cp1252"))
    assert (told["row"], told["byte"]) == (3, "0xE9")


def test_too_many_rows_and_columns_are_refused_while_streaming(tmp_path):
    assert refusal(tmp_path, "a\n" + "1\n" * (reading.MAX_ROWS + 1))["code"] == "too_many_rows"
    assert refusal(tmp_path, ",".join(f"c{n}" for n in range(300)) + "\n1\n")["code"] == "too_many_columns"


# Workbooks


def test_a_workbook_is_read_with_numbers_dates_and_yes_as_typed(tmp_path):
    import datetime as dt

    content = sheets.a_workbook({"code": 9000, "lat": 51.5, "day": "2027-01-01", "ok": True, "no": None})
    _table, [row] = read(tmp_path, content, "a.xlsx")
    assert row.cells[:4] == ["9000", "51.5", "2027-01-01", "true"]
    from directory.sheets.reading.workbook import as_text

    assert as_text(dt.datetime(2027, 1, 1)) == "2027-01-01"
    assert as_text(dt.datetime(2027, 1, 1, 10, 30)) == "2027-01-01 10:30:00"


def test_the_first_sheet_with_content_is_read_and_the_others_named(tmp_path):
    content = sheets.a_workbook(*GOOD, sheet="Data", more={"Notes": [["x"]]})
    table, rows = read(tmp_path, content, "a.xlsx")
    assert (table.sheet, table.others, len(rows)) == ("Data", ["Notes"], 2)


def test_a_named_sheet_is_read_and_a_wrong_name_told_with_the_right_ones(tmp_path):
    content = sheets.a_workbook(*GOOD, sheet="One", more={"Two": [["code"], ["uz-gent"]]})
    assert read(tmp_path, content, "a.xlsx", sheet="two")[1][0].cells == ["uz-gent"]
    told = refusal(tmp_path, content, "a.xlsx", sheet="Three")
    assert "“Three”" in told["message"]
    assert "One, Two" in told["message"]


def test_a_workbook_is_known_by_its_content_whatever_its_name(tmp_path):
    assert len(read(tmp_path, sheets.a_workbook(*GOOD), "export.csv")[1]) == 2
    assert refusal(tmp_path, "a,b\n1,2\n", "export.xlsx")["code"] == "no_workbook"


def test_half_a_workbook_is_damaged(tmp_path):
    content = sheets.a_workbook(*GOOD)
    assert refusal(tmp_path, content[: len(content) // 2], "a.xlsx")["code"] == "damaged"


def test_a_workbook_with_macros_is_refused(tmp_path):
    def add(name, data):
        return [(name, data), *([("xl/vbaProject.bin", b"x")] if name.endswith("workbook.xml") else [])]

    assert refusal(tmp_path, repacked(sheets.a_workbook(*GOOD), add), "a.xlsx")["code"] == "macros"


def test_a_document_type_is_refused_wherever_it_hides(tmp_path):
    def declare(name, data):
        if name.endswith("sharedStrings.xml"):
            data = data.replace(
                b"<sst", b"<!-- " + b"x" * 300_000 + b' --><!DOCTYPE a SYSTEM "http://127.0.0.1/">\n<sst', 1
            )
        return [(name, data)]

    told = refusal(tmp_path, repacked(sheets.a_workbook(*GOOD), declare), "a.xlsx")
    assert (told["code"], told["why"]) == ("unsafe", "dtd")


def test_two_parts_of_one_name_are_refused(tmp_path):
    out = io.BytesIO(sheets.a_workbook(*GOOD))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    assert refusal(tmp_path, out.getvalue(), "a.xlsx")["code"] == "unsafe"


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path, monkeypatch):
    def inflate(name, data):
        grown = data.replace(b"<sheetData>", b"<sheetData>" + b" " * 80_000_000)
        return [(name, grown if name.endswith("sheet1.xml") else data)]

    assert refusal(tmp_path, repacked(sheets.a_workbook(*GOOD), inflate), "a.xlsx")["code"] == "bomb"

    # Here too, where it is seen which parts are opened: that one is not among them.
    opened, real = [], zipfile.ZipFile.open

    def look(archive, part, *args, **options):
        opened.append(getattr(part, "filename", part))
        return real(archive, part, *args, **options)

    monkeypatch.setattr(zipfile.ZipFile, "open", look)
    with pytest.raises(reading.Unreadable, match="bomb"):
        workbook.WorkbookSource(tmp_path / "stored", "a.xlsx", "")
    assert not [part for part in opened if "sheet" in part]


def test_an_ods_is_read_and_its_other_sheets_are_named(tmp_path):
    content = sheets.an_ods(
        {"Data": [["centre_code", "nct"], ["uz-gent", "NCT1"], [], ["uza", ""]], "B": [["x"]]}
    )
    for name in ("a.ods", "a.xlsx"):
        table, rows = read(tmp_path, content, name)
        assert (table.sheet, table.others) == ("Data", ["B"])
        assert [(row.number, row.cells) for row in rows] == [(2, ["uz-gent", "NCT1"]), (4, ["uza", ""])]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"Basic/Standard/Module1.xml": "<x/>"}, "macros"),
        ({"Scripts/python/a.py": "x"}, "macros"),
        ({"styles.xml": '<!DOCTYPE a SYSTEM "http://127.0.0.1/"><a/>'}, "unsafe"),
        ({"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}, "encrypted"),
        ({"../evil.xml": "<x/>"}, "unsafe"),
        ({"Pictures/a.svm": " " * 70_000_000}, "bomb"),
        ({"content.xml": "<office"}, "damaged"),
    ],
)
def test_an_ods_is_looked_at_as_closely_as_an_xlsx(tmp_path, parts, code):
    content = sheets.an_ods({"Data": [["a"], ["1"]]}, parts=parts)
    assert refusal(tmp_path, content, "a.ods")["code"] == code


def test_what_an_ods_hides_repeats_and_covers(tmp_path):
    repeated = (
        '<table:table-row table:visibility="filter" table:number-rows-repeated="{}">{}</table:table-row>'
    )
    cell = '<table:table-cell table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
    rows = [
        ["centre_code", "acronym"], repeated.format(3, "<table:table-cell/>"),
        ["<table:table-cell table:number-rows-spanned='2'><text:p>uz-gent</text:p></table:table-cell>", cell],
        ["<table:covered-table-cell/>", "<table:table-cell table:formula='of:=[.A1]'/>"],
        repeated.format(1_000_000, '<table:table-cell table:number-columns-repeated="1024"/>'),
    ]  # fmt: skip
    table, [first, second] = read(tmp_path, sheets.an_ods({"Data": rows}), "a.ods")
    assert (first.number, first.faults) == (5, [(1, "cell_error", {"shown": "#DIV/0!"})])
    assert (second.number, second.cells[1]) == (6, "=…")
    assert {fault[1] for fault in second.faults} == {"merged", "not_calculated"}
    assert table.hidden == 0  # what is hidden is empty


def test_what_a_workbook_shows_as_an_error_or_never_calculated_is_told_by_its_cell(tmp_path):
    def break_cells(name, data):
        if name.endswith("sheet1.xml"):
            data = data.replace(
                b'<c r="B2" t="s"><v>3</v></c>', b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
            )
            data = data.replace(b'<c r="B3" t="s"><v>5</v></c>', b'<c r="B3"><f>A1</f></c>')
            data = data.replace(b'<row r="3"', b'<row hidden="1" r="3"')
        return [(name, data)]

    table, rows = read(tmp_path, repacked(sheets.a_workbook(*GOOD), break_cells), "a.xlsx")
    assert [row.faults for row in rows] == [
        [(1, "cell_error", {"shown": "#DIV/0!"})], [(1, "not_calculated", {"shown": "=…"})],
    ]  # fmt: skip
    assert (table.hidden, [row.cells[1] for row in rows]) == (1, ["#DIV/0!", "=…"])


def test_the_cells_of_a_merged_area_but_its_first_are_told(tmp_path):
    def merge(name, data):
        merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
        return [(name, data.replace(b"</sheetData>", merged) if name.endswith("sheet1.xml") else data)]

    rows = read(tmp_path, repacked(sheets.a_workbook(*GOOD), merge), "a.xlsx")[1]
    assert [row.faults for row in rows] == [[], [(0, "merged", {})]]


def test_a_western_text_tells_its_cells_as_other_encodings_read_them(tmp_path):
    table, _rows = read(tmp_path, "a,b\n1,Hôpital\n2,été\n".encode("cp1252"))
    assert list(table.encodings) == ["cp1252", "iso8859_15", "mac_roman", "cp850"]
    assert table.encodings["cp1252"] == table.encodings["iso8859_15"] == ["Hôpital", "été"]
    assert table.encodings["mac_roman"][0] == "HÙpital"


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "cp1252"])
def test_the_encoding_that_gives_most_usual_letters_is_guessed(tmp_path, encoding):
    table, [row] = read(
        tmp_path,
        "a,b\n1,Société belge d'hématologie à Liège: où vont ça\n".encode(encoding),
    )
    assert next(iter(table.encodings)) == encoding
    assert row.cells[1] == "Société belge d'hématologie à Liège: où vont ça"


def test_an_encoding_that_a_person_names_is_taken(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes("a,b\n1,été\n".encode("cp1252"))
    with reading.read(path, name="a.csv", encoding="mac_roman") as table:
        assert next(table.rows()).cells[1] == "ÈtÈ"


def test_the_header_may_begin_lower_and_the_rows_follow_it(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes(b"Overview, of trials\n\ncentre_code;nct\nuz-gent;NCT1\nuza;NCT2\n")
    with reading.read(path, name="a.csv") as table:
        assert (table.header_row, table.total) == (1, 3)
        table.begin_at(1)
        assert (table.header, table.header_row, table.total) == (["centre_code", "nct"], 3, 2)
        assert table.sample(1) == [["uz-gent", "NCT1"]]
        assert [(row.number, row.cells[0]) for row in table.rows()] == [(4, "uz-gent"), (5, "uza")]


def test_a_plain_archive_and_a_text_are_told_apart(tmp_path):
    def archive(**parts):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for name, data in parts.items():
                packed.writestr(name.replace("_", "."), data)
        return out.getvalue()

    assert refusal(tmp_path, archive(a_txt="x"), "a.xlsx")["code"] == "no_workbook"
    kind = "application/vnd.oasis.opendocument.text"
    told = refusal(tmp_path, archive(mimetype=kind, content_xml="<x/>"), "a.ods")
    assert (told["code"], told["what"]) == ("other_format", "a text (ODT)")


def test_the_limits_are_those_of_the_house():
    assert (safety.MAX_UNPACKED, safety.MAX_RATIO, safety.MAX_ENTRIES) == (64 * 2**20, 50, 2_000)
    assert reading.MAX_BYTES == 10 * 2**20


def test_the_child_knows_no_secret(tmp_path, monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options["env"])
        raise reading.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(reading.subprocess, "run", run)
    monkeypatch.setenv("SECRET_KEY", "x")
    assert refusal(tmp_path, "a\n1\n")["code"] == "too_slow"
    assert set(seen) == {"PYTHONPATH", "PYTHONIOENCODING", "LC_ALL"}


def test_a_child_that_needs_too_much_memory_ends_and_is_told(tmp_path, monkeypatch):
    """A cell at the far corner makes the reader ask for more than it is given."""

    def move(name, data):
        if name.endswith("sheet1.xml"):
            data = data.replace(b'r="B3"', b'r="XFD1048576"').replace(b'<row r="3"', b'<row r="1048576"')
        return [(name, data)]

    told = refusal(tmp_path, repacked(sheets.a_workbook(*GOOD), move), "a.xlsx")
    assert told["code"] in ("too_many_columns", "too_large_inside")
