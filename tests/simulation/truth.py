"""What in truth happens at the sites of a year, and when the registry comes to say so. By seed; no database.

Days are counted from the first of the year, which is 0; earlier ones are negative. Rates:

- A site that recruits stops at 2 in 4,477 site-days: of the locations of 20 trials of which successive
  versions were kept (ClinicalTrials.gov, February and March 2026) two said so no more in the next version,
  one by itself, one with its trial. 67 records of paediatric haemato-oncology give the same: 26 closed in
  57,195 days of recruiting (from the start to the primary completion, else to the last verification).
- Two are too few to tell more, so half of the stops are of the trial as a whole, and half are pauses.
- A site that does not recruit yet opens at 54 in 2,848 site-days (the same versions).
- On the first day: as the Belgian locations of the 35 recruiting trials among the 67 records, 18 recruiting,
  11 not yet, 3 withdrawn. 192 sites of 45 trials at 8 centres is what the demo has.
- A registry follows 141 days later at the median (quartiles 48 and 419), and 34 of 405 times never: Jones and
  others, BMJ Open 2017, 10.1136/bmjopen-2017-017719. A log-normal distribution with these quartiles is later
  than a year 28 times in 100; they found 29.

Nobody measured, and so chosen: a pause lasts 90 days on average; one site in six is new in the year; a
sponsor verifies a record without a change every 141 days.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from random import Random

from trials.choices import Recruitment

NOT_YET, OPEN = Recruitment.NOT_YET_RECRUITING.value, Recruitment.RECRUITING.value
CLOSED, PAUSED = Recruitment.ACTIVE_NOT_RECRUITING.value, Recruitment.SUSPENDED.value

CLOSES, OPENS = 2 / 4_477, 54 / 2_848  # a day
BY_THE_TRIAL = PAUSES = 0.5
PAUSE_DAYS, VERIFIED_DAYS = 90, 141
AT_FIRST = {OPEN: 18, NOT_YET: 11, CLOSED: 3}
SITES_A_TRIAL = 192 / 45 / 8  # of all centres
IS_NEW = 1 / 6
LATE_MEDIAN, LATE_SIGMA, NEVER = 141, math.log(419 / 48) / 2 / 0.6745, 34 / 405
LONG_AGO = -2_000


@dataclass
class History:
    """One status after another: `days` from which on each of `statuses` is so."""

    days: list[float] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    def add(self, day: float, status: str) -> None:
        self.days.append(day)
        self.statuses.append(status)

    def on(self, day: float) -> str:
        """The status at the end of `day`, empty before the first."""
        return self.statuses[at - 1] if (at := bisect_right(self.days, day)) else ""

    def begins(self, status: str, first: float, last: float) -> int:
        """How often it comes to be `status` from `first` on and before `last`."""
        pairs = zip(self.days, self.statuses, strict=True)
        return sum(one == status and first <= day < last for day, one in pairs)

    def ends(self, status: str, first: float, last: float) -> int:
        """How often it ceases to be `status` from `first` on and before `last`."""
        before = zip(["", *self.statuses], self.days, strict=False)
        return sum(one == status and first <= day < last for one, day in before)


@dataclass
class SiteTruth:
    """A trial at a centre: what is so, and what the registry says."""

    centre: int
    truth: History
    registry: History


@dataclass
class TrialTruth:
    """A trial with its sites. `verified`: days on which its record was verified, in order."""

    number: int
    truth: History
    registry: History
    sites: list[SiteTruth]
    verified: list[float]

    def verified_on(self, day: int) -> float:
        return self.verified[max(0, bisect_right(self.verified, day) - 1)]


def trials_of(seed: int, *, centres: int, trials: int, days: int, closes: float = CLOSES) -> list[TrialTruth]:
    """As many trials, each at some of the centres."""
    return [_trial(Random(f"{seed}-{n}"), n, centres, days, closes) for n in range(trials)]


def _trial(random: Random, number: int, centres: int, days: int, closes: float) -> TrialTruth:
    truth = History([LONG_AGO], [OPEN])
    _go_on(random, truth, 0, days, closes * BY_THE_TRIAL)
    registry = told(random, truth)
    chosen = [one for one in range(centres) if random.random() < SITES_A_TRIAL] or [number % centres]
    sites = []
    for centre in chosen:
        own = _within(_site(random, days, closes * (1 - BY_THE_TRIAL)), truth)
        sites.append(SiteTruth(centre, own, told(random, own)))
    heard = {day for one in (registry, *(site.registry for site in sites)) for day in one.days}
    day = -random.uniform(0, VERIFIED_DAYS)
    while day < days:
        heard.add(day)
        day += random.expovariate(1 / VERIFIED_DAYS)
    return TrialTruth(number, truth, registry, sites, sorted(heard))


def _site(random: Random, days: int, closes: float) -> History:
    """A site by itself, whatever becomes of its trial."""
    found = History()
    if random.random() < IS_NEW:
        found.add(random.uniform(0, days), NOT_YET)
        first = NOT_YET
    else:
        first = random.choices(list(AT_FIRST), AT_FIRST.values())[0]
        found.add(LONG_AGO, NOT_YET)
        if first == CLOSED:
            found.add(-random.uniform(400, 1_500), OPEN)
            found.add(-random.uniform(0, 400), CLOSED)
        elif first == OPEN:
            found.add(max(LONG_AGO + 1, -random.expovariate(CLOSES)), OPEN)
    if first == NOT_YET:
        found.add(max(0.0, found.days[-1]) + random.expovariate(OPENS), OPEN)
    if first != CLOSED:
        _go_on(random, found, max(0.0, found.days[-1]), days, closes)
    return found


def _go_on(random: Random, one: History, day: float, days: int, closes: float) -> None:
    """From `day` on, when it is open, it closes for good, or pauses and opens again, and so on."""
    while (day := day + random.expovariate(closes)) < days:
        if random.random() >= PAUSES:
            one.add(day, CLOSED)
            return
        one.add(day, PAUSED)
        day += random.expovariate(1 / PAUSE_DAYS)
        one.add(day, OPEN)


def _within(site: History, trial: History) -> History:
    """A site stops with its trial; what has not begun, or is over, stays unchanged."""
    found = History()
    for day in sorted({*site.days, *(one for one in trial.days if one > site.days[0])}):
        own, whole = site.on(day), trial.on(day)
        status = whole if own == OPEN and whole != OPEN else own
        if not found.statuses or found.statuses[-1] != status:
            found.add(day, status)
    return found


def told(random: Random, truth: History) -> History:
    """What a registry says of `truth`: each change late, some never; what came later is not taken back."""
    found = History(truth.days[:1], truth.statuses[:1])  # with this it was registered
    latest = 0
    late = [
        (day + random.lognormvariate(math.log(LATE_MEDIAN), LATE_SIGMA), at)
        for at, day in enumerate(truth.days)
        if at and random.random() >= NEVER
    ]
    for day, at in sorted(late):
        if at > latest:
            latest = at
            found.add(day, truth.statuses[at])
    return found
