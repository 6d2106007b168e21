"""What the free words of a profile say: diseases, stages of disease, alterations, in four languages."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from directory.core.text import fold, squash
from trials.choices import Stage
from trials.conditions import subtree

from . import alterations
from .alterations import NO_AFTER, NO_BEFORE, OF_ALTERATIONS, Alteration
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
# What carries a "no" on to what follows: no ALK or BRAF.
_OR = frozenset({"or", "of", "ou", "oder"})
_OF = frozenset({"of", "in", "van", "de", "du", "von", "im"})
_FOR = frozenset({"for", "voor", "pour", "fur"})
_ALTERATION = "alteration"
_EXCLAIMED = re.compile(r"(?<!\S)!(?=\w)")
_PHILADELPHIA = frozenset({"ph", "philadelphia"})


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
        given = [one for text in profile.alterations for one in _alterations(text, language)]
        # A patient is at one stage or another: “any” says nothing of theirs.
        stages = {profile.stage} if profile.stage not in ("", Stage.ANY) else reader.stages
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
        self.parts = typed_words(_EXCLAIMED.sub("no ", text))
        self.spans = {span.start: span for span in self.vocabulary.spans(self.parts)}
        # The words since one that says no, which hold for the term that follows them.
        self.no: list[str] = []
        at = 0
        while at < len(self.parts):
            at = self._step(at)
        self.unread += self.no

    def codes(self) -> list[str]:
        found = (code for one in sorted(self.diseases) for code in self.vocabulary.conditions.get(one, ()))
        return list(dict.fromkeys(found))

    def _step(self, at: int) -> int:
        """Read what stands at `at`; returns the place of the first word after it."""
        if span := self.spans.get(at):
            return self._take(span)
        if self._says_no(at):
            self.unread += self.no
            self.no = [self.parts[at].raw]
            return at + 1
        if self.no and (_says_nothing(self.parts[at]) or self.parts[at].exact in OF_ALTERATIONS):
            self.no.append(self.parts[at].raw)
            return at + 1
        if span := self._gene(at) or self._near(at):
            return self._take(span)
        return self._pass_over(at)

    def _exact(self, at: int) -> str:
        return self.parts[at].exact if at < len(self.parts) else ""

    def _says_no(self, at: int) -> bool:
        """`no`, `geen`, `pas` …; also the first word of `negative for ALK` and `wild type BRAF`."""
        if self._exact(at) not in NO_AFTER:
            return self._exact(at) in NO_BEFORE
        return self._negative_for(at) or self._is_alteration(at + 1 + (self._exact(at + 1) == "type"))

    def _negative_for(self, at: int) -> bool:
        return self._exact(at) in NO_AFTER and self._exact(at + 1) in _FOR

    def _is_alteration(self, at: int) -> bool:
        span = self.spans.get(at)
        return bool(self._gene(at) or (span and _ALTERATION in self._types(span)))

    def _types(self, span: Span) -> set[str]:
        return {self.vocabulary.types.get(one, "") for one in span.concepts} or {_ALTERATION}

    def _gene(self, at: int) -> Span | None:
        """A gene by its symbol alone, which stands for no concept; `Ph` only where it is denied."""
        if at >= len(self.parts) or at in self.spans:
            return None
        denied = self.no or self._exact(at + 1) in NO_AFTER
        if self.parts[at].raw in alterations.symbols() or (self._exact(at) in _PHILADELPHIA and denied):
            return Span(at, at + 1, (), False)
        return None

    def _near(self, at: int) -> Span | None:
        """A term spelt almost like the word."""
        word = self.parts[at]
        if _says_nothing(word) or not (found := self.vocabulary.near(word.stem)):
            return None
        return Span(at, at + 1, found, False)

    def _take(self, span: Span) -> int:
        """Note what the span means, or that it is denied; returns the place of the first word after it."""
        end, denied = span.end, bool(self.no)
        if _ALTERATION in self._types(span):
            end = self._end_of_alteration(end)
        text = " ".join([*self.no, *(part.raw for part in self.parts[span.start : end])])
        known = [self._note(one, text, denied) for one in span.concepts or ("",)]
        if not any(known):
            self.unread.append(text)
        if denied and self._exact(end) in _OR:
            self.no = self.no[:1]
            return end + 1
        self.no = []
        return end

    def _end_of_alteration(self, at: int) -> int:
        """After the words for its kind, or that it is not there: `BRAF V600E`, `MYCN not amplified`."""
        while at < len(self.parts):
            of_it = self._exact(at) in OF_ALTERATIONS and not self._negative_for(at)
            variant = _is_variant(self.parts[at]) and at not in self.spans
            if not of_it and not variant and not self._says_no_of_its_kind(at):
                break
            at += 1 if of_it or variant else 2
        return at

    def _says_no_of_its_kind(self, at: int) -> bool:
        if self._exact(at) not in NO_BEFORE or self._exact(at + 1) not in OF_ALTERATIONS:
            return False
        # Of what follows: `ALK, no mutation of BRAF`.
        return self._exact(at + 2) not in _OF and not self._is_alteration(at + 2)

    def _note(self, concept: str, text: str, denied: bool) -> bool:
        kind = self.vocabulary.types.get(concept, "") if concept else _ALTERATION
        if kind == _ALTERATION:
            found = alterations.read(text)
            self.alterations.append(found)
            self.terms.append(ReadTerm("alteration", found.text, found.text))
            return True
        if denied:
            return False
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
        return False

    def _say(self, kind: str, value: str, concept: str) -> None:
        self.terms.append(ReadTerm(kind, value, self.vocabulary.preferred(concept, self.language)))

    def _pass_over(self, at: int) -> int:
        self.unread += self.no
        self.no = []
        if not _says_nothing(self.parts[at]):
            self.unread.append(self.parts[at].raw)
        return at + 1


def _alterations(text: str, language: str) -> list[Alteration]:
    """What a field of alterations says; `ALK negative BRAF V600E` is one absent and one there."""
    found = []
    for part in alterations.apart(text):
        one = alterations.read(part)
        several = one.negative and len(one.genes) > 1 and one.kind != "fusion"
        found += (_Reader(part, language).alterations if several else []) or [one]
    return found


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


@cache
def no_single_disease() -> frozenset[str]:
    """The concepts that name no one disease."""
    return NO_DISEASE | families().keys()


def class_name(code: str, language: str) -> str:
    names = condition_names()[code]
    return names.get(language) or names["en"]


def below(code: str) -> frozenset[str]:
    """The classes strictly below `code`."""
    return subtree(code) - {code}
