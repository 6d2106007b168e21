"""Every listed trial against one profile, criterion by criterion, as arrays.

Verdicts are whole numbers: unmet, unknown, met; `NOT_ASKED` where neither the trial nor the profile says
anything of a criterion. The sentences that tell why are made in `reasons`, for the trials shown only.
"""

from collections.abc import Collection
from functools import cached_property

import numpy as np

from directory.search.daily_facets import Today
from directory.search.facet_arrays import NO_BOUND
from trials.choices import Freshness, Recruitment, Sex, Stage

from . import alterations, diseases
from .profile import Profile
from .profile_text import Read
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

CRITERIA = (
    "diagnosis", "age", "stage", "lines", "alterations", "alterations_excluded", "sex", "recruitment",
    "reach",
)  # fmt: skip
FAR = 10**9
_NOT_ABSENT = (alterations.MET, alterations.UNKNOWN, alterations.OTHER)


class Judged:
    """The verdicts on all trials, of the columns of one day.

    `metres`: to the nearest recruiting site in reach; 0 without a place.
    """

    def __init__(self, today: Today, profile: Profile, said: Read):
        self.today, self.trials, self.profile, self.said = today, today.trials, profile, said
        self.alive = self.trials.alive
        self.kilometres = today.distances(profile.near) if profile.near is not None else None
        self.open_sites = today.site_alive & (
            self.trials.of_sites["status"] == _number(Recruitment.RECRUITING)
        )
        self._nearest: dict[int, int | None] = {}
        self.verdicts: dict[str, np.ndarray] = {}
        for name in CRITERIA:
            self.verdicts[name] = getattr(self, f"_{name}")()
        self.unmet, self.unknown = self._count(UNMET), self._count(UNKNOWN)

    def _count(self, verdict: int) -> np.ndarray:
        """By trial, how many criteria have `verdict`."""
        counts = np.zeros(self.trials.size, np.int8)
        for name in CRITERIA:
            counts += self.verdicts[name] == verdict
        return counts

    def _all(self, verdict: int) -> np.ndarray:
        return np.full(self.trials.size, verdict, np.int8)

    # --- The disease ----------------------------------------------------------------------------------

    def _diagnosis(self) -> np.ndarray:
        return diseases.verdicts(self.trials, self.said)

    @cached_property
    def disease(self) -> diseases.Disease:
        return diseases.Disease(self.said)

    def _any(self, name: str) -> np.ndarray:
        """The trials with any value in the column."""
        mask = np.zeros(self.trials.size, bool)
        mask[self.trials.lists[name].owners] = True
        return mask

    # --- The patient ----------------------------------------------------------------------------------

    def _age(self) -> np.ndarray:
        return self._between(self.trials.low, self.trials.high, self.profile.days)

    def _lines(self) -> np.ndarray:
        return self._between(self.trials.lines[:, 0], self.trials.lines[:, 1], self.profile.lines)

    def _between(self, low: np.ndarray, high: np.ndarray, value: int | None) -> np.ndarray:
        """Both bounds included; one that is not stated is open."""
        bounded = (low != NO_BOUND) | (high != NO_BOUND)
        if value is None:
            return np.where(bounded, np.int8(UNKNOWN), np.int8(NOT_ASKED))
        fits = ((low == NO_BOUND) | (low <= value)) & ((high == NO_BOUND) | (high >= value))
        return np.where(fits, np.int8(MET), np.int8(UNMET))

    def _stage(self) -> np.ndarray:
        """A trial that states no stage is unknown: nobody said that it takes all."""
        verdict = self._all(UNKNOWN)
        if self.said.stages:
            verdict[self._any("stage")] = UNMET
            verdict[self.trials.having("stage", self.said.stages)] = MET
        verdict[self.trials.having("stage", [Stage.ANY])] = MET
        return verdict

    def _sex(self) -> np.ndarray:
        asked = self.trials.having("sex", [Sex.FEMALE, Sex.MALE])
        if not self.profile.sex:
            return np.where(asked, np.int8(UNKNOWN), np.int8(NOT_ASKED))
        same = ~asked | self.trials.having("sex", [self.profile.sex])
        return np.where(same, np.int8(MET), np.int8(UNMET))

    def _alterations(self) -> np.ndarray:
        """One of those that a trial requires; only what is explicitly absent excludes."""
        required = self._any("alteration")
        verdict = np.where(required, np.int8(UNKNOWN), np.int8(MET if self.said.alterations else NOT_ASKED))
        verdict[required & ~self._where("alteration", _NOT_ABSENT)] = UNMET
        verdict[self._where("alteration", (alterations.MET,))] = MET
        return verdict

    def _alterations_excluded(self) -> np.ndarray:
        listed = self._any("excluded")
        verdict = np.where(listed, np.int8(UNKNOWN), np.int8(NOT_ASKED))
        verdict[listed & ~self._where("excluded", _NOT_ABSENT)] = MET
        verdict[self._where("excluded", (alterations.MET,))] = UNMET
        return verdict

    def _where(self, name: str, answers: Collection[str]) -> np.ndarray:
        """The trials of which one text of the column has one of `answers` (see `has`)."""
        texts = self.trials.codes[name].words
        return self.trials.having(name, [text for text in texts if self.has(text) in answers])

    def has(self, asked: str) -> str:
        """What the profile's alterations say of the one a trial asks for (`alterations.compare`)."""
        wanted = alterations.read_asked(asked)
        answers = {alterations.compare(given, wanted) for given in self.said.alterations}
        order = (alterations.MET, alterations.UNKNOWN, alterations.ABSENT)
        return next((one for one in order if one in answers), alterations.OTHER)

    # --- The place ------------------------------------------------------------------------------------

    def _recruitment(self) -> np.ndarray:
        """Met where a listed site recruits; disputed, unverified or without a site is unknown."""
        trials, today = self.trials, self.today
        disputed = today.of_sites["freshness"] == Freshness.values.index(Freshness.DISPUTED)
        doubtful = disputed | (today.of_sites["status"] == _number(Recruitment.UNKNOWN))
        says = np.full(len(trials.site_trial), UNMET, np.int8)
        says[doubtful] = UNKNOWN
        says[self.open_sites & ~disputed] = MET
        # The best that any living site says; `NOT_ASKED` where there is none.
        verdict = self._all(NOT_ASKED)
        np.maximum.at(verdict, trials.site_trial[today.site_alive], says[today.site_alive])
        perhaps = trials.having("status", [Recruitment.RECRUITING, Recruitment.UNKNOWN])
        return np.where(verdict == NOT_ASKED, np.where(perhaps, UNKNOWN, UNMET), verdict).astype(np.int8)

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
        within = [at for at in sites if self._in_countries[at]] or sites
        return min(
            within,
            key=lambda at: (float(self._site_kilometres[at]), -int(self.trials.of_sites["verified"][at]), at),
            default=None,
        )


def _number(status: Recruitment) -> int:
    return Recruitment.values.index(status)
