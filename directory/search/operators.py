"""Words and signs that say how the others of a query go together: `OR`, `NOT` and `-word`.

`OR` joins the word or term before it and the one behind it; `NOT` excludes the one behind it. Both in four
languages; what is a common word otherwise counts in capitals only. Signs that are not understood are named.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .concepts import Span, vocabulary
from .tokens import Token

_OR, _OR_IN_CAPITALS = frozenset(("or", "ou", "oder")), frozenset(("OR", "OF", "OU", "ODER"))
_NOT, _NOT_IN_CAPITALS = frozenset(("not", "niet", "nicht")), frozenset(("NOT", "NIET", "PAS", "NICHT"))
# In a text without small letters, capitals say nothing: `CANCER OF THE LIVER`.
_COMMON = frozenset(("OF", "PAS"))
# What is `not yet` recruiting is not what is left when the rest is taken away.
_NO_EXCLUSION = frozenset(("yet", "encore", "noch", "nog"))
_MINUS = re.compile(r"(?<!\S)[-\u2212\u2013](?=[\"“„«]?[^\W\d_])")
# One word with what is behind it: `niet-hodgkin`.
_BOUND = re.compile(r"\b(niet|nicht|not|pas)-(?=[^\W\d_])", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«»]")
_BRACKETS = re.compile(r"(?<!\S)\(|\)(?!\S)")
_STARS = re.compile(r"\*|~\d?(?!\S)")


def spelt_out(text: str) -> str:
    """`text` with `NOT` in place of the minus before a word; a bound `niet-` is written as none."""
    return _MINUS.sub(" NOT ", _BOUND.sub(lambda found: f"{found[1].capitalize()} ", text))


@dataclass(frozen=True)
class Operators:
    """By the place of each among the words: the terms found between them, what is joined and excluded.

    `either`: operators that join what is before and behind them; `excluded`: words that are not wanted;
    `taken`: all words that are operators.
    """

    spans: tuple[Span, ...]
    either: tuple[int, ...]
    excluded: tuple[tuple[int, int], ...]
    taken: frozenset[int]


def read_operators(words: Sequence[Token]) -> Operators:
    """The operators among `words`, with the terms: a small `or` inside a term is a part of it."""
    common = _COMMON if _is_shouted(words) else frozenset()
    or_in_capitals = _OR_IN_CAPITALS - common
    spans = _spans_between(words, _written(words, or_in_capitals))
    inside = {place for span in spans for place in range(span.start, span.end)}
    either = [at for at in _written(words, _OR | or_in_capitals) if at not in inside]
    denials = [at for at in _written(words, _NOT | _NOT_IN_CAPITALS - common) if at not in inside]
    behind = {at: place for at in denials if (place := _place_behind(words, at, inside, either))}
    excluded = _units_at(spans, behind.values())
    return Operators(tuple(spans), tuple(either), excluded, frozenset((*either, *behind)))


def _written(words: Sequence[Token], spellings: frozenset[str]) -> list[int]:
    """The places of the words that are written so."""
    return [at for at, word in enumerate(words) if word.raw in spellings]


def _units_at(spans: Sequence[Span], places: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The terms that begin at `places`, else the words there: where each begins and ends."""
    ends = {span.start: span.end for span in spans}
    return tuple((place, ends.get(place, place + 1)) for place in places)


def _is_shouted(words: Sequence[Token]) -> bool:
    return not any(letter.islower() for word in words for letter in word.raw)


def _spans_between(words: Sequence[Token], breaks: Sequence[int]) -> list[Span]:
    """The terms of `words`, none of them across a place of `breaks`."""
    found: list[Span] = []
    for start, end in zip((0, *(at + 1 for at in breaks)), (*breaks, len(words)), strict=True):
        part = vocabulary().spans(words[start:end])
        found += [replace(one, start=one.start + start, end=one.end + start) for one in part]
    return found


def _place_behind(words: Sequence[Token], at: int, inside: set[int], either: Sequence[int]) -> int | None:
    """The place of the next word that says something; None where there is none."""
    for place in range(at + 1, len(words)):
        if place in either or words[place].raw.casefold() in _NO_EXCLUSION:
            return None
        if place in inside or not words[place].says_nothing:
            return place
    return None


def not_understood(text: str, *, has_operators: bool) -> tuple[str, ...]:
    """The signs of `text` that other searches know and this one passes over."""
    signs = (('"…"', _QUOTED.search(text)), ("*", _STARS.search(text)))
    brackets = (("(…)", has_operators and _BRACKETS.search(text)),)
    return tuple(sign for sign, found in (*signs, *brackets) if found)
