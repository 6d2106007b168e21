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
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial, reduce

import numpy as np

from trials.ages import DAYS_OF_BAND
from trials.choices import AgeBand, Sex, Stage

from .daily_facets import Today
from .documents import microseconds
from .facet_arrays import Codes, packed
from .query import Ask

TRIAL_FACETS = ("phase", "condition", "stage", "age_band", "study_type", "sex")
SITE_FACETS = ("centre", "network", "province", "country", "freshness")
FACETS = ("status", *TRIAL_FACETS, *SITE_FACETS)

Counts = list[tuple[str, int]]
Filter = Callable[[Iterable[str]], np.ndarray]


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
        self.of_sites = self._masks(self._site_filters())
        if ask.within is not None and self.kilometres is not None:
            self.of_sites["within"] = (self.kilometres <= ask.within)[self.trials.site_centre]
        self.of_trials = self._masks(self._trial_filters())
        self.status_at_site = bool(self.of_sites) or ask.near is not None or ask.kind == "site"
        self._site_status = None
        if self._asked("status"):
            selected = self.trials.codes.of["status"].selected(self.ask.filters["status"])
            self._site_status = selected[self.trials.site_status]
            if self.status_at_site:
                self.of_sites["status"] = self._site_status
            else:
                self.of_trials["status"] = selected[self.trials.words["status"]]

    def _asked(self, name: str) -> bool:
        return bool(self.ask.filters.get(name))

    def _masks(self, filters: dict[str, Filter]) -> dict[str, np.ndarray]:
        return {name: make(self.ask.filters[name]) for name, make in filters.items() if self._asked(name)}

    # --- Masks ----------------------------------------------------------------------------------------

    def trial_mask(self, matched: np.ndarray, leaving_out: str = "") -> np.ndarray:
        """The trials of `matched` that pass all filters but `leaving_out`."""
        mask = self._without_sites(matched, leaving_out)
        if any(name != leaving_out for name in self.of_sites):
            there = np.zeros(self.trials.size, bool)
            there[self.trials.site_trial[self.site_mask(leaving_out)]] = True
            mask = mask & there
        return mask

    def site_mask(self, leaving_out: str = "") -> np.ndarray:
        """The sites that pass all filters on sites but `leaving_out`."""
        return _all(self.today.site_alive, self.of_sites, leaving_out)

    def nearest(self) -> np.ndarray:
        """Kilometres from the place asked for to each trial's nearest site that passes."""
        sites = self.site_mask()
        found = np.full(self.trials.size, np.inf)
        assert self.kilometres is not None
        np.minimum.at(found, self.trials.site_trial[sites], self.kilometres[self.trials.site_centre[sites]])
        return found

    def _without_sites(self, matched: np.ndarray, leaving_out: str) -> np.ndarray:
        return _all(matched & self.trials.alive, self.of_trials, leaving_out)

    def _trial_filters(self) -> dict[str, Filter]:
        trials = self.trials
        return {
            "phase": partial(trials.having, "phase"),
            "condition": partial(trials.having, "condition"),
            "stage": lambda values: trials.having("stage", (*values, Stage.ANY)),
            "identifier": partial(trials.having, "identifier"),
            "study_type": partial(self._word, "study_type"),
            "sex": lambda values: self._word("sex", (*values, Sex.ALL)),
            "age": lambda values: self._takes((int(days), int(days)) for days in values),
            "age_band": lambda values: self._takes(
                DAYS_OF_BAND[AgeBand(value)] for value in values if value in AgeBand.values
            ),
            "updated_since": self._updated_since,
            "trial": lambda values: np.array([key in values for key in trials.keys], bool),
        }

    def _word(self, name: str, values: Iterable[str]) -> np.ndarray:
        return self.trials.codes.of[name].selected(values)[self.trials.words[name]]

    def _takes(self, ages: Iterable[tuple[int, int]]) -> np.ndarray:
        masks = (self.trials.takes_between(*days) for days in ages)
        return reduce(np.logical_or, masks, np.zeros(self.trials.size, bool))

    def _updated_since(self, values: Iterable[str]) -> np.ndarray:
        return self.trials.updated >= min(microseconds(dt.datetime.fromisoformat(value)) for value in values)

    def _site_filters(self) -> dict[str, Filter]:
        of_one = {name: partial(self._at_site, name) for name in self.today.of_sites}
        return of_one | {"network": self._network}

    def _at_site(self, name: str, values: Iterable[str]) -> np.ndarray:
        numbers, words = self.today.of_sites[name]
        return Codes(words).selected(values)[numbers]

    def _network(self, values: Iterable[str]) -> np.ndarray:
        centres = np.zeros(len(self.trials.codes.centre.words), bool)
        for value in values:
            centres |= self.today.network_centres.get(value, False)
        return centres[self.trials.site_centre]

    # --- Counts ---------------------------------------------------------------------------------------

    def counts(self, matched: np.ndarray) -> dict[str, dict[str, int]]:
        """By facet and value, how many trials of `matched` a click would give; without the zeros."""
        everything = packed(self.trial_mask(matched))
        counted = {"status": self._count_status(matched, everything)}
        for name in TRIAL_FACETS:
            mask = packed(self.trial_mask(matched, name)) if self._asked(name) else everything
            counted[name] = self.trials.bitmaps[name].counts(mask)
        sites_for = cache(partial(self._sites_for, matched))
        for name in SITE_FACETS:
            if not self.of_sites and self._site_status is None:
                # Nothing is asked of a site: the trial's having one there is all that counts.
                counted[name] = self.today.bitmaps[name].counts(everything)
            else:
                counted[name] = self._count_sites(name, sites_for(name if name in self.of_sites else ""))
        return {name: _without_zeros(found) for name, found in counted.items()}

    def _count_status(self, matched: np.ndarray, everything: np.ndarray) -> Counts:
        if self.status_at_site:
            there = self._without_sites(matched, "status")[self.trials.site_trial]
            sites = np.flatnonzero(self.site_mask("status") & there)
            return self._distinct(sites, self.trials.site_status, self.trials.codes.of["status"].words)
        mask = packed(self.trial_mask(matched, "status")) if self._asked("status") else everything
        return self.trials.bitmaps["status"].counts(mask)

    def _sites_for(self, matched: np.ndarray, leaving_out: str) -> np.ndarray:
        """The places of the sites among which a facet counts; the same for all facets without a selection."""
        sites = self.site_mask(leaving_out) & self._without_sites(matched, "status")[self.trials.site_trial]
        return np.flatnonzero(sites if self._site_status is None else sites & self._site_status)

    def _count_sites(self, name: str, sites: np.ndarray) -> Counts:
        if name != "network":
            return self._distinct(sites, *self.today.of_sites[name])
        trials, centres = self.trials.site_trial[sites], self.trials.site_centre[sites]
        return [
            (network, int(np.count_nonzero(np.bincount(trials[members[centres]]))))
            for network, members in self.today.network_centres.items()
        ]

    def _distinct(self, sites: np.ndarray, values: np.ndarray, words: list[str]) -> Counts:
        """For each value, the number of different trials among `sites` that have it."""
        grid = np.zeros((len(words), self.trials.size), bool)
        grid[values[sites], self.trials.site_trial[sites]] = True
        return [(word, int(np.count_nonzero(row))) for word, row in zip(words, grid, strict=True)]


def _all(mask: np.ndarray, filters: dict[str, np.ndarray], leaving_out: str) -> np.ndarray:
    """What of `mask` passes all `filters` but one."""
    return reduce(np.logical_and, (one for name, one in filters.items() if name != leaving_out), mask)


def _without_zeros(found: Counts) -> dict[str, int]:
    return {value: count for value, count in found if count and value}
