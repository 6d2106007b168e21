"""Texts to be found by how they begin, the best first, or by how they are spelt."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from .concepts import edits_allowed
from .near_texts import NearTexts

_AFTER_ALL = "\U0010ffff"  # no text has it
_LONG = 99  # longer texts are alike
_AN_ERROR = 10_000  # more than any order
# So many are sorted sooner than an array is made of them.
_FEW = 100


class Beginning(NamedTuple):
    """A folded text, and the item that is offered for it. The lower the `rank`, the better.

    `inner`: it stands inside what people call the item, and so behind what begins with it.
    """

    text: str
    rank: int
    item: Any
    inner: bool = False

    @property
    def order(self) -> int:
        """By rank, then what begins with the text, then the shortest: nothing else than it before all."""
        return (2 * self.rank + self.inner) * (_LONG + 1) + min(len(self.text), _LONG)


class Beginnings:
    """What can be offered, sorted by its text. Found items come as `(order, item)`, the least first."""

    def __init__(self, entries: Iterable[Beginning]):
        # Strings and numbers alone are kept: a hundred thousand tuples would be walked through by every full
        # garbage collection.
        entries = sorted(entries, key=lambda one: one.text)
        self.texts = [entry.text for entry in entries]
        self.items = [entry.item for entry in entries]
        self._orders = [entry.order for entry in entries]
        self._array = np.array(self._orders, np.int64)
        self._whole = [at for at, entry in enumerate(entries) if not entry.inner]

    def best(self, text: str, most: int) -> list[tuple[int, Any]]:
        """At most so many of those that begin with `text`."""
        first = bisect_left(self.texts, text)
        last = bisect_left(self.texts, text + _AFTER_ALL, first)
        places: Sequence[int] = range(first, last)
        if len(places) > max(_FEW, most):
            # Of 20,000 trials thousands begin with two letters: to sort them all takes ten times as long.
            orders = self._array[first:last]
            worst = int(np.searchsorted(np.bincount(orders).cumsum(), most))
            better, last_ones = np.flatnonzero(orders < worst), np.flatnonzero(orders == worst)
            places = [first + at for at in (*better.tolist(), *last_ones[:most].tolist())]
        some = sorted((self._orders[at], at) for at in places)[:most]
        return [(order, self.items[at]) for order, at in some]

    def near(self, text: str, limit: int) -> list[tuple[int, Any]]:
        """As `best`, of those spelt almost like `text`: the order is the number of errors, then the rank."""
        most = edits_allowed(text.replace(" ", ""))
        if not most:
            return []
        found = [(errors, self._whole[at]) for errors, at in self._spellings.near(text, most, limit)]
        return [(errors * _AN_ERROR + self._orders[at], self.items[at]) for errors, at in found]

    @cached_property
    def _spellings(self) -> NearTexts:
        return NearTexts([self.texts[at] for at in self._whole])
