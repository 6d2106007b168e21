"""What can go wrong with a registry, to be had on purpose: for tests, and never unless asked for."""

import gzip
import json
import random
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import Any

from .facts import KnownTrials


class RegistryFault(StrEnum):
    """One way of answering badly. The server takes the next one, or none, for each question."""

    SLOW = "slow"  # silent for some seconds, then the right answer
    BUSY = "busy"  # 429 with Retry-After
    ERROR = "error"  # 500
    RESET = "reset"  # the connection is reset in the midst of the answer
    CUT_BODY = "cut_body"  # fewer bytes than were announced
    REDIRECT = "redirect"  # sent on to another host
    HTML = "html"
    EMPTY = "empty"
    CUT_JSON = "cut_json"
    NAN = "nan"
    TWICE = "twice"  # one key twice in an object
    DEEP = "deep"  # lists within lists
    GZIP_BOMB = "gzip_bomb"  # 50 kB that are 50 MB
    LONG_TEXT = "long_text"  # a text of 10 MB in a record
    WRONG_TYPE = "wrong_type"
    HOSTILE = "hostile"  # markup, NUL, right-to-left override, half a character
    NEW_FIELD = "new_field"
    REPEATED_TOKEN = "repeated_token"  # the next page is this one  # noqa: S105 - no secret
    FEW = "few"  # 3 % of the trials


OF_CONTENT = {
    RegistryFault.LONG_TEXT, RegistryFault.WRONG_TYPE, RegistryFault.HOSTILE, RegistryFault.NEW_FIELD,
    RegistryFault.REPEATED_TOKEN,
}  # fmt: skip
EVERY = tuple(RegistryFault)
HOSTILE_TEXT = "<script>alert(1)</script>\x00\u202etxt.exe\u202c'\"; DROP TABLE trials_trial;-- \ud800"
LONG = 10 * 1024 * 1024
KEPT_OF_A_HUNDRED = 3


def random_faults(
    seed: int, share: float = 0.5, among: Iterable[RegistryFault] = EVERY
) -> Iterator[RegistryFault | None]:
    """Without end, and the same for the same `seed`: a fault for `share` of the questions, else none."""
    dice, kinds = random.Random(seed), sorted(among)  # noqa: S311 - a plan, no secret
    while True:
        yield dice.choice(kinds) if dice.random() < share else None


def few(known: KnownTrials) -> KnownTrials:
    """Three of a hundred of the records, always the same, one of each registry at least."""
    return KnownTrials(_thinned(known.ctgov), _thinned(known.ctis))


def _thinned(records: dict[str, Any]) -> dict[str, Any]:
    most = max(1, len(records) * KEPT_OF_A_HUNDRED // 100)
    return {number: records[number] for number in sorted(records)[:most]}


def spoilt_content(fault: RegistryFault, answer: dict[str, Any]) -> dict[str, Any]:
    """A copy of `answer` (a page, a record) with the fault in its first record."""
    copy = json.loads(json.dumps(answer))
    if fault == RegistryFault.REPEATED_TOKEN:
        if pagination := copy.get("pagination"):
            pagination["nextPage"] = True
        return copy
    records = copy.get("studies", copy.get("data", [copy]))
    for record in records[:1]:
        _spoil(fault, record)
    if fault == RegistryFault.NEW_FIELD:
        copy["newEnvelopeField"] = 1
    return copy


def _spoil(fault: RegistryFault, record: dict[str, Any]) -> None:
    inner = record.get("protocolSection", record)
    if fault == RegistryFault.NEW_FIELD:
        inner["newModule"] = {"newField": "new"}
    elif fault == RegistryFault.WRONG_TYPE:
        for name, value in list(inner.items()):
            inner[name] = "a text" if isinstance(value, dict | list) else {"an": "object"}
    else:
        text = HOSTILE_TEXT if fault == RegistryFault.HOSTILE else "x" * LONG
        module = inner.setdefault("identificationModule", {}) if "protocolSection" in record else inner
        module["briefTitle" if "protocolSection" in record else "ctTitle"] = text


def spoilt_bytes(fault: RegistryFault | None, body: bytes) -> tuple[bytes, dict[str, str]]:
    """`body` with a fault of its form, and the headers that differ for it."""
    match fault:
        case RegistryFault.HTML:
            page = b"<!doctype html><title>Maintenance</title><p>We will be back soon."
            return page, {"Content-Type": "text/html; charset=utf-8"}
        case RegistryFault.EMPTY:
            return b"", {}
        case RegistryFault.CUT_JSON:
            return body[: len(body) * 2 // 3], {}
        case RegistryFault.NAN:
            return b'{"count": NaN, ' + body.lstrip(b"{"), {}
        case RegistryFault.TWICE:
            return b'{"studies": [], "studies": [], ' + body.lstrip(b"{"), {}
        case RegistryFault.DEEP:
            return b"[" * 100_000 + b"]" * 100_000, {}
        case RegistryFault.GZIP_BOMB:
            return _bomb(), {"Content-Encoding": "gzip"}
    return body, {}


@cache
def _bomb() -> bytes:
    return gzip.compress(b'{"studies": "' + b"x" * 50_000_000)
