"""Workbooks of ordinary programs are read whatever parts and encodings they have; dangerous ones are not."""

import pytest

from directory.imports import tables
from directory.imports.messages import problem
from tests.hostile.made import CELLS, HEADER, ods, part, with_parts, workbook

# What “Data → From Text/CSV” leaves in a workbook of Excel.
MASHUP = (
    '<?xml version="1.0" encoding="utf-16"?>'
    '<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAAAGUEAABQSwMEFAACAAgA</DataMashup>'
)
DTD = '<?xml version="1.0" encoding="{}"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
ENCODINGS = {
    # as the first bytes tell it, and as a declaration names it
    "utf-8": "UTF-8", "utf-8-sig": "utf-8", "utf-16": "UTF-16", "utf-16-le": "utf-16", "utf-16-be": "UTF-16",
    "utf-32": "UTF-32", "utf-32-le": "utf-32", "latin-1": "ISO-8859-1", "cp1252": "windows-1252",
    "ascii": "US-ASCII", "mac_roman": "macintosh", "shift_jis": "Shift_JIS", "utf-7": "UTF-7",
}  # fmt: skip
READ_PARTS = [
    "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml",
    "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
]  # fmt: skip
XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<x/>'
ORDINARY = [
    # of Excel
    "customXml/item1.xml", "customXml/itemProps1.xml", "customXml/_rels/item1.xml.rels",
    "docProps/custom.xml", "docProps/thumbnail.wmf", "docMetadata/LabelInfo.xml", "xl/connections.xml",
    "xl/queryTables/queryTable1.xml", "xl/tables/table1.xml", "xl/pivotCache/pivotCacheDefinition1.xml",
    "xl/pivotCache/pivotCacheRecords1.xml", "xl/pivotTables/pivotTable1.xml", "xl/comments1.xml",
    "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml", "xl/drawings/vmlDrawing1.vml",
    "xl/media/image1.png", "xl/media/image2.svg", "xl/printerSettings/printerSettings1.bin",
    "xl/customProperty/customProperty1.bin", "xl/externalLinks/externalLink1.xml", "xl/calcChain.xml",
    "xl/metadata.xml", "xl/richData/rdrichvalue.xml", "xl/slicers/slicer1.xml", "xl/model/item.data",
    "xl/ctrlProps/ctrlProp1.xml", "xl/embeddings/Microsoft_Word_Document.docx", "_xmlsignatures/sig1.xml",
]  # fmt: skip
DANGEROUS = [
    ("xl/vbaProject.bin", "macros"), ("xl/macrosheets/sheet1.xml", "macros"),
    ("xl/activeX/activeX1.xml", "macros"), ("xl/embeddings/oleObject1.bin", "macros"),
    ("xl/workbook.bin", "other_format"), ("../x.xml", "unsafe"),
]  # fmt: skip


def cells(tmp_path, content, name="a.xlsx"):
    path = tmp_path / "stored"
    path.write_bytes(content)
    with tables.read(path, name=name) as table:
        return [table.header, *(row.cells for row in table.rows())]


def refusal(tmp_path, content, name="a.xlsx"):
    with pytest.raises(tables.Unreadable) as refused:
        cells(tmp_path, content, name)
    told = problem(refused.value.code, **refused.value.params)
    assert "%(" not in told["message"]
    return told


def test_what_power_query_leaves_in_a_workbook_is_no_reason_to_refuse_it(tmp_path):
    found = cells(tmp_path, part("customXml/item1.xml", MASHUP.encode("utf-16")))
    assert found == [HEADER, *CELLS]


@pytest.mark.parametrize("codec", ENCODINGS)
def test_a_part_in_any_encoding_that_xml_declares_is_ordinary(tmp_path, codec):
    text = MASHUP.replace("utf-16", ENCODINGS[codec])
    assert cells(tmp_path, part("customXml/item1.xml", text.encode(codec))) == [HEADER, *CELLS]


@pytest.mark.parametrize("codec", ENCODINGS)
@pytest.mark.parametrize("name", ["customXml/item1.xml", "xl/drawings/vmlDrawing1.vml", "xl/styles.xml"])
def test_a_document_type_is_found_in_any_encoding(tmp_path, codec, name):
    content = DTD.format(ENCODINGS[codec]).encode(codec)
    changed = with_parts(workbook(), lambda one, data: None if one == name else data, **{name: content})
    told = refusal(tmp_path, changed)
    assert (told["code"], told["why"]) == ("unsafe", "dtd")


def test_a_declaration_too_long_to_be_read_hides_nothing(tmp_path):
    """In ISO-2022-JP the bytes of a document type may be kanji; who reads the part reads it as UTF-8."""
    declared = b'<?xml version="1.0"' + b" " * 300 + b'encoding="iso-2022-jp"?><!--\x1b$B-->'
    content = declared + b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x/>'
    changed = with_parts(
        workbook(), lambda one, data: None if one == "xl/styles.xml" else data, **{"xl/styles.xml": content}
    )
    assert refusal(tmp_path, changed)["why"] == "dtd"


def test_a_document_type_is_found_where_the_bytes_are_cut(tmp_path):
    """The parts are read in pieces; two bytes a character must not hide what lies across a cut."""
    for more in range(8):
        text = DTD.format("utf-16").replace("<!DOCTYPE", f"<!--{'x' * (128 * 1024 - 50 + more)}--><!DOCTYPE")
        assert refusal(tmp_path, part("customXml/item1.xml", text.encode("utf-16")))["why"] == "dtd"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "latin-1", "utf-8-sig"])
@pytest.mark.parametrize("name", READ_PARTS)
def test_the_parts_that_hold_the_cells_are_read_in_their_encoding(tmp_path, name, codec):
    """The reader of cells knows UTF-8 alone: it would find a sheet in UTF-16 empty, and not say so."""

    def rewrite(one, data):
        if one != name:
            return data
        return data.decode().replace('encoding="UTF-8"', f'encoding="{ENCODINGS[codec]}"').encode(codec)

    assert cells(tmp_path, with_parts(workbook(), rewrite)) == [HEADER, *CELLS]


def test_a_document_of_libreoffice_in_another_encoding_is_read(tmp_path):
    def rewrite(one, data):
        return data.decode().replace("UTF-8", "UTF-16").encode("utf-16") if one == "content.xml" else data

    assert cells(tmp_path, with_parts(ods(), rewrite), "a.ods") == [HEADER, *CELLS]


def test_the_first_day_of_a_calendar_is_found_in_any_encoding(tmp_path):
    def rewrite(one, data):
        if one != "xl/workbook.xml":
            return data
        text = data.decode().replace("<workbookPr", '<workbookPr date1904="1"')
        return text.replace("UTF-8", "UTF-16").encode("utf-16")

    path = tmp_path / "stored"
    path.write_bytes(with_parts(workbook(), rewrite))
    with tables.read(path, name="a.xlsx") as table:
        assert table.date_system == "1904"


@pytest.mark.parametrize("name", ORDINARY)
def test_a_part_of_ordinary_programs_is_no_reason_to_refuse(tmp_path, name):
    assert cells(tmp_path, part(name, XML)) == [HEADER, *CELLS]


@pytest.mark.parametrize(
    "name",
    ["Configurations2/accelerator/current.xml", "Thumbnails/thumbnail.png", "settings.xml", "meta.xml",
     "manifest.rdf", "Object 1/content.xml", "ObjectReplacements/Object 1", "layout-cache"],
)  # fmt: skip
def test_a_part_of_libreoffice_is_no_reason_to_refuse(tmp_path, name):
    assert cells(tmp_path, ods(parts={name: b"" if "current" in name else XML}), "a.ods") == [HEADER, *CELLS]


@pytest.mark.parametrize(("name", "code"), DANGEROUS)
def test_a_dangerous_part_is_refused_for_its_own_reason(tmp_path, name, code):
    assert refusal(tmp_path, part(name, MASHUP.encode("utf-16")))["code"] == code


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="no-such"?><x/>',
        b'<?xml version="1.0" encoding="cp037"?><x/>',
        b'<?xml version="1.0" encoding="hex"?><x/>',
        '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("cp037"),
    ],
)
def test_an_encoding_in_which_nothing_can_be_looked_for_is_refused_as_that(tmp_path, data):
    told = refusal(tmp_path, part("customXml/item1.xml", data))
    assert (told["code"], told["why"]) == ("unsafe", "encoding")


def test_a_program_that_declares_utf_16_and_writes_utf_8_is_believed_its_bytes(tmp_path):
    assert cells(tmp_path, part("customXml/item1.xml", MASHUP.encode())) == [HEADER, *CELLS]
