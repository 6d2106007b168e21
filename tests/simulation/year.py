"""A year of the directory, day by day through its own code: registries followed, coordinators asked, answers.

The directory never sees the truth (`tests.simulation.truth`): it reads the registry's late records in the
night, mails in the morning, and is answered by coordinators who know how it is at their own centre. Each
evening what it shows is held against the truth. Nothing of it stays in the database.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.core import mail
from django.db import transaction

from directory.core import changes
from directory.core.roles import Role
from directory.vouching.actions import send_due
from directory.vouching.answering import SAME, SiteAnswer, answer
from directory.vouching.asked import AskedSite, asked_about
from directory.vouching.models import Enquiry
from tests.builders import a_centre, a_coordinator, a_trial
from tests.support.studies import CTGOV, a_study, answers
from trials.actions import state_status, state_status_of_trial
from trials.choices import Freshness
from trials.freshness import freshness
from trials.models import RegistrySync, Trial, TrialSite
from trials.models.registry import SyncStatus
from trials.sources.sync import follow

from .truth import CLOSES, NOT_YET, OPEN, SiteTruth, TrialTruth, trials_of

FIRST_DAY = dt.date(2026, 1, 5)
BRUSSELS = ZoneInfo("Europe/Brussels")
NIGHT, MORNING, AFTERNOON, EVENING = 2, 8, 15, 23  # hours
ANSWERED = 0.8  # of the mails
LONGEST_WAIT = 6  # days until a mail is answered; after 7 the next one comes
SETTLED = 30  # days
SAID_BEFORE = 200  # days before the first an editor stated what is known of every second trial
CITIES = (
    ("Gent", "9000"), ("Leuven", "3000"), ("Antwerpen", "2000"), ("Brugge", "8000"), ("Hasselt", "3500"),
    ("Namur", "5000"), ("Mons", "7000"), ("Arlon", "6700"),
)  # fmt: skip
_LINK = re.compile(r"/vouch/sites/([^/\s]+)/")


@dataclass
class Evening:
    """What is shown of all sites at the end of a day, against the truth. Numbers of sites.

    `shown`: as recruiting. `confirmed`: of these, by a person in the last 30 days, undisputed. `unmarked`: of
    these fresh and undisputed, whoever said so. `false`: unmarked, while in truth the site does not recruit.
    `false_at_all`: shown as recruiting, marked or not, while it does not. `open`: recruiting in truth, and
    `open_confirmed` of these shown so and confirmed.
    """

    shown: int = 0
    confirmed: int = 0
    unmarked: int = 0
    false: int = 0
    false_at_all: int = 0
    open: int = 0
    open_confirmed: int = 0
    disputed: int = 0


@dataclass
class Year:
    """The evenings of a year, and what happened. `overwritten`: a person's word replaced by a registry's."""

    evenings: list[Evening] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    overwritten: list[str] = field(default_factory=list)

    def share(self, part: str, whole: str) -> float | None:
        """The mean of the days' shares, 0 to 1; days without any of `whole` do not count."""
        pairs = [(getattr(one, part), getattr(one, whole)) for one in self.evenings]
        shares = [some / all_ for some, all_ in pairs if all_]
        return fmean(shares) if shares else None

    def worst(self, part: str, whole: str) -> float:
        """The lowest share of a day, when everybody was asked and had the time to answer."""
        return min(getattr(one, part) / getattr(one, whole) for one in self.evenings[SETTLED:])

    def mean(self, name: str) -> float:
        return fmean(getattr(one, name) for one in self.evenings)

    @property
    def confirmed_at_end(self) -> float:
        last = self.evenings[-1]
        return last.confirmed / last.shown


def a_year(seed: int = 0, **options: Any) -> Year:
    """The year of `Simulation(seed, **options)`, undone again in the database."""
    with transaction.atomic():
        year = Simulation(seed, **options).run()
        transaction.set_rollback(True)
    return year


class Simulation:
    """The directory and the world around it, one day after another."""

    def __init__(
        self, seed: int = 0, *, centres: int = 8, trials: int = 45, days: int = 365, closes: float = CLOSES,
        is_vouched: bool = True,
    ):  # fmt: skip
        self.days, self.is_vouched, self.number_of_centres = days, is_vouched, centres
        self.facts = trials_of(seed, centres=centres, trials=trials, days=days, closes=closes)
        self.random = Random(f"{seed}-coordinators")
        self.to_answer: dict[int, list[str]] = defaultdict(list)  # tokens, by day
        self.year = Year()
        for one in (site.truth for facts in self.facts for site in facts.sites):
            self.year.counts["opened"] += one.begins(OPEN, 0, days)
            self.year.counts["stopped"] += one.ends(OPEN, 0, days)

    def run(self) -> Year:
        """All days of the year."""
        with time_machine.travel(_at(0, 0), tick=False) as clock:
            self._begin()
            for day in range(self.days):
                clock.move_to(_at(day, NIGHT))
                self._follow(day)
                if self.is_vouched:
                    clock.move_to(_at(day, MORNING))
                    self._mail(day)
                    clock.move_to(_at(day, AFTERNOON))
                    self._answer(day)
                clock.move_to(_at(day, EVENING))
                self.year.evenings.append(self._look(day))
        return self.year

    # The world before the first day

    def _begin(self) -> None:
        self.centres = [
            a_centre(f"c{n}", name=f"{city} Hospital", city=city, postal_code=code, languages=["nl"])
            for n, (city, code) in enumerate(CITIES[: self.number_of_centres])
        ]
        for one in self.centres:
            user = a_coordinator(one)
            user.email = f"{one.code}@example.org"
            user.save()
        self.trials = [self._trial(one) for one in self.facts]
        self.truth = {
            (self.trials[one.number].pk, self.centres[site.centre].pk): site
            for one in self.facts
            for site in one.sites
        }

    def _trial(self, facts: TrialTruth) -> Trial:
        """As the directory knew it before: its sites, and of every second trial an editor's old word."""
        day, by = FIRST_DAY - dt.timedelta(days=SAID_BEFORE), changes.Actor(Role.EDITOR)
        was_asked = facts.number % 2 == 0
        status = facts.truth.on(-SAID_BEFORE) if was_asked else "unknown"
        trial = a_trial(
            f"Trial {facts.number}", identifiers=[_number(facts)], status=status,
            status_as_of=day.isoformat() if was_asked else "",
        )  # fmt: skip
        if was_asked:
            with changes.recording(by) as log:
                log.watch(trial)
                state_status_of_trial(trial=trial, by=by)
        for one in facts.sites:
            if known := one.truth.on(-SAID_BEFORE):
                site = TrialSite.objects.create(trial=trial, centre=self.centres[one.centre])
                if was_asked:
                    state_status(site=site, status=known, by=by, said_at=day)
        return trial

    # A day

    def _follow(self, day: int) -> None:
        """What the registry says this night; no person's word may be another afterwards."""
        before = _said_by_persons()
        studies = [self._record(one, day) for one in self.facts]
        run = follow(CTGOV, answers(*studies))
        if run is not None and run.status == SyncStatus.WAITING:
            self.year.counts["looked at by an editor"] += 1
            run = follow(CTGOV, answers(*studies), is_accepted=True)
        self._check(run)
        after = _said_by_persons()
        self.year.overwritten += [f"day {day}: {key}" for key, was in before.items() if after.get(key) != was]

    def _check(self, run: RegistrySync | None) -> None:
        if run is None or run.status != SyncStatus.DONE or run.counts["faulty"] or run.counts["unresolved"]:
            raise AssertionError(run and (run.status, run.problems, dict(run.counts)))
        for name in ("filled", "disputed"):
            self.year.counts[name] += run.counts[name]

    def _record(self, facts: TrialTruth, day: int) -> dict:
        """As real records do, it says how a location is while the trial recruits, else nothing of it."""
        overall = facts.registry.on(day)
        verified = FIRST_DAY + dt.timedelta(days=int(facts.verified_on(day) // 1))
        places = []
        for one in facts.sites:
            if status := one.registry.on(day):
                place = self._place(one)
                places.append(place | {"status": status.upper()} if overall == OPEN else place)
        return a_study(_number(facts), status=overall.upper(), verified=f"{verified:%Y-%m}", places=places)

    def _place(self, site: SiteTruth) -> dict:
        centre = self.centres[site.centre]
        place = {"facility": centre.name_en, "city": centre.city, "zip": centre.postal_code}
        return place | {"country": "Belgium"}

    def _mail(self, day: int) -> None:
        """The mails of the morning: of each it is settled whether and when it will be answered."""
        mail.outbox.clear()
        sent = send_due()
        self.year.counts["mails"] += len(mail.outbox)
        self.year.counts["reminders"] += sent.reminded
        for one in mail.outbox:
            if self.random.random() < ANSWERED:
                token = _LINK.search(one.body)[1]
                self.to_answer[day + self.random.randint(0, LONGEST_WAIT)].append(token)

    def _answer(self, day: int) -> None:
        for token in self.to_answer.pop(day, ()):
            enquiry = Enquiry.of_token(token)
            given = [self._said(one, day) for one in asked_about(enquiry)]
            answer(enquiry=enquiry, answers=given, note="", language="nl")
            self.year.counts["answers"] += 1

    def _said(self, asked: AskedSite, day: int) -> SiteAnswer:
        """What a coordinator says who knows how it is."""
        site = asked.site
        is_so = self.truth[site.trial_id, site.centre_id].truth.on(day)
        if is_so == site.status:
            return SiteAnswer(site.pk, SAME, seen=asked.seen)
        opens = f"{FIRST_DAY + dt.timedelta(days=day + 60):%Y-%m}" if is_so == NOT_YET else ""
        return SiteAnswer(site.pk, is_so, seen=asked.seen, day=opens)

    def _look(self, day: int) -> Evening:
        today, found, seen = FIRST_DAY + dt.timedelta(days=day), Evening(), {}
        columns = ("trial_id", "centre_id", "status", "verified_at", "verified_by", "disputed")
        for trial, centre, status, verified_at, by, disputed in TrialSite.objects.values_list(*columns):
            is_shown = status == OPEN
            is_fresh = freshness(verified_at, disputed, today) == Freshness.FRESH
            is_open = self.truth[trial, centre].truth.on(day) == OPEN
            seen[trial, centre] = is_confirmed = is_shown and is_fresh and by != Role.REGISTRY
            found.shown += is_shown
            found.confirmed += is_confirmed
            found.unmarked += is_shown and is_fresh
            found.false += is_shown and is_fresh and not is_open
            found.false_at_all += is_shown and not is_open
            found.disputed += disputed
        really = [key for key, one in self.truth.items() if one.truth.on(day) == OPEN]
        found.open = len(really)
        found.open_confirmed = sum(seen.get(key, False) for key in really)
        return found


def _said_by_persons() -> dict[tuple[str, int], tuple]:
    """What stands by a person's word, of sites and of trials."""
    sites = TrialSite.objects.exclude(verified_by__in=("", Role.REGISTRY))
    trials = Trial.objects.exclude(status_by__in=("", Role.REGISTRY))
    found = {
        ("site", pk): said
        for pk, *said in sites.values_list("pk", "status", "verified_by", "verified_at", "status_since")
    }
    return found | {
        ("trial", pk): said for pk, *said in trials.values_list("pk", "status", "status_by", "status_as_of")
    }


def _number(facts: TrialTruth) -> str:
    return f"NCT{facts.number + 1:08}"


def _at(day: int, hour: int) -> dt.datetime:
    return dt.datetime.combine(FIRST_DAY + dt.timedelta(days=day), dt.time(hour), BRUSSELS)
