"""Genes, antigens and codes of drugs have a hyphen, a space or neither: `CD-19`, `CD 19`, `CD19`."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from .tokens import STOP_WORDS, Token, words

# The types of terms that are symbols, or have one among their words.
OF_SYMBOLS = frozenset(("alteration", "antigen", "drug"))
_SYMBOL = re.compile(r"[A-Z]{2,7}\d{0,9}[A-Z]?|[A-Z]\d{1,3}[A-Z]?")
_SIGNS = re.compile(r"[-\s]")
_EDGES = re.compile(r"(?<=\D)(?=\d)|(?<=\d)(?=\D)")
_LONG = 4  # letters, from which one of them may stand apart: `B-RAF`, `MYC-N`
# Words as well as the beginning of a symbol: in two words only in these capitals (`HER 3`, `her 3 children`).
_WORDS = STOP_WORDS | {"cat", "her", "him", "kit", "met", "no", "set", "she"}


def other_spellings(text: str) -> Iterator[tuple[Sequence[Token], bool]]:
    """The other ways to write a term with a symbol, and whether each counts in just these capitals.

    In one word, and split between letters and figures, after the first letter and before the last.
    """
    several = text.split(" ")
    symbol = _SIGNS.sub("", text)
    if _SYMBOL.fullmatch(symbol):
        yield words(symbol), False
        several = [symbol]
    for at, word in enumerate(several):
        for parts, exact in split(word):
            yield words(" ".join((*several[:at], *parts, *several[at + 1 :]))), exact


def split(symbol: str) -> Iterator[tuple[Sequence[str], bool]]:
    """The parts of a symbol where a hyphen or space may stand between them; nothing for another word."""
    places = sorted(_edges_of(symbol)) if _SYMBOL.fullmatch(symbol) else []
    for number in range(1, len(places) + 1):
        for some in combinations(places, number):
            parts = [symbol[a:b] for a, b in zip((0, *some), (*some, None), strict=True)]
            yield parts, any(part.casefold() in _WORDS for part in parts)


def _edges_of(symbol: str) -> set[int]:
    edges = {found.start() for found in _EDGES.finditer(symbol)}
    letters = min(edges, default=len(symbol))
    first = {1} if letters >= _LONG else set()
    return edges | first | ({len(symbol) - 1} if first and symbol.isalpha() else set())
