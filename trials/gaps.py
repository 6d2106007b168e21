"""Gaps: for which classes of ICCC-3 no trial recruits a child in Belgium, or only one centre does, and why.

A trial is *for* a class when one of its conditions is the class or lies below it. One of whose conditions
lies above the class takes such patients too, with others: it is counted apart, as *wider*. A trial without
any condition says nothing of a class and is told by itself. Recruiting means: at a listed Belgian centre.

Where none recruits, four things are told apart: no trial is here at all, none of those that are recruits, of
some nobody said (the status of a Belgian centre, or which centre it is), or those that recruit take no child.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import timezone

from directory.core.places import HOME

from . import conditions
from .ages import DAYS_OF_BAND
from .choices import AgeBand, AgeGroup, Freshness, Limit, Recruitment, Stage
from .freshness import freshness, is_of_the_centre, lately_since
from .models import Trial, TrialSite

LEVELS = ("group", "subgroup")
# What there is for a class; the nearer to the top, the more it needs somebody's attention.
NO_TRIAL, NOT_RECRUITING, NOT_KNOWN, ADULTS_ONLY = "no_trial", "not_recruiting", "not_known", "adults_only"
WIDER, ONE_CENTRE, SEVERAL = "wider", "one_centre", "several"
STATES = (NO_TRIAL, NOT_RECRUITING, NOT_KNOWN, ADULTS_ONLY, WIDER, ONE_CENTRE, SEVERAL)
# How one trial stands: this, or NOT_RECRUITING, NOT_KNOWN, ADULTS_ONLY.
RECRUITING = "recruiting"
_FIRST_OF_ADULTS = DAYS_OF_BAND[AgeBand.ADULT][0]
# Of a whole trial: with these, nobody can be included anywhere, known centre or not.
_CLOSED = frozenset(Recruitment.values) - {
    Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.UNKNOWN,
}  # fmt: skip
_TITLES = ("title_en", "title_nl", "title_fr", "title_de")
_OF_A_TRIAL = (
    "pk", "slug", "acronym", "status", "disputed", "stages", "min_days", "max_days", "age_groups",
    "no_limits", *_TITLES,
)  # fmt: skip
_OF_A_SITE = (
    "trial_id", "status", "centre__code", "verified_at", "verified_on", "verified_by", "disputed",
    "implied_by",
)  # fmt: skip


@dataclass
class KnownTrial:
    """A listed trial: its classes, how it stands in Belgium, the centres it recruits at, the latest word.

    `takes_no_child`: by its recorded ages or, where there are none, by the age groups of a registry; what
    nobody recorded excludes no child.
    """

    slug: str
    acronym: str
    titles: dict[str, str]
    codes: frozenset[str]
    stages: tuple[str, ...] = ()
    ages: tuple[int | None, int | None] = (None, None)  # in days
    takes_no_child: bool = False
    may_recruit: bool = True  # the whole trial, as far as anybody said
    centres: set[str] = field(default_factory=set)
    has_site: bool = False
    has_doubtful_site: bool = False
    verified_at: date | None = None
    verified_on: str = ""
    verified_by: str = ""
    implied_by: str = ""
    disputed: bool = False
    confirmed_at: date | None = None  # the last day on which a centre itself said that it recruits

    def add(self, site: dict) -> None:
        """A Belgian site. Of those where it recruits, the one verified last speaks for the trial."""
        self.has_site = True
        if site["status"] != Recruitment.RECRUITING:
            self.has_doubtful_site |= site["status"] == Recruitment.UNKNOWN or site["disputed"]
            return
        self.centres.add(site["centre__code"])
        if is_of_the_centre(site["verified_by"], site["implied_by"]) and not site["disputed"]:
            self.confirmed_at = max(filter(None, (self.confirmed_at, site["verified_at"])))
        if site["verified_at"] and (self.verified_at is None or site["verified_at"] > self.verified_at):
            for name in ("verified_at", "verified_on", "verified_by", "implied_by", "disputed"):
                setattr(self, name, site[name])

    @property
    def standing(self) -> str:
        """RECRUITING, or why it recruits no child: ADULTS_ONLY, NOT_KNOWN or NOT_RECRUITING.

        Not known: nobody said of one of its Belgian centres, or it is disputed; or no Belgian centre is
        known. Neither, where the whole trial can include nobody.
        """
        if self.centres:
            return ADULTS_ONLY if self.takes_no_child else RECRUITING
        is_doubtful = self.has_doubtful_site or not self.has_site
        return NOT_KNOWN if is_doubtful and self.may_recruit else NOT_RECRUITING

    @property
    def is_confirmed_lately(self) -> bool:
        """Whether one of its centres confirmed in the last 90 days that it recruits."""
        return self.confirmed_at is not None and self.confirmed_at >= lately_since(timezone.localdate())

    @property
    def freshness(self) -> Freshness:
        """Of the site that was verified last."""
        return freshness(self.verified_at, self.disputed, timezone.localdate())


@dataclass(frozen=True)
class Gap:
    """One class: the trials for it, and the wider ones, however they stand."""

    code: str
    level: str
    trials: tuple[KnownTrial, ...]
    wider_trials: tuple[KnownTrial, ...]

    @property
    def is_diagnosis(self) -> bool:
        """What is counted: a subgroup, or a group that has none (retinoblastoma)."""
        return self.level == "subgroup" or len(conditions.subtree(self.code)) == 1

    def standing(self, standing: str) -> tuple[KnownTrial, ...]:
        """The trials for this class that stand so."""
        return tuple(one for one in self.trials if one.standing == standing)

    @property
    def own(self) -> tuple[KnownTrial, ...]:
        """The trials for this class that recruit, children too."""
        return self.standing(RECRUITING)

    @property
    def wider(self) -> tuple[KnownTrial, ...]:
        """The wider trials that recruit, children too."""
        return tuple(one for one in self.wider_trials if one.standing == RECRUITING)

    @property
    def centres(self) -> frozenset[str]:
        """Codes of the centres where a trial for this class recruits."""
        return frozenset().union(*(trial.centres for trial in self.own))

    @property
    def state(self) -> str:
        """One of `STATES`; where none recruits a child, what is not known comes before what is."""
        if self.own:
            return ONE_CENTRE if len(self.centres) == 1 else SEVERAL
        standings = {one.standing for one in (*self.trials, *self.wider_trials)}
        if RECRUITING in standings:
            return WIDER
        return next((one for one in (NOT_KNOWN, ADULTS_ONLY, NOT_RECRUITING) if one in standings), NO_TRIAL)


@dataclass(frozen=True)
class Gaps:
    """All classes, in the order of ICCC-3, and the trials without a condition that recruit."""

    classes: tuple[Gap, ...]
    without_condition: tuple[KnownTrial, ...]

    @property
    def recruiting(self) -> list[KnownTrial]:
        """The trials that recruit in Belgium, each once."""
        several = (*self.without_condition, *(trial for one in self.classes for trial in one.trials))
        return list({one.slug: one for one in several if one.centres}.values())

    def count(self, state: str) -> int:
        """How many diagnoses are in `state`; divisions are not counted beside their subgroup."""
        return sum(one.state == state for one in self.classes if one.level in LEVELS and one.is_diagnosis)


def find_gaps(known: Iterable[KnownTrial] | None = None, *, days: int | None = None, stage: str = "") -> Gaps:
    """The gaps of today, among the trials that are `known`, else in three queries.

    `days`: only trials open to that age; a missing bound is open, and of a child's age those for adults only
    are kept, to be named as such. `stage`: only trials for that stage of disease or for any; one that states
    no stage is kept, since nobody said that it is not.
    """
    asked = _asked_for(known_trials() if known is None else known, days, stage)
    trials = sorted(asked, key=_by_name)
    by_class: dict[str, list[KnownTrial]] = defaultdict(list)
    for trial in trials:
        for code in trial.codes:
            by_class[code].append(trial)
    classes = tuple(
        _gap(row, by_class) for row in conditions.rows() if row["level"] in LEVELS or row["code"] in by_class
    )
    loose = tuple(one for one in trials if not one.codes and one.standing == RECRUITING)
    return Gaps(classes, loose)


def _gap(row: dict[str, str], by_class: dict[str, list[KnownTrial]]) -> Gap:
    code = row["code"]
    own = _each_once(trial for below in conditions.subtree(code) for trial in by_class.get(below, ()))
    slugs = {trial.slug for trial in own}
    wider = _each_once(trial for above in conditions.path_to(code)[:-1] for trial in by_class.get(above, ()))
    return Gap(code, row["level"], own, tuple(one for one in wider if one.slug not in slugs))


def _each_once(trials: Iterable[KnownTrial]) -> tuple[KnownTrial, ...]:
    return tuple(sorted({trial.slug: trial for trial in trials}.values(), key=_by_name))


def _by_name(trial: KnownTrial) -> tuple[str, str]:
    return trial.acronym.casefold() or "~", trial.slug


def _asked_for(known: Iterable[KnownTrial], days: int | None, stage: str) -> Iterable[KnownTrial]:
    is_of_a_child = days is None or days < _FIRST_OF_ADULTS
    for trial in known:
        if not _may_be_at(trial, stage):
            continue
        if not is_of_a_child and trial.takes_no_child:
            # Whoever asks for an adult misses nothing in a trial for adults.
            trial = replace(trial, takes_no_child=False)
        if trial.takes_no_child or days is None or _takes(trial, days):
            yield trial


def _may_be_at(trial: KnownTrial, stage: str) -> bool:
    """Whether nothing recorded says that it takes nobody at a stage; without one, at any."""
    return not stage or not trial.stages or not {stage, Stage.ANY}.isdisjoint(trial.stages)


def _takes(trial: KnownTrial, days: int) -> bool:
    """Whether a trial is open to an age; a missing bound is open."""
    first, last = trial.ages
    return (first is None or first <= days) and (last is None or days <= last)


def known_trials() -> tuple[KnownTrial, ...]:
    """The listed trials with what is known of their Belgian sites, in three queries."""
    listed = Trial.objects.listed().order_by()
    codes: dict[int, set[str]] = defaultdict(set)
    links = Trial.conditions.through.objects.filter(trial__in=listed.values("pk"))
    for pk, code in links.values_list("trial_id", "condition__code"):
        codes[pk].add(code)
    found = {row["pk"]: _known_trial(row, frozenset(codes[row["pk"]])) for row in listed.values(*_OF_A_TRIAL)}
    sites = TrialSite.objects.listed().filter(centre__country=HOME).order_by("pk")
    for site in sites.values(*_OF_A_SITE):
        if trial := found.get(site["trial_id"]):
            trial.add(site)
    return tuple(found.values())


def _known_trial(row: dict, codes: frozenset[str]) -> KnownTrial:
    return KnownTrial(
        slug=row["slug"],
        acronym=row["acronym"],
        titles={name[-2:]: row[name] for name in _TITLES},
        codes=codes,
        stages=tuple(row["stages"]),
        ages=(row["min_days"], row["max_days"]),
        takes_no_child=_takes_no_child(row),
        may_recruit=row["status"] not in _CLOSED or row["disputed"],
    )


def _takes_no_child(row: dict) -> bool:
    if row["min_days"] is not None or row["max_days"] is not None:
        return (row["min_days"] or 0) >= _FIRST_OF_ADULTS
    if Limit.AGE in row["no_limits"]:
        return False
    return bool(row["age_groups"]) and AgeGroup.CHILD not in row["age_groups"]
