"""What a workbook (XLSX, ODS) must not be, looked at before it is opened.

A 9 KB workbook has taken 1.45 GiB, 311 KB have inflated to 300 MiB: sizes are read from the archive's
directory and then counted while inflating, since a directory can lie.
"""

import re
import zipfile
from pathlib import Path

from . import Unreadable, parts

MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 50
SMALL = 1024 * 1024  # below this a high ratio does no harm: an empty sheet packs 100 to 1
MAX_ENTRIES = 2_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FORBIDDEN = re.compile(
    r"vbaproject|\.bin$|macrosheets/|activex/|embeddings/.*\.(exe|dll)$|^(basic|scripts|dialogs)/.",
    re.IGNORECASE,
)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_SPREADSHEETS = (_OPEN_DOCUMENT + "spreadsheet", _OPEN_DOCUMENT + "spreadsheet-template")
_DOCUMENTS = {_OPEN_DOCUMENT + "text": "a text (ODT)", _OPEN_DOCUMENT + "presentation": "slides (ODP)"}
_HARMLESS_BIN = re.compile(r"(printersettings|customproperty)\d*\.bin$", re.IGNORECASE)
_DTD = re.compile(r"<!\s*(doctype|entity)", re.IGNORECASE)
_DATE_1904 = re.compile(
    rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']", re.IGNORECASE
)
_CHUNK = 256 * 1024


def inspect(path: Path) -> str:
    """`xlsx` or `ods`. Raises `Unreadable` for an archive that is no honest workbook of one of them."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_odd_entries(entries, path.stat().st_size)
            names = {entry.filename for entry in entries}
            kind = _kind_of(archive, names)
            if kind == "ods":
                _refuse_encrypted_parts(archive, names)
            _refuse_odd_content(archive, entries)
            return kind
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError, ValueError):
        raise Unreadable("damaged") from None
    except RuntimeError:
        raise Unreadable("encrypted") from None


def _refuse_odd_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    names = [entry.filename.lower() for entry in entries]
    if len(names) > MAX_ENTRIES:
        raise Unreadable("unsafe", why="entries")
    if len(set(names)) != len(names):
        raise Unreadable("unsafe", why="twice")
    if any(".." in name.split("/") or name.startswith("/") or "\\" in name for name in names):
        raise Unreadable("unsafe", why="path")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise Unreadable("unsafe", why="method")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * packed):
        raise Unreadable("bomb", unpacked=unpacked, most=MAX_UNPACKED)


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        raise Unreadable("other_format", what="XLSB")
    if any(_FORBIDDEN.search(name) and not _HARMLESS_BIN.search(name) for name in names):
        raise Unreadable("macros")
    if "mimetype" in names and "content.xml" in names:
        return _kind_of_document(archive)
    if "[Content_Types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        raise Unreadable("no_workbook")
    return "xlsx"


def _kind_of_document(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as part:
        kind = part.read(200).decode("ascii", "replace").strip()
    if kind not in _SPREADSHEETS:
        raise Unreadable("other_format", what=_DOCUMENTS.get(kind, "another OpenDocument"))
    return "ods"


def _refuse_encrypted_parts(archive: zipfile.ZipFile, names: set[str]) -> None:
    """An ODS with a password is an archive like others; its manifest says which parts are encrypted."""
    if "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as part:
            if b"encryption-data" in part.read(SMALL):
                raise Unreadable("encrypted")


def _refuse_odd_content(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Inflate every part once, counting; no part may declare a document type or an entity."""
    unpacked = 0
    for entry in entries:
        is_xml = entry.filename.lower().endswith(parts.SUFFIXES)
        decoder, tail = None, ""
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > MAX_UNPACKED:
                    raise Unreadable("bomb", unpacked=unpacked, most=MAX_UNPACKED)
                if not is_xml:
                    continue
                # A part may be in any encoding; what it declares is looked for in its characters.
                decoder = decoder or parts.decoder(chunk)
                tail += decoder.decode(chunk)
                if _DTD.search(tail):
                    raise Unreadable("unsafe", why="dtd")
                tail = tail[-32:]


def date_system(path: Path) -> str:
    """`1904` for a workbook whose numbers of days begin there, as in old Excel for Mac; else `1900`."""
    with zipfile.ZipFile(path) as archive:
        name = next((one for one in archive.namelist() if one.endswith("xl/workbook.xml")), None)
        head = archive.open(name).read(_CHUNK) if name else b""
    return "1904" if _DATE_1904.search(head) else "1900"
