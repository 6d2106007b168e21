"""What the free words of a profile say: diseases, stages of disease, alterations, in four languages."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from directory.core.text import fold, squash
from trials.choices import Stage
from trials.conditions import subtree

from .alterations import Alteration
from .alterations import read as read_alteration
from .documents_trials import condition_names
from .query import check_text
from .synonyms import Span, path_to, vocabulary
from .words import OF_EVERY_TRIAL, STOP_WORDS, Word, typed_words

if TYPE_CHECKING:
    from .profile import Profile

STAGES = {
    "newly diagnosed": (Stage.NEWLY_DIAGNOSED,),
    "relapsed": (Stage.RELAPSED,),
    "refractory": (Stage.REFRACTORY,),
    "relapsed or refractory": (Stage.RELAPSED, Stage.REFRACTORY),
    "maintenance": (Stage.MAINTENANCE,),
    "long-term follow-up": (Stage.FOLLOW_UP,),
}
_STAGE_OF = {squash(name): stages for name, stages in STAGES.items()}
# Concepts of the vocabulary that are no disease one could be included for, and those that stand for many.
NO_DISEASE = frozenset({squash("metastatic disease")})
WIDE = {
    squash("solid tumour"): ("III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"),
    squash("childhood cancer"): (
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
    ),
}  # fmt: skip
_NOT_WIDE = frozenset({squash("Ewing sarcoma")})
# What may stand between an alteration and the words for its kind, or that it is absent.
_KIND_WORDS = """
mutation mutations mutated mutant mutatie gemuteerd mute mutee mutiert fusion fusie rearranged rearrangement
herschikking rearrange translocation amplified amplification amplificatie amplifie deletion deleted loss gain
positive positief positif positiv negative negatief negatif negativ wild wildtype type
variant altered alteration
"""
_OF_ALTERATIONS = frozenset(_KIND_WORDS.split())


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
    ICCC-3 classes; `unread`: the words that say nothing to us.
    """

    codes: tuple[str, ...]
    named: frozenset[str]
    mentioned: frozenset[str]
    stages: frozenset[str]
    alterations: tuple[Alteration, ...]
    terms: tuple[ReadTerm, ...]
    unread: tuple[str, ...]

    @classmethod
    def of(cls, profile: "Profile", language: str) -> "Read":
        """Raises ValueError for words that are too long or have control characters."""
        reader = _Reader(check_text(profile.text), language)
        named = frozenset(reader.diseases)
        codes = tuple(dict.fromkeys((*profile.conditions, *reader.codes())))
        given = [read_alteration(text) for text in profile.alterations]
        stages = {profile.stage} if profile.stage else reader.stages
        return cls(
            codes=codes,
            named=named,
            mentioned=named | reader.mentioned | _families_of(codes),
            stages=frozenset(stages),
            alterations=tuple(dict.fromkeys([*given, *reader.alterations])),
            terms=tuple(dict.fromkeys(reader.terms)),
            unread=tuple(dict.fromkeys([*reader.unread, *(one.text for one in given if not one.says_what)])),
        )

    @property
    def says_a_disease(self) -> bool:
        return bool(self.codes or self.named)


class _Reader:
    """Goes through the words once."""

    def __init__(self, text: str, language: str):
        self.language, self.vocabulary = language, vocabulary()
        self.diseases: set[str] = set()
        self.mentioned: set[str] = set()
        self.stages: set[str] = set()
        self.alterations: list[Alteration] = []
        self.terms: list[ReadTerm] = []
        self.unread: list[str] = []
        parts = typed_words(text)
        spans = {span.start: span for span in self.vocabulary.spans(parts)}
        at = 0
        while at < len(parts):
            span = spans.get(at) or self._near(parts, at)
            at = self._take(parts, span) if span else self._pass_over(parts, at)

    def codes(self) -> list[str]:
        found = (code for one in sorted(self.diseases) for code in self.vocabulary.conditions.get(one, ()))
        return list(dict.fromkeys(found))

    def _near(self, parts: list[Word], at: int) -> Span | None:
        """A term spelt almost like the word."""
        if _says_nothing(parts[at]) or not (found := self.vocabulary.near(parts[at].stem)):
            return None
        return Span(at, at + 1, found, False)

    def _take(self, parts: list[Word], span: Span) -> int:
        """Note what the span means; returns the place of the first word after it."""
        end = span.end
        types = {self.vocabulary.types.get(one, "") for one in span.concepts}
        if "alteration" in types:
            while end < len(parts) and (parts[end].exact in _OF_ALTERATIONS or _is_variant(parts[end])):
                end += 1
        text = " ".join(part.raw for part in parts[span.start : end])
        known = [self._note(one, text, span) for one in span.concepts]
        if not any(known):
            self.unread.append(text)
        return end

    def _note(self, concept: str, text: str, span: Span) -> bool:
        kind = self.vocabulary.types.get(concept, "")
        if kind == "disease" and concept not in NO_DISEASE:
            self.diseases.add(concept)
            self.mentioned |= self.vocabulary.concepts_in(text)
            self._say("condition", ", ".join(self.vocabulary.conditions.get(concept, ())), concept)
            return True
        if kind == "stage" and concept in _STAGE_OF:
            self.stages |= {str(stage) for stage in _STAGE_OF[concept]}
            for stage in _STAGE_OF[concept]:
                self.terms.append(ReadTerm("stage", str(stage), str(stage.label)))
            return True
        if kind == "alteration":
            found = read_alteration(text)
            self.alterations.append(found)
            self.terms.append(ReadTerm("alteration", found.text, found.text))
            return True
        return False

    def _say(self, kind: str, value: str, concept: str) -> None:
        self.terms.append(ReadTerm(kind, value, self.vocabulary.preferred(concept, self.language)))

    def _pass_over(self, parts: list[Word], at: int) -> int:
        if not _says_nothing(parts[at]):
            self.unread.append(parts[at].raw)
        return at + 1


def _says_nothing(word: Word) -> bool:
    return word.raw.lower() in STOP_WORDS or fold(word.raw) in OF_EVERY_TRIAL


def _is_variant(word: Word) -> bool:
    return any(one.isdigit() for one in word.raw) and any(one.isalpha() for one in word.raw)


def _families_of(codes: tuple[str, ...]) -> frozenset[str]:
    """Concepts that stand for every disease of their classes, where one of `codes` is among these."""
    return frozenset(
        concept
        for concept, classes in families().items()
        if any(set(path_to(code)) & classes for code in codes)
    )


@cache
def families() -> dict[str, frozenset[str]]:
    """By concept that means any disease of its classes, these classes."""
    terms = vocabulary()
    # Not every sarcoma of IXd is an Ewing sarcoma: that family is one for ranking only.
    found = {one: frozenset(terms.conditions[one]) for one in terms.families if one not in _NOT_WIDE}
    return found | {concept: frozenset(codes) for concept, codes in WIDE.items()}


def class_name(code: str, language: str) -> str:
    names = condition_names()[code]
    return names.get(language) or names["en"]


def below(code: str) -> frozenset[str]:
    """The classes strictly below `code`."""
    return subtree(code) - {code}
