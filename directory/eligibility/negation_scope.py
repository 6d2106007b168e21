"""Which of the terms found in a text its words of denial and doubt speak of."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from directory.core.text import fold, strip_marks
from directory.search.tokens import Token

from .alterations import OF_ALTERATIONS
from .negation_cues import AFTER, FOUND, OTHERS, Cue, is_cue
from .patient_words import MARK, PERSONS

ALTERATION = "alteration"
_FOR = frozenset({"for", "voor", "pour", "fur", "auf"})
# What joins terms of which one thing is said: no ALK or BRAF.
_JOINED_BY = "or of ou oder and en et und nor noch ni as well also ook aussi auch"
_JOINS = frozenset({*_JOINED_BY.split(), MARK})
_TREATED = frozenset({"treated", "behandeld", "traite", "traitee", "behandelt"})
_FOR_A_DISEASE = _FOR | {"wegen", "vanwege"}
_NOR = frozenset({"nor", "noch", "ni"})
# Beginnings of words for how far a disease has come; not metastatic, not resected: the disease is there.
_OF_EXTENT = (
    "metasta", "gemetasta", "resec", "resek", "resez", "gerese", "operab", "operat", "opere", "operier",
    "geoper", "irradi", "bestra", "locali", "localis", "gelokali", "lokalis", "dissemin", "gedissem", "bulky",
)  # fmt: skip
# Beginnings of words for what a note denies beside a disease, which is there: Ewing, no mets.
_ELSE = """
mets meta uitzaai comorb komorb allerg chemo chimio radioth prior previous eerder vorige voorbehand vorbehand
vorher anterieur prealable therap treatment behand traitement bone marrow beenmerg moelle medullaire
knochenmark cns czs snc zns lung longm pulmo liver foie hepat leber fever koorts fievre fieber infect infekt
famil antecedent voorgesch surg chirurg transplant sct hsct anaplas hydroc symptom klacht pain pijn douleur
schmerz option opties optie tx curati respon repons ansprech disease ziekte maladie
erkrank krankh
"""
_SOMETHING_ELSE = (*_OF_EXTENT, *_ELSE.split())
# Beginnings of words of which a clause speaks that has no term: stage unknown, marrow negative.
_OF_A_CLAUSE = """
age leeftijd alter sex gender geslacht geschlecht stad stage staging risk risico risque risiko ebv hiv cmv
mibg weight gewicht poids
"""
_SUBJECTS = (*_SOMETHING_ELSE, *_OF_A_CLAUSE.split())
# Behind an alteration: no ALK result, no ALK test.
_OF_TESTS = (
    "test", "result", "data", "gegevens", "status", "info", "anal", "sequen", "ngs", "fish", "ihc", "pcr",
    "screen", "panel", "onderzoek", "uitslag", "recherche", "donnee", "ergebnis", "befund", "untersuch",
)  # fmt: skip
# Before a relative: TP53 mutation in mother.
_IN = frozenset({"in", "of", "from", "bij", "van", "chez", "de", "du", "bei", "von", "der"})
_OF_SOMETHING_ELSE = """
known other further relevant significant evidence sign signs gekende andere verdere aanwijzing aanwijzingen
teken tekens connu connue autre autres signe signes argument arguments bekannte bekannten andere anderen
weitere weiteren relevante hinweis hinweise anzeichen
"""
_BEFORE_SOMETHING_ELSE = frozenset(_OF_SOMETHING_ELSE.split())
# Said beside a gene without saying anything of it.
_BESIDE_GENES = """
gene gen genes genen tumor tumour tumors tumours tumeur tumeurs tumoren cancer kanker krebs disease ziekte
maladie erkrankung exon germline somatic somatisch kiembaan constitutionnel confirmed bevestigd confirme
confirmee bestatigt proven bewezen prouve gesichert known gekend bekend connu bekannt driven gedreven carrier
drager activating activerend pathogenic pathogeen hotspot syndrome syndroom year years jaar jaren ans jahre
old oud month months maanden mois monate boy girl jongen meisje garcon fille junge madchen
"""
_NEUTRAL = frozenset(_BESIDE_GENES.split()) | _JOINS | PERSONS


class WordSpan(NamedTuple):
    """Words `start` to `end`, not included."""

    start: int
    end: int


class FoundTerm(NamedTuple):
    """Words `start` to `end` (not included) that mean `concepts`; of what `kind`, `other` for most."""

    start: int
    end: int
    concepts: tuple[str, ...]
    kind: str


class Covered(NamedTuple):
    """A term of which a cue speaks, by its number; whether that is doubtful, and not across a comma."""

    number: int
    doubtful: bool
    beside: bool


class Said(NamedTuple):
    """What a cue says of a term: it is not there, or it is `doubtful`; `beside` it, or across a comma."""

    cue: Cue
    doubtful: bool
    beside: bool


class NegationScope:
    """`said`: of each term, by its number, what is said of it; `used`: the words that say so.

    A denial speaks of what follows it up to a comma or stop; where that leaves a question, it is doubtful.
    """

    def __init__(
        self,
        parts: Sequence[Token],
        clause: Sequence[int],
        joined: Sequence[bool],
        terms: Sequence[FoundTerm],
    ):
        self.parts, self.clause, self.joined, self.terms = parts, clause, joined, terms
        self.said: dict[int, Said] = {}
        self.used: set[int] = set()
        self.of_something_else: list[WordSpan] = []
        self.starts = {term.start for term in terms}
        self.of_clause: dict[int, list[int]] = {}
        for number, term in enumerate(terms):
            self.of_clause.setdefault(clause[term.start], []).append(number)

    def judge(self, cues: Sequence[Cue]) -> None:
        self.cues = [cue for cue in cues if not cue.aside]
        self.cued = {self.clause[cue.start] for cue in self.cues}
        for cue in cues:
            for number, doubtful, beside in self._covered(cue):
                self._say(number, Said(cue, doubtful, beside))
        for number, term in enumerate(self.terms):
            if number not in self.said and self._has_a_word_nobody_knows(term):
                nobody = Cue(term.end, term.end + 1, True, False, False)
                self._say(number, Said(nobody, True, True))
        self._doubt_what_is_more_than_an_alteration()

    def _say(self, number: int, said: Said) -> None:
        self.used |= set(range(said.cue.start, said.cue.end))
        before = self.said.get(number)
        if before and before.cue != said.cue:
            # Two denials of one thing: not ALK negative. Neither, nor: both deny.
            both_no = before.cue.before and said.cue.before
            said = Said(before.cue, before.doubtful or said.doubtful or not both_no, before.beside)
        self.said[number] = said

    def _has_a_word_nobody_knows(self, term: FoundTerm) -> bool:
        """Whether a bare gene is followed by a word that might deny it: `ALK awaited`, `ALK ngeative`."""
        if term.kind != ALTERATION or term.end - term.start > 1:
            return False
        rest = range(term.end, self._end_of_clause(term.start))
        at = next((at for at in rest if not _only_joins(self.parts[at])), None)
        if at is None or at in self.starts:
            return False
        word = self.parts[at].raw
        return not (fold(word) in _NEUTRAL or word.isdigit() or is_cue(strip_marks(word)))

    def _doubt_what_is_more_than_an_alteration(self) -> None:
        """Only of an alteration is it known what its absence means; a disease that is denied is unread."""
        mixed = {said.cue for number, said in self.said.items() if self.terms[number].kind != ALTERATION}
        for number, said in self.said.items():
            if said.cue in mixed or self.terms[number].kind != ALTERATION:
                self.said[number] = said._replace(doubtful=True)

    # What a cue speaks of

    def _covered(self, cue: Cue) -> Iterable[Covered]:
        left, right = self._beside_in_its_clause(cue)
        if cue.aside:
            return self._each(self._of_aside(cue, left, right), True)
        if cue.narrow and self._is_of_extent(cue):
            # Nothing but the word itself, where that is a term.
            return self._each(right[:1] if right and self.terms[right[0]].start == cue.end else [], True)
        if not right and (apart := self._something_else(cue) or self._subject(cue, left)):
            self.of_something_else.append(apart)
            nearest = self._back(left) if left else self._in_clauses_beside(cue)
            return self._each(self._of_kind(ALTERATION, nearest), True)
        return self._said_of(cue, left, right)

    def _of_kind(self, kind: str, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if self.terms[number].kind == kind]

    def _of_aside(self, cue: Cue, left: list[int], right: list[int]) -> list[int]:
        """What is of another day or person: what follows, or what is joined to it."""
        word = fold(self.parts[cue.end - 1].raw)
        if word in AFTER and cue.end == cue.start + 1:
            return self._of_kind("disease", self._adjacent(cue, right))
        if right:
            return self._adjacent(cue, right) if cue.narrow else right
        if word in OTHERS:
            return left[-1:] if self._is_joined_to_a_relative(cue, left) else []
        return left[-1:] if cue.end == self._end_of_clause(cue.start) else []

    def _is_joined_to_a_relative(self, cue: Cue, left: list[int]) -> bool:
        """`leukaemia in brother`, `TP53 mutation, mother`."""
        is_in = cue.start > 0 and fold(self.parts[cue.start - 1].raw) in _IN
        return is_in or self._is_alteration(left[-1:])

    def _adjacent(self, cue: Cue, right: list[int]) -> list[int]:
        """The terms behind a cue with nothing but small words before them."""
        chosen, at = [], cue.end
        # Previously treated for ALL; a neuroblastoma that was previously treated is there.
        if at + 1 < len(self.parts) and fold(self.parts[at].raw) in _TREATED:
            at += 2 * (fold(self.parts[at + 1].raw) in _FOR_A_DISEASE)
        for number in right:
            term = self.terms[number]
            if not all(_only_joins(one) for one in self.parts[at : term.start]):
                break
            chosen.append(number)
            at = term.end
        return chosen

    def _subject(self, cue: Cue, left: list[int]) -> WordSpan | None:
        """The words of a clause without terms, where they name that of which the cue speaks."""
        if left:
            return None
        end, start = self._end_of_clause(cue.start), self.clause.index(self.clause[cue.start])
        said = [strip_marks(one.raw) for one in self.parts[start : cue.start] if not one.says_nothing]
        return WordSpan(start, end) if said and said[0].startswith(_SUBJECTS) else None

    def _said_of(self, cue: Cue, left: list[int], right: list[int]) -> Iterable[Covered]:
        if not left and not right:
            return self._each(self._in_clauses_beside(cue), cue.doubtful or cue.before)
        if cue.doubtful:
            return self._doubted(cue, left, right)
        if not cue.before:
            return self._negative(cue, left, right)
        return self._forward(cue, left, right) if right else self._behind(cue, left)

    def _beside_in_its_clause(self, cue: Cue) -> tuple[list[int], list[int]]:
        """The terms of its clause before the cue, and those behind it."""
        here = self.of_clause.get(self.clause[cue.start], [])
        return (
            [number for number in here if self.terms[number].end <= cue.start],
            [number for number in here if self.terms[number].start >= cue.end],
        )

    def _each(self, numbers: Iterable[int], doubtful: bool) -> Iterator[Covered]:
        yield from (Covered(number, doubtful, True) for number in numbers)

    def _each_before(self, left: list[int], doubtful: bool) -> Iterator[Covered]:
        """The nearest before a cue, and what is enumerated before these."""
        yield from self._each(self._back(left), doubtful)
        yield from self._enumerated(left, -1)

    def _doubted(self, cue: Cue, left: list[int], right: list[int]) -> Iterator[Covered]:
        if not (cue.narrow and right):
            yield from self._each_before(left, True)
        yield from self._each(right, True)
        yield from self._enumerated(right, 1)

    def _is_of_extent(self, cue: Cue) -> bool:
        return cue.end < len(self.parts) and strip_marks(self.parts[cue.end].raw).startswith(_OF_EXTENT)

    def _something_else(self, cue: Cue) -> WordSpan | None:
        """The words of a denial of what is no term and no test: `no mets`, `geen beenmerginvasie`."""
        if cue.doubtful or not cue.before:
            return None
        end = self._end_of_clause(cue.start)
        said = [strip_marks(one.raw) for one in self.parts[cue.end : end] if not one.says_nothing]
        first = next((word for word in said if word not in _BEFORE_SOMETHING_ELSE), "")
        return WordSpan(cue.start, end) if first.startswith(_SOMETHING_ELSE) else None

    def _end_of_clause(self, at: int) -> int:
        here = self.clause[at]
        return next((end for end in range(at, len(self.parts)) if self.clause[end] != here), len(self.parts))

    def _forward(self, cue: Cue, left: list[int], right: list[int]) -> Iterator[Covered]:
        is_narrow = cue.narrow and self._is_alteration(right)
        chosen = self._chain(right) if is_narrow else right
        between = range(cue.end, self.terms[right[0]].start)
        # No known ALK, no evidence of ALK: that is not yet that it is absent.
        doubtful = not all(map(self._is_of_an_alteration, between)) or self._is_of_a_test(chosen[-1])
        if not doubtful:
            self.used.update(between)
        yield from self._each(chosen, doubtful)
        if not is_narrow or chosen == right:
            yield from self._enumerated(right, 1)
        if self.parts[cue.start].exact in _NOR and self.cues[0] == cue:
            yield from self._each(self._back(left), True)

    def _is_of_an_alteration(self, at: int) -> bool:
        """Whether the word may stand between a denial and a gene."""
        return _only_joins(self.parts[at]) or self.parts[at].exact in OF_ALTERATIONS

    def _is_of_a_test(self, number: int) -> bool:
        """No ALK result, no ALK test: nobody looked."""
        term = self.terms[number]
        behind = self.parts[term.end : self._end_of_clause(term.start)]
        return bool(behind) and strip_marks(behind[0].raw).startswith(_OF_TESTS)

    def _behind(self, cue: Cue, left: list[int]) -> Iterator[Covered]:
        """`MYCN not amplified`, `ALK: no`, `ALK not tested`."""
        next_word = self.parts[cue.end] if cue.end < len(self.parts) else None
        ends = next_word is None or self.clause[cue.end] != self.clause[cue.start]
        denies = ends or next_word.exact in OF_ALTERATIONS or strip_marks(next_word.raw) in FOUND
        if not ends:
            self.used.add(cue.end)
        yield from self._each_before(left, not denies)

    def _negative(self, cue: Cue, left: list[int], right: list[int]) -> Iterator[Covered]:
        is_for = bool(right) and cue.end < len(self.parts) and self.parts[cue.end].exact in _FOR
        before, behind = self._is_alteration(left[-1:]), self._is_alteration(right[:1])
        if right and (is_for or not before):
            yield from self._each(self._chain(right) if behind else right, False)
            yield from self._enumerated(right, 1)
        if not is_for and (before or not behind):
            yield from self._each_before(left, False)

    def _is_alteration(self, numbers: list[int]) -> bool:
        """Whether the first of `numbers` is one."""
        return bool(numbers) and self.terms[numbers[0]].kind == ALTERATION

    def _in_clauses_beside(self, cue: Cue) -> list[int]:
        """The terms of the clauses before a cue that stands alone in its own, else of the one after it."""
        before = at = self.clause[cue.start]
        while self._is_joined(before, -1):
            before -= 1
            if found := self.of_clause.get(before):
                return self._back(found)
        if at + 1 < len(self.joined) and self.joined[at + 1]:
            return self.of_clause.get(at + 1, [])
        return []

    def _back(self, left: list[int]) -> list[int]:
        """Of the terms before a cue: the last alterations, as far as they are joined; else all."""
        return self._chain(left[::-1]) if self._is_alteration(left[-1:]) else left

    def _chain(self, numbers: list[int]) -> list[int]:
        """The first alterations of `numbers`, as far as nothing stands between them but `or` and the like."""
        chosen = numbers[:1]
        for number in numbers[1:]:
            first, second = sorted((self.terms[chosen[-1]], self.terms[number]), key=lambda term: term.start)
            between = self.parts[first.end : second.start]
            if second.kind != ALTERATION or first.kind != ALTERATION or not between:
                break
            if not all(_only_joins(one) for one in between):
                break
            chosen.append(number)
        return chosen

    def _enumerated(self, numbers: list[int], step: int) -> Iterator[Covered]:
        """Across commas, terms of the same kind of which nothing else is said: `no ALK, BRAF`."""
        if not numbers:
            return
        kind = self.terms[numbers[0 if step < 0 else -1]].kind
        at = self.clause[self.terms[numbers[0]].start]
        while self._is_joined(at, step):
            at += step
            several = self.of_clause.get(at, [])
            first = several[0 if step > 0 else -1] if several else None
            if first is None or at in self.cued or self.terms[first].kind != kind or self._says_more(first):
                return
            yield Covered(first, True, False)

    def _is_joined(self, at: int, step: int) -> bool:
        later = max(at, at + step)
        return 0 < later < len(self.joined) and self.joined[later]

    def _says_more(self, number: int) -> bool:
        """Whether an alteration is told as one that is there: `BRAF V600E`, `ALK mutated`."""
        term = self.terms[number]
        return term.kind == ALTERATION and term.end - term.start > 1

    def text(self, number: int) -> str:
        """A denied term with its denial: `no mutation of BRAF`, `BRAF not mutated`."""
        start, end, _concepts, _kind = self.terms[number]
        cue = self.said[number].cue
        if cue.end <= start and self.used.issuperset(range(cue.end, start)):
            return self.words(cue.start, end)
        said, term = self.words(cue.start, cue.end), self.words(start, end)
        if cue.start >= end and self._is_used_behind(cue.end):
            said = f"{said} {self.parts[cue.end].raw}"
        return f"{said} {term}" if cue.end <= start else f"{term} {said}"

    def _is_used_behind(self, at: int) -> bool:
        """Whether the word `at` is one of a denial, and of the same clause as that before it."""
        return at in self.used and self.clause[at] == self.clause[at - 1]

    def words(self, start: int, end: int) -> str:
        return " ".join(part.raw for part in self.parts[start:end])

    # What is left unread

    def unread(self) -> list[WordSpan]:
        """The words of what is doubtful, with what makes it so; none overlap."""
        spans = list(self.of_something_else)
        for number, said in self.said.items():
            start, end, _concepts, _kind = self.terms[number]
            if said.beside:
                start, end = min(start, said.cue.start), max(end, said.cue.end)
                while self._is_used_behind(end):
                    end += 1
            if said.doubtful:
                spans.append(WordSpan(start, end))
        merged: list[WordSpan] = []
        for span in sorted(spans):
            if merged and span.start < merged[-1].end:
                merged[-1] = WordSpan(merged[-1].start, max(merged[-1].end, span.end))
            else:
                merged.append(span)
        return merged


def _only_joins(word: Token) -> bool:
    return word.says_nothing or word.exact in _JOINS
