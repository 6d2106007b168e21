"""Concepts: what a disease, an alteration, a stage or a group is called, in four languages.

A text of a trial and the words of a query are both turned into concepts, so `neuroblastome` finds a trial
whose title says neuroblastoma. The terms are `vocabulary/synonyms.csv`; its README explains the flags.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.core.text import squash
from trials import conditions as iccc3

from .drug_terms import drug_rows
from .symbols import OF_SYMBOLS, other_spellings
from .tokens import STOP_WORDS, Token, words

VOCABULARY = Path(__file__).parent / "vocabulary" / "synonyms.csv"
ALSO = Path(__file__).parent / "vocabulary" / "also.csv"
APART = Path(__file__).parent / "vocabulary" / "apart.csv"
KINDS = Path(__file__).parent / "vocabulary" / "kinds.csv"
DEFINED = Path(__file__).parent / "vocabulary" / "defined.csv"
# Words for people's roles head the columns of sheets; nobody looks for a trial by them.
_LEFT_OUT = {"role"}
# `Non-Hodgkin lymphoma` does not mention Hodgkin lymphoma.
_NOT = frozenset(("non", "not", "niet", "nicht"))
# A word in the terms of more concepts than that says too little.
_FEW = 4
# Dutch and German write in one word what people type in two or three: `hoogrisico neuroblastoom`.
_PARTS_OF_A_COMPOUND, _SHORTEST_COMPOUND = 3, 8
# Registries write American, the vocabulary British.
_AMERICAN = (("aem", "em"), ("paed", "ped"), ("phaeo", "pheo"), ("tumour", "tumor"))


@dataclass(frozen=True)
class Term:
    """One way to say a concept. `conditions` are ICCC-3 codes, empty for what ICCC-3 does not know.

    `flags`: `case` (only in exactly this spelling), `whole` (never as the beginning of a longer word),
    `ambiguous` (means something else as well), `family` (whatever is of its classes is one).
    """

    concept: str
    text: str
    lang: str
    kind: str
    type: str
    conditions: tuple[str, ...]
    flags: frozenset[str]

    @property
    def spellings(self) -> set[str]:
        """The text, and as it is written in America."""
        american = self.text if self.lang == "en" else ""
        for british, other in _AMERICAN:
            american = american.replace(british, other)
        return {self.text, american} - {""}


@dataclass(frozen=True)
class Kind:
    """`kind` is a kind of `wider`: two concepts, or a class of ICCC-3 and the disease of everybody in it.

    `given`: the alteration that makes one of `wider` this kind, or empty; `beside`: its classes that lie
    outside those of `wider`; `asked`: who takes `wider` is asked whether this kind, too.
    """

    kind: str
    wider: str
    given: str
    beside: tuple[str, ...]
    asked: bool


class Meaning(NamedTuple):
    """What a row of words means; with `spelling`, only when written like that."""

    concept: str
    spelling: tuple[str, ...] | None
    whole: bool
    ambiguous: bool


@dataclass(frozen=True)
class Span:
    """Words `start` to `end` (not included) mean `concepts`, and perhaps something else (`ambiguous`)."""

    start: int
    end: int
    concepts: tuple[str, ...]
    ambiguous: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_terms(path: Path) -> tuple[Term, ...]:
    """The terms of a vocabulary file (columns concept,term,lang,kind,type,conditions,flags,note)."""
    return terms_of(_rows(path))


def terms_of(rows: Iterable[Mapping[str, str]]) -> tuple[Term, ...]:
    """The terms of rows with the columns of a vocabulary file."""
    return tuple(
        Term(
            concept=squash(row["concept"]),
            text=row["term"],
            lang=row["lang"],
            kind=row["kind"],
            type=row["type"],
            conditions=tuple(row["conditions"].replace(";", " ").split()),
            flags=frozenset(row["flags"].replace(";", " ").split()),
        )
        for row in rows
        if row["type"] not in _LEFT_OUT
    )


def read_also(path: Path) -> dict[str, tuple[str, ...]]:
    """By concept, the concepts it finds too: `CAR T-cell therapy` finds `tisagenlecleucel`."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(path):
        concept = squash(row["concept"])
        found[concept] = (*found.get(concept, ()), squash(row["also"]))
    return found


@cache
def kinds() -> tuple[Kind, ...]:
    """The rows of `kinds.csv`; codes of ICCC-3 stand as they are written."""
    return tuple(
        Kind(
            kind=row["kind"] if row["kind"] in iccc3.codes() else squash(row["kind"]),
            wider=squash(row["wider"]),
            given=squash(row["given"]),
            beside=tuple(row["beside"].replace(";", " ").split()),
            asked="asked" in row["flags"],
        )
        for row in _rows(KINDS)
    )


@cache
def wider_of(concept: str) -> Mapping[str, int]:
    """What `concept` is a kind of, but for what is asked apart, with how many steps away."""
    found, edge = {}, [(concept, 0)]
    while edge:
        one, steps = edge.pop(0)
        above = [row.wider for row in kinds() if row.kind == one and not row.asked]
        edge += [(wider, steps + 1) for wider in above if wider not in found]
        found |= {wider: steps + 1 for wider in above if wider not in found}
    return found


@cache
def defined_by() -> dict[str, str]:
    """By disease, the alteration that everybody with it has, since it is defined by that."""
    return {squash(row["disease"]): squash(row["alteration"]) for row in _rows(DEFINED)}


@cache
def apart() -> dict[str, frozenset[str]]:
    """By concept, those that a patient with it cannot have: a glioma is of low or of high grade."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(APART):
        one, other = squash(row["concept"]), squash(row["other"])
        found[one].add(other)
        found[other].add(one)
    return {concept: frozenset(others) for concept, others in found.items()}


class Vocabulary:
    """Terms, looked up by their words. `also`: see `read_also`."""

    def __init__(self, terms: Iterable[Term], also: Mapping[str, tuple[str, ...]] | None = None):
        self.terms = tuple(terms)
        self.also = also or {}
        self.conditions: dict[str, tuple[str, ...]] = {}
        self.types = {term.concept: term.type for term in self.terms}
        self.families = {term.concept for term in self.terms if "family" in term.flags}
        self._named = {
            (term.concept, term.lang): term.text for term in self.terms if term.kind == "preferred"
        }
        self._meanings: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
        self._longest: dict[str, int] = defaultdict(int)
        cased = {term.text for term in self.terms if "case" in term.flags}
        for term in self.terms:
            self._learn_term(term, cased)

    @cached_property
    def _loose_keys(self) -> list[tuple[str, ...]]:
        return [key for key in self._meanings if self._loose(key)]

    @cached_property
    def _single(self) -> list[str]:
        return sorted(key[0] for key in self._loose_keys if len(key) == 1)

    @cached_property
    def _texts(self) -> list[tuple[str, tuple[str, ...]]]:
        return sorted((" ".join(key), key) for key in self._loose_keys)

    @cached_property
    def pieces(self) -> dict[str, tuple[str, ...]]:
        """By concept, what its English name is made of, where that is more than itself."""
        return {concept: found for concept in self.conditions if (found := self._pieces(concept))}

    @cached_property
    def _having(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for key in self._loose_keys:
            for word in key:
                found[word].update(self._loose(key))
        return found

    def codes_of(self, concepts: Iterable[str]) -> list[str]:
        """The classes of ICCC-3 of `concepts`, each once."""
        return list(dict.fromkeys(code for one in concepts for code in self.conditions.get(one, ())))

    def also_of(self, concepts: Iterable[str]) -> list[str]:
        """The concepts that go with `concepts`, each once."""
        return list(dict.fromkeys(other for one in concepts for other in self.also.get(one, ())))

    def _learn_term(self, term: Term, cased: set[str]) -> None:
        known = self.conditions.get(term.concept, ())
        self.conditions[term.concept] = tuple(dict.fromkeys(known + term.conditions))
        for text in sorted(term.spellings):
            self._learn(words(text), term, exact="case" in term.flags)
        parts = words(term.text)
        if term.kind == "abbreviation" and len(parts) > 1:
            # AT/RT is typed ATRT too; T-ALL without its hyphen is an English word.
            joined = words("".join(part.raw for part in parts))
            self._learn(joined, term, exact=any(part.raw in cased for part in parts))
        if term.type in OF_SYMBOLS:
            for other, exact in other_spellings(term.text):
                self._learn(other, term, exact=exact or "case" in term.flags)

    def _learn(self, parts: Sequence[Token], term: Term, *, exact: bool) -> None:
        if key := tuple(part.exact for part in parts):
            spelling = tuple(part.raw for part in parts) if exact else None
            meaning = Meaning(term.concept, spelling, "whole" in term.flags, "ambiguous" in term.flags)
            if meaning not in self._meanings[key]:
                self._meanings[key].append(meaning)
            self._longest[key[0]] = max(self._longest[key[0]], len(key))

    def concepts_in(self, text: str) -> set[str]:
        """All concepts that `text` mentions, also those inside another: `B-cell ALL` mentions ALL."""
        parts = words(text)
        return {
            meaning.concept
            for start in range(len(parts))
            if not (start and parts[start - 1].exact in _NOT)
            for end in self._ends(parts, start)
            for meaning in self._means(parts[start:end])
        }

    def diseases_in(self, text: str, *, doubtful: bool = False) -> set[str]:
        """The diseases that `text` names in their longest terms; `doubtful`: in unsure ones, too."""
        parts = words(text)
        return {
            concept
            for span in self.spans(parts)
            if (doubtful or not span.ambiguous) and not (span.start and parts[span.start - 1].exact in _NOT)
            for concept in span.concepts
            if self.types.get(concept) == "disease"
        }

    def spans(self, parts: Sequence[Token]) -> list[Span]:
        """The concepts of a query, longest first from the left, none overlapping."""
        found, start = [], 0
        while start < len(parts):
            span = self._compound(parts, start) or self._longest_at(parts, start)
            if span:
                found.append(span)
            start = span.end if span else start + 1
        return found

    def _longest_at(self, parts: Sequence[Token], start: int) -> Span | None:
        for end in reversed(self._ends(parts, start)):
            if means := self._means(parts[start:end]):
                concepts = tuple(dict.fromkeys(one.concept for one in means))
                return Span(start, end, concepts, all(one.ambiguous for one in means))
        return None

    def _compound(self, parts: Sequence[Token], start: int) -> Span | None:
        """A term of one word that was typed in several."""
        for end in range(min(start + _PARTS_OF_A_COMPOUND, len(parts)), start + 1, -1):
            joined = "".join(part.stem for part in parts[start:end])
            if len(joined) >= _SHORTEST_COMPOUND and joined.isalpha() and (found := self._loose((joined,))):
                return Span(start, end, found, False)
        return None

    def near(self, word: str) -> tuple[str, ...]:
        """Concepts of a one-word term that is spelt almost like `word`; none for a short word."""
        most = edits_allowed(word)
        found = most and process.extractOne(word, self._single, scorer=OSA.distance, score_cutoff=most)
        return self._loose((found[0],)) if found else ()

    def _pieces(self, concept: str) -> tuple[str, ...]:
        """The other concepts that the English name of `concept` is made of; none if a word is left over."""
        parts = [word for word in words(self.preferred(concept, "en")) if word.raw not in STOP_WORDS]
        found: list[str] = []
        start = 0
        while start < len(parts):
            for end in reversed(self._ends(parts, start)):
                inner = [one.concept for one in self._means(parts[start:end]) if one.concept != concept]
                if inner:
                    found.append(inner[0])
                    break
            else:
                return ()
            start = end
        return tuple(dict.fromkeys(found)) if len(set(found)) > 1 else ()

    def is_term(self, word: str) -> bool:
        """Whether `word` alone is a term, in whatever capitals."""
        return (word,) in self._meanings

    def is_disease(self, word: str) -> bool:
        """Whether `word` alone is a disease, in any capitals."""
        return any(self.types[one] == "disease" for one in self._loose((word,)))

    def having(self, word: str) -> tuple[str, ...]:
        """The few concepts whose terms alone have `word`: `promyélocytaire` says which leukaemia."""
        found = self._having.get(word, set())
        return tuple(sorted(found)) if len(found) <= _FEW else ()

    def readings(self, word: Token) -> tuple[str, ...]:
        """Concepts that `word` may mean beside something else, whatever its capitals: `os`, `ALL`."""
        found = self._meanings.get((word.exact,), ())
        return tuple(dict.fromkeys(one.concept for one in found if one.ambiguous))

    def preferred(self, concept: str, language: str) -> str:
        """What `concept` is called in `language`, else in English."""
        return self._named.get((concept, language)) or self._named.get((concept, "en"), "")

    def beginning(self, text: str, limit: int = 12) -> tuple[str, ...]:
        """Concepts of the terms that begin with the folded `text` (from four letters)."""
        if len(text) < 4:
            return ()
        at = bisect_left(self._texts, (text,))
        keys = [key for folded, key in self._texts[at : at + limit] if folded.startswith(text)]
        return tuple(dict.fromkeys(concept for key in keys for concept in self._loose(key)))

    def _loose(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """Concepts of `key` that a beginning or a near spelling may stand for."""
        return tuple(
            dict.fromkeys(
                one.concept for one in self._meanings.get(key, ()) if one.spelling is None and not one.whole
            )
        )

    def _ends(self, parts: Sequence[Token], start: int) -> range:
        first = parts[start]
        longest = max(self._longest.get(first.exact, 0), self._longest.get(first.stem, 0))
        return range(start + 1, min(start + longest, len(parts)) + 1)

    def _means(self, parts: Sequence[Token]) -> list[Meaning]:
        raws = tuple(part.raw for part in parts)
        keys = dict.fromkeys((tuple(part.exact for part in parts), tuple(part.stem for part in parts)))
        return [
            meaning
            for key in keys
            for meaning in self._meanings.get(key, ())
            if meaning.spelling in (None, raws)
        ]


def edits_allowed(word: str) -> int:
    """How many typing errors a word may have: one from four letters, two from eight, none in a number."""
    if not word.isalpha() or len(word) < 4:
        return 0
    return 2 if len(word) >= 8 else 1


@cache
def vocabulary() -> Vocabulary:
    """The project's vocabulary, read once per process."""
    return Vocabulary((*read_terms(VOCABULARY), *terms_of(drug_rows())), read_also(ALSO))


def chiefly(concept: str) -> str:
    """The word of the index for a concept that a record does not name as one among many."""
    return f"{concept}!"
