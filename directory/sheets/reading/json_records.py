"""Records as JSON: one object, a list of them, `{"studies": [...]}`, or one a line.

Each is a row; what it has at its top are its columns, and each cell is JSON, whatever its length. What a row
holds below that is its processor's to read.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from . import Unreadable

SUFFIXES = (".json", ".jsonl", ".ndjson")
_BEFORE = "\ufeff \t\r\n"
_LIST = "studies"  # under which a page of the API of ClinicalTrials.gov has its records


def is_json(raw: bytes, name: str) -> bool:
    """Whether a file holds JSON, by its first bytes, or says so by its name."""
    head = raw.decode(json.detect_encoding(raw), "ignore").lstrip(_BEFORE)
    if head.startswith("{"):
        return not head.startswith("{\\rt")
    return head.startswith("[") and (head[1:].lstrip(_BEFORE)[:1] in ("{", "]") or _says_so(name))


def _says_so(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


class JsonSource:
    """The records of a JSON text. The first has the number 1; of one a line, it is that of its line."""

    sheet, is_padded, is_bounded, hidden, date_system = "", True, False, 0, "1900"

    def __init__(self, path: Path, name: str):
        self.others: list[str] = []
        self.encodings: dict[str, list[str]] = {}
        self.faults: dict[int, list] = {}
        raw = path.read_bytes()
        try:
            text = raw.decode(json.detect_encoding(raw))
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", row=1 + raw.count(b"\n", 0, error.start)) from None
        self._records = list(self._read(text.removeprefix("\ufeff"), name))
        if not self._records:
            raise Unreadable("empty")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The names of what is at the top of any record, numbered 0; then the records."""
        names = list(dict.fromkeys(name for _number, one in self._records for name in one))
        yield 0, names or [_LIST]
        for number, one in self._records:
            cells = [json.dumps(one[name]) if name in one else "" for name in names]
            # An empty record is a row, too; a row of empty cells would be none.
            yield number, cells if any(cells) else ["?", *cells[1:]]

    def _read(self, text: str, name: str) -> Iterator[tuple[int, dict]]:
        try:
            found = _decoded(text)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data" and not name.lower().endswith(SUFFIXES[1:]):
                raise Unreadable("json", **_place(error)) from None
            yield from self._lines(text)
            return
        if isinstance(found, dict) and isinstance(found.get(_LIST), list):
            found = found[_LIST]
        records = found if isinstance(found, list) else [found]
        for number, one in enumerate(records, start=1):
            yield number, self._record(number, one)

    def _lines(self, text: str) -> Iterator[tuple[int, dict]]:
        """One record a line; a line that is none costs itself alone."""
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                one = _decoded(line)
            except json.JSONDecodeError as error:
                self.faults[number] = [(0, "json_record", _place(error))]
                one = {}
            yield number, self._record(number, one)

    def _record(self, number: int, one: object) -> dict:
        if isinstance(one, dict):
            return one
        self.faults[number] = [(0, "json_object", {"what": type(one).__name__})]
        return {}


def _decoded(text: str):
    """The value of a JSON text. Raises json.JSONDecodeError, `Unreadable`."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise Unreadable("json_deep") from None
    except ValueError:  # a number of thousands of digits
        raise Unreadable("json_number") from None


def _refuse(constant: str):
    raise Unreadable("json_constant", constant=constant)


def _once(pairs: list[tuple[str, object]]) -> dict:
    """An object that has each name once: of two, nobody could say which is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        name = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise Unreadable("json_twice", name=name[:60])
    return found


def _place(error: json.JSONDecodeError) -> dict:
    return {"line": error.lineno, "column": error.colno, "why": error.msg}
