"""Filters, from columns.

How filters go together: values of one filter widen the answer, filters narrow it. Filters that speak of a
place or of freshness (centre, network, province, country, near, within, freshness) must all hold for one and
the same site; as soon as one of them is given, `status` too is that of this site: `centre=uz-gent` with
`status=recruiting` are the trials that recruit in Ghent. Without them `status` is the trial's own.
A stage also finds trials of any stage, a sex also those for all; an age bound that is not stated is open.

`bench.baselines.filters` says the same in SQL, and a test holds the two to each other.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial, reduce

import numpy as np

from trials.ages import DAYS_OF_BAND
from trials.choices import AgeBand, Sex, Stage

from .daily_facets import Today
from .documents import microseconds
from .query import Ask

Filter = Callable[[Iterable[str]], np.ndarray]


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
        self.site_status = None
        if self.asked("status"):
            selected = self.trials.codes["status"].selected(self.ask.filters["status"])
            self.site_status = selected[self.trials.site_status]
            if self.status_at_site:
                self.of_sites["status"] = self.site_status
            else:
                self.of_trials["status"] = selected[self.trials.words["status"]]

    def asked(self, name: str) -> bool:
        """Whether `ask` has a value of the filter `name`."""
        return bool(self.ask.filters.get(name))

    def _masks(self, filters: dict[str, Filter]) -> dict[str, np.ndarray]:
        return {name: make(self.ask.filters[name]) for name, make in filters.items() if self.asked(name)}

    # --- Masks ----------------------------------------------------------------------------------------

    def trial_mask(self, matched: np.ndarray, leaving_out: str = "") -> np.ndarray:
        """The trials of `matched` that pass all filters but `leaving_out`."""
        mask = self.without_sites(matched, leaving_out)
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

    def without_sites(self, matched: np.ndarray, leaving_out: str) -> np.ndarray:
        """As `trial_mask`, whatever is asked of sites."""
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
        return self.trials.codes[name].selected(values)[self.trials.words[name]]

    def _takes(self, ages: Iterable[tuple[int, int]]) -> np.ndarray:
        masks = (self.trials.takes_between(*days) for days in ages)
        return reduce(np.logical_or, masks, np.zeros(self.trials.size, bool))

    def _updated_since(self, values: Iterable[str]) -> np.ndarray:
        return self.trials.updated >= min(microseconds(dt.datetime.fromisoformat(value)) for value in values)

    def _site_filters(self) -> dict[str, Filter]:
        of_one = {name: partial(self.today.sites_with, name) for name in self.today.of_sites}
        return of_one | {"network": self._network}

    def _network(self, values: Iterable[str]) -> np.ndarray:
        centres = np.zeros(len(self.trials.codes["centre"].words), bool)
        for value in values:
            centres |= self.today.network_centres.get(value, False)
        return centres[self.trials.site_centre]


def _all(mask: np.ndarray, filters: dict[str, np.ndarray], leaving_out: str) -> np.ndarray:
    """What of `mask` passes all `filters` but one."""
    return reduce(np.logical_and, (one for name, one in filters.items() if name != leaving_out), mask)
