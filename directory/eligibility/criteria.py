"""Every listed trial against one profile, criterion by criterion, as arrays.

Verdicts are whole numbers (`verdicts`): unmet, unknown, met; `NOT_ASKED` where nothing is recorded of a
criterion that does not decide. What is asked of the patient is judged in `patient`; the sentences that tell
why are made in `reasons`, for the trials shown only.
"""

from functools import cached_property

import numpy as np

from directory.core.places import HOME
from directory.search.daily_facets import Today
from trials.choices import Freshness, Recruitment

from . import diseases
from .patient import GivenPatient, PatientCriteria
from .profile import Profile
from .profile_text import Read
from .recorded import ASKED_OF_PATIENTS, NO_LIMIT, NOT_RECORDED, RECORDED, RecordedCriteria
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

CRITERIA = (*ASKED_OF_PATIENTS, "recruitment", "reach")
FAR = 10**9


class Judged:
    """The verdicts on all trials, of the columns of one day, and by criterion their `basis`.

    `metres`: to the nearest recruiting site in reach; 0 without a place.
    """

    def __init__(self, today: Today, profile: Profile, said: Read, recorded: RecordedCriteria | None = None):
        self.today, self.trials, self.profile, self.said = today, today.trials, said.completed(profile), said
        self.recorded = recorded or RecordedCriteria(self.trials)
        self.patient = PatientCriteria(self.recorded, GivenPatient.of(self.profile, said))
        self.alive = self.trials.alive
        self.kilometres = today.distances(profile.near) if profile.near is not None else None
        self.open_sites = today.site_alive & (
            self.trials.of_sites["status"] == _number(Recruitment.RECRUITING)
        )
        self._nearest: dict[int, int | None] = {}
        self.verdicts: dict[str, np.ndarray] = {"diagnosis": self._diagnosis()}
        self.verdicts["diagnosis"][self.recorded.basis["diagnosis"] == NO_LIMIT] = MET
        for name in ASKED_OF_PATIENTS[1:]:
            self.verdicts[name] = getattr(self.patient, name)()
        self.verdicts["recruitment"] = self._recruitment()
        self.verdicts["reach"] = self._reach()
        self.unmet, self.unknown = self._count(UNMET), self._count(UNKNOWN)

    def _count(self, verdict: int) -> np.ndarray:
        """By trial, how many criteria have `verdict`."""
        counts = np.zeros(self.trials.size, np.int8)
        for name in CRITERIA:
            counts += self.verdicts[name] == verdict
        return counts

    def _all(self, verdict: int) -> np.ndarray:
        return np.full(self.trials.size, verdict, np.int8)

    def basis(self, name: str) -> np.ndarray:
        """On what the verdicts rest: the numbers of `recorded.BASES`."""
        if name in self.recorded.basis:
            return self.recorded.basis[name]
        said = self.verdicts["recruitment"] != UNKNOWN
        disputed = self._trials_of(self.today.site_alive & self._disputed)
        return np.where(said | disputed, RECORDED, NOT_RECORDED).astype(np.int8)

    # --- The disease ----------------------------------------------------------------------------------

    def _diagnosis(self) -> np.ndarray:
        return diseases.verdicts(self.trials, self.said)

    @cached_property
    def disease(self) -> diseases.Disease:
        return diseases.Disease(self.said)

    def _any(self, name: str) -> np.ndarray:
        """The trials with any value in the column."""
        return self.recorded.any(name)

    # --- The place ------------------------------------------------------------------------------------

    def _recruitment(self) -> np.ndarray:
        """Met where a listed site recruits; disputed, unverified or without a site is unknown."""
        trials, today = self.trials, self.today
        disputed = self._disputed
        doubtful = disputed | (today.of_sites["status"] == _number(Recruitment.UNKNOWN))
        says = np.full(len(trials.site_trial), UNMET, np.int8)
        says[doubtful] = UNKNOWN
        says[self.open_sites & ~disputed] = MET
        # The best that any living site says; `NOT_ASKED` where there is none.
        verdict = self._all(NOT_ASKED)
        np.maximum.at(verdict, trials.site_trial[today.site_alive], says[today.site_alive])
        perhaps = trials.having("status", [Recruitment.RECRUITING, Recruitment.UNKNOWN])
        return np.where(verdict == NOT_ASKED, np.where(perhaps, UNKNOWN, UNMET), verdict).astype(np.int8)

    @cached_property
    def _disputed(self) -> np.ndarray:
        return self.today.of_sites["freshness"] == Freshness.values.index(Freshness.DISPUTED)

    @cached_property
    def open_here(self) -> np.ndarray:
        """Trials of the disease that recruit, undisputed and in reach, in Belgium or the countries given."""
        countries = self.profile.countries or (HOME,)
        here = self.open_sites & ~self._disputed & self.in_reach & self.today.sites_with("country", countries)
        return (self.verdicts["diagnosis"] == MET) & self._trials_of(here)

    def _reach(self) -> np.ndarray:
        """Judged where the profile limits it; a trial that recruits nowhere is not to be reached either."""
        if not self.limits_reach:
            return self._all(NOT_ASKED)
        verdict = np.where(self.verdicts["recruitment"] == UNKNOWN, np.int8(UNKNOWN), np.int8(UNMET))
        # Where it is not known how far a centre is, neither is whether it is too far.
        verdict[self._trials_of(self.open_sites & self._in_countries & self._lost)] = UNKNOWN
        verdict[self._trials_of(self.open_sites & self.in_reach)] = MET
        return verdict

    @property
    def limits_reach(self) -> bool:
        far = self.profile.near is not None and self.profile.within is not None
        return far or bool(self.profile.countries)

    @cached_property
    def _in_countries(self) -> np.ndarray:
        if not self.profile.countries:
            return np.ones(len(self.trials.site_centre), bool)
        return self.today.sites_with("country", self.profile.countries)

    @cached_property
    def _site_kilometres(self) -> np.ndarray:
        if self.kilometres is None:
            return np.zeros(len(self.trials.site_centre))
        return self.kilometres[self.trials.site_centre]

    @cached_property
    def _lost(self) -> np.ndarray:
        return np.isinf(self._site_kilometres) & (self.profile.within is not None)

    @cached_property
    def in_reach(self) -> np.ndarray:
        """The sites within the kilometres and the countries that the profile gives."""
        mask = self._in_countries.copy()
        if self.kilometres is not None and self.profile.within is not None:
            mask &= self._site_kilometres <= self.profile.within
        return mask

    @cached_property
    def metres(self) -> np.ndarray:
        found = np.full(self.trials.size, float(FAR))
        sites = self.open_sites & self._in_countries
        np.minimum.at(found, self.trials.site_trial[sites], self._site_kilometres[sites] * 1000)
        return np.minimum(found, FAR).astype(np.int64)

    def _trials_of(self, sites: np.ndarray) -> np.ndarray:
        mask = np.zeros(self.trials.size, bool)
        mask[self.trials.site_trial[sites]] = True
        return mask

    def sites_of(self, ordinal: int) -> list[int]:
        """The places in the columns of the trial's living sites."""
        return [at for at in self.trials.sites(ordinal) if self.today.site_alive[at]]

    def nearest_site(self, ordinal: int) -> int | None:
        """The recruiting site to send a patient to: in the countries, the nearest, the one verified last."""
        if ordinal not in self._nearest:
            self._nearest[ordinal] = self._find_nearest(ordinal)
        return self._nearest[ordinal]

    def centre_of(self, site: int) -> str:
        """The code of its centre."""
        return self.trials.codes["centre"].words[self.trials.site_centre[site]]

    def kilometres_to(self, site: int) -> float | None:
        """None without a place, and where it is not known where the centre lies."""
        far = float(self._site_kilometres[site])
        return far if self.kilometres is not None and np.isfinite(far) else None

    def _find_nearest(self, ordinal: int) -> int | None:
        sites = [at for at in self.sites_of(ordinal) if self.open_sites[at]]
        return self._first_of([at for at in sites if self._in_countries[at]] or sites)

    def _first_of(self, sites: list[int]) -> int | None:
        """The nearest, then the one verified last."""
        return min(
            sites,
            key=lambda at: (float(self._site_kilometres[at]), -int(self.trials.of_sites["verified"][at]), at),
            default=None,
        )

    def nearest_abroad(self, ordinal: int) -> int | None:
        """The nearest site that recruits outside Belgium, where that is not the nearest of all."""
        nearest = self.nearest_site(ordinal)
        recruiting = [at for at in self.sites_of(ordinal) if self.open_sites[at]]
        abroad = self._first_of([at for at in recruiting if self._abroad[at]])
        return None if abroad == nearest else abroad

    @cached_property
    def _abroad(self) -> np.ndarray:
        return ~self.today.sites_with("country", [HOME])


def _number(status: Recruitment) -> int:
    return Recruitment.values.index(status)
