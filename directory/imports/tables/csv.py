"""Text tables: `;`, `,` or tab between cells, quotes as in RFC 4180, in the encodings people have."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from directory.core.formulas import unguarded

from . import MAX_BYTES, Unreadable

DELIMITERS = ",;\t"
_BINARY = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"{\\rt": "RTF",
}
_MARKUP = re.compile(rb"^\s*(<|\{|\[|---|%YAML)", re.IGNORECASE)


class Source:
    """The rows of a text file."""

    sheet, others, is_padded = "", [], False

    def __init__(self, path: Path, name: str, sheet: str):
        raw = path.read_bytes()
        _refuse_what_is_no_text(raw, name)
        text = decoded(raw)
        self.text, self.delimiter, self.skipped = _directive(text)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """`(line number of its first line, cells)`; blank lines are counted too."""
        csv.field_size_limit(MAX_BYTES)
        # Strict, so that a quote that is never closed is an error and not one giant cell.
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        line = 1 + self.skipped
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                unclosed = "unexpected end" in str(error)
                raise Unreadable("open_quote" if unclosed else "stray_quote", row=line) from None
            # Exports of ours, and others', keep formulas from being calculated by an apostrophe in front.
            yield line, [unguarded(cell) if cell.strip() else "" for cell in cells]
            line = reader.line_num + 1 + self.skipped


def _refuse_what_is_no_text(raw: bytes, name: str) -> None:
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise Unreadable("empty")
    for magic, what in _BINARY.items():
        if raw.startswith(magic):
            raise Unreadable("other_format", what=what)
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise Unreadable("no_workbook")
    if _MARKUP.match(raw):
        raise Unreadable("other_format", what="HTML, XML, JSON or YAML")


def decoded(raw: bytes) -> str:
    """UTF-8, UTF-16 by its byte order mark, else Windows-1252; a mixture is refused, not mended."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable("encoding", row=1) from None
    head = raw[:2000]
    if head[1::2].count(0) > len(head) // 3 or head[::2].count(0) > len(head) // 3:
        raise Unreadable("utf16_without_mark")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _western(raw, error)


def _western(raw: bytes, error: UnicodeDecodeError) -> str:
    lenient = raw.decode("utf-8", "surrogateescape")
    line = 1 + raw.count(b"\n", 0, error.start)
    if any("\x80" <= character < "\ud800" or character > "\udfff" for character in lenient):
        raise Unreadable("mixed_encoding", row=line, byte=f"0x{raw[error.start]:02X}")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as wrong:
        row = 1 + raw.count(b"\n", 0, wrong.start)
        raise Unreadable("encoding", row=row, byte=f"0x{raw[wrong.start]:02X}") from None


def _directive(text: str) -> tuple[str, str, int]:
    """Text without Excel's `sep=;` line, the delimiter, and how many lines were taken away."""
    first, _newline, rest = text.partition("\n")
    directive = first.strip().strip('"')
    if directive.lower().startswith("sep=") and len(directive) == 5:
        return rest, directive[4], 1
    return text, _delimiter(text), 0


def _delimiter(text: str) -> str:
    """The delimiter seen most often outside quotes in the first line that has text."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
