"""Acronyms of trials as people type them: which are one spelling, and which are merely near.

`all together 1` is `ALLTogether1` in another spelling. `iEuroEwng` is near to `iEuroEwing`, `HR NBL2` to
`HR-NBL2/SIOPEN`, `LCH-4` to `LCH-IV`: who means which, a person says. Numbers, Roman numbers and single
letters tell trials apart that are called alike (`AALL1731` and `AALL1732`, `HEM-iSMART-A` and `-B`), so
what differs in one of them is not even near, but for an acronym that leaves all of them out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from directory.core.text import strip_marks, tidy

NEAR = 88  # of 100
MOST = 5
_REMEMBERED = 1_000
_SHORTEST_PART = 4  # of an acronym: `ALL` alone says nothing
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_ROMAN = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "x": "10",
}  # fmt: skip


@lru_cache(maxsize=10_000)
def parts_of(acronym: str) -> tuple[str, ...]:
    """Its runs of letters and of digits, without case and accents: `HR-NBL1.8` → `hr nbl 1 8`."""
    return tuple(_PARTS.findall(strip_marks(tidy(acronym)).replace("+", " plus ")))


@lru_cache(maxsize=10_000)
def key_of(acronym: str) -> str:
    """The same for all spellings of one acronym; two numbers side by side stay two: `2.0` is not `20`."""
    return _joined(parts_of(acronym)) or tidy(acronym).casefold()


def _joined(parts: Iterable[str]) -> str:
    found: list[str] = []
    for part in parts:
        if found and found[-1].isdigit() and part.isdigit():
            found.append(".")
        found.append(part)
    return "".join(found)


def _marks(parts: tuple[str, ...]) -> tuple[str, ...]:
    """What tells trials apart that are called alike."""
    return tuple(_plain(part) for part in parts if part.isdigit() or len(part) == 1 or part in _ROMAN)


def stem_and_marks(acronym: str) -> tuple[str, tuple[str, ...]]:
    """What trials are called alike by, and what tells them apart: `LCH-IV` → `lch`, (`4`,)."""
    parts = parts_of(acronym)
    marks = _marks(parts)
    return "".join(part for part in parts if not _marks((part,))), marks


def plain_parts(acronym: str) -> tuple[str, ...]:
    """Its parts, with each number as it is said: `LCH-IV` and `LCH 04` → `lch 4`."""
    return tuple(map(_plain, parts_of(acronym)))


def _plain(part: str) -> str:
    return (part.lstrip("0") or "0") if part.isdigit() else _ROMAN.get(part, part)


def _beginnings(parts: tuple[str, ...]) -> set[str]:
    return _telling(parts[:place] for place in range(1, len(parts)))


def _ends(parts: tuple[str, ...]) -> set[str]:
    return _telling(parts[place:] for place in range(1, len(parts)))


def _telling(cut: Iterable[tuple[str, ...]]) -> set[str]:
    """Keys of parts of an acronym that are long enough to be said for the whole."""
    return {key for one in cut if len(key := _joined(one)) >= _SHORTEST_PART and not key[0].isdigit()}


class Nearness:
    """Known acronyms, asked which of them another one may be."""

    def __init__(self, acronyms: Iterable[str]):
        self._plain: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)  # by marks: plain by key
        self._pieces: dict[str, list[str]] = defaultdict(list)
        self._marks: dict[str, tuple[str, ...]] = {}
        self._found: dict[str, list[str]] = {}
        for acronym in acronyms:
            parts, key = parts_of(acronym), key_of(acronym)
            if key in self._marks:
                continue
            marks = self._marks[key] = _marks(parts)
            self._plain[marks][key] = "".join(map(_plain, parts))
            for piece in _beginnings(parts) | _ends(parts):
                self._pieces[piece].append(key)

    def to(self, acronym: str) -> list[str]:
        """Keys of the known acronyms that `acronym` may be, the likeliest first; never its own."""
        key = key_of(acronym)
        if key not in self._found:
            if len(self._found) > _REMEMBERED:
                self._found.clear()
            found = dict.fromkeys([*self._pieces.get(key, ()), *self._spelt_like(acronym)])
            found.pop(key, None)
            self._found[key] = list(found)[:MOST]
        return self._found[key]

    def _spelt_like(self, acronym: str) -> Iterable[str]:
        parts = parts_of(acronym)
        marks, plain = _marks(parts), "".join(map(_plain, parts))
        cut = sorted(_beginnings(parts) | _ends(parts))
        yield from (one for one in cut if self._marks.get(one) == marks)
        known = [self._plain[marks]] if marks in self._plain else []
        if not marks:
            known = list(self._plain.values())
        found = [
            one
            for block in known
            for one in process.extract(plain, block, scorer=fuzz.ratio, score_cutoff=NEAR, limit=MOST)
        ]
        yield from (key for _plain_one, _score, key in sorted(found, key=lambda one: -one[1]))
