"""Filters and facet counts, from columns.

How filters go together: values of one filter widen the answer, filters narrow it. Filters that speak of a
place or of freshness (centre, network, province, country, near, within, freshness) must all hold for one and
the same site; as soon as one of them is given, `status` too is that of this site: `centre=uz-gent` with
`status=recruiting` are the trials that recruit in Ghent. Without them `status` is the trial's own.
A stage also finds trials of any stage, a sex also those for all; an age bound that is not stated is open.

A facet counts what a click on its value would give: its own selection is left out when it is counted.
`bench.baselines.filters` says the same in SQL, and a test holds the two to each other.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trials.ages import DAYS_OF_BAND
from trials.choices import AgeBand, Sex, Stage

from .columns import NO_BOUND, Codes, Trials, packed
from .documents import microseconds
from .query import Ask
from .today import FRESHNESS, Today

TRIAL_FACETS = ("phase", "condition", "stage", "age_band", "study_type", "sex")
SITE_FACETS = ("centre", "network", "province", "country", "freshness")
FACETS = ("status", *TRIAL_FACETS, *SITE_FACETS)

Counts = list[tuple[str, int]]


@dataclass(frozen=True)
class FacetCount:
    """`count` trials are found when `value` is chosen."""

    value: str
    label: str
    count: int


class Selection:
    """The filters of `ask` as masks over trials and over sites."""

    def __init__(self, today: Today, ask: Ask):
        self.today, self.trials, self.ask = today, today.trials, ask
        self.kilometres = today.distances(ask.near) if ask.near is not None else None
        self.of_sites = {name: mask for name, make in self._site_filters() if (mask := make()) is not None}
        self.of_trials = {
            name: make(self.ask.filters[name]) for name, make in self._trial_filters() if self._asked(name)
        }
        self.status_at_site = bool(self.of_sites) or ask.near is not None or ask.kind == "site"
        self._status()

    def _asked(self, name: str) -> bool:
        return bool(self.ask.filters.get(name))

    def _status(self) -> None:
        self._site_status = None
        if not self._asked("status"):
            return
        selected = self.trials.codes.of["status"].selected(self.ask.filters["status"])
        self._site_status = selected[self.trials.site_status]
        if self.status_at_site:
            self.of_sites["status"] = self._site_status
        else:
            self.of_trials["status"] = selected[self.trials.words["status"]]

    # --- Masks ----------------------------------------------------------------------------------------

    def trial_mask(self, matched: np.ndarray, leaving_out: str = "") -> np.ndarray:
        """The trials of `matched` that pass all filters but `leaving_out`."""
        mask = self._without_sites(matched, leaving_out)
        if any(name != leaving_out for name in self.of_sites):
            sites = self.site_mask(leaving_out)
            there = np.zeros(self.trials.size, bool)
            there[self.trials.site_trial[sites]] = True
            mask &= there
        return mask

    def site_mask(self, leaving_out: str = "") -> np.ndarray:
        """The sites that pass all filters on sites but `leaving_out`."""
        mask = self.today.site_alive.copy()
        for name, one in self.of_sites.items():
            if name != leaving_out:
                mask &= one
        return mask

    def nearest(self) -> np.ndarray:
        """Kilometres from the place asked for to each trial's nearest site that passes."""
        sites = self.site_mask()
        found = np.full(self.trials.size, np.inf)
        assert self.kilometres is not None
        np.minimum.at(found, self.trials.site_trial[sites], self.kilometres[self.trials.site_centre[sites]])
        return found

    def _without_sites(self, matched: np.ndarray, leaving_out: str) -> np.ndarray:
        mask = matched & self.trials.alive
        for name, one in self.of_trials.items():
            if name != leaving_out:
                mask &= one
        return mask

    def _trial_filters(self) -> list[tuple[str, Callable]]:
        return [
            ("phase", lambda values: self._listed("phase", values)),
            ("condition", lambda values: self._listed("condition", values)),
            ("stage", lambda values: self._listed("stage", (*values, Stage.ANY))),
            ("identifier", lambda values: self._listed("identifier", values)),
            ("study_type", lambda values: self._word("study_type", values)),
            ("sex", lambda values: self._word("sex", (*values, Sex.ALL))),
            ("age", self._age),
            ("age_band", self._age_band),
            ("updated_since", self._updated_since),
            ("trial", self._slugs),
        ]

    def _listed(self, name: str, values) -> np.ndarray:
        return self.trials.having(name, values)

    def _word(self, name: str, values) -> np.ndarray:
        return self.trials.codes.of[name].selected(values)[self.trials.words[name]]

    def _age(self, values) -> np.ndarray:
        mask = np.zeros(self.trials.size, bool)
        for days in map(int, values):
            above = (self.trials.low == NO_BOUND) | (self.trials.low <= days)
            mask |= above & ((self.trials.high == NO_BOUND) | (self.trials.high >= days))
        return mask

    def _age_band(self, values) -> np.ndarray:
        mask = np.zeros(self.trials.size, bool)
        for value in values:
            if value in AgeBand.values:
                mask |= self.trials.takes_between(*DAYS_OF_BAND[value])
        return mask

    def _updated_since(self, values) -> np.ndarray:
        return self.trials.updated >= min(microseconds(dt.datetime.fromisoformat(value)) for value in values)

    def _slugs(self, values) -> np.ndarray:
        return np.array([key in values for key in self.trials.keys], bool)

    def _site_filters(self) -> list[tuple[str, Callable]]:
        here = self.trials.site_centre
        return [
            ("centre", lambda: self._centres(self.trials.codes.centre.selected)),
            ("network", lambda: self._network()),
            ("province", lambda: self._centre_word("province", self.today.provinces)),
            ("country", lambda: self._centre_word("country", self.today.countries)),
            ("freshness", lambda: self._freshness()),
            (
                "within",
                lambda: (
                    None
                    if self.ask.within is None or self.kilometres is None
                    else (self.kilometres <= self.ask.within)[here]
                ),
            ),
        ]

    def _centres(self, selected: Callable) -> np.ndarray | None:
        values = self.ask.filters.get("centre")
        return selected(values)[self.trials.site_centre] if values else None

    def _network(self) -> np.ndarray | None:
        values = self.ask.filters.get("network")
        if not values:
            return None
        centres = np.zeros(len(self.trials.codes.centre.words), bool)
        for value in values:
            centres |= self.today.network_centres.get(value, False)
        return centres[self.trials.site_centre]

    def _centre_word(self, name: str, column: tuple[np.ndarray, list[str]]) -> np.ndarray | None:
        values = self.ask.filters.get(name)
        numbers, words = column
        return Codes(words).selected(values)[numbers][self.trials.site_centre] if values else None

    def _freshness(self) -> np.ndarray | None:
        values = self.ask.filters.get("freshness")
        return Codes(FRESHNESS).selected(values)[self.today.site_freshness] if values else None

    # --- Counts ---------------------------------------------------------------------------------------

    def counts(self, matched: np.ndarray) -> dict[str, dict[str, int]]:
        """By facet and value, how many trials of `matched` a click would give; without the zeros."""
        self._counted: dict[str, _Sites] = {}
        everything = packed(self.trial_mask(matched))
        counted = {"status": self._count_status(matched, everything)}
        for name in TRIAL_FACETS:
            mask = packed(self.trial_mask(matched, name)) if self._asked(name) else everything
            counted[name] = self.trials.bitmaps[name].counts(mask)
        for name in SITE_FACETS:
            counted[name] = self._count_sites(name, matched, everything)
        return {
            name: {value: int(count) for value, count in found if count and value}
            for name, found in counted.items()
        }

    def _count_status(self, matched: np.ndarray, everything: np.ndarray) -> Counts:
        words = self.trials.codes.of["status"].words
        if self.status_at_site:
            sites = self.site_mask("status")
            sites &= self._without_sites(matched, "status")[self.trials.site_trial]
            return self._distinct(_Sites(self.trials, sites), self.trials.site_status, words)
        mask = packed(self.trial_mask(matched, "status")) if self._asked("status") else everything
        return self.trials.bitmaps["status"].counts(mask)

    def _count_sites(self, name: str, matched: np.ndarray, everything: np.ndarray) -> Counts:
        if not self.of_sites and self._site_status is None:
            # Nothing is asked of a site: the trial's having one there is all that counts.
            return self.today.bitmaps[name].counts(everything)
        sites = self._sites_for(name if name in self.of_sites else "", matched)
        if name == "centre":
            words = self.trials.codes.centre.words
            return list(zip(words, np.bincount(sites.centres, minlength=len(words)).tolist(), strict=True))
        if name == "freshness":
            return self._distinct(sites, self.today.site_freshness, list(FRESHNESS))
        if name == "network":
            return [
                (network, sites.count_trials(centres[sites.centres]))
                for network, centres in self.today.network_centres.items()
            ]
        numbers, words = self.today.provinces if name == "province" else self.today.countries
        return self._distinct(sites, numbers[self.trials.site_centre], words)

    def _sites_for(self, leaving_out: str, matched: np.ndarray) -> "_Sites":
        """The sites among which a facet counts; the same for all facets without a selection."""
        if leaving_out not in self._counted:
            sites = self.site_mask(leaving_out)
            sites &= self._without_sites(matched, "status")[self.trials.site_trial]
            if self._site_status is not None:
                sites &= self._site_status
            self._counted[leaving_out] = _Sites(self.trials, sites)
        return self._counted[leaving_out]

    @staticmethod
    def _distinct(sites: "_Sites", values: np.ndarray, words: list[str]) -> Counts:
        """For each value, the number of different trials among `sites` that have it."""
        grid = np.zeros((len(words), sites.size), bool)
        grid[values[sites.places], sites.trials] = True
        return [(word, int(np.count_nonzero(row))) for word, row in zip(words, grid, strict=True)]


class _Sites:
    """Some sites: where they are among all, and of which trials and centres."""

    def __init__(self, trials: Trials, mask: np.ndarray):
        self.size = trials.size
        self.places = np.flatnonzero(mask)
        self.trials = trials.site_trial[self.places]
        self.centres = trials.site_centre[self.places]

    def count_trials(self, mask: np.ndarray) -> int:
        """How many different trials those of these sites have that `mask` lets through."""
        there = np.zeros(self.size, bool)
        there[self.trials[mask]] = True
        return int(np.count_nonzero(there))
