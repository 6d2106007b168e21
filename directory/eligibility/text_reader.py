"""The free words of a profile, gone through once; what is denied, past or in doubt is not read as there."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from directory.core.text import squash, strip_marks
from directory.search.concepts import Span, vocabulary, wider_of
from directory.search.kinship import NO_DISEASE
from directory.search.tokens import Token, typed_words
from trials.choices import Stage

from . import alterations, negation_cues, patient_words
from .alterations import OF_ALTERATIONS, Alteration
from .negation_cues import OTHERS
from .negation_scope import ALTERATION, FoundTerm, NegationScope
from .patient_reading import PatientReading
from .profile import Profile
from .stage_reading import CURRENT, StageReading
from .stage_words import AT_DIAGNOSIS, StagePhrase, phrase_at

_STAGES_OF = {
    squash("newly diagnosed"): StagePhrase((Stage.NEWLY_DIAGNOSED,)),
    squash("relapsed"): StagePhrase((Stage.RELAPSED,)),
    squash("refractory"): StagePhrase((Stage.REFRACTORY,)),
    squash("relapsed or refractory"): StagePhrase((Stage.RELAPSED, Stage.REFRACTORY)),
    squash("maintenance"): StagePhrase((Stage.MAINTENANCE,)),
    squash("long-term follow-up"): StagePhrase((Stage.FOLLOW_UP,)),
}
_PHILADELPHIA = frozenset({"ph", "philadelphia"})
# A shorter word with an error in it is an abbreviation of something else: `ampl` is no AML.
_LONG_ENOUGH = 5
# No misspelt survivor.
_NOT_NEAR = frozenset({"survival"})
# `unrelapsed` is no misspelt `relapsed`.
_SYLLABLES = ("un", "non", "on", "in", "ir", "im", "nicht", "niet")


@dataclass(frozen=True)
class ReadTerm:
    """One thing read in the free words: `label` what it is called, or as it was typed.

    `kind` condition, stage, alteration, age, sex or lines. `value`: codes of ICCC-3, a stage, an age as a
    field takes it, a sex, a number; for an alteration the words.
    """

    kind: str
    value: str
    label: str


class TextReader:
    """What `text` says: `patient` of age, sex and lines, `stage` of the disease's stage; see `Read`.

    `beside`: what the fields say.
    """

    def __init__(self, text: str, language: str, beside: Profile | None = None):
        self.language, self.vocabulary, self.beside = language, vocabulary(), beside or Profile()
        self.diseases: set[str] = set()
        self.stages: set[str] = set()
        self.said_stages: list[tuple[str, frozenset[Stage]]] = []
        self.alterations: list[Alteration] = []
        self.terms: list[ReadTerm] = []
        self.unread: list[str] = []
        self.phrases: dict[int, StagePhrase] = {}
        self._cut(text)
        self.found = list(self._find())
        taken = {at for term in self.found for at in range(term.start, term.end)}
        cues = negation_cues.cues(self.parts, taken, language)
        # Behind `at diagnosis` stands the age of that day.
        said = {
            at: frozenset(() if phrase.way == AT_DIAGNOSIS else phrase.stages)
            for at, phrase in self.phrases.items()
        }
        self.patient = PatientReading(self.parts, self.clause, self.found, said, language)
        self.cues = self.patient.judge(self.patient_words, cues)
        self.scope = NegationScope(self.parts, self.clause, self.joined, self.found)
        self.scope.judge(self.cues)
        self.stage = self._read_stage()
        if (number := self._relapsed_of_the_past()) is not None:
            del self.scope.said[number]
            self.stage = self._read_stage()
        self._say_all()

    def _cut(self, text: str) -> None:
        """The words, of each the number of its clause, and which clauses a comma or a bracket joins."""
        text, self.patient_words = patient_words.marked(unicodedata.normalize("NFC", text), self.language)
        clauses = negation_cues.clauses(negation_cues.signs_as_words(text))
        parts: list[Token] = []
        self.clause: list[int] = []
        for number, clause in enumerate(clauses):
            words = typed_words(clause.text)
            parts += words
            self.clause += [number] * len(words)
        self.parts = patient_words.put_back(parts, self.patient_words)
        self.joined = [one.joined for one in clauses]

    def _read_stage(self) -> StageReading:
        doubted = {self.found[number].start for number in self.scope.said}
        lines = self.patient.lines.value if self.patient.lines else None
        treated = bool(self.beside.lines if lines is None else lines)
        return StageReading(self.parts, self.clause, self.found, self.phrases, doubted, treated=treated)

    def _relapsed_of_the_past(self) -> int | None:
        """The disease that the patient had, where no other is said that can have relapsed now.

        `History of Wilms tumour, now relapsed`: by its number among the terms, else None.
        """
        stages = {self.beside.stage}.union(*self.stage.stages.values())
        diseases = [number for number, term in enumerate(self.found) if term.kind == "disease"]
        if self.beside.conditions or len(diseases) != 1 or stages.isdisjoint(CURRENT):
            return None
        said = self.scope.said.get(diseases[0])
        is_own = said is not None and said.cue.aside and self.parts[said.cue.start].exact not in OTHERS
        return diseases[0] if is_own else None

    @property
    def denials(self) -> bool:
        """Whether something is said to be not there or in doubt."""
        return any(not cue.aside for cue in self.cues)

    @property
    def doubts(self) -> bool:
        of_today = [cue for cue in self.cues if not cue.aside]
        return any(cue.doubtful for cue in of_today) or any(one.doubtful for one in self.scope.said.values())

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
            term = self._find_at(at, spans)
            if term:
                yield term
            at = term.end if term else at + 1

    def _find_at(self, at: int, spans: Mapping[int, Span]) -> FoundTerm | None:
        """The term that begins there: of those of equal length one of a stage."""
        span = spans.get(at) or self._gene(at)
        said = phrase_at(self.parts, self.clause, at)
        if said and (span is None or said[0] >= span.end):
            end, self.phrases[at] = said
            return FoundTerm(at, end, (), "stage")
        span = span or self._near(at)
        if span is None:
            return None
        kind = self._kind(span)
        self.phrases.update((at, _STAGES_OF[one]) for one in span.concepts if one in _STAGES_OF)
        end = self._end_of_alteration(span.end, spans) if kind == ALTERATION else span.end
        return FoundTerm(span.start, end, span.concepts, kind)

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
        if word.says_nothing or word.stem in _NOT_NEAR or negation_cues.is_cue(strip_marks(word.raw)):
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
            folded = strip_marks(self.parts[at].raw)
            of_it = folded in OF_ALTERATIONS and not negation_cues.is_cue(folded)
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
            elif at in self.patient.words:
                self.unread += [self.parts[at].raw] if at in self.patient.unread else []
                at += 1
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
        elif term.kind == ALTERATION:
            self._note_alteration(term)
        elif term.start in self.phrases:
            self._note_stage(text, self.stage.stages[term.start])
        else:
            known = [self._read(concept) for concept in term.concepts]
            self.unread += [] if any(known) else [text]

    def _note_alteration(self, term: FoundTerm) -> None:
        """`Ph-like ALL` is an alteration, and the disease of which it is a kind, too."""
        parts = self.parts[term.start : term.end]
        found = alterations.read(" ".join(map(_with_its_plus, parts)))
        if found.says_what or parts[0].exact not in _PHILADELPHIA:
            self._alteration(found)
        else:
            self.unread.append(self.scope.words(term.start, term.end))
        for concept in term.concepts:
            for wider in (one for one, steps in wider_of(concept).items() if steps == 1):
                self._read(wider)

    def _note_stage(self, text: str, stages: frozenset[Stage]) -> None:
        self.unread += [] if stages else [text]
        self.said_stages.append((text, stages))
        for stage in sorted(stages, key=Stage.values.index):
            self.stages.add(str(stage))
            self.terms.append(ReadTerm("stage", str(stage), str(stage.label)))

    def _alteration(self, found: Alteration) -> None:
        self.alterations.append(found)
        self.terms.append(ReadTerm("alteration", found.text, found.text))

    def _read(self, concept: str) -> bool:
        kind = self.vocabulary.types.get(concept, "")
        if kind == "disease" and concept not in NO_DISEASE:
            self.diseases.add(concept)
            codes = ", ".join(self.vocabulary.conditions.get(concept, ()))
            self.terms.append(ReadTerm("condition", codes, self.vocabulary.preferred(concept, self.language)))
            return True
        return False


def _with_its_plus(word: Token) -> str:
    """`Ph+` is not Ph."""
    return f"{word.raw}+" if word.exact.endswith("+") else word.raw


def _is_variant(word: Token) -> bool:
    return (
        word.exact != patient_words.MARK
        and any(one.isdigit() for one in word.raw)
        and any(one.isalpha() for one in word.raw)
    )
