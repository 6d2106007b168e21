"""Which one thing, added to what is known of a patient, would make a trial match that now does not.

A *move* is tried by judging again, with the same rules, the criteria that it may change; so it is exact. Only
trials that leave something open or fail one criterion are tried, together, as columns of their own.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from directory.search.facet_arrays import NO_BOUND, Pairs, Trials
from trials.age_criteria import parse_bounds
from trials.choices import Sex, Stage

from . import alterations, diseases
from .age_limits import PatientAge
from .alterations import Alteration
from .criteria import CRITERIA, FAR, Judged
from .patient import GivenPatient, PatientCriteria
from .recorded import NO_LIMIT, RecordedCriteria
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

# What may change by each kind of move, from what is asked most easily to what has to be waited for.
CHANGES = {
    "stage": ("stage", "age", "lines"),
    "age": ("age",),
    "sex": ("sex",),
    "lines": ("lines",),
    "test": ("alterations", "alterations_excluded", "diagnosis"),
    "kilometres": ("reach",),
    "date": ("age",),
}
# Longer than a year nobody waits with a child who has cancer.
LONGEST_WAIT = 366
_OF_TEXTS = (
    "alteration",
    "excluded",
    "stage",
    "sex",
    "class",
    "named",
    "within",
    "no_limit",
    "age_group",
    "age_written",
)


@dataclass(frozen=True)
class Move:
    """`value`: a stage, a sex, a text of an alteration; `number`: days of age or to wait, lines, kilometres.

    `found`: of a test, whether the alteration is there.
    """

    kind: str
    value: str = ""
    number: int = 0
    found: bool = True

    def __repr__(self) -> str:
        return f"<Move {self.kind}>"  # says nothing of a patient


class FewTrials(Trials):
    """The columns that patients are judged by, of some trials, numbered by their places in `ordinals`."""

    def __init__(self, trials: Trials, ordinals: np.ndarray):
        self.size, self.codes = len(ordinals), trials.codes
        self.low, self.high, self.lines = trials.low[ordinals], trials.high[ordinals], trials.lines[ordinals]
        place = np.full(trials.size, -1)
        place[ordinals] = np.arange(self.size)
        self.lists = {name: self._pairs(trials.lists[name], place) for name in _OF_TEXTS}

    @staticmethod
    def _pairs(pairs: Pairs, place: np.ndarray) -> Pairs:
        owners = place[pairs.owners]
        found = np.flatnonzero(owners >= 0)
        return Pairs(owners[found], pairs.values[found])


class FewRecorded(RecordedCriteria):
    """What is recorded of some trials: of those at `ordinals`."""

    def __init__(self, recorded: RecordedCriteria, ordinals: np.ndarray):
        self.trials = FewTrials(recorded.trials, ordinals)
        self.basis = {name: one[ordinals] for name, one in recorded.basis.items()}
        self.low, self.high = recorded.low[ordinals], recorded.high[ordinals]


def find_moves(judged: Judged, ordinals: np.ndarray) -> dict[int, list[Move]]:
    """By ordinal, each move after which that trial matches; of days, lines and kilometres those at bounds."""
    tried = ordinals[(judged.unmet[ordinals] <= 1) & (judged.unmet + judged.unknown > 0)[ordinals]]
    found: dict[int, list[Move]] = {}
    if len(tried):
        search = _Search(judged, tried)
        for move, mask in search.moves():
            for at in np.flatnonzero(mask).tolist():
                found.setdefault(int(tried[at]), []).append(move)
    return found


class _Search:
    """The moves for the trials `ordinals`."""

    def __init__(self, judged: Judged, ordinals: np.ndarray):
        self.judged, self.ordinals, self.given = judged, ordinals, judged.patient.given
        self.recorded = FewRecorded(judged.recorded, ordinals)
        verdicts = {name: judged.verdicts[name][ordinals] for name in CRITERIA}
        self.blocked = {name: (one == UNMET) | (one == UNKNOWN) for name, one in verdicts.items()}
        self.may = {kind: self._may(names) for kind, names in CHANGES.items()}
        self.diagnosis = verdicts["diagnosis"]
        # No test makes another disease of it.
        self.may["test"] &= self.diagnosis != UNMET

    def _may(self, names: Iterable[str]) -> np.ndarray:
        """The trials that nothing keeps from matching but what is in `names`."""
        mask = np.logical_or.reduce([self.blocked[name] for name in names])
        for name in self.blocked.keys() - set(names):
            mask &= ~self.blocked[name]
        return mask

    def moves(self) -> Iterator[tuple[Move, np.ndarray]]:
        """Each move with the trials that it makes match."""
        for kind in CHANGES:
            if self.may[kind].any():
                yield from getattr(self, f"_{kind}")()

    def _try(self, move: Move, given: GivenPatient) -> tuple[Move, np.ndarray]:
        criteria, mask = self._criteria(given), self.may[move.kind].copy()
        for name in CHANGES[move.kind]:
            verdict = self._diagnosis(given) if name == "diagnosis" else getattr(criteria, name)()
            mask &= (verdict == MET) | (verdict == NOT_ASKED)
        return move, mask

    def _diagnosis(self, given: GivenPatient) -> np.ndarray:
        """The verdicts on the disease, which an alteration may make another kind."""
        found, disease = given.alterations[-1], self.judged.disease
        if not any(alterations.compare(found, one) == alterations.MET for one in disease.makers):
            return self.diagnosis
        verdict = diseases.verdicts(
            self.recorded.trials, replace(self.judged.said, alterations=given.alterations)
        )
        verdict[self.recorded.basis["diagnosis"] == NO_LIMIT] = MET
        return verdict

    def _criteria(self, given: GivenPatient) -> PatientCriteria:
        return PatientCriteria(self.recorded, given, self.judged.patient.compared)

    def _each_once(
        self, kind: str, tried: Iterable[tuple[Move, GivenPatient]]
    ) -> Iterator[tuple[Move, np.ndarray]]:
        """Of moves of one kind in order, by trial the first that makes it match."""
        left = self.may[kind].copy()
        for move, given in tried:
            if not left.any():
                return
            move, mask = self._try(move, given)
            yield move, mask & left
            left &= ~mask

    # --- What is said more --------------------------------------------------------------------------------

    def _stage(self) -> Iterator[tuple[Move, np.ndarray]]:
        if not self.given.stages:
            for stage in (one.value for one in Stage if one != Stage.ANY):
                yield self._try(Move("stage", stage), replace(self.given, stages=frozenset({stage})))

    def _sex(self) -> Iterator[tuple[Move, np.ndarray]]:
        if not self.given.sex:
            for sex in (Sex.FEMALE.value, Sex.MALE.value):
                yield self._try(Move("sex", sex), replace(self.given, sex=sex))

    def _age(self) -> Iterator[tuple[Move, np.ndarray]]:
        """An age where none was given; of one that was given in months or years, each day at a bound."""
        age = self.given.age
        if age is None or age.first < age.last:
            days = [
                day for day in self._bound_days("age", around=(-1, 0, 1)) if age is None or age.includes(day)
            ]
            yield from self._each_once(
                "age",
                ((Move("age", number=day), replace(self.given, age=PatientAge(day, day))) for day in days),
            )

    def _lines(self) -> Iterator[tuple[Move, np.ndarray]]:
        if self.given.previous_lines is None:
            bounds = self.recorded.trials.lines[self.may["lines"]]
            least = self.given.lines_least
            numbers = sorted({least, *bounds[bounds > max(least, NO_BOUND)].tolist()})
            moves = ((Move("lines", number=one), replace(self.given, lines=one)) for one in numbers)
            yield from self._each_once("lines", moves)

    def _test(self) -> Iterator[tuple[Move, np.ndarray]]:
        """One more test, of what a trial names; what is said to be there, or not, is not tested again."""
        trials, tried = self.recorded.trials, np.flatnonzero(self.may["test"]).tolist()
        texts = {
            text for name in ("alteration", "excluded") for at in tried
            for text in self.judged.trials.values(name, int(self.ordinals[at]))
        }  # fmt: skip
        criteria = self._criteria(self.given)
        for text in sorted(texts):
            if criteria.has(text) in (alterations.UNKNOWN, alterations.OTHER):
                named = trials.having("alteration", [text]) | trials.having("excluded", [text])
                for found in (True, False):
                    tested = (*self.given.alterations, result_of(text, found))
                    move = Move("test", text, found=found)
                    move, mask = self._try(move, replace(self.given, alterations=tested))
                    yield move, mask & named

    # --- What has to be waited or travelled for -----------------------------------------------------------

    def _date(self) -> Iterator[tuple[Move, np.ndarray]]:
        """By days of waiting, the fewest first; a trial is found by the fewest alone."""
        age = self.given.at_diagnosis()
        if age is not None:
            waits = sorted(day - age.first for day in self._bound_days("date", around=(0,)))
            yield from self._each_once(
                "date",
                (
                    (Move("date", number=days), replace(self.given, age=age.later(days)))
                    for days in waits
                    if 0 < days <= LONGEST_WAIT
                ),
            )

    def _kilometres(self) -> Iterator[tuple[Move, np.ndarray]]:
        """So many more kilometres that the nearest site of each trial is within them."""
        if self.judged.profile.within is None:
            return
        metres = self.judged.metres[self.ordinals]
        failed = self.judged.verdicts["reach"][self.ordinals] == UNMET
        for at in np.flatnonzero(self.may["kilometres"] & failed & (metres < FAR)).tolist():
            mask = np.zeros(len(self.ordinals), bool)
            mask[at] = True
            yield Move("kilometres", number=math.floor(metres[at] / 1000) + 1), mask

    def _bound_days(self, kind: str, around: Iterable[int]) -> list[int]:
        """The days of age at which trials that `kind` may decide have a bound, and those `around` them."""
        may, recorded = np.flatnonzero(self.may[kind]), self.recorded
        days = {0, *recorded.low[may].tolist(), *recorded.high[may].tolist()}
        for at in may.tolist():
            for text in self.judged.trials.values("age_written", int(self.ordinals[at])):
                days |= set(_days_in(text))
        return sorted({day + more for day in days - {NO_BOUND} for more in around if day + more >= 0})


def result_of(text: str, found: bool) -> Alteration:
    """The alteration that a trial names, as a test found it or did not."""
    return replace(alterations.read_asked(text), negative=not found)


def _days_in(text: str) -> list[int]:
    """Of a written bound, `min|> 2 years`; one that cannot be read has none."""
    side, _bar, written = text.partition("|")
    try:
        return [bound.days for bound in parse_bounds(written, side)]
    except ValueError:
        return []
