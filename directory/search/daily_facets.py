"""What depends on the day and on the centres: freshness, networks, distances, and who deserves to be seen."""

import datetime as dt
import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from directory.core.places import Place, distance_km
from trials.choices import Freshness, Recruitment
from trials.freshness import AGEING_DAYS, FRESH_DAYS

from .facet_arrays import WIDEST, Bitmaps, Codes, Trials

FRESHNESS = tuple(Freshness.values)
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
        self.site_freshness = freshness_numbers(trials.site_verified, trials.site_disputed, day)
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
        np.maximum.at(found, self.trials.site_trial[alive], self.trials.site_verified[alive])
        return found

    def _of_centres(self, name: str) -> tuple[np.ndarray, list[str]]:
        codes = Codes()
        words = (
            self.places.centres.get(code, {}).get(name, "") for code in self.trials.codes["centre"].words
        )
        numbers = np.array([codes.number(word) for word in words], np.int64)
        return numbers[self.trials.site_centre], codes.words

    @cached_property
    def of_sites(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        """By facet, what each site has, as numbers into the list of words."""
        return {
            "centre": (self.trials.site_centre, self.trials.codes["centre"].words[:]),
            "freshness": (self.site_freshness, list(FRESHNESS)),
            "province": self._of_centres("province"),
            "country": self._of_centres("country"),
        }

    def sites_with(self, name: str, values: Iterable[str]) -> np.ndarray:
        """A mask: the sites that have one of `values` of the facet `name`."""
        numbers, words = self.of_sites[name]
        return Codes(words).selected(values)[numbers]

    @cached_property
    def network_centres(self) -> dict[str, np.ndarray]:
        """By network, a mask over the centres that are in it on this day."""
        codes = self.trials.codes["centre"].words
        members = {code: self.places.networks_of(code, self.day) for code in codes}
        return {
            network: np.array([network in members[code] for code in codes], bool)
            for network in sorted(self.places.networks)
        }

    @cached_property
    def bitmaps(self) -> dict[str, Bitmaps]:
        """Facets of sites, by trial: those that have any site there."""
        return {name: self.bitmap(name, self.site_alive) for name in (*self.of_sites, "network")}

    def bitmap(self, name: str, sites: np.ndarray) -> Bitmaps:
        """The trials by what those of their sites that are among `sites` have of the facet `name`."""
        if name != "network":
            numbers, words = self.of_sites[name]
            return Bitmaps.of(words, self.trials.site_trial[sites], numbers[sites], self.trials.size)
        by_centre, members = self.bitmap("centre", sites).rows, self.network_centres
        networks = [np.bitwise_or.reduce(by_centre[there], axis=0) for there in members.values()]
        rows = np.array(networks, np.uint64).reshape(len(networks), by_centre.shape[1])
        return Bitmaps(list(members), rows)

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

        Recruiting, and at a listed site, and there lately verified; then what is about fewer diseases.
        """
        trials = self.trials
        ranks = np.zeros(len(trials.codes["status"].words), np.int64)
        for status, rank in _ATTENTION.items():
            ranks[Recruitment.values.index(status)] = rank
        by_status, by_site = ranks[trials.words["status"]], self._site_attention()
        # A site that recruits says more than a trial whose own status nobody knows.
        unknown = trials.words["status"] == Recruitment.values.index(Recruitment.UNKNOWN)
        open_here = by_site >= _SITE_ATTENTION[Freshness.STALE]
        by_status = np.where(unknown & open_here, _ATTENTION[Recruitment.RECRUITING], by_status)
        return (by_status * 10 + by_site) * (WIDEST + 1) + WIDEST - trials.width

    def _site_attention(self) -> np.ndarray:
        """By trial, the best of its living sites (`_SITE_ATTENTION`); 1 where none recruits, 0 for none."""
        trials = self.trials
        best = np.zeros(trials.size, np.int64)
        bonus = np.array([_SITE_ATTENTION[Freshness(word)] for word in FRESHNESS], np.int64)
        recruiting = trials.site_status == Recruitment.values.index(Recruitment.RECRUITING)
        each = np.where(recruiting, bonus[self.site_freshness], 1)
        np.maximum.at(best, trials.site_trial[self.site_alive], each[self.site_alive])
        return best


def freshness_numbers(verified: np.ndarray, disputed: np.ndarray, day: dt.date) -> np.ndarray:
    """The rule of `trials.freshness` for arrays: numbers into `FRESHNESS`. `verified`: days, 0 for never."""
    age = day.toordinal() - verified
    number = np.full(len(verified), FRESHNESS.index(Freshness.STALE), np.int8)
    number[age <= AGEING_DAYS] = FRESHNESS.index(Freshness.AGEING)
    number[age <= FRESH_DAYS] = FRESHNESS.index(Freshness.FRESH)
    number[verified == 0] = FRESHNESS.index(Freshness.NEVER)
    number[disputed != 0] = FRESHNESS.index(Freshness.DISPUTED)
    return number


class ListedPlaces:
    """The listed centres and networks: few, so plain dictionaries."""

    def __init__(self, centres: dict[str, dict], networks: dict[str, dict]):
        self.centres, self.networks = centres, networks

    def known(self, codes: Codes) -> np.ndarray:
        return np.array([code in self.centres for code in codes.words], bool)

    def centre_name(self, code: str, language: str) -> str:
        """What the centre is called in `language`; empty where it is not listed."""
        centre = self.centres.get(code)
        return (centre["names"].get(language) or centre["label"]) if centre else ""

    @staticmethod
    def distance(centre: dict | None, place) -> float:
        if not centre or centre["latitude"] is None:
            return math.inf
        return distance_km(place, Place(centre["latitude"], centre["longitude"]))

    def networks_of(self, code: str, day: dt.date) -> list[str]:
        """The networks that the centre is in on `day`."""
        iso = day.isoformat()
        return sorted(
            {
                network
                for network, since, until in self.centres.get(code, {}).get("networks", ())
                if network in self.networks and since <= iso and (not until or until >= iso)
            }
        )
