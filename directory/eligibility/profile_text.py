"""What the free words of a profile say: diseases, stages of disease, alterations, in four languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from directory.core.text import squash, strip_marks
from directory.search.concepts import Span, vocabulary
from directory.search.kinship import NO_DISEASE, families
from directory.search.query import check_text
from directory.search.tokens import Token, typed_words
from trials.choices import Stage
from trials.conditions import path_to

from . import alterations, negation_cues
from .alterations import OF_ALTERATIONS, Alteration
from .negation_scope import ALTERATION, FoundTerm, NegationScope
from .profile import Profile

_STAGES_OF = {
    squash("newly diagnosed"): (Stage.NEWLY_DIAGNOSED,),
    squash("relapsed"): (Stage.RELAPSED,),
    squash("refractory"): (Stage.REFRACTORY,),
    squash("relapsed or refractory"): (Stage.RELAPSED, Stage.REFRACTORY),
    squash("maintenance"): (Stage.MAINTENANCE,),
    squash("long-term follow-up"): (Stage.FOLLOW_UP,),
}
_PHILADELPHIA = frozenset({"ph", "philadelphia"})
# A shorter word with an error in it is an abbreviation of something else: `ampl` is no AML.
_LONG_ENOUGH = 5
# `unrelapsed` is no misspelt `relapsed`.
_SYLLABLES = ("un", "non", "on", "in", "ir", "im", "nicht", "niet")


@dataclass(frozen=True)
class ReadTerm:
    """One thing read in the free words: `kind` condition, stage or alteration; `label` what it is called."""

    kind: str
    value: str
    label: str


@dataclass(frozen=True)
class Read:
    """A profile as it is judged: its own fields, and what its free words add.

    `named`: the diseases said, in the longest terms; `mentioned`: those and what they are kinds of. `codes`:
    ICCC-3 classes, `given` those of the fields; `unread`: the words that say nothing to us.
    """

    codes: tuple[str, ...]
    named: frozenset[str]
    mentioned: frozenset[str]
    stages: frozenset[str]
    alterations: tuple[Alteration, ...]
    terms: tuple[ReadTerm, ...]
    unread: tuple[str, ...]
    given: tuple[str, ...] = ()

    @classmethod
    def of(cls, profile: Profile, language: str) -> "Read":
        """Raises ValueError for words that are too long or have control characters."""
        reader = _Reader(check_text(profile.text), language)
        named = frozenset(reader.diseases)
        codes = tuple(dict.fromkeys((*profile.conditions, *reader.codes())))
        fields = [_field(text, language) for text in profile.alterations]
        given = [one for found, _doubtful in fields for one in found]
        doubtful = [text for _found, several in fields for text in several]
        # A patient is at one stage or another: “any” says nothing of theirs.
        stages = {profile.stage} if profile.stage not in ("", Stage.ANY) else reader.stages
        return cls(
            codes=codes,
            named=named,
            mentioned=named | reader.mentioned | _families_of(codes),
            stages=frozenset(stages),
            alterations=tuple(dict.fromkeys([*given, *reader.alterations])),
            terms=tuple(dict.fromkeys(reader.terms)),
            unread=tuple(
                dict.fromkeys([*reader.unread, *doubtful, *(one.text for one in given if not one.says_what)])
            ),
            given=profile.conditions,
        )

    @property
    def says_a_disease(self) -> bool:
        return bool(self.codes or self.named)


class _Reader:
    """Goes through the words once; what is denied or in doubt is not read as there."""

    def __init__(self, text: str, language: str):
        self.language, self.vocabulary = language, vocabulary()
        self.diseases: set[str] = set()
        self.mentioned: set[str] = set()
        self.stages: set[str] = set()
        self.alterations: list[Alteration] = []
        self.terms: list[ReadTerm] = []
        self.unread: list[str] = []
        self.parts: list[Token] = []
        self.clause: list[int] = []
        clauses = negation_cues.clauses(negation_cues.signs_as_words(text))
        for number, clause in enumerate(clauses):
            words = typed_words(clause.text)
            self.parts += words
            self.clause += [number] * len(words)
        self.found = list(self._find())
        taken = {at for term in self.found for at in range(term.start, term.end)}
        self.scope = NegationScope(self.parts, self.clause, [one.joined for one in clauses], self.found)
        self.cues = negation_cues.cues(self.parts, taken, language)
        self.scope.judge(self.cues)
        self._say_all()

    @property
    def doubts(self) -> bool:
        return any(cue.doubtful for cue in self.cues) or any(one.doubtful for one in self.scope.said.values())

    @property
    def in_doubt(self) -> list[str]:
        return [self.scope.words(*span) for span in self.scope.unread()]

    def codes(self) -> list[str]:
        return self.vocabulary.codes_of(sorted(self.diseases))

    # Finding the terms

    def _find(self) -> Iterator[FoundTerm]:
        spans = {span.start: span for span in self.vocabulary.spans(self.parts)}
        at = 0
        while at < len(self.parts):
            span = spans.get(at) or self._gene(at) or self._near(at)
            if span is None:
                at += 1
                continue
            kind = self._kind(span)
            end = self._end_of_alteration(span.end, spans) if kind == ALTERATION else span.end
            yield FoundTerm(span.start, end, span.concepts, kind)
            at = end

    def _kind(self, span: Span) -> str:
        kinds = {self.vocabulary.types.get(one, "") for one in span.concepts}
        return next((one for one in (ALTERATION, "stage", "disease") if one in kinds or not kinds), "other")

    def _gene(self, at: int) -> Span | None:
        """A gene by its symbol alone, which stands for no concept; `Ph`, too, which is one only if denied."""
        word = self.parts[at]
        is_gene = word.raw in alterations.symbols() or word.exact in _PHILADELPHIA
        return Span(at, at + 1, (), False) if is_gene else None

    def _near(self, at: int) -> Span | None:
        """A term spelt almost like the word, which is not the word with a syllable of denial before it."""
        word = self.parts[at]
        if len(word.stem) < _LONG_ENOUGH or word.exact in OF_ALTERATIONS:
            return None
        if word.says_nothing or negation_cues.is_cue(strip_marks(word.raw)):
            return None
        found = self.vocabulary.near(word.stem)
        denied = any(
            word.stem.startswith(syllable)
            and set(self.vocabulary.near(word.stem[len(syllable) :])) & {*found}
            for syllable in _SYLLABLES
        )
        return Span(at, at + 1, found, False) if found and not denied else None

    def _end_of_alteration(self, at: int, spans: Mapping[int, Span]) -> int:
        """After the words for its kind: `BRAF V600E`, `ALK mutation`."""
        while at < len(self.parts) and self.clause[at] == self.clause[at - 1]:
            of_it = self.parts[at].exact in OF_ALTERATIONS and not negation_cues.is_cue(
                strip_marks(self.parts[at].raw)
            )
            if not of_it and not (_is_variant(self.parts[at]) and at not in spans):
                break
            at += 1
        return at

    # Saying what was found

    def _say_all(self) -> None:
        """Note each term, and as unread each word that is in none and says something."""
        at, ends = 0, {span.start: span.end for span in self.scope.unread()}
        terms = {term.start: (number, term) for number, term in enumerate(self.found)}
        while at < len(self.parts):
            if at in ends:
                self.unread.append(self.scope.words(at, ends[at]))
                at = ends[at]
            elif at in terms:
                number, term = terms[at]
                self._note(number, term)
                at = term.end
            else:
                if at not in self.scope.used and not self.parts[at].says_nothing:
                    self.unread.append(self.parts[at].raw)
                at += 1

    def _note(self, number: int, term: FoundTerm) -> None:
        text = self.scope.words(term.start, term.end)
        if number in self.scope.said:
            self._alteration(replace(alterations.read(self.scope.text(number)), negative=True))
        elif term.kind == ALTERATION and (term.concepts or self.parts[term.start].exact not in _PHILADELPHIA):
            self._alteration(alterations.read(text))
        else:
            known = [self._read(concept, text) for concept in term.concepts]
            self.unread += [] if any(known) else [text]

    def _alteration(self, found: Alteration) -> None:
        self.alterations.append(found)
        self.terms.append(ReadTerm("alteration", found.text, found.text))

    def _read(self, concept: str, text: str) -> bool:
        kind = self.vocabulary.types.get(concept, "")
        if kind == "disease" and concept not in NO_DISEASE:
            self.diseases.add(concept)
            self.mentioned |= self.vocabulary.concepts_in(text)
            codes = ", ".join(self.vocabulary.conditions.get(concept, ()))
            self.terms.append(ReadTerm("condition", codes, self.vocabulary.preferred(concept, self.language)))
            return True
        if kind == "stage" and concept in _STAGES_OF:
            for stage in _STAGES_OF[concept]:
                self.stages.add(str(stage))
                self.terms.append(ReadTerm("stage", str(stage), str(stage.label)))
            return True
        return False


def _field(text: str, language: str) -> tuple[list[Alteration], list[str]]:
    """What a field of alterations says, and what of it is in doubt.

    `ALK negative BRAF V600E` is one absent and one there.
    """
    found, unread = [], []
    # No ALK, BRAF: of the second nobody knows which is meant.
    in_doubt = _Reader(text, language).in_doubt
    for part in alterations.split(text):
        reader, one = _Reader(part, language), alterations.read(part)
        several = len(one.genes) > 1 and one.kind != "fusion"
        if reader.doubts or part in in_doubt:
            found += reader.alterations if reader.doubts else []
            unread.append(part)
        elif reader.cues and several and reader.alterations:
            found += reader.alterations
        else:
            found.append(replace(one, negative=bool(reader.cues)))
    return found, unread


def _is_variant(word: Token) -> bool:
    return any(one.isdigit() for one in word.raw) and any(one.isalpha() for one in word.raw)


def _families_of(codes: tuple[str, ...]) -> frozenset[str]:
    """Concepts that stand for every disease of their classes, where one of `codes` is among these."""
    return frozenset(
        concept
        for concept, classes in families().items()
        if any(set(path_to(code)) & classes for code in codes)
    )
