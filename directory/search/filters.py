"""Filters, from columns.

How filters go together: values of one filter widen the answer, filters narrow it. Filters that speak of a
place or of freshness (centre, network, province, country, near, within, freshness) must all hold for one and
the same site; as soon as one of them is given, `status` too is that of this site: `centre=uz-gent` with
`status=recruiting` are the trials that recruit in Ghent. Without them `status` is the trial's own.

Pages ask with a `home` (`Ask`): what they ask of a site (status, freshness) they ask of one in that country,
until a centre, network, province or country is named. Their `status` is never the trial's own.
What a filter reads is declared at it (`directory.records.facets`); an age bound that is not stated is open.

`bench.baselines.filters` says the same in SQL, and a test holds the two to each other.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import reduce

import numpy as np

from directory.records.facets import AgeFacet, Facet, FactsFacet, RecordFacet, SiteFacet, SomeSiteFacet

from .building import microseconds
from .daily_facets import Today
from .facet_arrays import facets
from .query import Ask

# Which trials, or sites, have some of the values of a facet.
Mask = Callable[[str, Iterable[str]], np.ndarray]
# The country of which pages speak, among the masks of sites.
HOME = "home"


class Selection:
    """The filters of `ask` as masks over trials and over sites."""

    def __init__(self, today: Today, ask: Ask):
        self.today, self.trials, self.ask = today, today.trials, ask
        self.kilometres = today.distances(ask.near) if ask.near is not None else None
        self.of_sites = self._masks(lambda one: isinstance(one, SiteFacet | FactsFacet), today.sites_with)
        if ask.within is not None and self.kilometres is not None:
            self.of_sites["within"] = (self.kilometres <= ask.within)[self.trials.site_centre]
        # What trials have and their sites too: whose counts depends on what else is asked.
        self.both = self._masks(has_both, today.sites_with)
        self.home = self._home()
        if self.home is not None and self._asks_of_sites:
            self.of_sites[HOME] = self.home
        self.at_site = bool(self.of_sites) or ask.near is not None or ask.kind == "site"
        self.of_trials = self._masks_of_trials() | self._of_every_record()
        if self.at_site:
            self.of_sites |= self.both

    def _masks_of_trials(self) -> dict[str, np.ndarray]:
        own = self._masks(
            lambda one: isinstance(one, RecordFacet | AgeFacet) and not (self.at_site and has_both(one)),
            self._of_trials,
        )
        return own | self._masks(
            lambda one: isinstance(one, SomeSiteFacet),
            lambda name, values: self._at_some_site(facets()[name], values),
        )

    @property
    def _asks_of_sites(self) -> bool:
        return bool(self.both) or any(map(is_of_site, self.of_sites))

    def _home(self) -> np.ndarray | None:
        """The sites of the country that is meant; None where a place is named, or none is meant."""
        places = (name for name, one in facets().items() if isinstance(one, FactsFacet))
        if not self.ask.home or any(self._asked(name) for name in places):
            return None
        return self.today.sites_with("country", [self.ask.home])

    def _at_some_site(self, facet: SomeSiteFacet, values: Iterable[str]) -> np.ndarray:
        mask = np.zeros(self.trials.size, bool)
        there = self.today.with_given(facet) & self.today.sites_with(facet.of, values)
        mask[self.trials.site_trial[there]] = True
        return mask

    def _of_every_record(self) -> dict[str, np.ndarray]:
        """The masks of filters by what every record has: its key, and when it changed."""
        masks = {}
        if since := self._asked("updated_since"):
            moments = map(dt.datetime.fromisoformat, since)
            masks["updated_since"] = self.trials.updated >= min(map(microseconds, moments))
        if slugs := self._asked("trial"):
            masks["trial"] = np.array([key in slugs for key in self.trials.keys], bool)
        return masks

    def _asked(self, name: str) -> tuple[str, ...]:
        """The values of the filter `name` that `ask` has."""
        return self.ask.filters.get(name, ())

    def _masks(self, wanted: Callable[[Facet], bool], mask: Mask) -> dict[str, np.ndarray]:
        """The masks of the facets that are wanted and asked for."""
        names = [name for name, one in facets().items() if self._asked(name) and wanted(one)]
        return {name: mask(name, self._asked(name)) for name in names}

    def _of_trials(self, name: str, values: Iterable[str]) -> np.ndarray:
        facet = facets()[name]
        if isinstance(facet, AgeFacet):
            masks = (self.trials.takes(facet.days(value)) for value in values)
            return reduce(np.logical_or, masks, np.zeros(self.trials.size, bool))
        return self.trials.having(name, (*values, facet.for_all) if facet.for_all else values)

    # --- Masks ----------------------------------------------------------------------------------------

    def trial_mask(self, matched: np.ndarray, leaving_out: str = "") -> np.ndarray:
        """The trials of `matched` that pass all filters but `leaving_out`."""
        mask = self.without_sites(matched, leaving_out)
        if any(name != leaving_out for name in self.of_sites):
            there = np.zeros(self.trials.size, bool)
            there[self.trials.site_trial[self.site_mask(leaving_out)]] = True
            mask = mask & there
        return mask

    def site_mask(self, *leaving_out: str) -> np.ndarray:
        """The sites that pass all filters on sites but some."""
        return _all(self.today.site_alive, self.of_sites, *leaving_out)

    def nearest(self) -> np.ndarray:
        """Kilometres from the place asked for to each trial's nearest site that passes."""
        sites = self.site_mask()
        found = np.full(self.trials.size, np.inf)
        assert self.kilometres is not None
        np.minimum.at(found, self.trials.site_trial[sites], self.kilometres[self.trials.site_centre[sites]])
        return found

    def without_sites(self, matched: np.ndarray, *leaving_out: str) -> np.ndarray:
        """As `trial_mask`, whatever is asked of sites."""
        return _all(matched & self.trials.alive, self.of_trials, *leaving_out)


def is_of_site(name: str) -> bool:
    """Whether a filter of this name asks how a site is, not where."""
    return isinstance(facets().get(name), SiteFacet)


def has_both(facet: Facet) -> bool:
    """Whether trials have it and their sites too."""
    return isinstance(facet, RecordFacet) and facet.of_site is not None


def _all(mask: np.ndarray, filters: dict[str, np.ndarray], *leaving_out: str) -> np.ndarray:
    """What of `mask` passes all `filters` but some."""
    return reduce(np.logical_and, (one for name, one in filters.items() if name not in leaving_out), mask)
