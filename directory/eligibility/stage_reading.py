"""At which stage of the disease a text says that the patient is, of all that it says of stages.

`relapse after first line`, `métastatique au diagnostic, en rechute`: what is told of an earlier day is no
stage of today. In doubt a phrase is unread.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from directory.core.text import squash, strip_marks
from directory.search.concepts import vocabulary
from directory.search.tokens import Token
from trials.choices import Stage

from .negation_scope import ALTERATION, FoundTerm
from .patient_words import MARK, PERSONS
from .stage_words import (
    AFTER,
    AT_DIAGNOSIS,
    BEFORE,
    DE_NOVO,
    FIRST_LINE,
    FOLLOWED,
    NO_STAGE,
    PROGRESSIVE,
    REMISSION,
    StagePhrase,
)

# These progress under watch, before any treatment: what that is, is not said but by a treatment before it.
_WATCHED = frozenset(
    map(squash, ("low-grade glioma", "optic pathway glioma", "plexiform neurofibroma", "desmoid tumour"))
)
_SYSTEMIC = frozenset({"drug", "drug_class"})
_NOWHERE = frozenset({squash("metastatic disease")})
# Transplanted in remission as a rule.
_ACUTE_LEUKAEMIAS = frozenset({"Ia", "Ib"})
_OF_EARLIER = """
after following post to on since failed failing during despite beyond na op sinds ondanks apres sous depuis
malgre nach unter auf seit trotz
"""
_AFTER_A_LINE = frozenset(_OF_EARLIER.split())
_ARTICLES = frozenset({"the", "a", "de", "een", "la", "une", "der", "die", "einer"})
_NO_LINE = (
    "surg",
    "resec",
    "resek",
    "transpl",
    "oper",
    "chirurg",
    "greffe",
    "autolog",
    "fail",
    "echec",
    "falen",
)
_VARIANTS = ("mutat", "variant", "alterat", "muta")
_DIGITS_OF_A_YEAR = 4
CURRENT = frozenset({Stage.RELAPSED, Stage.REFRACTORY})
_OF_REMISSION = frozenset({REMISSION, BEFORE})
_LATER = frozenset({Stage.MAINTENANCE, Stage.FOLLOW_UP})


class StageReading:
    """`stages`: by where a phrase begins, the stages it says; none where it is unread.

    `relapses`: how many there were at least, as far as they are counted. `treated`: whether there was a line
    of systemic treatment.
    """

    def __init__(
        self,
        parts: Sequence[Token],
        clause: Sequence[int],
        terms: Sequence[FoundTerm],
        phrases: Mapping[int, StagePhrase],
        doubted: Set[int],
        *,
        treated: bool = False,
    ):
        self.parts, self.clause = parts, clause
        self.treated = treated or any(map(self._is_a_treatment_that_was, terms))
        self.starts = {term.start: term for term in terms}
        self.ends = {term.end: term for term in terms}
        self.diseases = _diseases(terms, doubted)
        said = {at: phrase for at, phrase in phrases.items() if at not in doubted and self._fits(at, phrase)}
        self.ways = {phrase.way for phrase in said.values()}
        self.others = _of_today(said.values())
        read = {at: self._stages(phrase) for at, phrase in said.items()}
        self.stages = dict.fromkeys(phrases, frozenset[Stage]()) | read
        self.relapses = max((said[at].relapses for at, stages in read.items() if stages), default=0)

    def _stages(self, phrase: StagePhrase) -> frozenset[Stage]:
        if phrase.way == REMISSION:
            return self._in_remission()
        if phrase.way == BEFORE:
            is_meant = REMISSION in self.ways or (not self.others and self._is_acute_leukaemia)
        elif Stage.NEWLY_DIAGNOSED in phrase.stages:
            # Who relapsed is newly diagnosed no more, whatever was told of that day.
            is_meant = not self.others and self.ways.isdisjoint(_OF_REMISSION)
        else:
            is_meant = phrase.way != PROGRESSIVE or self.treated or self.diseases.isdisjoint(_WATCHED)
        return frozenset(phrase.stages if is_meant else ())

    def _in_remission(self) -> frozenset[Stage]:
        """Before a transplant only where that is said or nothing speaks against it."""
        if AFTER in self.ways or self.others & _LATER:
            return frozenset()
        if BEFORE in self.ways or self.others & CURRENT:
            return frozenset({Stage.REMISSION})
        return frozenset({Stage.REMISSION, *_LATER})

    def _is_a_treatment_that_was(self, term: FoundTerm) -> bool:
        """`after carboplatin`; what was cut out only may progress before any systemic treatment."""
        types = {vocabulary().types.get(one) for one in term.concepts}
        return bool(types & _SYSTEMIC) and self._word(term.start - 1, term.start) in _AFTER_A_LINE

    @property
    def _is_acute_leukaemia(self) -> bool:
        codes = vocabulary().codes_of(sorted(self.diseases))
        return bool(codes) and _ACUTE_LEUKAEMIAS.issuperset(codes)

    # --- Where a phrase stands ---------------------------------------------------------------------------

    def _fits(self, at: int, phrase: StagePhrase) -> bool:
        """Whether the words around leave it what it is."""
        start, end = at, self.starts[at].end
        fits = {
            FIRST_LINE: self._is_a_first_line,
            DE_NOVO: self._is_a_disease_de_novo,
            AT_DIAGNOSIS: self._is_of_this_diagnosis,
            PROGRESSIVE: self._says_progress,
            FOLLOWED: self._is_followed,
            NO_STAGE: lambda *_span: False,
        }
        if phrase.way in fits:
            return fits[phrase.way](start, end)
        return Stage.NEWLY_DIAGNOSED not in phrase.stages or not self._is_dated(end, start)

    def _is_a_first_line(self, start: int, end: int) -> bool:
        """Not one that was: `relapse after first line`."""
        before = self._word(start - 1, start)
        then = self._word(start - 2, start) if before in _ARTICLES else before
        return then not in _AFTER_A_LINE and not self._word(end, start).startswith(_NO_LINE)

    def _is_a_disease_de_novo(self, start: int, end: int) -> bool:
        """Not a mutation that neither parent has."""
        words = (self._word(start - 1, start), self._word(end, start))
        kinds = (self._kind_before(start), self._kind_after(end, start))
        return ALTERATION not in kinds and not any(word.startswith(_VARIANTS) for word in words)

    def _is_of_this_diagnosis(self, start: int, end: int) -> bool:
        is_last = not self._word(end, start) or self._kind_after(end, start) == "disease"
        return (is_last or self.parts[end].exact == MARK) and self._is_beside_a_disease(start)

    def _is_followed(self, start: int, end: int) -> bool:
        """Not `3 mois de suivi`, `suivi à Liège`."""
        is_first = not self._word(start - 1, start) or self._kind_before(start) == "disease"
        return is_first and not self._word(end, start)

    def _is_beside_a_disease(self, start: int) -> bool:
        """First in its clause, or behind a disease: not in `métastatique au diagnostic`."""
        before = self._word(start - 1, start)
        if not before or before in PERSONS:
            return True
        term = self.ends.get(start)
        return term is not None and term.kind == "disease" and not _NOWHERE.issuperset(term.concepts)

    def _is_dated(self, end: int, start: int) -> bool:
        """`Erstdiagnose 2019`, `diagnosis in 03/2021`: a day, not a stage."""
        words = (self._word(at, start) for at in (end, end + 1, end + 2))
        return any(len(word) == _DIGITS_OF_A_YEAR and word.isdigit() for word in words)

    def _says_progress(self, start: int, end: int) -> bool:
        """Of a disease, not of `progressive headache`."""
        before, after = self._word(start - 1, start), self._word(end, start)
        kinds = ("disease", "stage", ALTERATION)
        if self._kind_after(end, start) in kinds:
            return True
        is_last = not after or after in _AFTER_A_LINE or self.parts[end].exact == MARK
        return is_last and (
            not before or self._kind_before(start) in kinds or self.parts[start - 1].exact == MARK
        )

    def _word(self, at: int, of: int) -> str:
        """The folded word at `at`, where it is in the clause of `of`."""
        inside = 0 <= at < len(self.parts) and self.clause[at] == self.clause[of]
        return strip_marks(self.parts[at].raw) if inside else ""

    def _kind_before(self, start: int) -> str:
        term = self.ends.get(start)
        return term.kind if term and self.clause[term.start] == self.clause[start] else ""

    def _kind_after(self, end: int, start: int) -> str:
        term = self.starts.get(end)
        return term.kind if term and self.clause[end] == self.clause[start] else ""


def _diseases(terms: Iterable[FoundTerm], doubted: Set[int]) -> set[str]:
    """The concepts of the diseases that are there."""
    there = (term.concepts for term in terms if term.kind == "disease" and term.start not in doubted)
    return set().union(*there)


def _of_today(phrases: Iterable[StagePhrase]) -> frozenset[Stage]:
    """The stages that phrases say beside a new diagnosis and a remission."""
    stages = (phrase.stages for phrase in phrases if phrase.way not in _OF_REMISSION)
    return frozenset().union(*stages) - {Stage.NEWLY_DIAGNOSED}
