"""What has some of what is asked: which of it each record has, and who comes first.

The rarest word weighs most. Who asks for a disease wants no other one for the sake of the rest; where no
disease is asked for, what has less than half of the weight of the best is not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .engine import Reader
from .ranking import IDENTIFIER, Unit

# Above every sum of scores, so that what is there decides before how well it fits.
_ALL_OF_IT = 10 * IDENTIFIER
_LEAST = 0.5


@dataclass(frozen=True)
class Presence:
    """Of each of `units` (rows), which records (columns) have it, and how well it fits them."""

    units: Sequence[Unit]
    has: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(cls, reader: Reader, kind: str, size: int, units: Sequence[Unit]) -> "Presence":
        has, scores = np.zeros((len(units), size), bool), np.zeros((len(units), size))
        for row, unit in enumerate(units):
            ordinals, found = _hits_of_unit(reader, kind, unit)
            # The engine may have gone on to documents that the columns do not have yet.
            there = ordinals < size
            has[row, ordinals[there]] = True
            scores[row, ordinals[there]] = found[there]
        return cls(units, has, scores)

    def lacking(self, ordinal: int) -> tuple[str, ...]:
        """What record `ordinal` does not have, as it was typed."""
        return self._labels_of(~self.has[:, ordinal])

    def lacking_everywhere(self, ordinals: np.ndarray) -> tuple[str, ...]:
        """What none of these records has, as it was typed."""
        return self._labels_of(~self.has[:, ordinals].any(axis=1))

    def _labels_of(self, mask: np.ndarray) -> tuple[str, ...]:
        return tuple(unit.label for unit, wanted in zip(self.units, mask, strict=True) if wanted)

    def some(self) -> np.ndarray:
        """The scores of the records that have enough of it, 0 for the others."""
        counts = self.has.sum(axis=1)
        weights = np.log2(2 + self.has.shape[1] / np.maximum(counts, 1))
        weight = weights @ self.has
        weight[~self._of_the_disease()] = 0
        best = weight.max(initial=0)
        if not best:
            return weight
        if all(unit.narrow is None for unit in self.units):
            weight[weight < _LEAST * best] = 0
        fits = self.scores.sum(axis=0)
        return np.where(weight > 0, _ALL_OF_IT * weight / best + fits, 0)

    def in_their_order(self) -> np.ndarray:
        """The scores of the records that have any of it, those of the first first."""
        before = np.arange(len(self.units), 0, -1)[:, None]
        return (self.has * (_ALL_OF_IT + IDENTIFIER * before)).max(axis=0, initial=0)

    def _of_the_disease(self) -> np.ndarray:
        diseases = self.has[[unit.narrow is not None for unit in self.units]]
        every, some = diseases.all(axis=0), diseases.any(axis=0)
        if not len(diseases) or not some.any():
            return np.ones(self.has.shape[1], bool)
        return every if every.any() else some


def _hits_of_unit(reader: Reader, kind: str, unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """What has `unit`; of a disease what is of a wider class only where nothing is of its own."""
    if unit.narrow is not None:
        ordinals, scores = reader.hits(unit.narrow, kind)
        if len(ordinals):
            return ordinals, scores
    return reader.hits(unit.query, kind)
