"""Whether a trial is for the disease of a patient.

What a trial takes is recorded by name, by class of ICCC-3, or both (`directory.search.recorded_diseases`). A
patient's disease is known by its names, by classes given, by an alteration that makes it one kind. Met: all
that the disease may be is what the trial takes. Unmet: none of it is. Else unknown. So saying more
of a patient never makes a trial less fitting, but where it contradicts what was said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce
from operator import and_, or_

import numpy as np

from directory.search.concepts import Kind, kinds, vocabulary
from directory.search.facet_arrays import Trials
from directory.search.kinship import (
    apart_from,
    around,
    classes_of,
    disease_of_class,
    families_of,
    in_line_with,
    is_kind_of,
    may_be,
    meet,
    narrowest,
    no_single_disease,
    of_classes,
    steps_up,
)
from trials.conditions import path_to

from . import alterations
from .alterations import Alteration
from .profile_text import Read
from .verdicts import MET, UNKNOWN, UNMET

# Steps from the patient's disease to that of a trial which names its class alone, or neither.
BY_CLASS, NOT_NAMED = 98, 99


def verdicts(trials: Trials, read: Read) -> np.ndarray:
    """By trial, whether it is for what `read` says of the disease: int8, unknown where that says none."""
    if not read.says_a_disease:
        return np.full(trials.size, UNKNOWN, np.int8)
    recorded = _Takes(trials)
    return reduce(np.maximum, (one.verdicts(recorded) for one in Disease(read).known))


def told_by_a_test(trials: Trials, read: Read, among: np.ndarray) -> np.ndarray:
    """Those of the trials `among` of which one test would tell both the alteration and the disease.

    `ALL`, of a trial of KMT2A-rearranged ALL that asks for the rearrangement: one question, not two.
    """
    found, pairs = np.zeros(trials.size, bool), trials.lists["alteration"]
    words = trials.codes["alteration"].words
    texts = [words[value] for value in np.unique(pairs.values[among[pairs.owners]])]
    for one in Disease(read).makers if texts else ():
        asked = [text for text in texts if _is(one, text)]
        told = replace(read, alterations=(*read.alterations, one))
        found |= among & trials.having("alteration", asked) & (verdicts(trials, told) == MET)
    return found


def _is(one: Alteration, text: str) -> bool:
    return alterations.compare(one, alterations.read_asked(text)) == alterations.MET


def named_by(trials: Trials, read: Read) -> np.ndarray:
    """By trial, how many steps wider than the patient's the nearest disease is that it takes: int8.

    0: the disease itself; `BY_CLASS`: only its class is recorded; `NOT_NAMED`: it is not for the disease.
    """
    recorded, found = _Takes(trials), np.full(trials.size, NOT_NAMED, np.int8)
    for one in Disease(read).known:
        for clue in one.clues:
            np.minimum(found, clue.steps_in(recorded), out=found)
    return found


class _Takes:
    """What the trials take, for the questions that all clues ask."""

    def __init__(self, trials: Trials):
        self.trials = trials

    @cached_property
    def nameless(self) -> np.ndarray:
        """It names no disease and no family: its classes say all."""
        return ~self._any("named") & ~self._any("within")

    @cached_property
    def nothing(self) -> np.ndarray:
        """Neither a disease nor a class."""
        return self.nameless & ~self._any("class")

    def _any(self, name: str) -> np.ndarray:
        mask = np.zeros(self.trials.size, bool)
        mask[self.trials.lists[name].owners] = True
        return mask


@dataclass(frozen=True)
class _Clue:
    """One thing known of a disease. `steps`: by disease that is true of the patient, how much wider it is.

    `codes`: its classes, of which it may be each; `near`: the diseases that it is or may be; `same_class`:
    those that account for one of its classes where a trial records that.
    """

    steps: Mapping[str, int]
    codes: frozenset[str]
    near: frozenset[str]
    same_class: frozenset[str]

    def met(self, recorded: _Takes) -> np.ndarray:
        trials, by_class = recorded.trials, self._in_class(recorded)
        bounded = trials.having("within", self.steps) & by_class
        return trials.having("named", self.steps) | bounded | (recorded.nameless & by_class)

    def possible(self, recorded: _Takes) -> np.ndarray:
        """Where the trial may be for it; a class counts where no disease of it is named."""
        trials = recorded.trials
        near_class = trials.having("class", {one for code in self.codes for one in around(code)})
        unsaid = near_class & ~trials.having("named", self.same_class)
        bounded = trials.having("within", self.near) & near_class
        return trials.having("named", self.near) | bounded | unsaid | recorded.nothing

    def steps_in(self, recorded: _Takes) -> np.ndarray:
        found, by_class = np.full(recorded.trials.size, NOT_NAMED, np.int8), self._in_class(recorded)
        found[recorded.nameless & by_class] = BY_CLASS
        for name, mask in (("named", None), ("within", by_class)):
            pairs, words = recorded.trials.lists[name], recorded.trials.codes[name].words
            steps = np.array([self.steps.get(word, NOT_NAMED) for word in words], np.int8)[pairs.values]
            np.minimum.at(
                found, pairs.owners, steps if mask is None else np.where(mask[pairs.owners], steps, NOT_NAMED)
            )
        return found

    def _in_class(self, recorded: _Takes) -> np.ndarray:
        """Where every class that it may be of is recorded, or one above."""
        masks = [recorded.trials.having("class", path_to(code)) for code in self.codes]
        return reduce(and_, masks) if masks else np.zeros(recorded.trials.size, bool)


@dataclass(frozen=True)
class KnownDisease:
    """One disease of a patient: what its `names` say, and one of the classes `codes` given beside them."""

    names: frozenset[str]
    codes: frozenset[str]

    @cached_property
    def clues(self) -> tuple[_Clue, ...]:
        return (*map(_of_name, sorted(self.names)), *(self._of_code(code) for code in sorted(self.codes)))

    @cached_property
    def fits(self) -> frozenset[str]:
        """The diseases that are true of the patient: a trial for any of them is for this disease."""
        return frozenset(one for clue in self.clues for one in clue.steps)

    def verdicts(self, recorded: _Takes) -> np.ndarray:
        of_names = [_of_name(one) for one in sorted(self.names)]
        of_codes = [self._of_code(code) for code in sorted(self.codes)]
        possible = [one.possible(recorded) for one in of_names]
        if of_codes:
            # The classes given are alternatives, where the names are all true.
            possible.append(reduce(or_, (one.possible(recorded) for one in of_codes)))
        met = reduce(or_, (one.met(recorded) for one in self.clues))
        found = np.where(reduce(and_, possible), np.int8(UNKNOWN), np.int8(UNMET))
        found[met] = MET
        return found

    def takes(self, code: str) -> bool:
        """Whether a class given may be that of this disease."""
        return all(meet([code], classes_of(one)) for one in self.names)

    def _of_code(self, code: str) -> _Clue:
        """The disease of everybody in the class is not that of a patient of whom another one is said."""
        whole = disease_of_class(code)
        if any(whole in apart_from(one) or _is_asked_apart(one, whole) for one in self.names):
            whole = ""
        steps = dict(steps_up(whole)) if whole else {}
        for family, count in families_of([code]).items():
            steps.setdefault(family, count)
        same_class = of_classes(frozenset({code}))
        near = same_class & may_be(whole) if whole else same_class
        return _Clue(steps, frozenset({code}), near | steps.keys(), same_class)


@cache
def _of_name(name: str) -> _Clue:
    codes = classes_of(name)
    return _Clue(steps_up(name), codes, may_be(name), of_classes(codes))


def _is_asked_apart(one: str, wider: str) -> bool:
    return is_kind_of(one, wider) and wider not in steps_up(one)


class Disease:
    """What a profile says of diseases, each by itself: a second one is another that may fit.

    `above`: the classes said, with those above them.
    """

    def __init__(self, read: Read):
        self.read = read
        self.above = {above for code in read.codes for above in path_to(code)}

    @cached_property
    def known(self) -> tuple[KnownDisease, ...]:
        named = [KnownDisease(names, frozenset()) for names in _together(self.names)]
        given = set(self.read.given)
        with_codes = [KnownDisease(one.names, frozenset(filter(one.takes, given))) for one in named]
        left = sorted(given.difference(*(one.codes for one in with_codes)))
        return (*with_codes, *(KnownDisease(frozenset(), frozenset({code})) for code in left))

    @cached_property
    def fits(self) -> frozenset[str]:
        """The diseases that are true of the patient."""
        return frozenset(one for known in self.known for one in known.fits)

    @cached_property
    def names(self) -> frozenset[str]:
        """The very diseases: what is said in the narrowest words, with what an alteration makes of it."""
        return narrowest(self._said_or_made)

    @cached_property
    def in_line(self) -> frozenset[str]:
        """The diseases, of families none, of which it is a kind or that are kinds of it."""
        of_codes = filter(None, map(disease_of_class, self.read.given))
        return frozenset().union(*map(in_line_with, (*self.names, *of_codes)))

    def is_asked_apart_from(self, named: Iterable[str]) -> bool:
        """Whether it is a kind of one of `named` that trials of that leave to others: Ph+ ALL, of ALL."""
        return any(_is_asked_apart(one, wider) for one in self.names for wider in named)

    @cached_property
    def makers(self) -> tuple[Alteration, ...]:
        """The alterations of which it is not said whether they are there, and that would make it a kind."""
        rows = [one for one in kinds() if one.given and one.kind not in self._said_or_made]
        made = {one.given for one in rows if any(_may_be_made(one, said) for said in self._said_or_made)}
        found = (alterations.read_asked(vocabulary().preferred(one, "en")) for one in sorted(made))
        return tuple(one for one in found if not self._is_said(one))

    def _is_said(self, asked: Alteration) -> bool:
        answers = {alterations.compare(one, asked) for one in self.read.alterations}
        return bool(answers & {alterations.MET, alterations.ABSENT})

    @cached_property
    def _said_or_made(self) -> set[str]:
        """What is said, and the kinds that an alteration makes of it: `ALL`, `Ph+`."""
        said = set(self.read.named)
        return said | {
            row.kind
            for row in kinds()
            if row.given and self._has(row.given) and any(_may_be_made(row, one) for one in said)
        }

    def _has(self, alteration: str) -> bool:
        asked = alterations.read_asked(vocabulary().preferred(alteration, "en"))
        return any(alterations.compare(one, asked) == alterations.MET for one in self.read.alterations)


def _may_be_made(row: Kind, said: str) -> bool:
    """Whether the alteration of `row` makes `said` its kind; of a family, it may make another one as well."""
    if said in no_single_disease() or row.kind in apart_from(said):
        return False
    return is_kind_of(row.kind, said) or is_kind_of(said, row.wider)


def _together(names: Iterable[str]) -> list[frozenset[str]]:
    """The names that may be said of one disease, together; those that cannot, each for itself."""
    found: list[set[str]] = []
    for name in sorted(names):
        own = next((one for one in found if one <= may_be(name)), None)
        if own is None:
            found.append(own := set())
        own.add(name)
    return [frozenset(one) for one in found]
