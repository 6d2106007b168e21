"""Which ages, sexes and numbers of lines in a text are the patient's own and of today.

A duration (`since 3 months`), an age of another day (`at diagnosis 3 years`), a bound, somebody else's age
and two that contradict each other are none: they stay unread.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile, takewhile

from directory.core.text import strip_marks
from directory.search.tokens import Token
from trials.choices import Stage

from .negation_cues import OTHERS, Cue
from .negation_scope import ALTERATION, FoundTerm
from .patient_words import LETTERS, LETTERS_OF_LANGUAGE, MARK, PERSONS, SEX_OF, PatientWord, is_young

# Before an age: it is a bound, or not exact.
_OF_BOUNDS = """
under over above below than least most almost nearly about approximately around circa ca max maximum min
minimum up until till yet not no quite
dan minstens hoogstens bijna ongeveer ruim tot nog geen niet maximaal minder meer
moins plus presque environ jusqu pas non encore quasi
unter uber als mindestens hochstens fast beinahe etwa rund bis noch kein keine nicht knapp
"""
# Before it: it happened then, or lasted so long.
_OF_THEN = """
at since before after from when for during within in last past every over by post
op bij sinds sedert na voor vanaf toen gedurende binnen om al reeds met afgelopen elke
a depuis apres avant pendant durant dans en toutes tous sous il y
im mit seit nach vor wahrend innerhalb alle letzten ab
"""
_BOUNDS, _THEN = frozenset(_OF_BOUNDS.split()), frozenset(_OF_THEN.split())
# A trial for a 13 year old girl is for her age of today.
_THEN_THOUGH_MARKED = _THEN - {"for", "voor", "in", "by", "met", "mit", "over", "pour"}
_LINKS_OF = frozenset({"of", "van", "de", "d", "von"})
_LINKS = _LINKS_OF | {"is", "est", "ist", "now", "nu", "jetzt", "actuellement", "today", "vandaag"}
_OF_ARTICLES = "the an een de het la le l un une einem einer this our young deze dit notre ce cet cette"
_ARTICLES = frozenset(_OF_ARTICLES.split())
# Behind it: it lasted so long, or is long ago.
_OF_DURATIONS = """
after ago post later before since following off of on in free follow surviv remission treat therap chemo
event efs os pfs history duration interval until apart evolut
na geleden sinds op onder vrij behandel opvolg voor tot
apres plus avant de d sous en sans suivi traitement chimio
nach vor spater her unter lang frei ohne seit bis
"""
_WORDS_OF_DURATIONS = frozenset(_OF_DURATIONS.split())
_STEMS_OF_DURATIONS = tuple(word for word in _OF_DURATIONS.split() if len(word) >= 5)
# Behind it: `3 years old at diagnosis`, `6 ans au diagnostic`.
_AT = frozenset({"at", "bij", "au", "bei", "a", "op", "lors", "when", "toen", "quand"})
# Before a comma: two years of it may be meant.
_MAY_LAST = (
    "free", "frei", "vrij", "surviv", "treat", "therap", "chemo", "behandel", "traitement", "chimio",
    "follow", "suivi", "opvolg", "stab", "off",
)  # fmt: skip
_OF_LEVELS = "risk risico risque risiko i ii iii iv v 1 2 3 4 5 4s"
_LEVELS = frozenset(_OF_LEVELS.split())
_NO_PATIENT = ("donor", "donneu", "spender", "sibling", "partner")
_BEHIND_AN_AGE = frozenset({Stage.NEWLY_DIAGNOSED, Stage.RELAPSED, Stage.REFRACTORY})


class PatientReading:
    """`age`, `sex` and `lines` as they are read, or None; `unread`: the places of those that are not.

    `cues` are those of a text that speak of something else than of these.
    """

    def __init__(
        self,
        parts: Sequence[Token],
        clause: Sequence[int],
        terms: Sequence[FoundTerm],
        stages: Mapping[int, frozenset[Stage]],
        language: str,
    ):
        self.parts, self.clause, self.language = parts, clause, language
        self.stages = stages
        self.words: dict[int, PatientWord] = {}
        self.cues: Sequence[Cue] = ()
        self.starts = {term.start for term in terms}
        self.ends = {term.end: term for term in terms}
        self.taken = {at for term in terms for at in range(term.start, term.end)}
        self.folded = [strip_marks(part.raw) for part in parts]
        self.age: PatientWord | None = None
        self.sex: PatientWord | None = None
        self.lines: PatientWord | None = None
        self.unread: set[int] = set()
        self.read: set[int] = set()

    def judge(self, words: Sequence[PatientWord], cues: Sequence[Cue]) -> list[Cue]:
        """Read what the marks and the words for a sex say; the cues that speak of something else."""
        marks = (at for at, part in enumerate(self.parts) if part.exact == MARK)
        self.words = dict(zip(marks, words, strict=False))
        self.words.update(self._sexes())
        self.words.update(self._letters())
        self.cues = cues
        self.age = self._one_age(set(filter(self._is_today, self._sure("age"))))
        self.lines = self._one({at for at in self._sure("lines") if self.words[at].value is not None})
        self.sex = self._one(self._sure("sex"))
        self.unread = self.words.keys() - self.read
        return [cue for cue in cues if not self._speaks_of_the_patient(cue)]

    def _sure(self, kind: str) -> set[int]:
        """The places of the words of a kind that no cue denies or doubts."""
        of_kind = (at for at, word in self.words.items() if word.kind == kind)
        return {at for at in of_kind if not any(self._is_beside(cue, at) for cue in self.cues)}

    def _one_age(self, ages: set[int]) -> PatientWord | None:
        """One that the words call an age goes before others."""
        age = self._one({at for at in ages if self.words[at].marked} or ages)
        self.read |= {at for at in ages if age and self.words[at].value == age.value}
        return age

    def _one(self, places: set[int]) -> PatientWord | None:
        """What all of `places` say; None where two contradict each other."""
        if len({self.words[at].meaning for at in places}) != 1:
            return None
        self.read |= places
        return self.words[min(places)]

    # --- Sex --------------------------------------------------------------------------------------------

    def _sexes(self) -> Iterator[tuple[int, PatientWord]]:
        for at, word in enumerate(self.folded):
            if word not in SEX_OF or at in self.taken or is_young(self.parts[at].raw, self._next(at)):
                continue
            if not self._next(at).startswith(_NO_PATIENT) and not self._is_of_others(at):
                yield at, PatientWord("sex", self.parts[at].raw, sex=str(SEX_OF[word]))

    def _letters(self) -> Iterator[tuple[int, PatientWord]]:
        """`13 y M`, `12 j., v`, `F, 6 ans`: a letter beside an age."""
        letters = LETTERS | LETTERS_OF_LANGUAGE.get(self.language, {})
        for at, word in enumerate(self.folded):
            if word not in letters or at in self.taken:
                continue
            is_first = at == 0 or (word != "m" and self.clause[at] != self.clause[at - 1])
            beside = self.words.get(at - 1) or (self.words.get(at + 1) if is_first else None)
            if beside and beside.kind == "age":
                yield at, PatientWord("sex", self.parts[at].raw, sex=str(letters[word]))

    # --- Age --------------------------------------------------------------------------------------------

    def _is_today(self, at: int) -> bool:
        word = self.words[at]
        after = self._next(at)
        if word.value is None or after in _AT or after in OTHERS or self._is_of_others(at):
            return False
        return self._is_in_a_sentence(at) if word.marked else self._is_in_its_place(at)

    def _is_of_others(self, at: int) -> bool:
        """Whether the words before it in its clause name somebody of the family."""
        return any(self.folded[place] in OTHERS for place in self._before(at))

    def _is_in_a_sentence(self, at: int) -> bool:
        """Of an age that is called one: not that at which something happened."""
        before = [self.folded[place] for place in self._before(at)]
        # French à folds as the article does.
        if before[:1] == ["a"] and self.parts[at - 1].raw in ("a", "A"):
            return before[1:2] != ["y"]
        nearest = [*dropwhile(_ARTICLES.__contains__, before), "", ""]
        if nearest[0] in _THEN_THOUGH_MARKED and self._next(at) not in PERSONS:
            return nearest[1] in PERSONS
        return nearest[0] not in _BOUNDS

    def _is_in_its_place(self, at: int) -> bool:
        """Whether a number of years, weeks … stands where people write an age, and nothing says otherwise."""
        if self._is_before_a_duration(at):
            return False
        places, by_person = list(self._before(at)), self._next(at) in PERSONS
        if not places:
            return at == 0 or by_person or self._may_follow_a_comma(at)
        links = list(takewhile(lambda place: self.folded[place] in _LINKS, places))
        linked = any(self.folded[place] in _LINKS_OF for place in links)
        places = places[len(links) :]
        if not places:
            return by_person or not linked
        if self._is_said_of_a_person(places):
            return True
        return self._may_follow(places[0], linked, self.words[at].is_short and not by_person)

    def _is_said_of_a_person(self, places: list[int]) -> bool:
        """French: elle a 12 ans, not il y a 12 ans."""
        words = [self.folded[place] for place in places[:2]]
        return words[0] == "a" and words[-1] in PERSONS

    def _is_before_a_duration(self, at: int) -> bool:
        after = self._next(at)
        if after in _WORDS_OF_DURATIONS or after.startswith(_STEMS_OF_DURATIONS):
            return True
        stages = self.stages.get(at + 1) if after else None
        return stages is not None and not (stages and stages <= _BEHIND_AN_AGE)

    def _may_follow_a_comma(self, at: int) -> bool:
        """Of an age that is first in its clause. Weeks and days there are often those of a symptom."""
        word, before = self.words[at], self.folded[at - 1]
        if word.opens or not word.is_in_years:
            return self._may_follow(at - 1, False, word.is_short, after_a_comma=not word.opens)
        return not before.startswith(_MAY_LAST)

    def _may_follow(self, place: int, linked: bool, is_short: bool, *, after_a_comma: bool = False) -> bool:
        """Whether the word at `place` is one behind which an age is written."""
        word, said = self.folded[place], self.words.get(place)
        if word in PERSONS or (said and said.kind == "sex"):
            return True
        if linked or is_short or word in _THEN | _BOUNDS:
            return False
        term = self.ends.get(place + 1)
        if word in _LEVELS:
            return True
        return self._may_follow_term(term, after_a_comma) if term else bool(said)

    def _may_follow_term(self, term: FoundTerm, after_a_comma: bool) -> bool:
        stages = self.stages.get(term.start)
        if stages is None:
            return term.kind in ("disease", ALTERATION)
        # `relapse 2 years` may be either.
        return bool(stages) and stages <= (_BEHIND_AN_AGE if after_a_comma else {Stage.NEWLY_DIAGNOSED})

    # --- Words around -----------------------------------------------------------------------------------

    def _before(self, at: int) -> Iterator[int]:
        """The places before `at` in its clause, the nearest first."""
        place = at - 1
        while place >= 0 and self.clause[place] == self.clause[at]:
            yield place
            place -= 1

    def _next(self, at: int) -> str:
        """The next word of its clause."""
        has_next = at + 1 < len(self.parts) and self.clause[at + 1] == self.clause[at]
        return self.folded[at + 1] if has_next else ""

    # --- Denials ----------------------------------------------------------------------------------------

    def _is_beside(self, cue: Cue, at: int) -> bool:
        """`not female`, `girl?`: a cue with nothing between, and of doubt also behind it."""
        if cue.aside or self.clause[cue.start] != self.clause[at]:
            return False
        if cue.end <= at and (cue.before or cue.doubtful):
            return (_BOUNDS | _ARTICLES).issuperset(self.folded[cue.end : at])
        return cue.start == at + 1 and cue.doubtful and cue.end not in self.starts

    def _speaks_of_the_patient(self, cue: Cue) -> bool:
        """Whether the cue is beside one of these and no term is in its clause before it."""
        here = self.clause[cue.start]
        if any(self.clause[start] == here and start < cue.start for start in self.starts):
            return False
        return any(self._is_beside(cue, at) for at in self.words)
