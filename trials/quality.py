"""How true the directory is: how many statuses of sites were verified lately, today and month by month.

Of the sites that the public sees today. What was known in an earlier month is derived from what had been
*recorded* by its end, whatever day it was said of, by the one rule of `trials.statements`: what is told later
changes no earlier month. Nothing is counted in advance. A disputed status counts as not verified: its
freshness is a word of its own. Contradictions with registries are of sites and of trials as a whole.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max
from django.utils import timezone

from centres.models import Centre
from directory.core.dates import day_after
from directory.core.models import Change, Op
from directory.core.places import HOME
from directory.core.roles import Role

from .choices import Freshness, Recruitment
from .freshness import freshness
from .models import StatusStatement, Trial, TrialSite
from .statements import at_odds, counts, derive, weight

MONTHS = 12
_OF_A_SITE = (
    "pk", "trial__slug", "centre__code", "centre__country", "centre_id", "status", "verified_at",
    "verified_by", "disputed",
)  # fmt: skip
# Those who know most come first, nobody last.
_SPEAKERS = (Role.COORDINATOR, Role.EDITOR, Role.SPONSOR, Role.REGISTRY, Role.SYSTEM, "")
# What is read of each statement.
_COLUMNS = (
    "pk", "site_id", "trial_id", "status", "since", "said_at", "said_on", "role", "source", "source_url",
    "recorded_at", "retracted_at", "implied_by",
)  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """How many statuses there are of each freshness."""

    of: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.of.values())

    @property
    def fresh(self) -> int:
        """Verified in the last 30 days."""
        return self.of.get(Freshness.FRESH, 0)

    @property
    def lately(self) -> int:
        """Verified in the last 90 days, those of the last 30 included."""
        return self.fresh + self.of.get(Freshness.AGEING, 0)

    @property
    def older(self) -> int:
        return self.of.get(Freshness.STALE, 0)

    @property
    def disputed(self) -> int:
        return self.of.get(Freshness.DISPUTED, 0)

    @property
    def never(self) -> int:
        return self.of.get(Freshness.NEVER, 0)

    @property
    def fresh_percent(self) -> int | None:
        return percent(self.fresh, self.total)

    @property
    def lately_percent(self) -> int | None:
        return percent(self.lately, self.total)


def percent(part: int, whole: int) -> int | None:
    """Rounded, but 0 and 100 only where it is none and all; None of nothing."""
    if not whole:
        return None
    return round(100 * part / whole) if part in (0, whole) else min(99, max(1, round(100 * part / whole)))


@dataclass(frozen=True)
class MonthTally:
    """What was known at the end of `day`: of all statuses, and of those that said recruiting.

    Of all centres together, the latter are those of Belgian ones.
    """

    day: dt.date
    all: Tally
    recruiting: Tally


@dataclass(frozen=True)
class Contradiction:
    """A site, or a trial as a whole, of which a person and a registry say different things.

    `centre`: None for a trial as a whole. `theirs` is the registry's latest word; `disputed`: it is the newer
    one.
    """

    trial: Trial
    centre: Centre | None
    ours: StatusStatement
    theirs: StatusStatement
    disputed: bool


@dataclass(frozen=True)
class SourceAge:
    """What came from one registry: its newest word, when it was last taken over, of how many statuses.

    `newest`: None where no word of it has a day.
    """

    name: str
    newest: StatusStatement | None
    taken_over: dt.datetime
    statuses: int


@dataclass(frozen=True)
class Quality:
    """All figures of the page, of one day. `roles`: by who said the status that stands, empty for nobody.

    `recruiting`: of the statuses of Belgian sites that say so.
    """

    day: dt.date
    all: Tally
    recruiting: Tally
    centres: list[tuple[Centre, Tally]] = field(default_factory=list)
    roles: list[tuple[str, Tally]] = field(default_factory=list)
    months: list[MonthTally] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    sources: list[SourceAge] = field(default_factory=list)

    @property
    def disputed(self) -> list[Contradiction]:
        return [one for one in self.contradictions if one.disputed]

    @property
    def behind(self) -> list[Contradiction]:
        """Where the registry's word is the older one: it has not followed."""
        return [one for one in self.contradictions if not one.disputed]


def latest_statement() -> tuple:
    """Changes with every statement and retraction, also with one by which no status changes."""
    found = StatusStatement.objects.aggregate(
        last=Max("pk"), retracted=Count("retracted_at"), lately=Max("retracted_at")
    )
    return tuple(found.values())


def measure(today: dt.date | None = None) -> Quality:
    """The figures of `today`, in seven queries whatever the number of sites."""
    today = today or timezone.localdate()
    listed = TrialSite.objects.listed()
    sites = list(listed.order_by("pk").values(*_OF_A_SITE))
    said, of_trials = _said(site__in=listed), _said(trial__in=Trial.objects.listed())
    words = {one["pk"]: freshness(one["verified_at"], one["disputed"], today) for one in sites}
    return Quality(
        day=today,
        all=_tally(words.values()),
        recruiting=_tally(words[one["pk"]] for one in filter(_recruits_at_home, sites)),
        centres=_by_centre(sites, words),
        roles=sorted(_grouped(sites, words, "verified_by").items(), key=lambda one: _SPEAKERS.index(one[0])),
        months=_months(sites, said, today, country=HOME),
        contradictions=_contradictions(said, of_trials),
        sources=source_ages(
            one
            for several in (*said.values(), *of_trials.values())
            for one in several
            # A sheet that names no source of a trial's status may have it from anybody.
            if counts(one) and (one.source or one.site_id)
        ),
    )


def _recruits_at_home(site: dict) -> bool:
    return site["status"] == Recruitment.RECRUITING and site["centre__country"] == HOME


def _said(**of: object) -> Mapping[int, list]:
    """What was said of each site, or each trial, by its pk: rows that have what a `StatusStatement` has."""
    found: dict[int, list] = defaultdict(list)
    rows = StatusStatement.objects.filter(**of).order_by()
    for one in rows.values_list(*_COLUMNS, named=True).iterator():
        found[one.site_id or one.trial_id].append(one)
    return found


def _tally(words: Iterable[str]) -> Tally:
    return Tally(Counter(words))


def _grouped(sites: Sequence[dict], words: Mapping[int, str], name: str) -> dict:
    groups: dict = defaultdict(list)
    for one in sites:
        groups[one[name]].append(words[one["pk"]])
    return {key: _tally(several) for key, several in groups.items()}


def _by_centre(sites: Sequence[dict], words: Mapping[int, str]) -> list[tuple[Centre, Tally]]:
    tallies = _grouped(sites, words, "centre_id")
    found = Centre.objects.filter(pk__in=tallies)
    return [(one, tallies[one.pk]) for one in sorted(found, key=lambda one: one.name)]


# --- Over time ----------------------------------------------------------------------------------------


def months_at(centre_id: int, today: dt.date | None = None) -> list[MonthTally]:
    """The months of one centre, counted as `measure` counts those of all; from the first with a statement."""
    today, here = today or timezone.localdate(), TrialSite.objects.listed().filter(centre=centre_id)
    sites = list(here.order_by("pk").values(*_OF_A_SITE))
    return _months(sites, _said(site__in=here), today)


def month_ends(today: dt.date) -> list[dt.date]:
    """The last days of the months before that of `today`, then `today`: twelve days in order."""
    days = [today]
    while len(days) < MONTHS:
        days.append(days[-1].replace(day=1) - dt.timedelta(days=1))
    return days[::-1]


def _months(
    sites: Sequence[dict], said: Mapping[int, list], today: dt.date, country: str = ""
) -> list[MonthTally]:
    """One a month, from the first in which anything had been recorded.

    `country`: only there a status counts as recruiting; empty, anywhere.
    """
    ends = _ends(said, today)
    moments, entered = [moment for _day, moment in ends], _entered() if len(ends) > 1 else {}
    known: list[list[tuple[bool, str]]] = [[] for _end in ends]
    for site in sites:
        since = entered.get(f"{site['trial__slug']}@{site['centre__code']}")
        first = bisect_right(moments, since) if since else 0
        is_there = country in ("", site["centre__country"])
        over_time = _over_time(said.get(site["pk"], ()), ends[first:])
        for at, (status, word) in enumerate(over_time, start=first):
            known[at].append((is_there and status == Recruitment.RECRUITING, word))
    return [_month(day, several) for (day, _moment), several in zip(ends, known, strict=True) if several]


def _ends(said: Mapping[int, list], today: dt.date) -> list[tuple[dt.date, dt.datetime]]:
    """The last days of the months and the moments at which they are over."""
    begun = min((one.recorded_at for several in said.values() for one in several), default=None)
    ends = [(day, day_after(day)) for day in month_ends(today)]
    return [(day, moment) for day, moment in ends if begun and begun < moment]


def _month(day: dt.date, known: Sequence[tuple[bool, str]]) -> MonthTally:
    """`known`: of each site whether it counted as recruiting, and how fresh its status was."""
    recruiting = (word for recruits, word in known if recruits)
    return MonthTally(day, _tally(word for _recruits, word in known), _tally(recruiting))


def _entered() -> dict[str, dt.datetime]:
    """When each site was entered, by its key in the change log; one that is older than the log is missing."""
    made = Change.objects.filter(kind=TrialSite.change_kind, op=Op.CREATE).order_by()
    return dict(made.values("key").annotate(last=Max("at")).values_list("key", "last"))


def _over_time(said: Sequence, ends: Sequence[tuple[dt.date, dt.datetime]]) -> Iterator[tuple[str, str]]:
    """A site's status and freshness at the end of each day, as they were known then."""
    turns = sorted(at for one in said for at in (one.recorded_at, one.retracted_at) if at)
    seen, derived = -1, derive(())
    for day, moment in ends:
        if (passed := bisect_left(turns, moment)) != seen:
            seen, derived = passed, derive(said, moment)
        yield derived["status"], freshness(derived["verified_at"], derived["disputed"], day)


# --- Registries ---------------------------------------------------------------------------------------


def _contradictions(said: Mapping[int, list], of_trials: Mapping[int, list]) -> list[Contradiction]:
    """The disputed first, then the newest word of the registry first."""
    pairs = {pk: pair for pk, several in said.items() if (pair := at_odds(several))}
    whole = {pk: pair for pk, several in of_trials.items() if (pair := at_odds(several, of_trial=True))}
    sites = TrialSite.objects.filter(pk__in=pairs).select_related("trial", "centre")
    made = [_contradiction(one.trial, one.centre, pairs[one.pk], one.disputed) for one in sites]
    trials = Trial.objects.filter(pk__in=whole)
    made += [_contradiction(one, None, whole[one.pk], one.disputed) for one in trials]
    return sorted(made, key=_order)


def _contradiction(trial: Trial, centre, pair: tuple, disputed: bool) -> Contradiction:
    return Contradiction(trial, centre, *map(_statement, pair), disputed=disputed)


def _order(one: Contradiction) -> tuple:
    return (
        not one.disputed, -weight(one.theirs).toordinal(), one.trial.slug,
        one.centre.code if one.centre else "",
    )  # fmt: skip


def _statement(row) -> StatusStatement:
    """A row of `_statements` as what it stands for."""
    return StatusStatement(**row._asdict())


def _source_age(several: Sequence) -> SourceAge:
    dated = [one for one in several if one.said_at]
    newest = max(dated, key=lambda one: (one.said_at, one.pk), default=None)
    last = max(several, key=lambda one: (one.recorded_at, one.pk))
    spoken_of = {(one.site_id, one.trial_id) for one in several}
    return SourceAge(last.source, newest and _statement(newest), last.recorded_at, len(spoken_of))


def source_ages(statements: Iterable) -> list[SourceAge]:
    """The registries that said any of `statements`, the freshest first; one without a name is empty."""
    found: dict[str, list] = defaultdict(list)
    for one in statements:
        if one.role == Role.REGISTRY:
            found[one.source.casefold()].append(one)
    ages = [_source_age(several) for several in found.values()]
    return sorted(ages, key=lambda one: (-one.newest.said_at.toordinal() if one.newest else 0, one.name))
