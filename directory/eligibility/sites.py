"""The sites of trials for a patient: which recruit, how far they are, which is the nearest.

What depends on the day alone is worked out once a day (`SitesOfDay`), what depends on the profile once for
all trials (`Judged`), and what is told of a trial for those shown (`ToldSites`).
"""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from directory.search.daily_facets import Today
from trials.age_criteria import HERE
from trials.choices import Freshness, Recruitment

from .recorded import NOT_RECORDED, RECORDED
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET


class SitesOfDay:
    """What the sites of all trials say on one day, whoever asks."""

    def __init__(self, today: Today):
        self.today, self.trials = today, today.trials
        self.disputed = today.of_sites["freshness"] == Freshness.values.index(Freshness.DISPUTED)
        self.open = today.site_alive & (today.of_sites["status"] == _number(Recruitment.RECRUITING))
        self.undisputed = self.open & ~self.disputed
        self.abroad = ~today.sites_with("country", [HERE])

    def trials_of(self, sites: np.ndarray) -> np.ndarray:
        """A mask: the trials of the `sites` of a mask."""
        mask = np.zeros(self.trials.size, bool)
        mask[self.trials.site_trial[sites]] = True
        return mask

    @cached_property
    def recruitment(self) -> np.ndarray:
        """Met where a listed site recruits; disputed, unverified or without a site is unknown."""
        trials, today = self.trials, self.today
        doubtful = self.disputed | (today.of_sites["status"] == _number(Recruitment.UNKNOWN))
        says = np.full(len(trials.site_trial), UNMET, np.int8)
        says[doubtful] = UNKNOWN
        says[self.undisputed] = MET
        # The best that any living site says; `NOT_ASKED` where there is none.
        verdict = np.full(trials.size, NOT_ASKED, np.int8)
        np.maximum.at(verdict, trials.site_trial[today.site_alive], says[today.site_alive])
        perhaps = trials.having("status", [Recruitment.RECRUITING, Recruitment.UNKNOWN])
        return np.where(verdict == NOT_ASKED, np.where(perhaps, UNKNOWN, UNMET), verdict).astype(np.int8)

    @cached_property
    def basis(self) -> np.ndarray:
        """On what `recruitment` rests: the numbers of `recorded.BASES`."""
        disputed = self.trials_of(self.today.site_alive & self.disputed)
        return np.where((self.recruitment != UNKNOWN) | disputed, RECORDED, NOT_RECORDED).astype(np.int8)


class SitesSaid(NamedTuple):
    """What the living sites of a trial say. `statuses`: as numbers, the trial's own where it has no site."""

    recruiting: int
    any: bool
    disputed: bool
    statuses: tuple[int, ...]


class ToldSites:
    """What is told of the sites of the trials `ordinals`, of a patient so many `kilometres` from each site.

    By ordinal places in the columns of sites, of those that recruit. `nearest`: where to send a patient,
    in the countries given where there is one; `abroad`: outside Belgium, where that is another.
    """

    def __init__(
        self, sites: SitesOfDay, ordinals: np.ndarray, kilometres: np.ndarray, in_countries: np.ndarray
    ):
        self.sites, self.trials, self.kilometres = sites, sites.trials, kilometres
        told = np.zeros(self.trials.size, bool)
        told[ordinals] = True
        self._of_told = told[self.trials.site_trial]
        self.nearest = self._first_of(sites.open) | self._first_of(sites.open & in_countries)
        abroad = self._first_of(sites.open & sites.abroad)
        self.abroad = {trial: at for trial, at in abroad.items() if at != self.nearest[trial]}

    def _first_of(self, sites: np.ndarray) -> dict[int, int]:
        """By trial, its nearest site of the mask; of several the one verified last."""
        at = np.flatnonzero(self._of_told & sites)
        trial, verified = self.trials.site_trial[at], self.trials.of_sites["verified"][at]
        order = np.lexsort((-verified, self.kilometres[at], trial))
        trials, first = np.unique(trial[order], return_index=True)
        return dict(zip(trials.tolist(), at[order[first]].tolist(), strict=True))

    def said(self, ordinal: int) -> SitesSaid:
        """Of a trial that is told."""
        return self._said.get(ordinal) or SitesSaid(0, False, False, self.trials.numbers("status", ordinal))

    @cached_property
    def _said(self) -> Mapping[int, SitesSaid]:
        trials, sites = self.trials, self.sites
        at = np.flatnonzero(self._of_told & sites.today.site_alive)
        columns = (trials.site_centre, trials.of_sites["status"], sites.open, sites.disputed)
        each = zip(*(one[at].tolist() for one in columns), strict=True)
        of_trial: dict[int, list] = {}
        for ordinal, site in zip(trials.site_trial[at].tolist(), each, strict=True):
            of_trial.setdefault(ordinal, []).append(site)
        return {ordinal: _said_by(several) for ordinal, several in of_trial.items()}


def _said_by(sites: list) -> SitesSaid:
    centres, statuses, are_open, disputed = zip(*sites, strict=True)
    recruiting = {centre for centre, is_open in zip(centres, are_open, strict=True) if is_open}
    return SitesSaid(len(recruiting), True, any(disputed), tuple(dict.fromkeys(statuses)))


def _number(status: Recruitment) -> int:
    return Recruitment.values.index(status)
