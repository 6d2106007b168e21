"""What is asked: the words and filters of a search, and the engine's query they become.

A word finds documents that have it (exact), that have one beginning with it (the last word, from two
letters) or, where the index knows neither, one that is spelt almost like it. What is exact always scores
above a beginning, and that above a near spelling. A concept finds the trials that mention it in any
language, then those of its ICCC-3 class. All words must match; where nothing does, half of them, then any,
and the answer says so (`relaxed`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.translation import gettext as _

from directory.core.places import Place
from directory.core.text import control_character_in, squash, tidy
from trials.identifiers import parse_identifier

from . import engine
from .engine import Query
from .synonyms import Span, Vocabulary, edits_allowed, vocabulary
from .words import STOP_WORDS, Word, words

KINDS = ("trial", "site", "centre", "network")
ORDERINGS = ("relevance", "acronym", "updated", "opened", "distance")
LONGEST, MOST_WORDS = 400, 24

# Scores of one word, best field first. Exact from 20 up, beginnings from 10 to 16, near spellings below 6.
WHOLE, IDENTIFIER, CONCEPT, CLASS = 80.0, 100.0, 34.0, 22.0
AMBIGUOUS, AMBIGUOUS_CLASS = 21.0, 20.0
EXACT = {"acronym": 60.0, "title": 32.0, "disease": 30.0, "other": 24.0, "summary": 20.0}
BEGINS = {"acronym": 16.0, "title": 14.0, "disease": 13.0, "other": 12.0}
BEGINS_CONCEPT, BEGINS_CLASS = 13.0, 10.0
NEAR = {"acronym": 5.0, "title": 4.0, "disease": 4.0, "other": 3.0}
NEAR_CONCEPT, NEAR_CLASS = 4.0, 3.0
# A word two typing errors away scores below one that is one away.
SECOND_EDIT = 0.4


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question to the index. `filters`: by name, canonical values (ages in days, compact identifiers)."""

    kind: str = "trial"
    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    near: Place | None = None
    within: float | None = None
    ordering: str = "relevance"
    language: str = "en"


def ask_from(cleaned: Mapping, language: str, kind: str = "trial") -> Ask:
    """The question that a valid FilterSet's `form.cleaned_data` asks."""
    apart = ("q", "near", "within", "ordering")
    filters = {
        name: tuple(str(value) for value in (values if isinstance(values, list | tuple) else [values]))
        for name, values in cleaned.items()
        if name not in apart and values not in (None, "", [], ())
    }
    return Ask(
        kind=kind,
        q=cleaned.get("q") or "",
        filters=MappingProxyType(filters),
        near=cleaned.get("near") or None,
        within=cleaned.get("within"),
        ordering=cleaned.get("ordering") or "relevance",
        language=language,
    )


def check_text(text: str) -> str:
    """`text` tidied, or ValueError with a sentence: too long, or with a character nobody can type."""
    if len(text) > LONGEST:
        raise ValueError(
            _("The search text has %(length)d characters. Use at most %(most)d.")
            % {"length": len(text), "most": LONGEST}
        )
    if character := control_character_in(text):
        raise ValueError(
            _("The search text contains the control character %(character)s. Remove it and search again.")
            % {"character": character}
        )
    return tidy(text)


@dataclass(frozen=True)
class Parsed:
    """The words of a query, without those that say nothing, and the concepts among them."""

    text: str
    words: tuple[Word, ...]
    spans: tuple[Span, ...]
    compact: str

    @property
    def only_concepts(self) -> tuple[str, ...]:
        """The concepts of a query that is one term and nothing else: `botkanker`."""
        whole = len(self.spans) == 1 and self.spans[0].end - self.spans[0].start == len(self.words)
        return self.spans[0].concepts if whole else ()

    @property
    def is_empty(self) -> bool:
        """Nothing was asked. (Something that has no word we know is not empty: it finds nothing.)"""
        return not self.text


def parse(text: str, terms: Vocabulary | None = None) -> Parsed:
    """The parsed query. Raises ValueError for a text that cannot be searched for."""
    text = check_text(text)
    if not text:
        return Parsed("", (), (), "")
    terms = terms or vocabulary()
    found = words(text)[:MOST_WORDS]
    spans = terms.spans(found)
    in_span = {place for span in spans for place in range(span.start, span.end)}
    keep = [
        place for place, word in enumerate(found) if place in in_span or word.raw.lower() not in STOP_WORDS
    ]
    if not keep:
        keep = list(range(len(found)))
    moved = {old: new for new, old in enumerate(keep)}
    spans = [Span(moved[s.start], moved[s.end - 1] + 1, s.concepts, s.ambiguous) for s in spans]
    try:
        compact = parse_identifier(text).compact
    except ValueError:
        compact = squash(text)
    return Parsed(text, tuple(found[place] for place in keep), tuple(spans), compact)


def class_score(span: Span) -> float:
    """What a trial scores that is of the class of `span` and mentions neither the disease nor its words."""
    # A concept stands for all its words, so it weighs as much as they would.
    return (AMBIGUOUS_CLASS if span.ambiguous else CLASS) * (span.end - span.start)


class Builder:
    """Makes the engine's query of a parsed one, for what the index behind `reader` knows."""

    def __init__(self, reader: engine.Reader, terms: Vocabulary | None = None):
        self.reader = reader
        self.terms = terms or vocabulary()

    def steps(self, parsed: Parsed) -> Iterable[tuple[Query, bool]]:
        """Queries to try until one finds something, each with whether it is relaxed."""
        if not parsed.words:
            yield engine.word("identifier", parsed.compact or " ", IDENTIFIER), False
            return
        clauses = self._clauses(parsed, forgiving=False)
        yield self._or_whole(parsed, engine.all_of(clauses)), False
        forgiving = self._clauses(parsed, forgiving=True)
        yield engine.all_of(forgiving), False
        if len(forgiving) > 1:
            yield engine.some_of(forgiving, (len(forgiving) + 1) // 2), True
            yield engine.some_of(forgiving, 1), True

    def unknown(self, parsed: Parsed) -> list[Word]:
        """The words that the index has in no field and that are no concept."""
        in_span = {place for span in parsed.spans for place in range(span.start, span.end)}
        last = len(parsed.words) - 1
        return [
            word
            for place, word in enumerate(parsed.words)
            if place not in in_span and not self._known(word.stem, begins=place == last)
        ]

    def _or_whole(self, parsed: Parsed, query: Query) -> Query:
        """What is called exactly like the whole text, or has it as its identifier, comes first."""
        if not parsed.compact:
            return query
        return engine.best_of(
            [
                query,
                engine.word("identifier", parsed.compact, 10 * IDENTIFIER),
                engine.word("whole", squash(parsed.text), 10 * WHOLE),
            ]
        )

    def _clauses(self, parsed: Parsed, *, forgiving: bool) -> list[Query]:
        """One query per concept and per word outside concepts; each must match."""
        starts = {span.start: span for span in parsed.spans}
        clauses, place, last = [], 0, len(parsed.words) - 1
        while place <= last:
            span = starts.get(place)
            end = span.end if span else place + 1
            parts = [
                self._word(parsed.words[at], begins=at == last, forgiving=forgiving)
                for at in range(place, end)
            ]
            as_words = parts[0] if len(parts) == 1 else engine.all_of(parts)
            clauses.append(
                engine.best_of([as_words, *self._concepts(span, end - place)]) if span else as_words
            )
            place = end
        return self._last_beginnings(parsed, clauses)

    def _concepts(self, span: Span, length: int) -> list[Query]:
        mentioned = AMBIGUOUS if span.ambiguous else CONCEPT
        return self._meaning(span.concepts, mentioned * length, class_score(span))

    def _meaning(self, concepts: Sequence[str], mentioned: float, classed: float) -> list[Query]:
        codes = dict.fromkeys(code for one in concepts for code in self.terms.conditions.get(one, ()))
        return [engine.word("concept", one, mentioned) for one in concepts] + [
            engine.word("iccc", code.lower(), classed) for code in codes
        ]

    def _last_beginnings(self, parsed: Parsed, clauses: list[Query]) -> list[Query]:
        """The last words may be the beginning of a longer term: `acute lymf`, `botkank`."""
        if any(span.end == len(parsed.words) for span in parsed.spans):
            return clauses
        concepts = self.terms.beginning(" ".join(word.exact for word in parsed.words))
        more = self._meaning(concepts, BEGINS_CONCEPT, BEGINS_CLASS)
        if not more:
            return clauses
        if len(clauses) == 1:
            return [engine.best_of([*clauses, *more])]
        return [engine.best_of([engine.all_of(clauses), *more])]

    def _word(self, word: Word, *, begins: bool, forgiving: bool) -> Query:
        stem = word.stem
        queries = [engine.word(name, stem, score) for name, score in EXACT.items()]
        queries.append(engine.word("identifier", stem, IDENTIFIER))
        if begins and len(stem) >= 2:
            queries += [engine.beginning(name, stem, score) for name, score in BEGINS.items()]
        edits = edits_allowed(stem)
        if edits and (forgiving or not self._known(stem, begins=begins)):
            queries += self._near(stem, edits, begins=begins)
        return engine.best_of(queries)

    def _near(self, stem: str, edits: int, *, begins: bool) -> list[Query]:
        queries = [
            engine.near(name, stem, distance, score * (SECOND_EDIT if distance == 2 else 1.0), prefix=begins)
            for name, score in NEAR.items()
            for distance in range(1, edits + 1)
        ]
        return queries + self._meaning(self.terms.near(stem), NEAR_CONCEPT, NEAR_CLASS)

    def _known(self, stem: str, *, begins: bool) -> bool:
        if self.reader.knows(stem, EXACT) or self.reader.knows(stem, ["identifier"]):
            return True
        return begins and len(stem) >= 2 and self.reader.knows_beginning(stem, BEGINS)
