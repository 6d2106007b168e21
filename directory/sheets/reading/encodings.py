"""Which Western encoding a text is in that is neither UTF-8 nor UTF-16: guessed, with what speaks for it.

Every byte means a letter in most of these encodings, so only a person can tell; the guess is the one in
which most bytes are letters and marks that Dutch, French and German are written with.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

KNOWN = ("cp1252", "iso8859_15", "mac_roman", "cp850")
SAMPLES = 3
_ODD = re.compile(rb"([A-Za-z]?)([\x80-\xff])(?=([a-z]?))")  # with its neighbours
_AT_ONCE = 64 * 1024
_DELIMITERS = re.compile(r"[;,\t]")
_USUAL = frozenset("éèêëàâäáçîïíôöóûüúùñßœæÉÈÊÀÂÄÁÇÎÔÖÜÓß€’‘“”„–—…°«»·•±≥≤µ²³½\u00a0\u202f")


@dataclass(frozen=True)
class Guess:
    """`best` of `samples`: up to three cells of the text by encoding, the best first."""

    best: str
    samples: dict[str, list[str]]


def guess(raw: bytes) -> Guess | None:
    """None where no Western encoding gives text without control characters."""
    bytes_seen: Counter = Counter()
    for start in range(0, len(raw), _AT_ONCE):  # a match of each byte of 10 MB would need 600 MB
        bytes_seen.update(_ODD.findall(raw[start : start + _AT_ONCE]))
    scores = {name: _score(bytes_seen, name) for name in KNOWN}
    fitting = [name for name in KNOWN if scores[name] >= 0]
    if not fitting:
        return None
    fitting.sort(key=lambda name: -scores[name])  # stable: cp1252 where they fit equally
    cells = _cells(raw)
    return Guess(fitting[0], {name: [cell.decode(name) for cell in cells] for name in fitting})


def _score(bytes_seen: Counter, encoding: str) -> int:
    """How usual the letters are where they stand; -1 where one is no letter at all."""
    usual = 0
    for (before, byte, after), times in bytes_seen.items():
        try:
            character = byte.decode(encoding)
        except UnicodeDecodeError:
            return -1
        if unicodedata.category(character) == "Cc":
            return -1
        if character in _USUAL:
            usual += times * _weight(character, before, after)
    return usual


def _weight(character: str, before: bytes, after: bytes) -> int:
    """Inside a word small letters are usual, and capitals only among capitals; alone no capital is."""
    in_small_word = before.islower() or (before and after)
    if in_small_word:
        return 2 if character.islower() else 0 if character.isupper() else 1
    return 0 if character.isupper() and not before and not after else 1


def _cells(raw: bytes) -> list[bytes]:
    """The first cells with a byte above ASCII, as bytes: Latin-1 keeps each byte as it is.

    The delimiter is not known yet; a cell cut at any of them shows its letters as well.
    """
    found: dict[str, None] = {}
    for line in raw[:2_000_000].decode("latin-1").split("\n"):
        if line.isascii():
            continue
        cells = (cell.strip(' "\r') for cell in _DELIMITERS.split(line))
        found |= {cell[:60]: None for cell in cells if not cell[:60].isascii()}
        if len(found) >= SAMPLES:
            break
    return [cell.encode("latin-1") for cell in list(found)[:SAMPLES]]
