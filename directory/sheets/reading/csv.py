"""Text tables: `;`, `,` or tab between cells, quotes as in RFC 4180, in the encodings people have."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from directory.sheets.formulas import unguarded

from . import LEADING, Unreadable, encodings
from .quotes import Records

DELIMITERS = ",;\t"
_BINARY = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"{\\rt": "RTF",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f]")
_QUOTED = re.compile(r'(?<![^,;\t\r\n])"(?:[^"]|"")*"(?![^,;\t\r\n])')
_LOOKED_AT = 100_000
_MARKUP = re.compile(rb"^\s*(<|\{|\[|---|%YAML)", re.IGNORECASE)


class CsvSource:
    """The rows of a text file."""

    sheet, is_padded, is_bounded, hidden, date_system = "", False, True, 0, "1900"

    def __init__(self, path: Path, name: str, sheet: str, encoding: str = ""):
        raw = path.read_bytes()
        _refuse_what_is_no_text(raw, name)
        self.others: list[str] = []
        self.faults: dict = {}
        text, self.encodings = decoded(raw, encoding)
        self.text, self.delimiter, self.skipped, self.width = _directive(text)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """`(line number of its first line, cells)`; blank lines are counted too."""
        records = Records(self.text, self.delimiter, self.width, 1 + self.skipped)
        for number, cells, place in records:
            if place is not None:
                self.faults[number] = [(place, "quote", {})]
            # Exports of ours, and others', keep formulas from being calculated by an apostrophe in front.
            yield number, [_text(cell) for cell in cells]


def _text(cell: str) -> str:
    text = unguarded(cell)
    return text if text.strip() else ""


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
    encodings; a mixture is refused, not repaired.
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


def _directive(text: str) -> tuple[str, str, int, int]:
    """Text without Excel's `sep=;` line, the delimiter, how many lines were taken away, a row's cells."""
    first, _newline, rest = text.partition("\n")
    directive = first.strip().strip('"')
    if directive.lower().startswith("sep=") and len(directive) == 5:
        return rest, directive[4], 1, _width(rest, directive[4])
    delimiter = _delimiter(text)
    return text, delimiter, 0, _width(text, delimiter)


def _first_lines(text: str) -> list[str]:
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip(" ")][:LEADING]


def _width(text: str, delimiter: str) -> int:
    """How many cells most of the first lines have: outside quotes, and, half as telling, with quotes."""
    begin = text[:_LOOKED_AT]
    lines = _first_lines(begin) + 2 * _first_lines(_QUOTED.sub("", begin))
    times = Counter(line.count(delimiter) for line in lines if delimiter in line)
    return 1 + max(times, key=lambda found: (times[found], found), default=0)


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines have equally often outside quotes: titles have none.

    Where two fit as many lines, the one that is seen more often in them, then in the first line.
    """
    lines = _first_lines(_QUOTED.sub("", text[:_LOOKED_AT]))

    def fit(delimiter: str) -> tuple[int, int, int]:
        # Where the first line has none, the others may be a list in their only cell: "NCT1; NCT2".
        in_lists = "" if delimiter in lines[0] else f"{delimiter} "
        counted = [line.replace(in_lists, "") if in_lists else line for line in lines]
        times = Counter(line.count(delimiter) for line in counted if delimiter in line)
        usual = max(times, key=lambda found: (times[found], found), default=0)
        return times[usual], usual, lines[0].count(delimiter)

    return max(DELIMITERS, key=fit) if lines else DELIMITERS[0]
