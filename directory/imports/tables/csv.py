"""Text tables: `;`, `,` or tab between cells, quotes as in RFC 4180, in the encodings people have."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from directory.core.formulas import unguarded

from . import LEADING, MAX_BYTES, Unreadable, encodings

DELIMITERS = ",;\t"
_BINARY = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"{\\rt": "RTF",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f]")
_QUOTED = re.compile(r'(?<![^,;\t\r\n])"(?:[^"]|"")*"')
_LOOKED_AT = 100_000
_MARKUP = re.compile(rb"^\s*(<|\{|\[|---|%YAML)", re.IGNORECASE)


class Source:
    """The rows of a text file."""

    sheet, is_padded, hidden, date_system = "", False, 0, "1900"

    def __init__(self, path: Path, name: str, sheet: str, encoding: str = ""):
        raw = path.read_bytes()
        _refuse_what_is_no_text(raw, name)
        self.others: list[str] = []
        self.faults: dict = {}
        text, self.encodings = decoded(raw, encoding)
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
    if name.lower().endswith((".xlsx", ".xlsm", ".ods")):
        raise Unreadable("no_workbook")
    if _MARKUP.match(raw):
        raise Unreadable("other_format", what="HTML, XML, JSON or YAML")


def decoded(raw: bytes, encoding: str = "") -> tuple[str, dict[str, list[str]]]:
    """The text, and, where its encoding was guessed, sample cells by encoding, the guess first.

    UTF-8, UTF-16 by its byte order mark, else what a person said or what fits best of the Western
    encodings; a mixture is refused, not mended.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16"), {}
        except UnicodeDecodeError:
            raise Unreadable("encoding", row=1) from None
    head = raw[:2000]
    if head[1::2].count(0) > len(head) // 3 or head[::2].count(0) > len(head) // 3:
        raise Unreadable("utf16_without_mark")
    try:
        return raw.decode("utf-8-sig"), {}
    except UnicodeDecodeError as error:
        return _western(raw, error, encoding)


def _western(raw: bytes, error: UnicodeDecodeError, encoding: str) -> tuple[str, dict[str, list[str]]]:
    lenient = raw.decode("utf-8", "surrogateescape")
    row = 1 + raw.count(b"\n", 0, error.start)
    byte = f"0x{raw[error.start]:02X}"
    if any("\x80" <= character < "\ud800" or character > "\udfff" for character in lenient):
        raise Unreadable("mixed_encoding", row=row, byte=byte)
    guessed = None if _CONTROL.search(raw) else encodings.guess(raw)
    if guessed is None:
        raise Unreadable("encoding", row=row, byte=byte)
    read_as = encoding if encoding in guessed.samples else guessed.best
    return raw.decode(read_as), guessed.samples


def _directive(text: str) -> tuple[str, str, int]:
    """Text without Excel's `sep=;` line, the delimiter, and how many lines were taken away."""
    first, _newline, rest = text.partition("\n")
    directive = first.strip().strip('"')
    if directive.lower().startswith("sep=") and len(directive) == 5:
        return rest, directive[4], 1
    return text, _delimiter(text), 0


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines have equally often outside quotes: titles have none.

    Where two fit as many lines, the one that is seen more often in them, then in the first line.
    """
    outside = _QUOTED.sub("", text[:_LOOKED_AT])
    lines = [line for line in re.split(r"\r\n|\r|\n", outside) if line.strip(" ")][:LEADING]

    def fit(delimiter: str) -> tuple[int, int, int]:
        # Where the first line has none, the others may be a list in their only cell: "NCT1; NCT2".
        in_lists = "" if delimiter in lines[0] else f"{delimiter} "
        counted = [line.replace(in_lists, "") if in_lists else line for line in lines]
        times = Counter(line.count(delimiter) for line in counted if delimiter in line)
        usual = max(times, key=lambda found: (times[found], found), default=0)
        return times[usual], usual, lines[0].count(delimiter)

    return max(DELIMITERS, key=fit) if lines else DELIMITERS[0]
