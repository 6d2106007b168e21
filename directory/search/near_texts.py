"""Which of many texts are spelt almost like another: told apart by their letters before they are compared."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Digits and letters must not share bits: acronyms are made of both.
_ALPHABET = {letter: bit for bit, letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789 ")}
_REST = 64 - len(_ALPHABET)


class NearTexts:
    """`texts`, folded, to be looked at for near ones.

    Without the masks of letters a suggestion for a mistyped word among 20,000 trials takes four times as
    long.
    """

    def __init__(self, texts: Sequence[str]):
        self.texts = texts
        self._letters = np.array([_letters(text) for text in texts], np.uint64)
        self._lengths = np.array([len(text) for text in texts], np.int64)

    def near(self, text: str, most: int, limit: int) -> list[tuple[int, int]]:
        """`(errors, place)` of at most `limit` texts up to `most` typing errors away, the nearest first.

        An error makes a text at most one letter longer or shorter, and changes at most two of the letters it
        is made of: what differs in more cannot be near.
        """
        apart = np.bitwise_count(self._letters ^ np.uint64(_letters(text)))
        may_be = (apart <= 2 * most) & (np.abs(self._lengths - len(text)) <= most)
        places = np.flatnonzero(may_be).tolist()
        some = [self.texts[at] for at in places]
        found = process.extract(text, some, scorer=OSA.distance, score_cutoff=most, limit=limit)
        return [(int(errors), places[at]) for _text, errors, at in found]


def _letters(text: str) -> int:
    """A bit for each letter that occurs; those outside the alphabet share what bits are left."""
    bits = {_ALPHABET.get(letter, len(_ALPHABET) + ord(letter) % _REST) for letter in text}
    return sum(1 << bit for bit in bits)
