"""Why a criterion is met, not met or open: a sentence that names what the trial says and what was given."""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from threading import local

from django.utils import formats
from django.utils.translation import gettext, override

from directory.core.ages import age_range_text, age_text
from trials.choices import Freshness, Recruitment, Sex, Stage

from . import alterations
from .daily_facets import FRESHNESS
from .facet_arrays import NO_BOUND
from .judging import MET, UNKNOWN, UNMET, Judged
from .profile_reading import NO_DISEASE, class_name, no_single_disease
from .synonyms import vocabulary

_SHOWN = 3
_DISPUTED = FRESHNESS.index(Freshness.DISPUTED)
# An enumeration makes its list of values anew each time it is asked.
_VALUES = {choices: frozenset(choices.values) for choices in (Stage, Recruitment)}


class _Spoken(local):
    """The language of the answer that this thread is making."""

    language = "en"


_spoken = _Spoken()


@lru_cache(maxsize=1_000)
def _translated(text: str, language: str) -> str:
    with override(language):
        return gettext(text)


def _(text: str) -> str:
    """As gettext, of which an answer needs some three hundred. The texts are ours, nobody's own words."""
    return _translated(text, _spoken.language)


@lru_cache(maxsize=10_000)
def _bounds(low: int, high: int, language: str) -> str:
    """The ages a trial states, from `low` to `high` days."""
    with override(language):
        return age_range_text(None if low == NO_BOUND else low or None, None if high == NO_BOUND else high)


@lru_cache(maxsize=200)
def _label(choices, word: str, language: str) -> str:
    with override(language):
        return str(choices(word).label)


def _labels(choices, words: Iterable[str]) -> str:
    return ", ".join(_label(choices, one, _spoken.language) for one in words if one in _VALUES[choices])


def reason(judged: Judged, ordinal: int, name: str, verdict: int, language: str) -> str:
    """The sentence for the criterion `name` of the trial at `ordinal`."""
    _spoken.language = language
    # A list that is cut ends the sentence by itself.
    return _SENTENCES[name](judged, ordinal, verdict, language).replace("….", "…")


def depends_on(judged: Judged, ordinal: int, name: str) -> Hashable:
    """What the `reason` of the trial at `ordinal` depends on, beside the verdict."""
    return _DEPENDS_ON[name](judged, ordinal)


def _few(names: list[str]) -> str:
    return _("; ").join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")


# --- The disease --------------------------------------------------------------------------------------


def _diagnosis(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    takes = {"takes": _few(_diseases(judged, ordinal, language))}
    if not judged.said.says_a_disease:
        if not takes["takes"]:
            return _("Diagnosis not recorded, and you gave none.")
        return _("For %(takes)s; you gave no diagnosis.") % takes
    if not takes["takes"]:
        return _("Diagnosis not recorded.")
    if verdict == MET:
        return _("For %(takes)s.") % takes
    given = {"given": _few(_given(judged, language))} | takes
    if verdict == UNKNOWN:
        return _("For %(takes)s: is that what the patient has? You gave %(given)s.") % given
    return _("For %(takes)s, not for %(given)s.") % given


def _diseases(judged: Judged, ordinal: int, language: str) -> list[str]:
    """What the trial is for: the diseases that fit first, else the classes that do, else all it names."""
    trials, wide = judged.trials, no_single_disease()
    named = [one for one in trials.values("named", ordinal) if one not in NO_DISEASE]
    first = [one for one in named if one in judged.said.mentioned]
    others = [one for one in named if one not in first and one not in wide]
    classes = trials.values("class", ordinal)
    if not first and not judged.said.named:
        fitting = [code for code in classes if code in judged.disease.above]
        if fitting:
            return [class_name(code, language) for code in fitting]
    if chosen := [*first, *others] or named:
        return list(dict.fromkeys(vocabulary().preferred(one, language) for one in chosen))
    return [class_name(code, language) for code in classes]


def _given(judged: Judged, language: str) -> list[str]:
    said = judged.said
    names = [vocabulary().preferred(one, language) for one in sorted(said.named)]
    return list(dict.fromkeys(names + [class_name(code, language) for code in judged.profile.conditions]))


# --- The patient --------------------------------------------------------------------------------------


def _age(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    low, high = int(judged.trials.low[ordinal]), int(judged.trials.high[ordinal])
    if low == NO_BOUND and high == NO_BOUND:
        return _("Age limits not recorded.")
    bounds = _bounds(low, high, language) or _("any age")
    if verdict == UNKNOWN:
        return _("For the ages %(bounds)s; you gave no age.") % {"bounds": bounds}
    words = {"bounds": bounds, "age": age_text(judged.profile.days)}
    if verdict == MET:
        return _("%(age)s lies within: %(bounds)s.") % words
    return _("%(age)s lies outside: %(bounds)s.") % words


def _stage(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    stated = judged.trials.values("stage", ordinal)
    takes, given = _labels(Stage, stated), _labels(Stage, sorted(judged.said.stages))
    if not stated:
        return _("Disease stage not recorded: ask the centre.")
    if not given and verdict == UNKNOWN:
        return _("Takes patients: %(takes)s; you gave no stage.") % {"takes": takes}
    if verdict == MET:
        return _("Takes patients: %(takes)s.") % {"takes": takes}
    return _("Takes patients: %(takes)s; you gave: %(given)s.") % {"takes": takes, "given": given}


def _lines(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    low, high = (int(one) for one in judged.trials.lines[ordinal])
    given = judged.profile.lines
    if low == NO_BOUND and high == NO_BOUND:
        return _("Limits on previous lines of treatment not recorded.")
    if high == NO_BOUND:
        asked = _("at least %(low)d previous lines of treatment") % {"low": low}
    elif low in (NO_BOUND, 0):
        asked = (
            _("at most %(high)d previous lines of treatment") % {"high": high}
            if high
            else _("no previous treatment")
        )
    else:
        asked = _("%(low)d to %(high)d previous lines of treatment") % {"low": low, "high": high}
    if given is None:
        return _("Asks for %(asked)s; you gave no number.") % {"asked": asked}
    if verdict == MET:
        return _("Asks for %(asked)s.") % {"asked": asked}
    return _("Asks for %(asked)s; you gave %(given)d.") % {"asked": asked, "given": given}


def _alterations(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    asked = judged.trials.values("alteration", ordinal)
    if not asked:
        return _("Required alterations not recorded.")
    words = {"asked": _or(asked), "given": _alterations_given(judged)}
    if verdict == MET:
        return _("Asks for %(asked)s.") % words
    if verdict == UNMET:
        return _("Asks for %(asked)s, which the patient does not have.") % words
    if any(judged.has(one) == alterations.UNKNOWN for one in asked):
        return _("Asks for %(asked)s: is it this alteration? You gave %(given)s.") % words
    return _("Asks for %(asked)s: has the patient been tested for it?") % words


def _excluded(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    listed = judged.trials.values("excluded", ordinal)
    words = {"listed": _or(listed), "given": _alterations_given(judged)}
    if verdict == MET:
        return _("Excludes %(listed)s, which the patient does not have.") % words
    if verdict == UNMET:
        return _("Excludes %(listed)s; you gave %(given)s.") % words
    return _("Excludes %(listed)s: has the patient been tested for it?") % words


def _or(texts: list[str]) -> str:
    return _(" or ").join(texts)


def _alterations_given(judged: Judged) -> str:
    return ", ".join(one.text for one in judged.said.alterations)


def _sex(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    word = judged.trials.codes.of["sex"].words[judged.trials.words["sex"][ordinal]]
    if word not in (Sex.FEMALE, Sex.MALE):
        return _("No limit by sex recorded.")
    takes = {"sex": str(Sex(word).label)}
    if verdict == UNKNOWN:
        return _("Takes only: %(sex)s; you gave no sex.") % takes
    return _("Takes only: %(sex)s.") % takes


# --- The place ----------------------------------------------------------------------------------------


def _recruitment(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    recruiting, here, disputed, statuses = _sites_said(judged, ordinal)
    if verdict == MET:
        return _("Recruits; centres of this directory: %(number)d.") % {"number": recruiting}
    if verdict == UNKNOWN:
        if not here:
            return _("No centre of this directory is known for this trial.")
        if disputed:
            return _("A newer source says otherwise than the centre.")
        return _("Nobody has said whether it recruits here.")
    words = judged.trials.codes.of["status"].words
    status = _labels(Recruitment, [words[number] for number in statuses])
    return _("Does not recruit here: %(status)s.") % {"status": status}


def _sites_said(judged: Judged, ordinal: int) -> tuple[int, bool, bool, tuple[int, ...]]:
    """What a trial's sites say: how many centres recruit, whether there is any, whether one is disputed.

    Last the statuses that are said, as numbers; the trial's own where it has no site.
    """
    trials, freshness = judged.trials, judged.today.site_freshness
    sites = judged.sites_of(ordinal)
    recruiting = {int(trials.site_centre[at]) for at in sites if judged.open_sites[at]}
    statuses = [int(trials.site_status[at]) for at in sites] or [int(trials.words["status"][ordinal])]
    disputed = any(freshness[at] == _DISPUTED for at in sites)
    return len(recruiting), bool(sites), disputed, tuple(dict.fromkeys(statuses))


def _reach(judged: Judged, ordinal: int, verdict: int, language: str) -> str:
    site = judged.nearest_site(ordinal)
    if site is None:
        return _("No centre is known that recruits.")
    centre = judged.today.places.centres.get(
        judged.trials.codes.centre.words[judged.trials.site_centre[site]], {}
    )
    names = centre.get("names", {})
    words = {"centre": names.get(language) or centre.get("label", "")}
    far = judged.kilometres[judged.trials.site_centre[site]] if judged.kilometres is not None else None
    if far is None or far == float("inf"):
        if verdict == UNMET:
            return _("Recruits at %(centre)s, not in the countries you gave.") % words
        return _("Recruits at %(centre)s.") % words
    words["distance"] = formats.number_format(round(float(far)))
    if verdict == UNMET:
        return _("The nearest centre that recruits, %(centre)s, is %(distance)s km away.") % words
    return _("%(centre)s recruits, %(distance)s km away.") % words


def _of_list(name: str) -> Callable[[Judged, int], Hashable]:
    return lambda judged, ordinal: judged.trials.numbers(name, ordinal)


def _of_nearest(judged: Judged, ordinal: int) -> Hashable:
    site = judged.nearest_site(ordinal)
    return None if site is None else judged.trials.site_centre[site]


_SENTENCES: dict[str, Callable[[Judged, int, int, str], str]] = {
    "diagnosis": _diagnosis,
    "age": _age,
    "stage": _stage,
    "lines": _lines,
    "alterations": _alterations,
    "alterations_excluded": _excluded,
    "sex": _sex,
    "recruitment": _recruitment,
    "reach": _reach,
}
_DEPENDS_ON: dict[str, Callable[[Judged, int], Hashable]] = {
    "diagnosis": lambda judged, at: (judged.trials.numbers("named", at), judged.trials.numbers("class", at)),
    "age": lambda judged, at: (judged.trials.low[at], judged.trials.high[at]),
    "stage": _of_list("stage"),
    "lines": lambda judged, at: tuple(judged.trials.lines[at].tolist()),
    "alterations": _of_list("alteration"),
    "alterations_excluded": _of_list("excluded"),
    "sex": lambda judged, at: judged.trials.words["sex"][at],
    "recruitment": _sites_said,
    "reach": _of_nearest,
}
