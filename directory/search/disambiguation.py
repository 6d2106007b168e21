"""What an ambiguous abbreviation may mean: `CHC` is a tumour and a hospital."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from directory.core.text import fold

from .concepts import vocabulary
from .query import Parsed
from .snapshot import Snapshot
from .tokens import Token


class Disambiguation(NamedTuple):
    """`label` says what is meant, `query` finds it."""

    label: str
    query: str


def readings(snapshot: Snapshot, parsed: Parsed | None, language: str) -> tuple[Disambiguation, ...]:
    """The readings of the ambiguous abbreviations of a query, none where it has only words of one meaning."""
    if parsed is None:
        return ()
    found = [
        Disambiguation(label, said_otherwise(parsed.text, word.raw, label))
        for word in _ambiguous(parsed)
        for label in _meanings(snapshot, word, language)
    ]
    return tuple(dict.fromkeys(found))


def _ambiguous(parsed: Parsed) -> Iterator[Token]:
    """In capitals anywhere; in any letters where it is all that was typed, or was put aside."""
    for span in parsed.spans:
        if span.ambiguous and span.length == 1:
            yield parsed.words[span.start]
    if len(parsed.words) == 1 and not parsed.spans:
        yield parsed.words[0]
    yield from parsed.asides


def _meanings(snapshot: Snapshot, word: Token, language: str) -> list[str]:
    concepts = vocabulary().readings(word)
    if not concepts:
        return []
    folded = fold(word.raw)
    centres = (
        snapshot.places.name("centre", code, language)
        for code, centre in snapshot.places.centres.items()
        if any(fold(alias) == folded for alias in centre["aliases"])
    )
    return [label for one in concepts if (label := vocabulary().preferred(one, language))] + list(centres)


def said_otherwise(text: str, word: str, label: str) -> str:
    """`text` with `word` said in full, or otherwise."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _found: label, text, count=1)
