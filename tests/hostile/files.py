"""The table: each file, what is right for it, and words that must be said."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sheets import a_csv, a_workbook, an_ods

from . import made
from .made import (
    CELLS,
    HEADER,
    ROWS,
    cell,
    encoded,
    lines,
    merged,
    ods,
    part,
    table,
    text,
    with_parts,
    with_sheet,
    workbook,
)

ACCEPT, ASK, ROW, FILE = "accept", "ask", "reject-row", "reject-file"


@dataclass(frozen=True)
class File:
    """A file by its name. `says`: words of a message, warning or question; `rows`: how many were judged."""

    name: str
    expected: str
    make: Callable[[], bytes]
    says: str = ""
    rows: int | None = None


def _same(name: str, data: bytes) -> bytes:
    return data


NBSP, ZERO_WIDTH = "\u00a0", "\u200b"
NOISY = [f" {name.upper().replace('_', NBSP)}{ZERO_WIDTH} " for name in HEADER]
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
BANNER = [["Trials of our hospital, April 2026"], [], ["", "Trial", "", "", "Status", "", "Contact"]]
FOREIGN = {"centre_code": "Where", "nct_number": "Study", "status": "State"}
DUTCH = ["centrum", "NCT-nummer", "acroniem", "titel", "status", "startdatum", "contactpersoon", "e-mail"]


def _foreign() -> bytes:
    return a_csv(*({FOREIGN.get(name, name): cell for name, cell in row.items()} for row in ROWS))


FILES = [
    # Text tables
    File("csv_comma.csv", ACCEPT, lambda: encoded("utf-8"), rows=3),
    File("csv_semicolon.csv", ACCEPT, lambda: encoded("utf-8", ";"), rows=3),
    File("csv_tab.tsv", ACCEPT, lambda: encoded("utf-8", "\t"), rows=3),
    File("csv_sep_line.csv", ACCEPT, lambda: text("sep=|", *lines("|")), rows=3),
    File("csv_comma_in_the_title_semicolon_below.csv", ACCEPT,
         lambda: text("Trials, all of them, 2026", "", *lines(";")), "Row 3 is taken for the header", 3),
    File("csv_newline_in_a_cell.csv", ACCEPT, lambda: table(title='One,\n"two"; three'), rows=3),
    File("csv_stray_quote.csv", ACCEPT, lambda: text("centre_code,acronym", 'uz-gent,The "1" study'), rows=1),
    File("csv_open_quote.csv", FILE,
         lambda: text(*lines()[:2], '"uz-gent,x', *lines()[2:]), "Row 3: a quotation"),
    File("csv_stray_quotes.csv", ACCEPT,
         lambda: text(*lines()[:2], lines()[2].replace("Étude", '"Étude"'), *lines()[3:]), rows=3),
    File("csv_broken_row.csv", ROW,
         lambda: text(*lines()[:2], 'uz-gent,"x" y,z', *lines()[2:]), "has no partner", 4),
    File("tsv_stray_quotes.tsv", ACCEPT,
         lambda: text(*(one.replace("Étude", '"Étude') for one in lines("\t"))), rows=3),
    File("csv_short_row.csv", ROW, lambda: text(*lines(), "uz-gent,NCT05000009"), "only 2 of 8 cells", 4),
    File("csv_wide_row.csv", ROW,
         lambda: text(*lines(), lines()[1] + ",more"), "has 9 cells, the header 8", 4),
    File("csv_blank_rows.csv", ACCEPT, lambda: text(*lines()[:2], *[""] * 4_000, *lines()[2:]), rows=3),
    File("csv_wide_header.csv", FILE,
         lambda: text(",".join(f"c{n}" for n in range(300)), "1"), "300 columns"),
    File("csv_too_many_rows.csv", FILE, lambda: text("centre_code,acronym", *["uz-gent,A"] * 60_001),
         "more than 60000 rows"),
    File("csv_long_cell.csv", ROW, lambda: table(title="x" * 5_000_000), "at most 32767", 3),
    File("csv_empty.csv", FILE, lambda: b"\r\n\r\n", "empty"),
    File("csv_header_only.csv", FILE, lambda: text(lines()[0]), "no rows below it"),
    File("csv_nul.csv", ROW, lambda: table(title="Study\x00 2"), "U+0000", 3),
    File("csv_nul_in_the_header.csv", FILE, lambda: text("centre_code,acro\x00nym", "uz-gent,A"), "column B"),
    File("csv_nul_in_an_unknown_column.csv", ACCEPT,
         lambda: a_csv(ROWS[0] | {"Remarks": "a\x00b"}), "What does column I (Remarks) hold", 1),
    # Encodings
    File("enc_utf8_bom.csv", ACCEPT, lambda: encoded("utf-8-sig"), rows=3),
    File("enc_utf16_le_bom.csv", ACCEPT, lambda: encoded("utf-16"), rows=3),
    File("enc_utf16_be_bom.csv", ACCEPT, lambda: b"\xfe\xff" + encoded("utf-16-be"), rows=3),
    File("enc_utf16_without_mark.csv", FILE, lambda: encoded("utf-16-be"), "UTF-16 without its mark"),
    File("enc_windows_1252.csv", ACCEPT, lambda: encoded("cp1252"), "it is read as Windows-1252", 3),
    File("enc_long_cell.csv", ROW, lambda: table(title="é" * 4_000_000).decode().encode("cp1252"),
         "at most 32767", 3),
    File("enc_mac_roman.csv", ASK, lambda: table(title="Hématologie à Liège").decode().encode("mac_roman"),
         "it is read as Mac Roman", 3),
    File("enc_dos.csv", ASK, lambda: table(title="Hématologie à Liège").decode().encode("cp850"),
         "it is read as DOS", 3),
    File("enc_mixed.csv", FILE,
         lambda: encoded("utf-8") + text("uz-gent,é", encoding="cp1252"), "Row 5 has a byte"),
    # Headers
    File("hdr_noise.csv", ACCEPT, lambda: text(",".join(NOISY), *lines()[1:]), rows=3),
    File("hdr_dutch.csv", ACCEPT, lambda: text(",".join(DUTCH), *lines()[1:]), rows=3),
    File("hdr_turned_round.csv", ACCEPT, lambda: a_csv(*ROWS, columns=HEADER[::-1]), rows=3),
    File("hdr_missing.csv", FILE, lambda: text(*lines()[1:]), "The column “centre_code” is missing"),
    File("hdr_twice.csv", FILE, lambda: text("centre_code,acronym,centrum", "uz-gent,A,uza"), "both mean"),
    File("hdr_unknown.csv", ACCEPT,
         lambda: a_csv(ROWS[0] | {"Remarks": "x"}), "What does column I (Remarks) hold", 1),
    File("hdr_foreign.csv", ASK, _foreign, "Which column is “centre_code”", 0),
    File("hdr_banner.csv", ACCEPT, lambda: text(*(";".join(row) for row in BANNER), *lines(";")),
         "Row 4 is taken for the header", 3),
    File("hdr_ownership.csv", ACCEPT,
         lambda: a_csv(ROWS[0] | {"id": "1", "verified_by": "me"}), "id, verified_by", 1),
    # Rows
    File("row_other_centre.csv", ROW, lambda: table(centre_code="uza"), "“uza” is not your centre", 3),
    File("row_direction_marks.csv", ACCEPT, lambda: table(title="a\u202eb"), "Invisible characters", 3),
    File("row_formula.csv", ACCEPT, lambda: table(title="=HYPERLINK(1)"), rows=3),
    File("row_two_addresses.csv", ROW,
         lambda: table(contact_email="a@example.org, b@example.org"), "one e-mail", 3),
    # Workbooks
    File("xlsx_plain.xlsx", ACCEPT, workbook, rows=3),
    File("xlsx_called_csv.csv", ACCEPT, workbook, rows=3),
    File("xlsx_banner.xlsx", ACCEPT,
         lambda: a_workbook({"Our trials": ""}, more={"Data": [*BANNER, HEADER, *CELLS]}),
         "Only the sheet “Data” was read", 3),
    File("xlsx_hidden_first_sheet.xlsx", ACCEPT, made.hidden_first_sheet, rows=3),
    File("xlsx_hidden_rows.xlsx", ACCEPT, lambda: with_sheet('<row r="3"', '<row r="3" hidden="1"'),
         "Hidden rows of the sheet were read as well: 1", 3),
    File("xlsx_dimension_lies.xlsx", ACCEPT,
         lambda: with_sheet('ref="A1:H4"', 'ref="A1:XFD1048576"'), rows=3),
    File("xlsx_dimension_too_small.xlsx", ACCEPT, lambda: with_sheet('ref="A1:H4"', 'ref="A1:B2"'), rows=3),
    File("xlsx_far_cell.xlsx", FILE, lambda: with_sheet('r="H4"', 'r="XFD1048576"'), ""),
    File("xlsx_a_million_empty_rows.xlsx", ACCEPT, made.many_empty_rows, rows=3),
    File("xlsx_1904.xlsx", ACCEPT, made.calendar_of_1904, rows=3),
    File("xlsx_error.xlsx", ROW, lambda: cell("C3", ' t="e"><v>#DIV/0!</v>'),
         "acronym: The cell shows the error #DIV/0!", 3),
    File("xlsx_not_calculated.xlsx", ROW, lambda: cell("E3", "><f>E2</f>"), "never calculated", 3),
    File("xlsx_merged.xlsx", ROW, lambda: merged("A2:A4"), "merged cell", 3),
    File("xlsx_wide.xlsx", FILE, lambda: a_workbook({f"c{n}": 1 for n in range(2_000)}), "at most 200"),
    File("xlsx_half.xlsx", FILE, lambda: workbook()[:2_000], "damaged"),
    File("xlsx_bomb.xlsx", FILE, made.bomb, "Unpacked"),
    File("xlsx_macro.xlsx", FILE, lambda: part("xl/vbaProject.bin"), "macros"),
    File("xlsx_dtd.xlsx", FILE, lambda: part("docProps/custom.xml", DTD), "(dtd)"),
    File("xlsx_dtd_utf16.xlsx", FILE, lambda: part("docProps/custom.xml", DTD.decode().encode("utf-16")),
         "(dtd)"),
    File("xlsx_power_query.xlsx", ACCEPT,
         lambda: part("customXml/item1.xml", "<DataMashup>AAAA</DataMashup>".encode("utf-16")), rows=3),
    File("xlsx_path.xlsx", FILE, lambda: part("../x.xml"), "(path)"),
    File("xlsx_twice.xlsx", FILE, made.twice, "(twice)"),
    File("xlsx_many_parts.xlsx", FILE,
         lambda: with_parts(workbook(), _same, **{f"xl/{n}.png": b"" for n in range(2_001)}), "(entries)"),
    File("xlsx_encrypted.xlsx", FILE, made.encrypted_flag, "password"),
    File("xlsx_password.xlsx", FILE, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000), "XLS"),
    File("xlsx_no_workbook.xlsx", FILE,
         lambda: with_parts(workbook(), lambda name, data: data if "docProps" in name else None),
         "no workbook"),
    File("xlsx_text.xlsx", FILE, lambda: encoded("utf-8"), "no workbook"),
    # OpenDocument
    File("ods_plain.ods", ACCEPT, ods, rows=3),
    File("ods_called_xlsx.xlsx", ACCEPT, ods, rows=3),
    File("ods_banner.ods", ACCEPT, lambda: ods(*BANNER), "Row 4 is taken for the header", 3),
    File("ods_second_sheet.ods", ACCEPT,
         lambda: an_ods({"Notes": [["Read me"], ["x"]], "Data": [HEADER, *CELLS]}),
         "Only the sheet “Data” was read", 3),
    File("ods_repeated_rows.ods", ACCEPT,
         lambda: an_ods({"Blad1": [HEADER, *CELLS, made.FILLER.format(made.EMPTY)]}), rows=3),
    File("ods_repeated_cells.ods", FILE, lambda: an_ods({"Blad1": [HEADER, made.FILLER.format(made.FULL)]})),
    File("ods_basic.ods", FILE, lambda: ods(parts={"Basic/Standard/script-lb.xml": "<x/>"}), "macros"),
    File("ods_script.ods", FILE, lambda: ods(parts={"Scripts/python/evil.py": "x"}), "macros"),
    File("ods_dtd.ods", FILE, lambda: ods(parts={"styles.xml": DTD}), "(dtd)"),
    File("ods_bomb.ods", FILE, lambda: ods(parts={"styles.xml": " " * 70_000_000}), "Unpacked"),
    File("ods_password.ods", FILE,
         lambda: ods(parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "password"),
    File("ods_half.ods", FILE, lambda: ods()[:700], "damaged"),
    File("ods_is_a_text.ods", FILE,
         lambda: ods(parts={"mimetype": "application/vnd.oasis.opendocument.text"}), "ODT"),
    # No tables
    File("list.json", FILE, lambda: b"[]", "empty"),
    File("macro.xlsm", FILE, workbook, "not a kind of file"),
    File("pdf.csv", FILE, lambda: b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    File("page.csv", FILE, lambda: b"<!doctype html><table><tr><td>centre_code", "HTML"),
    File("list.csv", FILE, lambda: b'[{"centre_code": "uz-gent"}]', "JSON"),
    File("picture.ods", FILE, lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
]  # fmt: skip
