"""A profile judged trial by trial in plain Python: what the arrays are measured against, and held to.

The rules are those of `docs/adr/0027`, written down a second time. Diseases go by ICCC-3 alone here: the
vocabulary's rules have tables of their own in the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from directory.core.places import distance_km
from directory.eligibility import alterations
from directory.eligibility.service import Profile
from trials.age_criteria import AgeBound, holding_in, parse_bounds
from trials.choices import Freshness, Recruitment, Sex, Stage
from trials.conditions import path_to
from trials.models import Trial, TrialSite


@dataclass(frozen=True)
class Site:
    """What a profile is told of one listed site."""

    status: str
    disputed: bool
    country: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Row:
    """One listed trial with its listed sites, in memory."""

    trial: Trial
    codes: tuple[str, ...]
    sites: tuple[Site, ...]


def rows() -> dict[str, Row]:
    """All listed trials by slug."""
    sites: dict[int, list[Site]] = {}
    for one in TrialSite.objects.listed().select_related("centre"):
        centre = one.centre
        sites.setdefault(one.trial_id, []).append(
            Site(
                one.status,
                one.freshness == Freshness.DISPUTED,
                centre.country,
                centre.latitude,
                centre.longitude,
            )
        )
    return {
        trial.slug: Row(
            trial, tuple(one.code for one in trial.conditions.all()), tuple(sites.get(trial.pk, ()))
        )
        for trial in Trial.objects.listed().prefetch_related("conditions")
    }


def judge(row: Row, profile: Profile, since: int = 0) -> Mapping[str, str | None]:
    """The verdict by criterion; None where nothing is recorded and it is not asked.

    `since`: how many days ago a newly diagnosed patient's disease was found.
    """
    trial = row.trial
    newly = profile.stage == Stage.NEWLY_DIAGNOSED
    lines = 0 if profile.lines is None and newly else profile.lines
    return {
        "diagnosis": _diagnosis(row, profile.conditions),
        "age": _age(trial, profile, since if newly else None),
        "stage": _stage(trial.stages, profile.stage),
        "lines": _asked(trial, "lines", _between(trial.lines_min, trial.lines_max, lines)),
        "alterations": _asked(trial, "alterations", _required(trial.alterations, profile.alterations)),
        "alterations_excluded": _asked(
            trial, "alterations_excluded", _excluded(trial.alterations_excluded, profile.alterations)
        ),
        "sex": _asked(trial, "sex", _sex(trial.sex, profile.sex)),
        "recruitment": _recruitment(row),
        "reach": _reach(row, profile),
    }


def _free(trial: Trial, criterion: str) -> bool:
    """Whether it is recorded that there is no limit."""
    return criterion in trial.no_limits


def _asked(trial: Trial, criterion: str, verdict: str | None) -> str | None:
    return verdict or ("met" if _free(trial, criterion) else None)


def band(verdicts: Mapping[str, str | None]) -> str:
    """Any unmet excludes; else any unknown leaves open."""
    said = set(verdicts.values())
    return "excluded" if "unmet" in said else "undetermined" if "unknown" in said else "matches"


def _diagnosis(row: Row, given: tuple[str, ...]) -> str:
    codes = row.codes
    if not codes and _free(row.trial, "diagnosis"):
        return "met"
    if not codes or not given:
        return "unknown"
    if any(code in path_to(one) for one in given for code in codes):
        return "met"
    return "unknown" if any(one in path_to(code) for one in given for code in codes) else "unmet"


def _age(trial: Trial, profile: Profile, since: int | None) -> str:
    """Of bounds in days, and as they are written; without any, of the age groups."""
    written = [*_bounds(trial.age_min_text, "min"), *_bounds(trial.age_max_text, "max")]
    low = None if trial.age_min_text else trial.min_days
    high = None if trial.age_max_text else trial.max_days
    recorded = bool(trial.age_min_text or trial.age_max_text) or low is not None or high is not None
    if profile.days is None or not recorded:
        out = profile.days is not None and trial.age_groups and not _in_groups(trial.age_groups, profile.days)
        return "met" if _free(trial, "age") else "unmet" if out and not recorded else "unknown"
    said = {_bound(one, profile.days, since) for one in written} | {_between(low, high, profile.days)}
    return "unmet" if "unmet" in said else "unknown" if "unknown" in said else "met"


def _bounds(text: str, side: str) -> list[AgeBound]:
    return holding_in(parse_bounds(text, side)) if text else []


def _bound(bound: AgeBound, days: int, since: int | None) -> str:
    if bound.at == "diagnosis" and since is not None:
        return _between(*_sides(bound), days - since)
    holds = _between(*_sides(bound), days) == "met"
    if bound.at == "enrolment":
        return "met" if holds else "unmet"
    # Younger at diagnosis, older at transplant.
    if (bound.at == "diagnosis") == (bound.side == "max"):
        return "met" if holds else "unknown"
    return "unknown" if holds else "unmet"


def _sides(bound: AgeBound) -> tuple[int | None, int | None]:
    return (bound.days, None) if bound.side == "min" else (None, bound.days)


def _in_groups(groups: list[str], days: int) -> bool:
    years = {"child": (0, 18), "adult": (18, 65), "older_adult": (65, 999)}
    return any(int(years[one][0] * 365.25) <= days < int(years[one][1] * 365.25) for one in groups)


def _between(low: int | None, high: int | None, value: int | None) -> str | None:
    if low is None and high is None:
        return None
    if value is None:
        return "unknown"
    return "met" if (low is None or low <= value) and (high is None or value <= high) else "unmet"


def _stage(takes: list[str], given: str) -> str:
    if Stage.ANY in takes or given in takes:
        return "met"
    return "unmet" if takes and given else "unknown"


def _sex(takes: str, given: str) -> str | None:
    if takes == Sex.ALL:
        return None
    return "unknown" if not given else "met" if takes == given else "unmet"


def _said_of(asked: str, given: tuple[str, ...]) -> set[str]:
    return {alterations.compare(alterations.read(one), alterations.read_asked(asked)) for one in given}


def _required(asked: list[str], given: tuple[str, ...]) -> str | None:
    if not asked:
        return None
    answers = [_said_of(one, given) for one in asked]
    if any(alterations.MET in one for one in answers):
        return "met"
    absent = [alterations.ABSENT in one and alterations.UNKNOWN not in one for one in answers]
    return "unmet" if all(absent) else "unknown"


def _excluded(listed: list[str], given: tuple[str, ...]) -> str | None:
    opposite = {"met": "unmet", "unmet": "met", "unknown": "unknown"}
    return opposite[_required(listed, given) or "unknown"] if listed else None


def _recruitment(row: Row) -> str:
    if any(one.status == Recruitment.RECRUITING and not one.disputed for one in row.sites):
        return "met"
    if any(one.disputed or one.status == Recruitment.UNKNOWN for one in row.sites):
        return "unknown"
    perhaps = row.trial.status in (Recruitment.RECRUITING, Recruitment.UNKNOWN)
    return "unknown" if not row.sites and perhaps else "unmet"


def _reach(row: Row, profile: Profile) -> str | None:
    limited = profile.near is not None and profile.within is not None
    if not limited and not profile.countries:
        return None
    lost = False
    for one in row.sites:
        elsewhere = profile.countries and one.country not in profile.countries
        if one.status != Recruitment.RECRUITING or elsewhere:
            continue
        if not limited:
            return "met"
        if one.latitude is None:
            lost = True
        elif distance_km(profile.near, one) <= profile.within:
            return "met"
    return "unknown" if lost or _recruitment(row) == "unknown" else "unmet"
