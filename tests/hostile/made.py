"""How the files are made: text tables in any encoding, and workbooks changed part by part."""

import io
import re
import zipfile
from collections.abc import Callable

from tests.sheets import a_csv, a_workbook, an_ods

ROWS = [
    {
        "centre_code": "uz-gent", "nct_number": f"NCT0500000{number}", "acronym": f"TEST-{number}",
        "title": f"Étude {number} in lymphoma", "status": "recruiting", "start_date": "2025-03-01",
        "contact_name": "Trial team", "contact_email": f"trials{number}@example.org",
    }
    for number in (1, 2, 3)
]  # fmt: skip
FILLER = '<table:table-row table:number-rows-repeated="1048000">{}</table:table-row>'
EMPTY = '<table:table-cell table:number-columns-repeated="16384"/>'
FULL = (
    '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
    "<text:p>x</text:p></table:table-cell>"
)
HEADER = list(ROWS[0])
CELLS = [list(row.values()) for row in ROWS]
SHEET = "xl/worksheets/sheet1.xml"


def text(*lines: str, end="\r\n", encoding="utf-8") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def table(**changed: str) -> bytes:
    """Three good rows; `changed` sets cells of the second."""
    return a_csv(ROWS[0], ROWS[1] | changed, ROWS[2])


def encoded(encoding: str, delimiter=",") -> bytes:
    return a_csv(*ROWS, encoding=encoding, delimiter=delimiter)


def lines(delimiter=",") -> list[str]:
    return a_csv(*ROWS, delimiter=delimiter).decode().splitlines()


def workbook() -> bytes:
    return a_workbook(*ROWS)


def ods(*above: list[str], **options) -> bytes:
    return an_ods({"Blad1": [*above, HEADER, *CELLS]}, **options)


def with_parts(content: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """A workbook with each part changed, dropped where that gives None, and more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = change(entry.filename, old.read(entry))
            if data is not None:
                new.writestr(entry.filename, data)
        for name, data in more.items():
            new.writestr(name, data)
    return out.getvalue()


def with_sheet(old: bytes | str, new: bytes | str, content: bytes | None = None) -> bytes:
    """A workbook in whose sheet the pattern `old` became `new`; each must be there."""
    old, new = (one if isinstance(one, bytes) else one.encode() for one in (old, new))

    def change(name, data):
        if name != SHEET:
            return data
        found, times = re.subn(old, lambda _match: new, data)
        assert times, old
        return found

    return with_parts(content or workbook(), change)


def twice() -> bytes:
    """A workbook with two parts of one name, as a scanner and a reader would see different ones."""
    content = bytearray(
        with_parts(workbook(), lambda _name, data: data, **{"xl/worksheets/sheet0.xml": b"<x/>"})
    )
    return bytes(content.replace(b"xl/worksheets/sheet0.xml", SHEET.encode()))


def encrypted_flag() -> bytes:
    """A workbook whose first entry says that it is encrypted."""
    content = bytearray(workbook())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def many_empty_rows() -> bytes:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(5, 1_048_570))
    return with_sheet("</sheetData>", rows + b"</sheetData>")


def part(name: str, data: bytes = b"<x/>") -> bytes:
    """A workbook with one more part."""
    return with_parts(workbook(), lambda _name, found: found, **{name: data})


def bomb() -> bytes:
    return with_sheet("</sheetData>", b" " * 80_000_000 + b"</sheetData>")


def cell(place: str, new: str) -> bytes:
    """A workbook with another cell at `place`: attributes and content."""
    return with_sheet(rf'<c r="{place}" t="s"><v>\d+</v></c>', f'<c r="{place}"{new}</c>')


def merged(area: str) -> bytes:
    cells = f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
    return with_sheet("</sheetData>", cells)


def calendar_of_1904() -> bytes:
    """A workbook of an old Mac: the number 44255 is 1 March 2025 there."""
    content = with_sheet(r'<c r="F2" t="s"><v>\d+</v></c>', '<c r="F2" s="1"><v>44255</v></c>')

    def change(name, data):
        if name == "xl/workbook.xml":
            return re.sub(rb"<workbookPr", b'<workbookPr date1904="1"', data)
        if name == "xl/styles.xml":
            return re.sub(
                rb'<cellXfs count="1">(<xf [^>]*/>)</cellXfs>',
                rb'<cellXfs count="2">\1<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" '
                rb'applyNumberFormat="1"/></cellXfs>',
                data,
            )
        return data

    return with_parts(content, change)


def hidden_first_sheet() -> bytes:
    content = a_workbook({"secret": "x"}, sheet="Old", more={"Data": [HEADER, *CELLS]})
    hide = b'<sheet name="Old" state="hidden"'

    def change(name, data):
        return data.replace(b'<sheet name="Old"', hide) if name == "xl/workbook.xml" else data

    return with_parts(content, change)
