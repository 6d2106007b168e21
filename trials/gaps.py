"""Gaps: for which classes of ICCC-3 no trial recruits in Belgium, or only one centre does.

A trial is *for* a class when one of its conditions is the class or lies below it. One of whose conditions
lies above the class takes such patients too, with others: it is counted apart, as *wider*. A trial without
any condition says nothing of a class and is told by itself. Recruiting means: at a listed Belgian centre.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from . import conditions
from .choices import Freshness, Recruitment, Stage
from .freshness import freshness
from .models import Trial, TrialSite

LEVELS = ("group", "subgroup")
# The nearer to the top, the more it needs somebody's attention.
NONE, WIDER, ONE_CENTRE, SEVERAL = "none", "wider", "one_centre", "several"
STATES = (NONE, WIDER, ONE_CENTRE, SEVERAL)


@dataclass
class OpenTrial:
    """A trial that recruits in Belgium: its classes, the centres it recruits at, and the latest word."""

    slug: str
    acronym: str
    titles: dict[str, str]
    codes: frozenset[str]
    centres: set[str] = field(default_factory=set)
    verified_at: date | None = None
    verified_on: str = ""
    verified_by: str = ""
    disputed: bool = False

    def add(self, site: dict) -> None:
        """A site where it recruits."""
        self.centres.add(site["centre__code"])
        if site["verified_at"] and (self.verified_at is None or site["verified_at"] > self.verified_at):
            for name in ("verified_at", "verified_on", "verified_by", "disputed"):
                setattr(self, name, site[name])

    @property
    def freshness(self) -> Freshness:
        """Of the site that was verified last."""
        return freshness(self.verified_at, self.disputed, timezone.localdate())


@dataclass(frozen=True)
class Gap:
    """One class: the trials for it, the wider ones, and the centres of the first."""

    code: str
    level: str
    own: tuple[OpenTrial, ...]
    wider: tuple[OpenTrial, ...]

    @property
    def is_diagnosis(self) -> bool:
        """What is counted: a subgroup, or a group that has none (retinoblastoma)."""
        return self.level == "subgroup" or len(conditions.subtree(self.code)) == 1

    @property
    def centres(self) -> frozenset[str]:
        """Codes of the centres where a trial for this class recruits."""
        return frozenset().union(*(trial.centres for trial in self.own))

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if not self.own:
            return WIDER if self.wider else NONE
        return ONE_CENTRE if len(self.centres) == 1 else SEVERAL


@dataclass(frozen=True)
class Gaps:
    """All classes, in the order of ICCC-3, and the open trials without a condition."""

    classes: tuple[Gap, ...]
    without_condition: tuple[OpenTrial, ...]

    def count(self, state: str) -> int:
        """How many diagnoses are in `state`; divisions are not counted beside their subgroup."""
        return sum(one.state == state for one in self.classes if one.level in LEVELS and one.is_diagnosis)


def find_gaps(*, days: int | None = None, stage: str = "") -> Gaps:
    """The gaps of today, in two queries.

    `days`: only trials open to that age; a missing bound is open. `stage`: only trials for that stage of
    disease or for any; one that states no stage is kept, since nobody said that it is not.
    """
    trials = _open_trials(days, stage)
    sorted_trials = sorted(trials.values(), key=lambda one: (one.acronym.casefold() or "~", one.slug))
    by_class: dict[str, list[OpenTrial]] = {}
    for trial in sorted_trials:
        for code in trial.codes:
            by_class.setdefault(code, []).append(trial)
    classes = tuple(
        _gap(row, by_class) for row in conditions.rows() if row["level"] in LEVELS or row["code"] in by_class
    )
    return Gaps(classes, tuple(one for one in sorted_trials if not one.codes))


def _gap(row: dict[str, str], by_class: dict[str, list[OpenTrial]]) -> Gap:
    code = row["code"]
    own = _each_once(trial for below in conditions.subtree(code) for trial in by_class.get(below, ()))
    slugs = {trial.slug for trial in own}
    wider = _each_once(trial for above in conditions.path_to(code)[:-1] for trial in by_class.get(above, ()))
    return Gap(code, row["level"], own, tuple(one for one in wider if one.slug not in slugs))


def _each_once(trials: Iterable[OpenTrial]) -> tuple[OpenTrial, ...]:
    found = {trial.slug: trial for trial in trials}
    return tuple(sorted(found.values(), key=lambda one: (one.acronym.casefold() or "~", one.slug)))


def _open_trials(days: int | None, stage: str) -> dict[int, OpenTrial]:
    """By primary key."""
    sites = TrialSite.objects.listed().filter(status=Recruitment.RECRUITING, centre__country="BE")
    if days is not None:
        sites = sites.filter(trial__in=Trial.objects.open_to_age(days))
    columns = ("title_en", "title_nl", "title_fr", "title_de")
    rows = sites.order_by("pk").values(
        "trial_id", "trial__slug", "trial__acronym", "trial__stages", "centre__code", "verified_at",
        "verified_on", "verified_by", "disputed", *(f"trial__{name}" for name in columns),
    )  # fmt: skip
    rows = [row for row in rows if not stage or not row["trial__stages"] or _takes(stage, row)]
    codes: dict[int, set[str]] = defaultdict(set)
    links = Trial.conditions.through.objects.filter(trial__in=sites.order_by().values("trial_id"))
    for pk, code in links.values_list("trial_id", "condition__code"):
        codes[pk].add(code)
    found: dict[int, OpenTrial] = {}
    for row in rows:
        pk = row["trial_id"]
        titles = {name[-2:]: row[f"trial__{name}"] for name in columns}
        trial = found.setdefault(
            pk, OpenTrial(row["trial__slug"], row["trial__acronym"], titles, frozenset(codes[pk]))
        )
        trial.add(row)
    return found


def _takes(stage: str, row: dict) -> bool:
    return bool({stage, Stage.ANY} & set(row["trial__stages"]))
