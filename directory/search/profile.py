"""A patient described without a name, and the trials whose criteria it meets, leaves open or fails.

Nothing of a profile is kept: it lives in the arguments of one call. A bound that a trial does not state is
open. What the registry does not know, or the profile does not say, is *unknown*, never a reason to exclude.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from directory.core.places import Place

from . import reasons
from .columns import FRESHNESS
from .judging import CRITERIA, MET, UNKNOWN, UNMET, Judged, judge
from .profile_reading import Read, ReadTerm
from .reading import Snapshot

VERDICTS = {UNMET: "unmet", UNKNOWN: "unknown", MET: "met"}
MATCHES, UNDETERMINED, EXCLUDED = BANDS = ("matches", "undetermined", "excluded")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything is optional. `days`: the age; `within`: kilometres from `near`; `countries`: ISO 3166-1.

    `conditions`: ICCC-3 codes. `text`: free words, read for diseases, stages and alterations in the four
    languages. `lines`: previous lines of systemic treatment. `alterations`: as people write them, also
    `ALK negative`.
    """

    conditions: tuple[str, ...] = ()
    text: str = ""
    days: int | None = None
    stage: str = ""
    lines: int | None = None
    alterations: tuple[str, ...] = ()
    sex: str = ""
    near: Place | None = None
    within: float | None = None
    countries: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # Whatever writes objects into logs and error reports learns nothing of a patient.
        return "<Profile>"


@dataclass(frozen=True)
class Criterion:
    """`name` is one of `judging.CRITERIA`; `verdict` met, unmet or unknown; `reason` a sentence."""

    name: str
    verdict: str
    reason: str


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
    band: str
    criteria: tuple[Criterion, ...]
    nearest: NearestSite | None


@dataclass(frozen=True)
class Band:
    """`count` trials; `trials` are the first of them."""

    count: int
    trials: tuple[Matched, ...]


@dataclass(frozen=True)
class Way:
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
    ways: tuple[Way, ...] = field(default=())


def match(
    snapshot: Snapshot,
    profile: Profile,
    *,
    language: str,
    limit: int = 50,
    offsets: Mapping[str, int] | None = None,
) -> Matching:
    """Judge every listed trial against `profile`. Each band's count is exact; it holds at most `limit`.

    `offsets`: by band, how many of its first to pass over. ValueError, with a sentence, for free words that
    cannot be read.
    """
    said = Read.of(profile, language)
    judged = judge(snapshot.today(), profile, said)
    bands = {}
    for name, ordinals in _ordered(judged).items():
        start = (offsets or {}).get(name, 0)
        shown = ordinals[start : start + limit]
        bands[name] = Band(len(ordinals), tuple(_matched(judged, int(one), name, language) for one in shown))
    return Matching(**bands, read=said.terms, unread=said.unread, ways=_ways(judged))


def _ordered(judged: Judged) -> dict[str, np.ndarray]:
    """By band, the trials in the order in which a physician wants to read them.

    Matches and undetermined: recruiting first, the fewest open questions, the nearest, the freshest.
    Excluded: what fails one criterion alone before what fails several, what is not for the disease last.
    """
    unmet, unknown, alive = judged.count(UNMET), judged.count(UNKNOWN), judged.alive
    attention = judged.today.rank
    recruits = judged.verdicts["recruitment"] != MET
    keys = (attention, judged.metres, unknown, recruits)
    elsewhere = judged.verdicts["diagnosis"] == UNMET
    bands = {
        MATCHES: (alive & (unmet == 0) & (unknown == 0), keys),
        UNDETERMINED: (alive & (unmet == 0) & (unknown > 0), keys),
        EXCLUDED: (alive & (unmet > 0), (attention, unknown, unmet, elsewhere)),
    }
    found = {}
    for name, (mask, order) in bands.items():
        ids = np.flatnonzero(mask)
        found[name] = ids[np.lexsort(tuple(key[ids] for key in order))]
    return found


def _ways(judged: Judged) -> tuple[Way, ...]:
    alone = judged.alive & (judged.count(UNMET) == 1)
    counts = {name: int(np.count_nonzero(alone & (judged.verdicts[name] == UNMET))) for name in CRITERIA}
    found = sorted(counts.items(), key=lambda one: -one[1])
    return tuple(Way(name, count) for name, count in found if count)


def _matched(judged: Judged, ordinal: int, band: str, language: str) -> Matched:
    criteria = tuple(
        Criterion(name, VERDICTS[verdict], reasons.reason(judged, ordinal, name, verdict, language))
        for name in CRITERIA
        if (verdict := int(judged.verdicts[name][ordinal])) in VERDICTS
    )
    return Matched(judged.trials.keys[ordinal], band, criteria, _nearest(judged, ordinal))


def _nearest(judged: Judged, ordinal: int) -> NearestSite | None:
    site = judged.nearest_site(ordinal)
    if site is None:
        return None
    trials, today = judged.trials, judged.today
    far = judged.kilometres[trials.site_centre[site]] if judged.kilometres is not None else np.inf
    return NearestSite(
        centre=trials.codes.centre.words[trials.site_centre[site]],
        distance_km=round(float(far), 1) if np.isfinite(far) else None,
        status=trials.codes.of["status"].words[trials.site_status[site]],
        freshness=FRESHNESS[today.site_freshness[site]],
    )


__all__: Sequence[str] = (
    "BANDS", "Band", "Criterion", "Matched", "Matching", "NearestSite", "Profile", "Way", "match",
)  # fmt: skip
