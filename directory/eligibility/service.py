"""The trials whose criteria a profile meets, leaves open or fails.

What nobody recorded, or what the profile does not say, is never met and never a reason to exclude: see
`docs/adr/0027`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import override

from directory.core.forgetting import quotes_nothing
from directory.search import snapshot
from directory.search.service import IndexNotReady
from trials.choices import Freshness

from . import steps
from .criteria import CRITERIA, Judged
from .profile import Profile
from .profile_text import Read, ReadTerm
from .reasons import VERDICTS, Criterion, Reasons
from .recorded import ASKED_OF_PATIENTS, BASES, DECIDING, NOT_RECORDED, WIDEST_BREADTH, RecordedCriteria
from .sites import SitesOfDay, ToldSites
from .steps import SmallestStep
from .verdicts import MET, UNKNOWN, UNMET

__all__ = [
    "BANDS", "BASES", "CRITERIA", "LISTED_ONCE", "OPEN_HERE", "SECTIONS", "Criterion", "Matched", "Matching",
    "Profile", "SmallestStep", "match",
]  # fmt: skip

MATCHES, UNDETERMINED, EXCLUDED = BANDS = ("matches", "undetermined", "excluded")
# Another way to part the same trials, for whoever decides about a patient.
OPEN_HERE, CANDIDATES, APART, _EXCLUDED = SECTIONS = ("open_here", "candidates", "apart", EXCLUDED)
# What is listed once for a trial, since it is not asked.
LISTED_ONCE = tuple(name for name in ASKED_OF_PATIENTS if name not in DECIDING)


@dataclass(frozen=True)
class NearestSite:
    """The nearest site that recruits; without a place, the one verified last."""

    centre: str
    distance_km: float | None
    status: str
    freshness: str


@dataclass(frozen=True)
class Matched:
    """A trial with what was judged of it. `key` is its slug.

    `band`: one of `BANDS`. `not_recorded`: the criteria that are not asked since nothing is recorded of them.
    `open_here`: whether it recruits for the disease in Belgium (or the countries given). `apart`: whether it
    treats no disease. `step`: what would decide it.
    """

    key: str
    band: str
    criteria: tuple[Criterion, ...]
    nearest: NearestSite | None
    nearest_abroad: NearestSite | None
    not_recorded: tuple[str, ...]
    open_here: bool
    apart: bool
    step: SmallestStep | None

    @property
    def to_ask(self) -> list[str]:
        """The names of the criteria that are open."""
        return [one.name for one in self.criteria if one.verdict == VERDICTS[UNKNOWN]]


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
    """The answer: `bands` by name, of `BANDS`, of `SECTIONS` or of both, as was asked for.

    `read`: what was read in the free words; `unread`: words of it that nobody understood. `ways`: what
    excludes most by itself, the most first.
    """

    bands: Mapping[str, Band] = field(default_factory=dict)
    read: tuple[ReadTerm, ...] = ()
    unread: tuple[str, ...] = ()
    ways: tuple[Relaxation, ...] = ()

    @property
    def matches(self) -> Band:
        return self.bands[MATCHES]

    @property
    def undetermined(self) -> Band:
        return self.bands[UNDETERMINED]

    @property
    def excluded(self) -> Band:
        return self.bands[EXCLUDED]


@quotes_nothing(ValueError, IndexNotReady)
def match(
    profile: Profile,
    *,
    language: str,
    limit: int = 50,
    offsets: Mapping[str, int] | None = None,
    into: Sequence[str] = BANDS,
) -> Matching:
    """Judge every listed trial against `profile`, of which nothing is kept.

    The trials are parted `into` `BANDS` (by verdict), `SECTIONS` (for a tumour board), or both. Each one's
    count is exact; it holds at most `limit`. `offsets`: by name, how many of its first to pass over.
    ValueError, with a sentence, for free words that cannot be read; `IndexNotReady` without an index.
    """
    said, held = Read.of(profile, language), snapshot.current()
    today = held.today()
    recorded = held.once("recorded", lambda: RecordedCriteria(held.trials))
    sites = held.once(f"sites {today.day}", lambda: SitesOfDay(today))
    judged = Judged(today, profile, said, recorded, sites)
    bands: dict[str, Band] = {}
    with override(language):
        masks, orders = _masks(judged), _orders(judged)
        chosen = {}
        for name in into:
            start, found = (offsets or {}).get(name, 0), np.flatnonzero(masks[name])
            order = orders[name == EXCLUDED]
            chosen[name] = found[_first(order[found], start + limit)[start:]]
        teller = _Teller(judged, language, chosen.values())
        for name, shown in chosen.items():
            bands[name] = Band(int(np.count_nonzero(masks[name])), tuple(teller.matched(shown)))
    return Matching(bands, read=said.terms, unread=said.unread, ways=_ways(judged))


def _masks(judged: Judged) -> dict[str, np.ndarray]:
    """By band and by section, which trials are in it.

    Open here: the disease is that of the trial, it recruits here, and at most one thing is to be asked.
    """
    unmet, unknown, alive = judged.unmet, judged.unknown, judged.alive
    apart, left = judged.recorded.apart, alive & (unmet == 0)
    here = left & ~apart & judged.open_here & (unknown <= 1)
    return {
        MATCHES: left & (unknown == 0),
        UNDETERMINED: left & (unknown > 0),
        EXCLUDED: alive & (unmet > 0),
        OPEN_HERE: here,
        CANDIDATES: left & ~apart & ~here,
        APART: left & apart,
    }


def _orders(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    """By trial, its place in the order a physician wants to read: of what is left, and of what is excluded.

    Left: what treats before what does not; open here with at most one question; the fewest questions where
    there are several; open here; how specifically it fits; the one question, the nearest, what deserves
    attention. Excluded: what fails one criterion alone before what fails several, what is not for the disease
    last.
    """
    unmet, unknown, attention = judged.unmet, judged.unknown, judged.today.rank
    closed, elsewhere = ~judged.open_here, judged.verdicts["diagnosis"] == UNMET
    near = np.minimum(judged.metres // _HECTOMETRE, _FARTHEST)
    more, most = np.maximum(unknown, 1), len(CRITERIA) + 1
    ranks = (attention, max(judged.trials.size, 1))
    later = closed | (unknown > 1)
    left = _joined(
        judged, (judged.recorded.apart, 2), (later, 2), (more, most), (closed, 2),
        (_fit(judged), _WIDEST_FIT + 1), (unknown > 0, 2), (near, _FARTHEST + 1), ranks,
    )  # fmt: skip
    return left, _joined(judged, (elsewhere, 2), (unmet, most), (unknown, most), ranks)


# Half the way around the earth is 200,000 hectometres.
_HECTOMETRE, _FARTHEST = 100, 2**18 - 1
_WIDEST_FIT = 4 * (WIDEST_BREADTH + 1) - 1


def _fit(judged: Judged) -> np.ndarray:
    """How specifically each trial fits, the least the best.

    Of the very disease before of a wider one, for an alteration that the patient has, then for fewer
    diseases, stages and ages.
    """
    said = judged.said
    by_name = judged.trials.having("named" if said.named else "class", said.named or said.codes)
    recorded = judged.recorded.basis["alterations"] != NOT_RECORDED
    altered = recorded & (judged.verdicts["alterations"] == MET)
    return (~by_name * 2 + ~altered) * (WIDEST_BREADTH + 1) + judged.recorded.breadth


def _joined(judged: Judged, *keys: tuple[np.ndarray, int]) -> np.ndarray:
    """Keys of an order, the first first, as one number a trial: one is sorted faster than several.

    With each key the number of its values. The longest takes 44 bits and those that the number of trials
    needs: a quarter of a million of them fit in 63.
    """
    found = np.zeros(judged.trials.size, np.int64)
    for key, size in keys:
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


class _Teller:
    """Tells what was judged of the trials shown: `several` arrays of ordinals."""

    def __init__(self, judged: Judged, language: str, several: Iterable[np.ndarray]):
        ordinals = np.unique(np.concatenate([np.zeros(0, np.int64), *several]))
        self.judged = judged
        self.sites = ToldSites(judged.sites, ordinals, judged.site_kilometres, judged.in_countries)
        self.reasons = Reasons(judged, self.sites, language)
        self.steps: Mapping[int, SmallestStep] = steps.find(judged, ordinals)
        self._told: dict[tuple, NearestSite] = {}

    def matched(self, shown: np.ndarray) -> Iterator[Matched]:
        """The trials `shown`, in that order."""
        judged = self.judged
        verdicts = zip(*(judged.verdicts[name][shown].tolist() for name in CRITERIA), strict=True)
        criteria = zip(*(self.reasons.told(name, shown) for name in CRITERIA), strict=True)
        bases = zip(*(judged.basis(name)[shown].tolist() for name in LISTED_ONCE), strict=True)
        of_trials = (judged.open_here[shown].tolist(), judged.recorded.apart[shown].tolist())
        for ordinal, each, told, basis, open_here, apart in zip(
            shown.tolist(), verdicts, criteria, bases, *of_trials, strict=True
        ):
            yield Matched(
                judged.trials.keys[ordinal],
                EXCLUDED if UNMET in each else UNDETERMINED if UNKNOWN in each else MATCHES,
                tuple(filter(None, told)),
                self._site(self.sites.nearest.get(ordinal)),
                self._site(self.sites.abroad.get(ordinal)),
                tuple(name for name, one in zip(LISTED_ONCE, basis, strict=True) if one == NOT_RECORDED),
                open_here,
                apart,
                self.steps.get(ordinal),
            )

    def _site(self, site: int | None) -> NearestSite | None:
        """Sites of which the same is said share one."""
        if site is None:
            return None
        judged, trials = self.judged, self.judged.trials
        of_sites = (trials.site_centre, trials.of_sites["status"], judged.today.of_sites["freshness"])
        key = tuple(one[site] for one in of_sites)
        if key not in self._told:
            far = judged.kilometres_to(site)
            self._told[key] = NearestSite(
                centre=judged.centre_of(site),
                distance_km=None if far is None else round(far, 1),
                status=trials.codes["status"].words[trials.of_sites["status"][site]],
                freshness=Freshness.values[judged.today.of_sites["freshness"][site]],
            )
        return self._told[key]
