"""Every listed trial against one profile, criterion by criterion, as arrays.

Verdicts are whole numbers (`verdicts`): unmet, unknown, met; `NOT_ASKED` where nothing is recorded of a
criterion that does not decide. What is asked of the patient is judged in `patient`; the sentences that tell
why are made in `reasons`, for the trials shown only.
"""

from functools import cached_property

import numpy as np

from directory.search.daily_facets import Today
from trials.age_criteria import HERE

from . import diseases
from .patient import GivenPatient, PatientCriteria
from .profile import Profile
from .profile_text import Read
from .recorded import ASKED_OF_PATIENTS, NO_LIMIT, RecordedCriteria
from .sites import SitesOfDay
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

CRITERIA = (*ASKED_OF_PATIENTS, "recruitment", "reach")
FAR = 10**9


class Judged:
    """The verdicts on all trials, of the columns of one day, and by criterion their `basis`.

    `metres`: to the nearest recruiting site in reach; 0 without a place.
    """

    def __init__(
        self,
        today: Today,
        profile: Profile,
        said: Read,
        recorded: RecordedCriteria | None = None,
        sites: SitesOfDay | None = None,
    ):
        self.today, self.trials, self.profile, self.said = today, today.trials, said.completed(profile), said
        self.recorded, self.sites = recorded or RecordedCriteria(self.trials), sites or SitesOfDay(today)
        self.patient = PatientCriteria(self.recorded, GivenPatient.of(self.profile, said))
        self.alive = self.trials.alive
        self.kilometres = today.distances(profile.near) if profile.near is not None else None
        self.verdicts: dict[str, np.ndarray] = {"diagnosis": self._diagnosis()}
        self.verdicts["diagnosis"][self.recorded.basis["diagnosis"] == NO_LIMIT] = MET
        for name in ASKED_OF_PATIENTS[1:]:
            self.verdicts[name] = getattr(self.patient, name)()
        self.verdicts["recruitment"] = self.sites.recruitment
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
        return self.sites.basis if name in ("recruitment", "reach") else self.recorded.basis[name]

    # --- The disease ----------------------------------------------------------------------------------

    def _diagnosis(self) -> np.ndarray:
        return diseases.verdicts(self.trials, self.said)

    @cached_property
    def disease(self) -> diseases.Disease:
        return diseases.Disease(self.said)

    # --- The place ------------------------------------------------------------------------------------

    @cached_property
    def open_here(self) -> np.ndarray:
        """Trials of the disease that recruit, undisputed and in reach, in Belgium or the countries given."""
        countries = self.profile.countries or (HERE,)
        here = self.sites.undisputed & self.in_reach & self.today.sites_with("country", countries)
        return (self.verdicts["diagnosis"] == MET) & self.sites.trials_of(here)

    def _reach(self) -> np.ndarray:
        """Judged where the profile limits it; a trial that recruits nowhere is not to be reached either."""
        if not self.limits_reach:
            return self._all(NOT_ASKED)
        verdict = np.where(self.verdicts["recruitment"] == UNKNOWN, np.int8(UNKNOWN), np.int8(UNMET))
        # Where it is not known how far a centre is, neither is whether it is too far.
        verdict[self.sites.trials_of(self.sites.open & self.in_countries & self._lost)] = UNKNOWN
        verdict[self.sites.trials_of(self.sites.open & self.in_reach)] = MET
        return verdict

    @property
    def limits_reach(self) -> bool:
        far = self.profile.near is not None and self.profile.within is not None
        return far or bool(self.profile.countries)

    @cached_property
    def in_countries(self) -> np.ndarray:
        if not self.profile.countries:
            return np.ones(len(self.trials.site_centre), bool)
        return self.today.sites_with("country", self.profile.countries)

    @cached_property
    def site_kilometres(self) -> np.ndarray:
        """By site, 0 without a place; infinite where it is not known where the centre lies."""
        if self.kilometres is None:
            return np.zeros(len(self.trials.site_centre))
        return self.kilometres[self.trials.site_centre]

    @cached_property
    def _lost(self) -> np.ndarray:
        return np.isinf(self.site_kilometres) & (self.profile.within is not None)

    @cached_property
    def in_reach(self) -> np.ndarray:
        """The sites within the kilometres and the countries that the profile gives."""
        mask = self.in_countries.copy()
        if self.kilometres is not None and self.profile.within is not None:
            mask &= self.site_kilometres <= self.profile.within
        return mask

    @cached_property
    def metres(self) -> np.ndarray:
        found = np.full(self.trials.size, float(FAR))
        sites = self.sites.open & self.in_countries
        np.minimum.at(found, self.trials.site_trial[sites], self.site_kilometres[sites] * 1000)
        return np.minimum(found, FAR).astype(np.int64)

    def centre_of(self, site: int) -> str:
        """The code of its centre."""
        return self.trials.codes["centre"].words[self.trials.site_centre[site]]

    def kilometres_to(self, site: int) -> float | None:
        """None without a place, and where it is not known where the centre lies."""
        far = float(self.site_kilometres[site])
        return far if self.kilometres is not None and np.isfinite(far) else None
