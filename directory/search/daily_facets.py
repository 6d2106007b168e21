"""What depends on the day and on the centres: freshness, networks, distances, and who deserves to be seen."""

import datetime as dt
import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from directory.core.places import Place, distance_km
from directory.records.facets import FactsFacet, SiteFacet, SomeSiteFacet
from trials.choices import Freshness, Recruitment, Stage, StudyType
from trials.purposes import Purpose

from .facet_arrays import WIDEST, Bitmaps, Codes, Trials, facets

# How much a trial in this status deserves to be seen among equals; what is not here, least.
_ATTENTION = {
    Recruitment.RECRUITING: 5, Recruitment.ENROLLING_BY_INVITATION: 4, Recruitment.NOT_YET_RECRUITING: 4,
    Recruitment.UNKNOWN: 3, Recruitment.SUSPENDED: 3, Recruitment.ACTIVE_NOT_RECRUITING: 2,
}  # fmt: skip
# More for a recruiting site, by how lately that was verified; little for any site at all.
_SITE_ATTENTION = {
    Freshness.FRESH: 4, Freshness.AGEING: 3, Freshness.STALE: 2, Freshness.NEVER: 2, Freshness.DISPUTED: 1,
}  # fmt: skip


class Today:
    """What of the trials' columns depends on the day, and on the centres."""

    def __init__(self, trials: Trials, places: "ListedPlaces", day: dt.date):
        self.trials, self.places, self.day = trials, places, day
        self._in_countries: dict[str, dict[str, Bitmaps]] = {}
        # A site stays in the columns until its centre is read anew; unlisted centres are never counted.
        known = places.known(trials.codes["centre"])
        self.site_alive = trials.alive[trials.site_trial] & known[trials.site_centre]

    @cached_property
    def orders(self) -> dict[str, np.ndarray]:
        """All trials in each order that does not depend on the question."""
        trials, label = self.trials, self.trials.by_label
        return {
            "relevance": np.lexsort((label, -self.attention)),
            "acronym": np.argsort(label),
            "updated": np.lexsort((label, -trials.updated)),
            "opened": np.lexsort((label, -trials.opened)),
            "verified": np.lexsort((label, -self.verified)),
        }

    @cached_property
    def rank(self) -> np.ndarray:
        """The place of each trial among equals."""
        rank = np.empty(self.trials.size, np.int64)
        rank[self.orders["relevance"]] = np.arange(self.trials.size)
        return rank

    @cached_property
    def verified(self) -> np.ndarray:
        """By trial, the last day on which any of its living sites was verified; 0 for never."""
        found = np.zeros(self.trials.size, np.int64)
        alive = self.site_alive
        np.maximum.at(found, self.trials.site_trial[alive], self.trials.of_sites["verified"][alive])
        return found

    @cached_property
    def of_sites(self) -> dict[str, np.ndarray]:
        """What is known of each site: what it keeps, and by facet what follows on this day, as numbers."""
        facts = self.trials.of_sites
        on_day = {name: one.on_day for name, one in facets().items() if isinstance(one, SiteFacet)}
        return facts | {name: make(facts, self.day) for name, make in on_day.items() if make}

    def words_of_sites(self, name: str) -> Codes:
        """What the numbers of a facet of sites mean."""
        choices = facets()[name].choices
        return self.trials.codes.get(name) or Codes(choices.values if choices else ())

    @cached_property
    def of_centres(self) -> dict[str, dict[str, np.ndarray]]:
        """By facet and value, a mask over the centres that have it on this day."""
        found = {}
        for name, facet in facets().items():
            if isinstance(facet, FactsFacet):
                codes = self.trials.codes["centre"].words
                values = [self._of_centre(facet, code) for code in codes]
                found[name] = {
                    value: np.array([value in several for several in values], bool)
                    for value in set().union(*values)
                }
        return found

    def _of_centre(self, facet: FactsFacet, code: str) -> list[str]:
        facts = self.places.centres.get(code)
        return self.places.values(facet, facts, self.day) if facts else []

    def sites_with(self, name: str, values: Iterable[str]) -> np.ndarray:
        """A mask: the sites that have one of `values` of the facet `name`."""
        if name not in self.of_centres:
            return self.words_of_sites(name).selected(values)[self.of_sites[name]]
        centres = np.zeros(len(self.trials.codes["centre"].words), bool)
        for value in values:
            centres |= self.of_centres[name].get(value, False)
        return centres[self.trials.site_centre]

    def with_given(self, facet: SomeSiteFacet) -> np.ndarray:
        """A mask: the living sites that have what the facet is given."""
        name, value = facet.given
        return self.site_alive & self.sites_with(name, [value])

    @cached_property
    def bitmaps(self) -> dict[str, Bitmaps]:
        """Facets of sites, by trial: those that have any site there."""
        sites, known = SiteBitmaps(self, self.site_alive), self.of_sites | self.of_centres
        given = {
            name: SiteBitmaps(self, self.with_given(one)).bitmap(one.of)
            for name, one in facets().items()
            if isinstance(one, SomeSiteFacet)
        }
        return {name: sites.bitmap(name) for name in facets() if name in known} | given

    def bitmaps_in(self, country: str) -> dict[str, Bitmaps]:
        """Of the facets of how sites are, by trial: those that have any such site in `country`."""
        if country not in self._in_countries:
            sites = SiteBitmaps(self, self.site_alive & self.sites_with("country", [country]))
            names = [name for name in facets() if name in self.of_sites]
            self._in_countries[country] = {name: sites.bitmap(name) for name in names}
        return self._in_countries[country]

    def distances(self, place) -> np.ndarray:
        """Kilometres from `place` to each centre, infinite where a centre's place is not known."""
        return np.array(
            [
                self.places.distance(self.places.centres.get(code), place)
                for code in self.trials.codes["centre"].words
            ],
            float,
        )

    @cached_property
    def attention(self) -> np.ndarray:
        """What deserves to be seen first among equals, as whole numbers.

        Recruiting, and at a listed site, and there lately verified; then what is about fewer diseases. What
        treats no disease and recruits nobody comes last.
        """
        trials = self.trials
        by_status, by_site = np.zeros(trials.size, np.int64), self._site_attention()
        for status, rank in _ATTENTION.items():
            by_status[trials.having("status", [status])] = rank
        # A site that recruits says more than a trial whose own status nobody knows.
        unknown = trials.having("status", [Recruitment.UNKNOWN])
        open_here = by_site >= _SITE_ATTENTION[Freshness.STALE]
        by_status = np.where(unknown & open_here, _ATTENTION[Recruitment.RECRUITING], by_status)
        idle = by_status < _ATTENTION[Recruitment.NOT_YET_RECRUITING]
        first = np.where(idle & self._treats_nothing, 0, by_status * 10 + by_site + 1)
        return first * (WIDEST + 1) + WIDEST - trials.width

    @property
    def _treats_nothing(self) -> np.ndarray:
        """The trials that support, observe, or only follow those who were treated."""
        trials, later = self.trials, [Stage.FOLLOW_UP]
        follows = trials.having("stage", later) & ~trials.having("stage", set(Stage) - set(later))
        observes = trials.having("study_type", [StudyType.OBSERVATIONAL])
        return follows | observes | trials.having("purpose", Purpose.values)

    def _site_attention(self) -> np.ndarray:
        """By trial, the best of its living sites (`_SITE_ATTENTION`); 1 where none recruits, 0 for none."""
        trials = self.trials
        best = np.zeros(trials.size, np.int64)
        bonus = np.array([_SITE_ATTENTION[word] for word in Freshness], np.int64)
        recruiting = trials.of_sites["status"] == Recruitment.values.index(Recruitment.RECRUITING)
        each = np.where(recruiting, bonus[self.of_sites["freshness"]], 1)
        np.maximum.at(best, trials.site_trial[self.site_alive], each[self.site_alive])
        return best


class SiteBitmaps:
    """The trials by what those of their sites that are among `sites` have."""

    def __init__(self, today: Today, sites: np.ndarray):
        self.today, self.sites = today, sites

    def bitmap(self, name: str) -> Bitmaps:
        """By value of the facet `name`, the trials that have any such site there."""
        if name not in self.today.of_centres:
            return self._of(self.today.words_of_sites(name), self.today.of_sites[name])
        centres = self.today.of_centres[name]
        rows = [np.bitwise_or.reduce(self._by_centre[there], axis=0) for there in centres.values()]
        return Bitmaps(list(centres), np.array(rows, np.uint64).reshape(len(rows), self._by_centre.shape[1]))

    def _of(self, codes: Codes, numbers: np.ndarray) -> Bitmaps:
        trials = self.today.trials
        return Bitmaps.of(codes.words[:], trials.site_trial[self.sites], numbers[self.sites], trials.size)

    @cached_property
    def _by_centre(self) -> np.ndarray:
        return self._of(self.today.trials.codes["centre"], self.today.trials.site_centre).rows


class ListedPlaces:
    """The facts of the listed records of each kind that has few, as centres and networks, by key."""

    def __init__(self, facts: dict[str, dict[str, dict]]):
        self.facts, self.centres = facts, facts["centre"]

    def known(self, codes: Codes) -> np.ndarray:
        return np.array([code in self.centres for code in codes.words], bool)

    def name(self, kind: str, key: str, language: str) -> str:
        """The name of a record in `language`; its key where it is not listed."""
        facts = self.facts[kind].get(key)
        return (facts.get("names", {}).get(language) or facts["label"]) if facts else key

    def called(self, kind: str, key: str, language: str) -> str:
        """What people call it in `language`, its short name if it has one; its key where it is not listed."""
        facts = self.facts[kind].get(key, {})
        return facts.get("called", {}).get(language) or self.name(kind, key, language)

    @staticmethod
    def distance(facts: dict | None, place: Place | None) -> float:
        """Kilometres to `place`, infinite where one of both is not known."""
        if not place or not facts or facts.get("latitude") is None:
            return math.inf
        return distance_km(place, Place(facts["latitude"], facts["longitude"]))

    def values(self, facet: FactsFacet, facts: dict, day: dt.date) -> list[str]:
        """What a centre or a network has of `facet` on `day`; of keys, those of listed records."""
        found = facet.values(facts, day)
        return [one for one in found if not facet.keys_of or one in self.facts[facet.keys_of]]
