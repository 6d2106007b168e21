"""What a trial asks of the patient, as arrays over the trials: age, stage, lines, alterations, sex.

Nothing that is not recorded is ever met. What decides and is not recorded is unknown; the rest is then not
asked (`recorded.DECIDING`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from directory.search.facet_arrays import NO_BOUND
from trials.choices import Stage
from trials.models.criteria import MOST_LINES

from . import alterations
from .age_limits import PatientAge, in_groups, judge_written
from .alterations import Alteration
from .profile import Profile
from .profile_text import Read
from .recorded import AGE_GROUP, DECIDING, NO_LIMIT, NOT_RECORDED, RECORDED, RecordedCriteria
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

# By alteration of a patient and text of a trial, what the one says of the other.
Compared = dict[tuple[Alteration, str], str]
_NOT_ABSENT = (alterations.MET, alterations.UNKNOWN, alterations.OTHER)


@dataclass(frozen=True)
class GivenPatient:
    """What is known of the patient: the fields of the profile and what its words add.

    `lines_least`: how many lines there were at least, where `lines` is not given.
    """

    age: PatientAge | None = None
    stages: frozenset[str] = frozenset()
    lines: int | None = None
    alterations: tuple[Alteration, ...] = ()
    sex: str = ""
    countries: tuple[str, ...] = ()
    lines_least: int = 0

    @classmethod
    def of(cls, profile: Profile, said: Read) -> "GivenPatient":
        span = profile.age_span
        age = PatientAge(*span) if span else None
        countries = tuple(profile.countries)
        return cls(
            age, said.stages, profile.lines, said.alterations, profile.sex, countries, said.lines_least
        )

    @property
    def newly_diagnosed(self) -> bool:
        return self.stages == {Stage.NEWLY_DIAGNOSED}

    @property
    def previous_lines(self) -> int | None:
        """As given; whoever is newly diagnosed had none."""
        return 0 if self.lines is None and self.newly_diagnosed else self.lines

    def at_diagnosis(self) -> PatientAge | None:
        """The age, which is that at diagnosis too where the disease was found just now."""
        age = self.age
        if age is None or age.since_diagnosis is not None or not self.newly_diagnosed:
            return age
        return PatientAge(age.first, age.last, 0)

    def __repr__(self) -> str:
        # As of a profile: whatever writes objects into logs learns nothing of a patient.
        return "<GivenPatient>"


class PatientCriteria:
    """The verdicts on one patient. Each method is one criterion: an array over `recorded.trials`.

    `compared`: what was compared before for the same answer; it lives as long as that.
    """

    def __init__(self, recorded: RecordedCriteria, given: GivenPatient, compared: Compared | None = None):
        self.recorded, self.given, self.trials = recorded, given, recorded.trials
        self.compared: Compared = {} if compared is None else compared

    def open(self, name: str) -> np.ndarray:
        """The verdict on `name` while nothing is known of the patient."""
        basis = self.recorded.basis[name]
        verdict = np.full(self.trials.size, UNKNOWN, np.int8)
        verdict[basis == NO_LIMIT] = MET
        if name not in DECIDING:
            verdict[basis == NOT_RECORDED] = NOT_ASKED
        return verdict

    def age(self) -> np.ndarray:
        verdict, age, basis = self.open("age"), self.given.at_diagnosis(), self.recorded.basis["age"]
        if age is None:
            return verdict
        verdict = np.where(basis == RECORDED, self._within_limits(age), verdict)
        groups = self.trials.codes["age_group"].words
        fits = self.trials.having("age_group", [one for one in groups if in_groups([one], age)])
        verdict[(basis == AGE_GROUP) & ~fits] = UNMET
        return verdict

    def _within_limits(self, age: PatientAge) -> np.ndarray:
        """Of bounds in days, and of those that were written, each distinct text judged once."""
        verdict = _between(self.recorded.low, self.recorded.high, age.first, age.last)
        codes, pairs = self.trials.codes["age_written"], self.trials.lists["age_written"]
        of_text = np.full(len(codes.words), MET, np.int8)
        for value in np.flatnonzero(np.bincount(pairs.values, minlength=len(codes.words))):
            of_text[value] = judge_written(codes.words[value], age, self.given.countries)
        np.minimum.at(verdict, pairs.owners, of_text[pairs.values])
        return verdict

    def stage(self) -> np.ndarray:
        verdict, recorded = self.open("stage"), self.recorded.basis["stage"] == RECORDED
        if self.given.stages:
            verdict = np.where(recorded, _met_by(self.trials.having("stage", self.given.stages)), verdict)
        return verdict

    def lines(self) -> np.ndarray:
        verdict, value, least = self.open("lines"), self.given.previous_lines, self.given.lines_least
        if value is not None or least:
            recorded, lines = self.recorded.basis["lines"] == RECORDED, self.trials.lines
            first, last = (least, MOST_LINES) if value is None else (value, value)
            verdict = np.where(recorded, _between(lines[:, 0], lines[:, 1], first, last), verdict)
        return verdict

    def alterations(self) -> np.ndarray:
        """One of those that a trial requires; only what is explicitly absent excludes."""
        verdict, required = self.open("alterations"), self.recorded.basis["alterations"] == RECORDED
        said = self._said_of("alteration")
        verdict[required & ~self._where("alteration", said, _NOT_ABSENT)] = UNMET
        verdict[self._where("alteration", said, (alterations.MET,))] = MET
        return verdict

    def alterations_excluded(self) -> np.ndarray:
        verdict = self.open("alterations_excluded")
        listed, said = self.recorded.basis["alterations_excluded"] == RECORDED, self._said_of("excluded")
        verdict[listed & ~self._where("excluded", said, _NOT_ABSENT)] = MET
        verdict[self._where("excluded", said, (alterations.MET,))] = UNMET
        return verdict

    def sex(self) -> np.ndarray:
        verdict, recorded = self.open("sex"), self.recorded.basis["sex"] == RECORDED
        if self.given.sex:
            verdict = np.where(recorded, _met_by(self.trials.having("sex", [self.given.sex])), verdict)
        return verdict

    def _said_of(self, name: str) -> dict[str, str]:
        """By text of the column that a trial has, what is said of it (see `has`)."""
        words, values = self.trials.codes[name].words, self.trials.lists[name].values
        return {words[value]: self.has(words[value]) for value in np.flatnonzero(np.bincount(values))}

    def _where(self, name: str, said: Mapping[str, str], answers: Collection[str]) -> np.ndarray:
        """The trials of which one text of the column has one of `answers`."""
        return self.trials.having(name, [text for text, answer in said.items() if answer in answers])

    def has(self, asked: str) -> str:
        """What the patient's alterations say of the one a trial asks for (`alterations.compare`)."""
        answers = {self._compare(given, asked) for given in self.given.alterations}
        order = (alterations.MET, alterations.UNKNOWN, alterations.ABSENT)
        return next((one for one in order if one in answers), alterations.OTHER)

    def _compare(self, given: Alteration, asked: str) -> str:
        key = (given, asked)
        if key not in self.compared:
            self.compared[key] = alterations.compare(given, alterations.read_asked(asked))
        return self.compared[key]


def _met_by(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, np.int8(MET), np.int8(UNMET))


def _between(low: np.ndarray, high: np.ndarray, first: int, last: int) -> np.ndarray:
    """Whether what lies from `first` to `last` is within bounds, both included; a missing one is open."""
    all_in = ((low == NO_BOUND) | (low <= first)) & ((high == NO_BOUND) | (high >= last))
    all_out = (low > last) | ((high != NO_BOUND) & (high < first))
    return np.where(all_in, np.int8(MET), np.where(all_out, np.int8(UNMET), np.int8(UNKNOWN)))
