"""Finding: words and filters in, ordered keys, counts and cursors out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from directory.records import all_documents
from directory.records.facets import facets_of

from . import cursors
from .daily_facets import Today
from .disambiguation import Disambiguation, readings, said_otherwise
from .facets import FacetCount, count_facets
from .filters import Selection
from .folding import folded_last
from .match_reasons import why
from .partial import Presence
from .query import Ask, Parsed, parse
from .query_places import PlaceAsked, take_place
from .ranking import Builder
from .snapshot import Snapshot, current
from .suggestions import nearest_word

# Scores are compared as whole numbers, so that a cursor holds exactly what was sorted by.
_SCORE_STEPS = 10
_FAR = 10**9
_UNSAID = 0.5
# What is found by all of the words, if no more, is looked at again: it may be there by chance.
_FEW = 3


@dataclass(frozen=True)
class Hit:
    """One result.

    `distance_km`: from the place asked for to the nearest site that passes, where known; `why`: sentences for
    people where the words they typed are nowhere in the record; `without`: words that it does not have.
    """

    key: str
    score: float = 0.0
    distance_km: float | None = None
    why: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """`next` and `previous` are cursors. `relaxed`: nothing had all words, so these have some of them.
    `folded`: how many of all, the last in the order, are closed or of no known centre (`folding`).

    `readings`: what an ambiguous abbreviation of the query may mean. `without`: words that none of these has;
    `excluded`: those that were not wanted; `ignored`: signs that are not understood; `place`: where to begin.
    """

    count: int
    hits: tuple[Hit, ...]
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    next: str | None = None
    previous: str | None = None
    did_you_mean: str | None = None
    relaxed: bool = False
    folded: int = 0
    readings: tuple[Disambiguation, ...] = ()
    without: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    place: PlaceAsked | None = None


@dataclass(frozen=True)
class Paging:
    """Which part of the list is wanted: from `offset`, or beside a cursor."""

    limit: int
    offset: int
    after: str | None
    before: str | None


@dataclass(frozen=True)
class Found:
    """What the words find. `scores`: by ordinal, 0 where nothing matches; None where no words were asked.

    `some`: which of the words each record has, where none has all; `place`: one of the words, which no record
    has to have; `parsed`: the others.
    """

    scores: np.ndarray | None
    some: Presence | None = None
    parsed: Parsed | None = None
    place: PlaceAsked | None = None

    def matched(self, size: int) -> np.ndarray:
        return np.ones(size, bool) if self.scores is None else self.scores > 0

    @property
    def relaxed(self) -> bool:
        return self.some is not None and not (self.parsed and self.parsed.numbers)

    def lacking(self, ordinal: int) -> tuple[str, ...]:
        """What of the words a record does not have; of several numbers, nobody expects it to have each."""
        return self.some.lacking(ordinal) if self.some and self.relaxed else ()

    def told(self, today: Today | None, ids: np.ndarray) -> dict:
        """What an answer of the records `ids` says of the words."""
        if self.parsed is None:
            return {}
        without = self.some.lacking_everywhere(ids) if self.some and len(ids) else ()
        if today and self.place and self.place.centres and len(ids) and not self.place.has(today)[ids].any():
            without = (*without, self.place.label)
        return {
            "without": without,
            "excluded": tuple(one.label for one in self.parsed.excluded),
            "ignored": self.parsed.ignored,
            "place": self.place,
            "relaxed": self.relaxed,
        }


def find(
    ask: Ask,
    *,
    limit: int = 25,
    offset: int = 0,
    after: str | None = None,
    before: str | None = None,
    facets: bool = False,
    fold: bool = False,
) -> Answer:
    """The records that `ask` describes: one page of keys, the number of all, and facet counts if wanted.

    With `fold`, trials that are closed or have no known centre come after all others.

    ValueError, with a sentence, for words that cannot be searched; `BadCursor`; `IndexNotReady` without one.
    """
    snapshot, page = current(), Paging(limit, offset, after, before)
    if ask.ordering == "distance" and ask.near is None:
        raise ValueError(_("To order by distance, say from where: near=4000 or near=50.63,5.57."))
    if ask.kind in snapshot.places.facts:
        return _few(snapshot, ask, page)
    today = snapshot.today()
    found = match(snapshot, ask, "trial", today.trials.size)
    selection = Selection(today, ask)
    matched = found.matched(today.trials.size)
    if ask.kind == "site":
        return _sites(today, ask, page, selection, found)
    ids = np.flatnonzero(selection.trial_mask(matched))
    ordered = _Ordered(today, ask, found, selection)
    in_order, folded = ordered.sorted(ids), 0
    if fold:
        in_order, folded = folded_last(snapshot, selection, found.parsed, in_order)
    counts = count_facets(selection, matched) if facets else {}
    return _answer(
        ask, page, in_order, ordered.key, ordered.hit, facets=counts, folded=folded,
        did_you_mean=did_you_mean(snapshot, found, ask.language),
        readings=readings(snapshot, found.parsed, ask.language),
        **found.told(today, ids),
    )  # fmt: skip


def match(snapshot: Snapshot, ask: Ask, kind: str, size: int) -> Found:
    """The documents of `kind`, of which there are `size`, that have the words of `ask`."""
    parsed, place = parse(ask.q), None
    if ask.kind == "trial":
        parsed, place = take_place(snapshot, parsed)
    if parsed.is_empty:
        return Found(None)
    builder = Builder(snapshot.reader, kind)
    scores, some = np.ones(size), None
    if parsed.numbers:
        some = Presence.of(snapshot.reader, kind, size, builder.numbers(parsed))
        scores = some.in_their_order()
    elif parsed.words or not (place or parsed.excluded):
        scores, some = _with_words(snapshot, builder, parsed, kind, size)
    for one in parsed.excluded:
        ordinals, _scores = snapshot.reader.hits(builder.unwanted(one, parsed), kind)
        scores[ordinals[ordinals < size]] = 0
        if kind == "trial" and builder.names_a_stage(one):
            scores = _said_first(snapshot, scores)
    return Found(scores, some, parsed, place)


def _with_words(
    snapshot: Snapshot, builder: Builder, parsed: Parsed, kind: str, size: int
) -> tuple[np.ndarray, Presence | None]:
    """The scores of what has all of the words, else of what has some, with which of them."""
    scores = np.zeros(size)
    for query in builder.steps(parsed):
        ordinals, found = snapshot.reader.hits(query, kind)
        if len(ordinals) and not _is_of_another_disease(snapshot, builder, parsed, kind, ordinals):
            # The engine may have gone on to documents that the columns do not have yet.
            there = ordinals < size
            scores[ordinals[there]] = found[there]
            return scores, None
    units = builder.units(parsed)
    if len(units) < 2:
        return scores, None
    some = Presence.of(snapshot.reader, kind, size, units)
    return some.some(), some


def _said_first(snapshot: Snapshot, scores: np.ndarray) -> np.ndarray:
    """What says no stage is perhaps of the one that is not wanted: it comes after what says another."""
    said = np.zeros(len(scores), bool)
    said[snapshot.today().trials.lists["stage"].owners] = True
    return np.where(said, scores, np.maximum(scores - _UNSAID, 0))


def _is_of_another_disease(
    snapshot: Snapshot, builder: Builder, parsed: Parsed, kind: str, ordinals: np.ndarray
) -> bool:
    """Whether the few that were found are none of the disease, which there is, but of a wider class.

    One such trial that has the other words by chance would hide all that are for the disease.
    """
    query = builder.of_its_disease(parsed) if len(ordinals) <= _FEW else None
    of_it = snapshot.reader.hits(query, kind)[0] if query is not None else ordinals
    return bool(len(of_it)) and not np.isin(ordinals, of_it).any()


def did_you_mean(snapshot: Snapshot, found: Found, language: str) -> str | None:
    """The query with each word that nothing has replaced by the nearest one, None where there is none."""
    if found.parsed is None:
        return None
    text = found.parsed.text
    for word in Builder(snapshot.reader).unknown(found.parsed):
        if near := nearest_word(snapshot, word.stem, language):
            text = said_otherwise(text, word.raw, near)
    return None if text == found.parsed.text else text


class _Ordered:
    """Trials in the order asked for."""

    def __init__(self, today: Today, ask: Ask, found: Found, selection: Selection):
        self.today, self.trials, self.ordering = today, today.trials, ask.ordering
        self.found, self.language, self.place = found, ask.language, found.place
        self.exact = np.zeros(self.trials.size) if found.scores is None else found.scores
        whole = self.exact + (self.place.scores(today) * (self.exact > 0) if self.place else 0.0)
        self.scores = np.rint(whole * _SCORE_STEPS).astype(np.int64)
        self.there = self.place.has(today) if self.place and self.place.centres else None
        self.kilometres = np.full(self.trials.size, np.inf) if ask.near is None else selection.nearest()

    def sorted(self, ids: np.ndarray) -> np.ndarray:
        if self.ordering == "distance":
            metres = np.rint(self.kilometres[ids] * 1000)
            return ids[np.lexsort((self.trials.by_label[ids], metres))]
        if self.ordering == "relevance" and self.found.scores is not None:
            # Numbers that end with the trial's own: to sort two arrays makes an answer for a frequent word a
            # fifth slower.
            size = self.trials.size
            order = (self.scores[ids] * size + (size - 1 - self.today.rank[ids])) * size + ids
            return np.sort(order)[::-1] % size
        mask = np.zeros(self.trials.size, bool)
        mask[ids] = True
        order = self.today.orders[self.ordering]
        return order[mask[order]]

    def key(self, ordinal: int) -> tuple:
        first = {
            "relevance": (-int(self.scores[ordinal]), -int(self.today.attention[ordinal])),
            "updated": (-int(self.trials.updated[ordinal]),),
            "opened": (-int(self.trials.opened[ordinal]),),
            "verified": (-int(self.today.verified[ordinal]),),
            "distance": (_metres(float(self.kilometres[ordinal])),),
            "acronym": (),
        }
        return (*first[self.ordering], *self.trials.sort_text(ordinal))

    def hit(self, ordinal: int) -> Hit:
        kilometres = float(self.kilometres[ordinal])
        score = float(self.scores[ordinal]) / _SCORE_STEPS
        because = why(self.trials, ordinal, self.found.parsed, self.language, float(self.exact[ordinal]))
        return Hit(self.trials.keys[ordinal], score, _shown(kilometres), because, self._without(ordinal))

    def _without(self, ordinal: int) -> tuple[str, ...]:
        """What of the words this trial does not have."""
        without = self.found.lacking(ordinal)
        elsewhere = self.there is not None and not self.there[ordinal]
        return (*without, self.place.label) if self.place and elsewhere else without


def _shown(kilometres: float) -> float | None:
    return None if math.isinf(kilometres) else round(kilometres, 1)


def _sites(today: Today, ask: Ask, page: Paging, selection: Selection, found: Found) -> Answer:
    """Sites, by trial and centre; or the nearest, or the latest verified first."""
    trials, centres = today.trials, today.trials.codes["centre"].words
    mask = selection.site_mask() & selection.trial_mask(found.matched(trials.size))[trials.site_trial]
    near = selection.kilometres

    def far(at: int) -> float:
        return math.inf if near is None else float(near[trials.site_centre[at]])

    def key(at: int) -> tuple:
        name = (*trials.sort_text(trials.site_trial[at]), centres[trials.site_centre[at]])
        if ask.ordering == "distance":
            return (_metres(far(at)), *name)
        if ask.ordering in ("updated", "verified"):
            return (-int(trials.of_sites["verified"][at]), *name)
        return name

    def hit(at: int) -> Hit:
        trial, centre = trials.keys[trials.site_trial[at]], centres[trials.site_centre[at]]
        return Hit(f"{trial}@{centre}", 0.0, _shown(far(at)), without=found.lacking(trials.site_trial[at]))

    sites = np.array(sorted(np.flatnonzero(mask).tolist(), key=key), np.int64)
    return _answer(ask, page, sites, key, hit, **found.told(None, trials.site_trial[sites]))


def _few(snapshot: Snapshot, ask: Ask, page: Paging) -> Answer:
    """Records of a kind that has few, as centres or networks: gone through one by one."""
    records = snapshot.places.facts[ask.kind]
    size = 1 + max((facts["ordinal"] for facts in records.values()), default=-1)
    found = match(snapshot, ask, ask.kind, size)
    matched, scores = found.matched(size), np.zeros(size) if found.scores is None else found.scores
    metres = {key: _metres(snapshot.places.distance(facts, ask.near)) for key, facts in records.items()}
    keys = [
        key
        for key, facts in records.items()
        if matched[facts["ordinal"]] and _passes(snapshot, ask, facts, metres[key])
    ]

    def sort_key(key: str) -> tuple:
        facts, label = records[key], cursors.label(records[key]["sort"], key)
        first = {
            "distance": metres[key],
            "updated": -facts["updated"],
            "relevance": -round(float(scores[facts["ordinal"]]) * _SCORE_STEPS),
        }
        return (first[ask.ordering], *label) if ask.ordering in first else label

    def hit(key: str) -> Hit:
        ordinal = records[key]["ordinal"]
        far = None if metres[key] == _FAR else round(metres[key] / 1000, 1)
        return Hit(key, float(scores[ordinal]), far, without=found.lacking(ordinal))

    ordinals = np.array([records[key]["ordinal"] for key in keys], np.int64)
    return _answer(
        ask, page, sorted(keys, key=sort_key), sort_key, hit,
        did_you_mean=did_you_mean(snapshot, found, ask.language), **found.told(None, ordinals),
    )  # fmt: skip


def _metres(kilometres: float) -> int:
    return _FAR if math.isinf(kilometres) else round(kilometres * 1000)


def _passes(snapshot: Snapshot, ask: Ask, facts: dict, metres: int) -> bool:
    """Whether a record of these facts passes the filters."""
    day, facets = snapshot.today().day, facets_of(all_documents()[ask.kind].filters)
    asked = {name: values for name, values in ask.filters.items() if values and name in facets}
    return _is_within(ask, metres) and all(
        set(values).intersection(snapshot.places.values(facets[name], facts, day))
        for name, values in asked.items()
    )


def _is_within(ask: Ask, metres: int) -> bool:
    return ask.within is None or ask.near is None or metres <= ask.within * 1000


def _answer(ask: Ask, page: Paging, ordered, key: Callable, hit: Callable, **more) -> Answer:
    """The page of `ordered`, with cursors on both of its sides."""
    after = cursors.read(page.after, ask.kind, ask.ordering) if page.after else None
    before = cursors.read(page.before, ask.kind, ask.ordering) if page.before else None
    count = len(ordered)
    start, end = cursors.page(
        count, lambda place: key(ordered[place]), limit=page.limit, offset=page.offset, after=after,
        before=before,
    )  # fmt: skip
    some = ordered[start:end]
    return Answer(
        count=count,
        hits=tuple(hit(one) for one in some),
        next=cursors.make(ask.kind, ask.ordering, key(some[-1])) if end < count and len(some) else None,
        previous=cursors.make(ask.kind, ask.ordering, key(some[0])) if start > 0 and len(some) else None,
        **more,
    )
