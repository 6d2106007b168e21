"""What is recorded of each trial, as arrays: the basis of its verdicts, and what depends on no profile.

Rules: `docs/adr/0027`. A recorded value, *no limit* recorded as such, and *not recorded* are three things.
"""

from functools import cached_property

import numpy as np

from directory.search.facet_arrays import NO_BOUND, Trials
from directory.search.kinship import NO_DISEASE, families
from trials.choices import Limit, Sex, Stage, StudyType
from trials.conditions import subtree
from trials.purposes import Purpose

NOT_RECORDED, RECORDED, NO_LIMIT, AGE_GROUP = range(4)
BASES = ("not_recorded", "recorded", "no_limit", "age_group")
# Not recorded, these are the one thing to ask; the others are not asked and move no band.
DECIDING = ("diagnosis", "age", "stage")
ASKED_OF_PATIENTS = (*DECIDING, "lines", "alterations", "alterations_excluded", "sex")
MIN, MAX = "min|", "max|"
# All of ICCC-3.
_MOST_CLASSES = 143
_MOST_STAGES, _MOST_YEARS = 7, 127
_DAYS_A_YEAR = 365


class RecordedCriteria:
    """Of `trials` (columns): by criterion an array of bases, `basis`; and the bounds of age in days.

    `low`, `high`: those of the sides that nobody wrote down in words (`age_written` has the others).
    """

    def __init__(self, trials: Trials):
        self.trials = trials
        named = [one for one in trials.codes["named"].words if one not in NO_DISEASE]
        any_stage = trials.having("stage", [Stage.ANY])
        bounded, lines = (trials.low != NO_BOUND) | (trials.high != NO_BOUND), trials.lines != NO_BOUND
        self.basis = {
            "diagnosis": self._basis(self.any("class") | trials.having("named", named), Limit.DIAGNOSIS),
            "age": self._basis(bounded | self.any("age_written"), Limit.AGE),
            "stage": np.where(any_stage, NO_LIMIT, self.any("stage") * RECORDED).astype(np.int8),
            "lines": self._basis(lines.any(axis=1), Limit.LINES),
            "alterations": self._basis(self.any("alteration"), Limit.ALTERATIONS),
            "alterations_excluded": self._basis(self.any("excluded"), Limit.ALTERATIONS_EXCLUDED),
            "sex": self._basis(trials.having("sex", [Sex.FEMALE, Sex.MALE]), Limit.SEX),
        }
        age = self.basis["age"]
        age[(age == NOT_RECORDED) & self.any("age_group")] = AGE_GROUP
        self.low = np.where(self._written(MIN), NO_BOUND, trials.low)
        self.high = np.where(self._written(MAX), NO_BOUND, trials.high)

    def _basis(self, recorded: np.ndarray, limit: Limit) -> np.ndarray:
        none = self.trials.having("no_limit", [limit])
        return np.where(recorded, RECORDED, none * NO_LIMIT).astype(np.int8)

    def any(self, name: str) -> np.ndarray:
        """The trials with any value in the column of words."""
        mask = np.zeros(self.trials.size, bool)
        mask[self.trials.lists[name].owners] = True
        return mask

    def _written(self, side: str) -> np.ndarray:
        texts = self.trials.codes["age_written"].words
        return self.trials.having("age_written", [text for text in texts if text.startswith(side)])

    @cached_property
    def apart(self) -> np.ndarray:
        """The trials that treat no disease: supportive care, and what only observes, as registers do."""
        supports = self.trials.having("purpose", Purpose.values)
        return supports | self.trials.having("study_type", [StudyType.OBSERVATIONAL])

    @cached_property
    def breadth(self) -> np.ndarray:
        """How wide a trial's criteria are, as one number: classes of ICCC-3, then stages, then years of age.

        What is not recorded is as wide as can be.
        """
        trials = self.trials
        stages = np.bincount(trials.lists["stage"].owners, minlength=trials.size)
        stages[(stages == 0) | (self.basis["stage"] == NO_LIMIT)] = _MOST_STAGES
        low, high = np.maximum(trials.low, 0), trials.high
        years = np.where(high == NO_BOUND, _MOST_YEARS, (high - low) // _DAYS_A_YEAR)
        years = np.clip(years, 0, _MOST_YEARS)
        wide = self._classes.astype(np.int64) * (_MOST_STAGES + 1) + np.minimum(stages, _MOST_STAGES)
        return wide * (_MOST_YEARS + 1) + years

    @property
    def _classes(self) -> np.ndarray:
        """How many classes of ICCC-3 each trial is for, with those of a family beside what is recorded."""
        found = np.where(self.any("class"), self.trials.width, 0)
        for family, codes in families().items():
            below = {one for code in codes for one in subtree(code)}
            found[self.trials.having("named", [family])] += len(below)
        return np.where(found == 0, _MOST_CLASSES, np.minimum(found, _MOST_CLASSES))


WIDEST_BREADTH = (_MOST_CLASSES * (_MOST_STAGES + 1) + _MOST_STAGES) * (_MOST_YEARS + 1) + _MOST_YEARS
