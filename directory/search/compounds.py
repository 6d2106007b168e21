"""Words that are cut or joined before they are understood: `kinderleukemie`, `Hochrisikoleukämie`, `B-RAF`.

Dutch and German write in one word what others say in two; symbols are written in one word and in two.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from directory.core.text import fold

from .concepts import vocabulary
from .symbols import OF_SYMBOLS, split
from .tokens import Token, words

# Every trial here is for them.
_OF_CHILDREN = ("kinder", "jeugd", "jugend")
# What else begins such a word, with the letters that bind it to a disease.
_TYPES = frozenset(("risk", "stage", "age"))
_BINDING = ("", "s", "n", "en")
_SHORTEST = 5
_MOST_PARTS = 4


def cut_compounds(typed: Iterable[Token]) -> list[Token]:
    """`typed` with each word that is a known beginning and a known disease cut into these two."""
    return [part for word in typed for part in _cut_at_disease(word)]


def _cut_at_disease(word: Token) -> Iterator[Token]:
    terms = vocabulary()
    if len(word.stem) < 2 * _SHORTEST or terms.is_term(word.stem):
        yield word
        return
    for beginning in _beginnings():
        rest = word.stem[len(beginning) :]
        if len(rest) >= _SHORTEST and word.stem.startswith(beginning) and terms.is_disease(rest):
            yield from _both_parts(word.raw, beginning, rest)
            return
    yield word


def _both_parts(raw: str, beginning: str, rest: str) -> Iterator[Token]:
    """What says something of both, in the letters that were typed where these are as many as folded ones."""
    if beginning in _OF_CHILDREN:
        yield Token(rest, rest, raw)
        return
    at = len(beginning)
    written = (raw[:at], raw[at:]) if fold(raw[:at]) == beginning else (beginning, rest)
    yield words(beginning)[0]._replace(raw=written[0])
    yield Token(rest, rest, written[1])


@cache
def _beginnings() -> tuple[str, ...]:
    """The longest first, so that `zuigelingen` is not taken for `zuigeling`."""
    terms = [
        fold(term.text)
        for term in vocabulary().terms
        if term.type in _TYPES and term.lang in ("nl", "de") and not term.flags
    ]
    bound = {f"{term}{letters}" for term in terms if term.isalpha() for letters in _BINDING}
    return tuple(sorted({*_OF_CHILDREN, *bound}, key=lambda text: (-len(text), text)))


def join_symbols(typed: Sequence[Token]) -> list[Token]:
    """`typed` with the parts of each symbol of the vocabulary in one word."""
    joined, at = [], 0
    while at < len(typed):
        end = next((end for end in range(at + _MOST_PARTS, at + 1, -1) if _is_split(typed[at:end])), at + 1)
        parts = typed[at:end]
        stem = "".join(part.stem for part in parts)
        joined += parts if len(parts) == 1 else [Token(stem, stem, " ".join(part.raw for part in parts))]
        at = end
    return joined


def _is_split(parts: Sequence[Token]) -> bool:
    exact = _splits().get(tuple(part.stem for part in parts))
    return exact is False or (exact is True and all(part.raw == part.raw.upper() for part in parts))


@cache
def _splits() -> dict[tuple[str, ...], bool]:
    """The parts of symbols, folded, and whether they are these in capitals only."""
    symbols = {
        word for term in vocabulary().terms if term.type in OF_SYMBOLS for word in term.text.split(" ")
    }
    return {tuple(map(fold, parts)): exact for word in sorted(symbols) for parts, exact in split(word)}
