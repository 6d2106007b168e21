"""How a text that is being typed may end: with a term of the vocabulary. Keeps nothing of the text."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from directory.core.text import fold
from trials import conditions

from .query import check_text
from .synonyms import vocabulary

# By what a field is for, the types of terms that belong there.
KINDS = {"disease": ("disease", "stage"), "alteration": ("alteration",)}
MOST_WORDS, SHORTEST = 4, 2


@dataclass(frozen=True)
class Completion:
    """`label`: the term; `detail`: its ICCC-3 classes; `text`: what was typed, with the term at its end."""

    label: str
    detail: str
    text: str


class _Entry(NamedTuple):
    folded: str
    rank: int
    concept: str
    label: str
    detail: str


def complete(text: str, kind: str, language: str, limit: int = 8) -> list[Completion]:
    """Terms of `kind` that begin with the last words of `text`, in `language` and then in English.

    Alterations stand between commas: only what follows the last one is completed. ValueError, with a
    sentence, for a text that cannot be searched; KeyError for an unknown kind.
    """
    entries, text = _entries(kind, language), check_text(text)
    head, comma, last = text.rpartition(",") if kind == "alteration" else ("", "", text)
    words = last.split()
    for number in range(min(MOST_WORDS, len(words)), 0, -1):
        found = _beginning(entries, fold(" ".join(words[-number:])))
        if found:
            before = " ".join([f"{head}{comma}", *words[:-number]]).strip()
            return [
                Completion(one.label, one.detail, f"{before} {one.label}".strip()) for one in found[:limit]
            ]
    return []


def _beginning(entries: tuple[_Entry, ...], folded: str) -> list[_Entry]:
    """One entry a concept, the best first."""
    if len(folded) < SHORTEST:
        return []
    found = []
    for entry in entries[bisect_left(entries, (folded,)) :]:
        if not entry.folded.startswith(folded):
            break
        found.append(entry)
    distinct: dict[str, _Entry] = {}
    for entry in sorted(found, key=lambda one: (one.rank, len(one.folded))):
        distinct.setdefault(entry.concept, entry)
    return list(distinct.values())


@cache
def _entries(kind: str, language: str) -> tuple[_Entry, ...]:
    return tuple(
        sorted(
            _Entry(
                folded,
                2 * (term.lang != language) + (term.kind != "preferred"),
                term.concept,
                term.text,
                "; ".join(conditions.name(code, language) for code in term.conditions),
            )
            for term in vocabulary().terms
            if term.type in KINDS[kind] and term.lang in (language, "en") and term.kind != "misspelling"
            if (folded := fold(term.text))
        )
    )
