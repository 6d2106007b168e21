"""The trials whose criteria a profile meets, leaves open or fails.

A bound that a trial does not state is open. What the registry does not know, or the profile does not say, is
*unknown*, never a reason to exclude.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import override

from directory.core.forgetting import quotes_nothing
from directory.search import snapshot
from directory.search.service import IndexNotReady
from trials.choices import Freshness

from .criteria import CRITERIA, FAR, MET, NOT_ASKED, UNMET, Judged
from .profile import Profile
from .profile_text import Read, ReadTerm
from .reasons import Criterion, Reasons

__all__ = ["BANDS", "CRITERIA", "Matched", "Matching", "Profile", "match"]

MATCHES, UNDETERMINED, EXCLUDED = BANDS = ("matches", "undetermined", "excluded")


@dataclass(frozen=True)
class NearestSite:
    """The nearest site that recruits; without a place, the one verified last."""

    centre: str
    distance_km: float | None
    status: str
    freshness: str


@dataclass(frozen=True)
class Matched:
    """A trial with what was judged of it. `key` is its slug."""

    key: str
    criteria: tuple[Criterion, ...]
    nearest: NearestSite | None


@dataclass(frozen=True)
class Band:
    """`count` trials; `trials` are the first of them."""

    count: int
    trials: tuple[Matched, ...]


@dataclass(frozen=True)
class Relaxation:
    """Of `count` excluded trials `name` is the only criterion that is not met."""

    name: str
    count: int


@dataclass(frozen=True)
class Matching:
    """The answer. `read`: what was read in the free words; `unread`: words of it that nobody understood.

    `ways`: what excludes most by itself, the most first.
    """

    matches: Band
    undetermined: Band
    excluded: Band
    read: tuple[ReadTerm, ...] = ()
    unread: tuple[str, ...] = ()
    ways: tuple[Relaxation, ...] = ()


@quotes_nothing(ValueError, IndexNotReady)
def match(
    profile: Profile, *, language: str, limit: int = 50, offsets: Mapping[str, int] | None = None
) -> Matching:
    """Judge every listed trial against `profile`, of which nothing is kept.

    Each band's count is exact; it holds at most `limit`. `offsets`: by band, how many of its first to pass
    over. ValueError, with a sentence, for free words that cannot be read; `IndexNotReady` without an index.
    """
    said = Read.of(profile, language)
    judged = Judged(snapshot.current().today(), profile, said)
    reasons = Reasons(judged, language)
    bands: dict[str, Band] = {}
    with override(language):
        for name, (mask, order) in _orders(judged).items():
            start = (offsets or {}).get(name, 0)
            found = np.flatnonzero(mask)
            shown = found[_first(order[found], start + limit)[start:]]
            bands[name] = Band(len(found), tuple(_matched(judged, shown, reasons)))
    return Matching(**bands, read=said.terms, unread=said.unread, ways=_ways(judged))


def _orders(judged: Judged) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By band, which trials are in it, and by trial its place in the order a physician wants to read.

    Matches and undetermined: recruiting first, the fewest open questions, the nearest, the freshest.
    Excluded: what fails one criterion alone before what fails several, what is not for the disease last.
    """
    unmet, unknown, alive = judged.unmet, judged.unknown, judged.alive
    attention = judged.today.rank
    closed = judged.verdicts["recruitment"] != MET
    elsewhere = judged.verdicts["diagnosis"] == UNMET
    open_order = _joined((closed, unknown, judged.metres, attention), judged)
    return {
        MATCHES: (alive & (unmet == 0) & (unknown == 0), open_order),
        UNDETERMINED: (alive & (unmet == 0) & (unknown > 0), open_order),
        EXCLUDED: (alive & (unmet > 0), _joined((elsewhere, unmet, unknown, attention), judged)),
    }


def _joined(keys: tuple[np.ndarray, ...], judged: Judged) -> np.ndarray:
    """Keys of an order, the first first, as one number a trial: one is sorted faster than four.

    A flag, a count of criteria, metres or such a count, and the trial's rank: 1 + 4 + 30 bits and those that
    the number of trials needs fit in 63.
    """
    sizes = (2, len(CRITERIA) + 1, FAR + 1, max(judged.trials.size, 1))
    found = np.zeros(judged.trials.size, np.int64)
    for key, size in zip(keys, sizes, strict=True):
        found = found * size + key
    return found


def _first(order: np.ndarray, number: int) -> np.ndarray:
    """The places of the `number` least of `order`, the least first."""
    if number < len(order):
        least = np.argpartition(order, number)[:number]
        return least[np.argsort(order[least])]
    return np.argsort(order)


def _ways(judged: Judged) -> tuple[Relaxation, ...]:
    alone = judged.alive & (judged.unmet == 1)
    counts = {name: int(np.count_nonzero(alone & (judged.verdicts[name] == UNMET))) for name in CRITERIA}
    found = sorted(counts.items(), key=lambda one: -one[1])
    return tuple(Relaxation(name, count) for name, count in found if count)


def _matched(judged: Judged, shown: np.ndarray, reasons: Reasons) -> Iterator[Matched]:
    """The trials `shown`, in that order."""
    verdicts = zip(*(judged.verdicts[name][shown].tolist() for name in CRITERIA), strict=True)
    for ordinal, each in zip(shown.tolist(), verdicts, strict=True):
        criteria = tuple(
            reasons.criterion(ordinal, name, verdict)
            for name, verdict in zip(CRITERIA, each, strict=True)
            if verdict != NOT_ASKED
        )
        yield Matched(judged.trials.keys[ordinal], criteria, _nearest(judged, ordinal))


def _nearest(judged: Judged, ordinal: int) -> NearestSite | None:
    site = judged.nearest_site(ordinal)
    if site is None:
        return None
    trials, far = judged.trials, judged.kilometres_to(site)
    return NearestSite(
        centre=judged.centre_of(site),
        distance_km=None if far is None else round(far, 1),
        status=trials.codes["status"].words[trials.of_sites["status"][site]],
        freshness=Freshness.values[judged.today.of_sites["freshness"][site]],
    )
