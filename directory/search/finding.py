"""Finding: words and filters in, ordered keys, counts and cursors out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import cursors, labels
from .facets import FacetCount, Selection
from .query import Ask, Builder, Parsed, parse
from .reading import Snapshot
from .readings import Disambiguation, readings
from .today import Today

# Scores are compared as whole numbers, so that a cursor holds exactly what was sorted by.
_SCORE_STEPS = 10
_FAR = 10**9


@dataclass(frozen=True)
class Hit:
    """One result.

    `distance_km`: from the place asked for to the nearest site that passes, where known; `why`: sentences for
    people where the words they typed are nowhere in the record.
    """

    key: str
    score: float = 0.0
    distance_km: float | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """`next` and `previous` are cursors. `relaxed`: nothing had all words, so these have some of them.

    `readings`: what an ambiguous abbreviation of the query may mean.
    """

    count: int
    hits: tuple[Hit, ...]
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    next: str | None = None
    previous: str | None = None
    did_you_mean: str | None = None
    relaxed: bool = False
    readings: tuple[Disambiguation, ...] = ()


@dataclass(frozen=True)
class Paging:
    """Which part of the list is wanted: from `offset`, or beside a cursor."""

    limit: int = 25
    offset: int = 0
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Found:
    """The records of a kind that match the words: ordinals with scores; None: no words were asked."""

    ordinals: np.ndarray | None
    scores: np.ndarray
    relaxed: bool = False
    parsed: Parsed | None = None


def find(snapshot: Snapshot, ask: Ask, page: Paging, *, facets: bool) -> Answer:
    """Answer `ask`. Raises ValueError for words that cannot be searched, BadCursor for a bad cursor."""
    if ask.ordering == "distance" and ask.near is None:
        raise ValueError(labels.distance_needs_near())
    if ask.kind in ("centre", "network"):
        return _few(snapshot, ask, page)
    today = snapshot.today()
    found = match(snapshot, ask, "trial")
    selection = Selection(today, ask)
    matched = np.ones(today.trials.size, bool)
    if found.ordinals is not None:
        matched[:] = False
        matched[found.ordinals[found.ordinals < today.trials.size]] = True
    if ask.kind == "site":
        return _sites(today, ask, page, selection, matched)
    ids = np.flatnonzero(selection.trial_mask(matched))
    ordered = _Ordered(today, ask, found, selection)
    counts = labels.facet_counts(selection.counts(matched), ask, today) if facets else {}
    return _answer(
        ask, page, ordered.sorted(ids), ordered.key, ordered.hit, facets=counts, relaxed=found.relaxed,
        did_you_mean=did_you_mean(snapshot, found, ask.language),
        readings=readings(snapshot, found.parsed, ask.language),
    )  # fmt: skip


def match(snapshot: Snapshot, ask: Ask, kind: str) -> Found:
    """The documents of `kind` that have the words of `ask`."""
    parsed = parse(ask.q)
    if parsed.is_empty:
        return Found(None, np.empty(0))
    for query, relaxed in Builder(snapshot.reader).steps(parsed):
        ordinals, scores = snapshot.reader.hits(query, kind)
        if len(ordinals):
            return Found(ordinals, scores, relaxed, parsed)
    return Found(np.empty(0, np.int64), np.empty(0), False, parsed)


def did_you_mean(snapshot: Snapshot, found: Found, language: str) -> str | None:
    """The query with each word that nothing has replaced by the nearest one, None where there is none."""
    if found.parsed is None:
        return None
    unknown = Builder(snapshot.reader).unknown(found.parsed)
    nearest = {word: near for word in unknown if (near := labels.nearest_word(snapshot, word.stem, language))}
    if not nearest:
        return None
    return " ".join(nearest.get(word, word.raw) for word in found.parsed.words)


class _Ordered:
    """Trials in the order asked for."""

    def __init__(self, today: Today, ask: Ask, found: Found, selection: Selection):
        self.today, self.trials, self.ordering = today, today.trials, ask.ordering
        self.found, self.language = found, ask.language
        self.scores = np.zeros(self.trials.size, np.int64)
        self.exact = np.zeros(self.trials.size)
        if found.ordinals is not None:
            there = found.ordinals < self.trials.size
            self.scores[found.ordinals[there]] = np.rint(found.scores[there] * _SCORE_STEPS)
            self.exact[found.ordinals[there]] = found.scores[there]
        self.has_scores = found.ordinals is not None
        self.metres = None
        if ask.near is not None:
            self.kilometres = selection.nearest()
            self.metres = np.where(np.isfinite(self.kilometres), np.rint(self.kilometres * 1000), _FAR)

    def sorted(self, ids: np.ndarray) -> np.ndarray:
        if self.ordering == "distance":
            assert self.metres is not None
            return ids[np.lexsort((self.trials.by_label[ids], self.metres[ids]))]
        if self.ordering == "relevance" and self.has_scores:
            # Numbers that end with the trial's own are sorted several times as fast as places are.
            size = self.trials.size
            order = (self.scores[ids] * size + (size - 1 - self.today.rank[ids])) * size + ids
            return np.sort(order)[::-1] % size
        mask = np.zeros(self.trials.size, bool)
        mask[ids] = True
        order = self.today.orders[self.ordering]
        return order[mask[order]]

    def key(self, ordinal: int) -> tuple:
        label = self.trials.sort_text(ordinal)
        if self.ordering == "relevance":
            return (-int(self.scores[ordinal]), -int(self.today.attention[ordinal]), *label)
        if self.ordering == "updated":
            return (-int(self.trials.updated[ordinal]), *label)
        if self.ordering == "opened":
            return (-int(self.trials.opened[ordinal]), *label)
        if self.ordering == "verified":
            return (-int(self.today.verified[ordinal]), *label)
        if self.ordering == "distance":
            assert self.metres is not None
            return (int(self.metres[ordinal]), *label)
        return label

    def hit(self, ordinal: int) -> Hit:
        far = self.metres is None or self.metres[ordinal] == _FAR
        distance = None if far else round(float(self.kilometres[ordinal]), 1)
        score = float(self.scores[ordinal]) / _SCORE_STEPS
        why = labels.why(self.trials, ordinal, self.found.parsed, self.language, float(self.exact[ordinal]))
        return Hit(self.trials.keys[ordinal], score, distance, why)


def _sites(today: Today, ask: Ask, page: Paging, selection: Selection, matched: np.ndarray) -> Answer:
    """Sites, by trial and centre; or the nearest, or the latest verified first."""
    trials, centres = today.trials, today.trials.codes.centre.words
    mask = selection.site_mask() & selection.trial_mask(matched)[trials.site_trial]
    near = selection.kilometres

    def name(at: int) -> tuple[str, str, str]:
        return (*trials.sort_text(trials.site_trial[at]), centres[trials.site_centre[at]])

    def far(at: int) -> float:
        return math.inf if near is None else float(near[trials.site_centre[at]])

    def key(at: int) -> tuple:
        if ask.ordering == "distance":
            return (_FAR if math.isinf(far(at)) else round(far(at) * 1000), *name(at))
        if ask.ordering in ("updated", "verified"):
            return (-int(trials.site_verified[at]), *name(at))
        return name(at)

    def hit(at: int) -> Hit:
        trial, centre = trials.keys[trials.site_trial[at]], centres[trials.site_centre[at]]
        return Hit(f"{trial}@{centre}", 0.0, None if math.isinf(far(at)) else round(far(at), 1))

    return _answer(ask, page, np.array(sorted(np.flatnonzero(mask).tolist(), key=key), np.int64), key, hit)


def _few(snapshot: Snapshot, ask: Ask, page: Paging) -> Answer:
    """Centres or networks: few enough to go through one by one."""
    found = match(snapshot, ask, ask.kind)
    records = snapshot.places.centres if ask.kind == "centre" else snapshot.places.networks
    scores = dict(zip((found.ordinals if found.ordinals is not None else ()), found.scores, strict=False))
    keys = [
        key
        for key, facts in records.items()
        if (found.ordinals is None or facts["ordinal"] in scores) and _passes(snapshot, ask, key, facts)
    ]
    metres = {key: _metres(snapshot, ask, records[key]) for key in keys}

    def score(key: str) -> float:
        return float(scores.get(records[key]["ordinal"], 0.0))

    def sort_key(key: str) -> tuple:
        label = cursors.label(records[key]["sort"], key)
        if ask.ordering == "distance":
            return (metres[key], *label)
        if ask.ordering == "updated":
            return (-records[key]["updated"], *label)
        return (-round(score(key) * _SCORE_STEPS), *label) if ask.ordering == "relevance" else label

    def hit(key: str) -> Hit:
        return Hit(key, score(key), None if metres[key] == _FAR else round(metres[key] / 1000, 1))

    return _answer(
        ask, page, sorted(keys, key=sort_key), sort_key, hit, relaxed=found.relaxed,
        did_you_mean=did_you_mean(snapshot, found, ask.language),
    )  # fmt: skip


def _metres(snapshot: Snapshot, ask: Ask, facts: dict) -> int:
    if ask.near is None or ask.kind != "centre":
        return _FAR
    distance = snapshot.places.distance(facts, ask.near)
    return _FAR if math.isinf(distance) else round(distance * 1000)


def _passes(snapshot: Snapshot, ask: Ask, key: str, facts: dict) -> bool:
    day, wanted, places = snapshot.today().day, ask.filters, snapshot.places
    if ask.kind == "network":
        centres = wanted.get("centre", ())
        return not centres or any(key in places.networks_of(code, day) for code in centres)
    return (
        all(facts[name] in wanted[name] for name in ("country", "province") if wanted.get(name))
        and (not wanted.get("network") or bool(set(places.networks_of(key, day)) & set(wanted["network"])))
        and (ask.within is None or ask.near is None or _metres(snapshot, ask, facts) <= ask.within * 1000)
    )


def _answer(ask: Ask, page: Paging, ordered, key: Callable, hit: Callable, **more) -> Answer:
    """The page of `ordered`, with cursors on both of its sides."""
    after = cursors.read(page.after, ask.kind, ask.ordering) if page.after else None
    before = cursors.read(page.before, ask.kind, ask.ordering) if page.before else None
    count = len(ordered)
    start, end = cursors.page(
        count,
        lambda place: key(ordered[place]),
        limit=page.limit,
        offset=page.offset,
        after=after,
        before=before,
    )
    some = ordered[start:end]
    return Answer(
        count=count,
        hits=tuple(hit(one) for one in some),
        next=cursors.make(ask.kind, ask.ordering, key(some[-1])) if end < count and len(some) else None,
        previous=cursors.make(ask.kind, ask.ordering, key(some[0])) if start > 0 and len(some) else None,
        **more,
    )
