"""The body of a registry's answer: unpacked within bounds, and JSON of which nothing is guessed."""

import json
import zlib
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

PIECE = 64 * 1024
MOST_DEPTH = 64
_PLAIN, _GZIP = ("", "identity"), ("gzip", "x-gzip")


class BadBody(ValueError):
    """Why a body cannot be used: the end of a sentence about it. `cut_off`: its end is missing."""

    def __init__(self, what: str, *, cut_off: bool = False):
        super().__init__(what)
        self.cut_off = cut_off


def unpack(pieces: Iterable[bytes], encoding: str, most: int) -> bytes:
    """The bytes that `pieces` hold, gzip undone (`encoding`: the header Content-Encoding).

    Never more than `most` bytes are made of them, however small they were packed: BadBody beyond. httpx
    itself would unpack each piece that arrives as a whole, to a thousand times its size.
    """
    if encoding in _PLAIN:
        return _gathered(pieces, most)
    if encoding in _GZIP:
        return _gathered(_gunzipped(pieces), most)
    raise BadBody(f"is packed as “{encoding[:40]}”, which we did not ask for")


def beginning(piece: bytes, encoding: str, most: int) -> bytes:
    """The first bytes of a body of which `piece` came first, gzip undone; none where that cannot be."""
    if encoding in _PLAIN:
        return piece[:most]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(piece, most) if encoding in _GZIP else b""
    except zlib.error:
        return b""


def _gathered(pieces: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            raise BadBody(f"is larger than the {most:,} bytes that are read")
    return bytes(body)


def _gunzipped(pieces: Iterable[bytes]) -> Iterable[bytes]:
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            while piece:
                yield gunzip.decompress(piece, PIECE)
                piece = gunzip.unconsumed_tail
        # What is left is less than one piece.
        yield gunzip.flush()
    except zlib.error:
        raise BadBody("is said to be gzip and is not") from None
    if not gunzip.eof:
        raise BadBody("breaks off before its end", cut_off=True)
    if gunzip.unused_data:
        raise BadBody("goes on after the end of its gzip")


def strict_json(body: bytes) -> Any:
    """The value of a JSON text in UTF-8 as its standard has it: no NaN, no key twice, no more than 64 levels.

    Raises BadBody. Texts are as they came: NUL, lone surrogates and the like are for the reader of a record
    to judge, so that one bad record does not hide the others on its page.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadBody(f"is not UTF-8 (byte {error.start})") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_whole, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except RecursionError:
        raise BadBody(f"is nested deeper than {MOST_DEPTH} levels") from None
    _refuse_depth(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadBody(f"has the key {_quoted(twice)} twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise BadBody(f"holds {text}, which is no number of JSON")


def _whole(text: str) -> int:
    if len(text) > 40:
        raise BadBody(f"holds a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    return value if isfinite(value) else _no_number(text[:40])


def _not_json(text: str, error: json.JSONDecodeError) -> BadBody:
    if not text.strip():
        return BadBody("is empty", cut_off=True)
    if text.lstrip().startswith("<"):
        return BadBody("is a page for people, not JSON: perhaps of a proxy, a sign-in or a notice")
    # A text that was cut off is at fault at its very end, perhaps in the midst of a word or an escape.
    is_late = error.pos + 6 >= len(text.rstrip()) and error.msg != "Extra data"
    if text.lstrip()[0] in "{[" and (is_late or error.msg.startswith("Unterminated string")):
        return BadBody(f"breaks off after {len(text):,} characters", cut_off=True)
    return BadBody(f"is not JSON ({error.msg}, line {error.lineno}, column {error.colno})")


def _refuse_depth(value: Any) -> None:
    level = [value] if type(value) in (dict, list) else []
    for _depth in range(MOST_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise BadBody(f"is nested deeper than {MOST_DEPTH} levels")


def _quoted(text: str) -> str:
    return "“" + "".join(one if one.isprintable() else "�" for one in text[:40]) + "”"
