"""A place among the words of a query: a Belgian town, province or postal code, or the name of a centre.

It filters nothing: it says where to begin. What has a site there comes first, then what recruits nearest.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from django.utils import translation

from directory.core.fields import LANGUAGE_CODES
from directory.core.places import Place, Province, is_known, locate, postal_codes
from trials.choices import Recruitment

from .daily_facets import Today
from .engine import WordQuery, best_of
from .query import Parsed, places_of
from .snapshot import Snapshot
from .tokens import words

# Above what words score by how well they fit, below what a whole name does.
RECRUITS_THERE, IS_THERE, NEAREST = 600.0, 500.0, 300.0
# Kilometres that are as good as the same.
_STEP = 20
_LONGEST, _SHORTEST_TOWN = 6, 4
# Its communes are one town to everybody else.
_BRUSSELS = ("Brussel", "Bruxelles", "Brussels")
# Towns that share their name with one abroad, or with a word.
_NAMES_OF_OTHERS = "bever boom celle clavier essen forest geel graven lens lille manage peer silly"
_MEANT_OTHERWISE = frozenset(_NAMES_OF_OTHERS.split())
# Fields by which a trial is known: who types such a word means the trial.
_NAMES_OF_TRIALS = ("acronym", "title", "identifier")


@dataclass(frozen=True)
class PlaceAsked:
    """`label`: as it was typed; `centres`: codes of those that are there; `point`: where it is, if known."""

    label: str
    centres: frozenset[str]
    point: Place | None = None

    def scores(self, today: Today) -> np.ndarray:
        """By trial, what it gains by this place."""
        trials = today.trials
        there, recruits = self._sites(today), _recruiting(today)
        found = np.zeros(trials.size)
        if self.point is not None:
            kilometres = today.distances(self.point)[trials.site_centre[recruits]]
            gained = NEAREST - _STEP * (np.minimum(kilometres, NEAREST) // _STEP)
            np.maximum.at(found, trials.site_trial[recruits], gained)
        found[trials.site_trial[there]] = IS_THERE
        found[trials.site_trial[there & recruits]] = RECRUITS_THERE
        return found

    def has(self, today: Today) -> np.ndarray:
        """A mask: the trials with a site there."""
        found = np.zeros(today.trials.size, bool)
        found[today.trials.site_trial[self._sites(today)]] = True
        return found

    def _sites(self, today: Today) -> np.ndarray:
        centres = today.trials.codes["centre"].selected(self.centres)
        return today.site_alive & centres[today.trials.site_centre]


def _recruiting(today: Today) -> np.ndarray:
    status = today.trials.of_sites["status"] == Recruitment.values.index(Recruitment.RECRUITING)
    return today.site_alive & status


def take_place(snapshot: Snapshot, parsed: Parsed) -> tuple[Parsed, PlaceAsked | None]:
    """The query without its places, and these as one.

    A query of places alone keeps the words: it asks for what is there, or for what has the name.
    """
    found = dict(_places_among(snapshot, parsed))
    if not found:
        return parsed, None
    taken = {place for where in found for place in range(*where)}
    place = PlaceAsked(
        " ".join(parsed.words[at].raw for at in sorted(taken)),
        frozenset().union(*(one.centres for one in found.values())),
        next((one.point for one in found.values() if one.point), None),
    )
    rest = parsed.only(set(range(len(parsed.words))) - taken)
    return (rest if rest.words or not place.centres else parsed), place


def _places_among(snapshot: Snapshot, parsed: Parsed) -> Iterator[tuple[tuple[int, int], PlaceAsked]]:
    """The places in the words outside terms, the longest names first, from the left."""
    names = snapshot.once("places in queries", lambda: _places_by_name(snapshot))
    inside, start = places_of(parsed.spans), 0
    while start < len(parsed.words):
        ends = range(min(start + _LONGEST, len(parsed.words)), start, -1)
        free = (end for end in ends if inside.isdisjoint(range(start, end)))
        found = ((end, _place_called(snapshot, names, parsed, start, end)) for end in free)
        end, place = next(((end, place) for end, place in found if place), (start + 1, None))
        if place:
            yield (start, end), place
        start = end


def _place_called(
    snapshot: Snapshot, names: Mapping[tuple[str, ...], PlaceAsked], parsed: Parsed, start: int, end: int
) -> PlaceAsked | None:
    key = tuple(word.stem for word in parsed.words[start:end])
    place = names.get(key) or _of_postal_code(key)
    return place if place and (place.centres or _is_no_trial(snapshot, key)) else None


def _of_postal_code(key: tuple[str, ...]) -> PlaceAsked | None:
    code = key[-1]
    if len(key) > 2 or key[:-1] not in ((), ("b",), ("be",)) or len(code) != 4 or not is_known(code):
        return None
    return PlaceAsked(code, frozenset(), locate(code))


def _is_no_trial(snapshot: Snapshot, key: tuple[str, ...]) -> bool:
    """Whether no trial is known by these words: 2012 is the year of a trial before it is a postal code."""
    if len(key) > 1:
        return True
    # Not what the index knows: it has the words of other records too, and of some that are gone.
    named = best_of(WordQuery(field, key[0], 1.0) for field in _NAMES_OF_TRIALS)
    return not len(snapshot.reader.hits(named, "trial")[0])


def _places_by_name(snapshot: Snapshot) -> dict[tuple[str, ...], PlaceAsked]:
    """Places by the stems of their names."""
    centres = _of_centres(snapshot)
    points = {key: place for key, place in _towns().items() if key in centres or _is_meant(key)}
    points = _points_of_centres(snapshot, centres) | points
    keys = {*points, *centres} - {()}
    return {key: PlaceAsked("", frozenset(centres.get(key, ())), points.get(key)) for key in keys}


def _points_of_centres(snapshot: Snapshot, centres: Mapping[tuple[str, ...], set[str]]) -> dict:
    """Where the one centre of a name is."""
    facts = snapshot.places.centres
    alone = ((key, facts[next(iter(codes))]) for key, codes in centres.items() if len(codes) == 1)
    return {
        key: Place(one["latitude"], one["longitude"]) for key, one in alone if one["latitude"] is not None
    }


@cache
def _towns() -> dict[tuple[str, ...], Place]:
    """Every Belgian municipality by the stems of its names; of several postal codes, the first."""
    found: dict[tuple[str, ...], Place] = {}
    for place in postal_codes():
        for name in place.names.values():
            found.setdefault(_stems_of_name(name), place)
    return found


def _is_meant(key: tuple[str, ...]) -> bool:
    return len("".join(key)) >= _SHORTEST_TOWN and _MEANT_OTHERWISE.isdisjoint(key)


def _of_centres(snapshot: Snapshot) -> dict[tuple[str, ...], set[str]]:
    """The codes of centres by the stems of what they and the places where they are are called."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for code, facts in snapshot.places.centres.items():
        for name in (code, *facts["names"].values(), *facts["aliases"], *_names_around(facts)):
            found[_stems_of_name(name)].add(code)
    return dict(found)


def _stems_of_name(name: str) -> tuple[str, ...]:
    return tuple(word.stem for word in words(name) if not word.says_nothing)


def _names_around(facts: dict) -> Iterator[str]:
    """The names of the town and of the province of a centre in all languages; of Brussels, of both."""
    yield facts["city"]
    if town := _towns().get(_stems_of_name(facts["city"])):
        yield from town.names.values()
    if facts["province"] == Province.BRUSSELS:
        yield from _BRUSSELS
    if facts["province"]:
        for language in LANGUAGE_CODES:
            with translation.override(language):
                yield str(Province(facts["province"]).label)
