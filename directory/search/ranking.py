"""The engine's query for what is asked, and how much each way of matching it scores.

A word finds documents that have it (exact), that have one beginning with it (the last word, from two
letters) or, where the index knows neither, one that is spelt almost like it. What is exact always scores
above a beginning, and that above a near spelling. A concept finds the trials that mention it in any
language, then those of its ICCC-3 class, then what goes with it (`also.csv`). All words must match; where
nothing does, some of them, of which the rarest weighs most (`partial`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from directory.core.text import squash
from trials.conditions import path_to, whole

from . import engine
from .concepts import Span, apart, chiefly, edits_allowed, vocabulary, wider_of
from .engine import Asked, WordQuery
from .query import Parsed, places_of
from .tokens import Token

# Scores of one word, best field first. Exact from 20 up, beginnings from 10 to 16, near spellings below 6.
WHOLE, IDENTIFIER, CONCEPT, CLASS = 80.0, 100.0, 34.0, 22.0
AMBIGUOUS, AMBIGUOUS_CLASS = 21.0, 20.0
# All that a concept is made of: `infant` and `ALL`.
PIECES = 28.0
# A trial for what it is a kind of, the nearest most: one for mature B-cell lymphomas takes Burkitt lymphoma.
KIND = 5.0
# A trial of a wider class: one for kidney tumours of children takes Wilms tumours.
WIDER = 19.0
# More for an alteration that is no one among many: a trial of FLT3 before one of eight genes.
CHIEFLY = 0.5
# What goes with a concept without being it; and a word that need not match, which decides among equals only.
ALSO, ASIDE = 18.0, 1.0
# Less than scores are compared by.
UNSEEN = 0.04
EXACT = {"acronym": 60.0, "title": 32.0, "disease": 30.0, "other": 24.0, "open": 25.0, "summary": 20.0}
BEGINS = {"acronym": 16.0, "title": 14.0, "disease": 13.0, "other": 12.0}
BEGINS_CONCEPT, BEGINS_CLASS = 13.0, 10.0
NEAR = {"acronym": 5.0, "title": 4.0, "disease": 3.5, "other": 3.0}
NEAR_CONCEPT, NEAR_CLASS = 4.5, 3.0
# Where the words of a known disease may name a trial. What mentions it is known by its concept; its words
# stand beside others too (`except Burkitt lymphoma`, `Non-Hodgkin`).
_OF_NAMES = ("acronym",)
# A word two typing errors away scores below one that is one away.
SECOND_EDIT = 0.4

_NUMBERED = re.compile(r"([a-z]{2,})([0-9]{1,8})")
# Shorter words put together mean too much.
_JOINED = 8


# A concept stands for all its words, so it weighs as much as they would.


def class_score(span: Span) -> float:
    """What a trial scores that is of the class of `span` and mentions neither the disease nor its words."""
    return (AMBIGUOUS_CLASS if span.ambiguous else CLASS) * span.length


def family_score(span: Span) -> float:
    """As `class_score`, of a family: no less than mentioning it, but told apart from that."""
    return (AMBIGUOUS if span.ambiguous else CONCEPT) * span.length - UNSEEN


def wider_score(span: Span) -> float:
    """What a trial scores that is for a class above that of `span` as a whole."""
    return WIDER * span.length


def kind_score(span: Span, steps: int) -> float:
    """What a trial scores that mentions what `span` is a kind of, so many steps wider."""
    return (CLASS + KIND / steps) * span.length


def also_score(span: Span) -> float:
    """What a trial scores that mentions only what goes with `span`."""
    return ALSO * span.length


@dataclass(frozen=True)
class Unit:
    """A term or a word of a query, or some of them joined by OR. `label`: as it was typed.

    `narrow`: of a disease what is of just that one, and not of a wider class.
    """

    label: str
    query: Asked
    narrow: Asked | None = None


def _units(parsed: Parsed) -> list[list[Span]]:
    """The terms of a query and its words between them, as spans without concepts; joined by OR together."""
    starts, groups, place = {span.start: span for span in parsed.spans}, [], 0
    while place < len(parsed.words):
        unit = starts.get(place) or Span(place, place + 1, (), False)
        if place in parsed.either:
            groups[-1].append(unit)
        else:
            groups.append([unit])
        place = unit.end
    return groups


def wider_names(span: Span) -> dict[str, float]:
    """What the concepts of `span` are kinds of, and what a trial scores that mentions it."""
    return {one: kind_score(span, steps) for part in span.concepts for one, steps in wider_of(part).items()}


def _concepts_of(parsed: Parsed) -> list[str]:
    return [one for span in parsed.spans for one in span.concepts]


class Builder:
    """Makes the engine's query of a parsed one, for documents of `kind` in the index behind `reader`."""

    def __init__(self, reader: engine.Reader, kind: str = "trial"):
        self.reader, self.kind = reader, kind
        self.terms = vocabulary()

    def steps(self, parsed: Parsed) -> Iterable[Asked]:
        """Queries for all of the words, to try until one finds something."""
        if not parsed.words:
            yield WordQuery("identifier", parsed.compact or " ", IDENTIFIER)
            return
        clauses = self._clauses(parsed, forgiving=False)
        yield self._or_whole(parsed, self._with_asides(parsed, engine.all_of(clauses)))
        if joined := self._joined(parsed):
            yield engine.all_of(self._clauses(joined, forgiving=False))
        yield self._with_asides(parsed, engine.all_of(self._clauses(parsed, forgiving=True)))

    def units(self, parsed: Parsed) -> list[Unit]:
        """What `parsed` is made of, each to be asked by itself."""
        several = _units(parsed)
        return [
            Unit(
                " ".join(word.raw for one in group for word in parsed.words[one.start : one.end]),
                engine.best_of([self._unit(parsed, one, forgiving=False) for one in group]),
                self._narrow(group),
            )
            for group in several
        ]

    def numbers(self, parsed: Parsed) -> list[Unit]:
        """As `units`, of a query that is nothing but numbers."""
        return [
            Unit(
                one.text,
                engine.best_of([WordQuery("identifier", text, IDENTIFIER) for text in one.compact]),
            )
            for one in parsed.numbers
        ]

    def of_its_disease(self, parsed: Parsed) -> Asked | None:
        """The trials of the disease asked for, whatever else is asked; None where that is nothing else."""
        groups = _units(parsed)
        diseases = [narrow for group in groups if (narrow := self._narrow(group)) is not None]
        return engine.all_of(diseases) if diseases and len(groups) > len(diseases) else None

    def _narrow(self, group: Sequence[Span]) -> Asked | None:
        """What mentions a disease or is of its class; None for a group that has something else in it."""
        if not all(map(self._names_a_disease, group)):
            return None
        return engine.best_of(
            query
            for one in group
            for query in self._meaning(one.concepts, CONCEPT * one.length, class_score(one))
        )

    def unwanted(self, excluded: Parsed, wanted: Parsed) -> Asked:
        """What says the excluded words; of a term, what mentions it or is of a class that is its alone.

        A class is not where a disease that is apart has it too (IXd is of Ewing and of synovial sarcoma), nor
        where it is what is wanted.
        """
        concepts = _concepts_of(excluded)
        if not concepts:
            return engine.best_of([self._exactly(word.stem) for word in excluded.words])
        others = [other for one in concepts for other in apart().get(one, ())]
        shared = set(self.terms.codes_of([*_concepts_of(wanted), *others]))
        codes = [code.lower() for code in self.terms.codes_of(concepts) if code not in shared]
        pairs = [*(("concept", one) for one in concepts), *(("iccc", code) for code in codes)]
        return engine.best_of([WordQuery(field, text, 1.0) for field, text in pairs])

    def names_a_stage(self, parsed: Parsed) -> bool:
        """Whether its words are nothing but stages of disease."""
        concepts = _concepts_of(parsed)
        return bool(concepts) and all(self.terms.types.get(one) == "stage" for one in concepts)

    def _names_a_disease(self, unit: Span) -> bool:
        return not unit.ambiguous and bool(self.terms.codes_of(unit.concepts))

    def _with_asides(self, parsed: Parsed, query: Asked) -> Asked:
        if not parsed.asides:
            return query
        names = [WordQuery(name, word.stem, ASIDE) for word in parsed.asides for name in EXACT]
        return engine.preferring(query, engine.best_of(names))

    def unknown(self, parsed: Parsed) -> list[Token]:
        """The words that the index has in no field and that are no concept."""
        in_span = places_of(parsed.spans)
        last = len(parsed.words) - 1
        return [
            word
            for place, word in enumerate(parsed.words)
            if place not in in_span and not self._known(word.stem, begins=place == last)
        ]

    def _joined(self, parsed: Parsed) -> Parsed | None:
        """`parsed` with two words written as one, where only that is known: `medulo blastom`."""
        in_span = places_of(parsed.spans)
        if parsed.either:
            return None
        for place, (one, other) in enumerate(pairwise(parsed.words)):
            stem = one.stem + other.stem
            if len(stem) < _JOINED or {place, place + 1} & in_span:
                continue
            if self.reader.knows(stem, EXACT) or self.terms.near(stem):
                word = Token(stem, stem, stem)
                words = [*parsed.words[:place], word, *parsed.words[place + 2 :]]
                return replace(parsed, words=tuple(words), spans=tuple(self.terms.spans(words)), asides=())
        return None

    def _or_whole(self, parsed: Parsed, query: Asked) -> Asked:
        """What is called exactly like the whole text, or has it as its identifier, comes first."""
        if not parsed.compact:
            return query
        return engine.best_of(
            [
                query,
                WordQuery("identifier", parsed.compact, 10 * IDENTIFIER),
                WordQuery("whole", squash(parsed.text), 10 * WHOLE),
            ]
        )

    def _clauses(self, parsed: Parsed, *, forgiving: bool) -> list[Asked]:
        """One query per concept and per word outside concepts; each must match, of those joined by OR any."""
        clauses: list[Asked] = []
        for group in _units(parsed):
            several = [self._unit(parsed, one, forgiving=forgiving) for one in group]
            clauses.append(engine.best_of(several) if len(several) > 1 else several[0])
        return self._last_beginnings(parsed, clauses)

    def _unit(self, parsed: Parsed, unit: Span, *, forgiving: bool) -> Asked:
        if unit.concepts:
            return self._term(parsed, unit, forgiving=forgiving)
        begins = unit.end == len(parsed.words)
        return self._word(parsed.words[unit.start], begins=begins, forgiving=forgiving)

    def _term(self, parsed: Parsed, span: Span, *, forgiving: bool) -> Asked:
        """The words of `span`, or what it means. Of a risk its words mean nothing by themselves."""
        if all(self.terms.types.get(one) == "risk" for one in span.concepts):
            return engine.best_of(self._meaning(span.concepts, CONCEPT * span.length, 0.0))
        words = parsed.words[span.start : span.end]
        names, most = (tuple(EXACT), WHOLE)
        if self._is_no_name(span, words):
            names, most = (_OF_NAMES if self._names_a_disease(span) else names), CONCEPT
        # What is a known term is not mistyped.
        forgiving, last = forgiving and span.ambiguous, len(parsed.words) - 1
        as_words = [
            self._word(word, begins=place == last, forgiving=forgiving, most=most, fields=names)
            for place, word in enumerate(words, span.start)
        ]
        return engine.best_of([engine.all_of(as_words), *self._concepts(span)])

    def _is_no_name(self, span: Span, words: Sequence[Token]) -> bool:
        """`neuroblastoma` asks for no trial that has it in its acronym; `PNET5` and `ALL` may.

        A network may well be called by a disease.
        """
        return self.kind == "trial" and not span.ambiguous and all(word.stem.isalpha() for word in words)

    def _concepts(self, span: Span) -> list[Asked]:
        mentioned = AMBIGUOUS if span.ambiguous else CONCEPT
        queries = self._meaning(span.concepts, mentioned * span.length, class_score(span))
        queries += [
            WordQuery("concept", other, also_score(span)) for other in self.terms.also_of(span.concepts)
        ]
        if not span.ambiguous:
            queries += [WordQuery("concept", one, score) for one, score in wider_names(span).items()]
            queries += [WordQuery("iccc", whole(code), wider_score(span)) for code in self._wider(span)]
        for one in span.concepts:
            if pieces := self.terms.pieces.get(one):
                every = [engine.best_of(self._meaning([piece], 1.0, 1.0)) for piece in pieces]
                queries.append(engine.always(engine.all_of(every), PIECES * span.length))
        return queries

    def _wider(self, span: Span) -> list[str]:
        codes = self.terms.codes_of(span.concepts)
        return list(dict.fromkeys(above for code in codes for above in path_to(code) if above not in codes))

    def _meaning(self, concepts: Sequence[str], mentioned: float, classed: float) -> list[Asked]:
        queries = [WordQuery("concept", one, mentioned) for one in concepts]
        chief = [one for one in concepts if self.terms.types.get(one) == "alteration"]
        queries += [WordQuery("concept", chiefly(one), mentioned + CHIEFLY) for one in chief]
        for one in concepts:
            # Every trial of class III is for brain tumours, whether it says so or not.
            score = mentioned - UNSEEN if one in self.terms.families else classed
            queries += [WordQuery("iccc", code.lower(), score) for code in self.terms.codes_of([one])]
        return queries

    def _last_beginnings(self, parsed: Parsed, clauses: list[Asked]) -> list[Asked]:
        """The last words may be the beginning of a longer term: `acute lymf`, `botkank`."""
        if any(span.end == len(parsed.words) for span in parsed.spans):
            return clauses
        concepts = self.terms.beginning(" ".join(word.exact for word in parsed.words))
        more = self._meaning(concepts, BEGINS_CONCEPT, BEGINS_CLASS)
        return [engine.best_of([engine.all_of(clauses), *more])] if more else clauses

    def _word(
        self, word: Token, *, begins: bool, forgiving: bool, most: float = WHOLE, fields: Sequence[str] = ()
    ) -> Asked:
        stem = word.stem
        queries = self._as_typed(stem, begins=begins, most=most, fields=fields or tuple(EXACT))
        known = self._known(stem, begins=begins)
        if not known and (cut := _NUMBERED.fullmatch(stem)):
            # `firefly2`, of a name that is written `FIREFLY-2`.
            queries.append(engine.all_of([self._exactly(part) for part in cut.groups()]))
        edits = edits_allowed(stem)
        if edits and (forgiving or not known):
            queries += self._near(stem, edits, begins=begins)
        return engine.best_of(queries)

    @staticmethod
    def _as_typed(stem: str, *, begins: bool, most: float, fields: Sequence[str]) -> list[Asked]:
        exact = {name: min(EXACT[name], most) for name in fields} | {"identifier": IDENTIFIER}
        queries = [WordQuery(name, stem, score) for name, score in exact.items()]
        if begins and len(stem) >= 2:
            begun = [(name, score) for name, score in BEGINS.items() if name in fields]
            queries += [WordQuery(name, stem, score, prefix=True) for name, score in begun]
        return queries

    @staticmethod
    def _exactly(stem: str) -> Asked:
        return engine.best_of([WordQuery(name, stem, score) for name, score in EXACT.items()])

    def _near(self, stem: str, edits: int, *, begins: bool) -> list[Asked]:
        concepts = self.terms.near(stem) or self.terms.having(stem)
        most = NEAR_CONCEPT if concepts else WHOLE
        scores = {name: min(score, most) for name, score in NEAR.items()}
        queries = [
            WordQuery(name, stem, score * (SECOND_EDIT if distance == 2 else 1.0), distance, prefix=begins)
            for name, score in scores.items()
            for distance in range(1, edits + 1)
        ]
        return queries + self._meaning(concepts, NEAR_CONCEPT, NEAR_CLASS)

    def _known(self, stem: str, *, begins: bool) -> bool:
        if self.reader.knows(stem, (*EXACT, "identifier")):
            return True
        return begins and len(stem) >= 2 and self.reader.knows_beginning(stem, BEGINS)
