"""Why a criterion is met, not met or open: a sentence that names what the trial says and what was given."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.core.ages import DAYS_PER_YEAR, BadAge, age_as_typed, age_range_text, age_text
from directory.search.concepts import vocabulary
from directory.search.facet_arrays import NO_BOUND
from directory.search.kinship import NO_DISEASE, no_single_disease
from trials.age_criteria import DIAGNOSIS, TRANSPLANT, parse_bounds
from trials.choices import AgeGroup, Recruitment, Sex, Stage
from trials.conditions import name as class_name

from . import alterations
from .criteria import Judged
from .recorded import AGE_GROUP, ASKED_OF_PATIENTS, BASES, NO_LIMIT, NOT_RECORDED
from .sites import ToldSites
from .verdicts import MET, NOT_ASKED, UNKNOWN, UNMET

VERDICTS = {UNMET: "unmet", UNKNOWN: "unknown", MET: "met"}
_SHOWN = 3


@dataclass(frozen=True)
class Criterion:
    """`name` is one of `criteria.CRITERIA`; `verdict` met, unmet or unknown; `reason` a sentence.

    `basis`: on what the verdict rests, one of `recorded.BASES`.
    """

    name: str
    verdict: str
    reason: str
    basis: str

    @property
    def is_of_trial(self) -> bool:
        """Whether it rests on what is recorded of the trial itself, not of its sites."""
        return self.name in ASKED_OF_PATIENTS and self.basis != BASES[NOT_RECORDED]


def said_by(trial: dict) -> tuple[str | None, str | None]:
    """Who says what the trial of a document asks of patients, and of when that is, as precisely as was said.

    Where nobody is named for the criteria, that is the source of the trial, and the day of its status.
    """
    source, as_of = trial["criteria_source"], trial["criteria_as_of"]
    return source, as_of or (trial["status_as_of"] if source == trial["source"] else None)


class Reasons:
    """The sentences of one answer, in the active `language`, of trials whose `sites` are told."""

    def __init__(self, judged: Judged, sites: ToldSites, language: str):
        self.judged, self.sites, self.language = judged, sites, language
        self.trials, self.said = judged.trials, judged.said
        self._told: dict[tuple[str, int, int, Hashable], Criterion] = {}

    def told(self, name: str, ordinals: np.ndarray) -> list[Criterion | None]:
        """The criterion `name` of each trial of `ordinals`; None where it is not asked.

        Trials of which the same is said share one: to make each sentence anew would take two thirds more
        time for an answer of 150 trials.
        """
        each = (one[ordinals].tolist() for one in (self.judged.verdicts[name], self.judged.basis(name)))
        return [
            None if verdict == NOT_ASKED else self._criterion(ordinal, name, verdict, basis)
            for ordinal, verdict, basis in zip(ordinals.tolist(), *each, strict=True)
        ]

    def _criterion(self, ordinal: int, name: str, verdict: int, basis: int) -> Criterion:
        without = basis == NO_LIMIT or (basis == NOT_RECORDED and name in ASKED_OF_PATIENTS)
        key = (name, verdict, basis, None if without else _DEPENDS_ON[name](self, ordinal))
        if key not in self._told:
            if without:
                sentence = _no_limit(name) if basis == NO_LIMIT else _not_recorded(name)
            else:
                # A list that is cut ends the sentence by itself.
                sentence = getattr(self, f"_{name}")(ordinal, verdict).replace("….", "…")
            self._told[key] = Criterion(name, VERDICTS[verdict], sentence, BASES[basis])
        return self._told[key]

    # --- The disease ----------------------------------------------------------------------------------

    def _diagnosis(self, ordinal: int, verdict: int) -> str:
        takes = {"takes": _few(self._diseases(ordinal))}
        if not self.said.says_a_disease:
            return _("For %(takes)s; you gave no diagnosis.") % takes
        if verdict == MET:
            return _("For %(takes)s.") % takes
        given = takes | {"given": self._diseases_given}
        if verdict == UNKNOWN:
            return _("For %(takes)s: is that what the patient has? You gave %(given)s.") % given
        return _("For %(takes)s, not for %(given)s.") % given

    def _diseases(self, ordinal: int) -> list[str]:
        """What the trial is for: the diseases that fit first, else the classes that do, else all it names."""
        named, classes = self._named(ordinal), self.trials.values("class", ordinal)
        by_name = self.said.named or not self.judged.disease.fits.isdisjoint(named)
        fitting = [] if by_name else [code for code in classes if code in self.judged.disease.above]
        if named and not fitting:
            return list(dict.fromkeys(vocabulary().preferred(one, self.language) for one in named))
        return [class_name(code, self.language) for code in fitting or classes]

    def _named(self, ordinal: int) -> list[str]:
        """The diseases that the trial names, those that fit first; families where it names nothing else."""
        fits, wide = self.judged.disease.fits, no_single_disease()
        named = [one for one in self.trials.values("named", ordinal) if one not in NO_DISEASE]
        chosen = [one for one in named if one in fits or one not in wide] or named
        return sorted(chosen, key=lambda one: one not in fits)

    @cached_property
    def _diseases_given(self) -> str:
        names = [vocabulary().preferred(one, self.language) for one in sorted(self.said.named)]
        names += [class_name(code, self.language) for code in self.judged.profile.conditions]
        return _few(list(dict.fromkeys(names)))

    # --- The patient ----------------------------------------------------------------------------------

    def _age(self, ordinal: int, verdict: int) -> str:
        if groups := self._groups_alone(ordinal):
            words = {"groups": groups, "age": self._age_given}
            if verdict == UNMET:
                return _("%(age)s: the registry says %(groups)s; limits not recorded.") % words
            return _("The registry says %(groups)s; limits not recorded.") % words
        bounds, measured = self._age_limits(ordinal)
        if self.judged.profile.days is None:
            return _("For ages %(bounds)s; you gave no age.") % {"bounds": bounds}
        is_range = not self.trials.numbers("age_written", ordinal) and "-" in bounds
        return _age_sentence(verdict, is_range, measured) % {"bounds": bounds, "age": self._age_given}

    def _groups_alone(self, ordinal: int) -> str:
        """The age groups of a trial of which no limit is recorded, as people say them."""
        if self.judged.recorded.basis["age"][ordinal] != AGE_GROUP:
            return ""
        names = _group_names()
        said = [names[one] for one in self.trials.values("age_group", ordinal) if one in names]
        return _(" and ").join(filter(None, [_(", ").join(said[:-1]), *said[-1:]]))

    def _age_limits(self, ordinal: int) -> tuple[str, bool]:
        """As they are written, and whether one is measured at another time than enrolment."""
        recorded = self.judged.recorded
        written = (text.partition("|") for text in self.trials.values("age_written", ordinal))
        texts = {side: text for side, _bar, text in written}
        low, high = (_bound(one[ordinal]) for one in (recorded.low, recorded.high))
        if not texts:
            return _limits_in_days(low, high), False
        measured = any(map(_is_of_another_time, texts.values()))
        if in_days := age_range_text(low, high):
            texts.setdefault("max" if "min" in texts else "min", in_days)
        return _(", ").join(texts[side] for side in sorted(texts, reverse=True)), measured

    @cached_property
    def _age_given(self) -> str:
        """In the unit in which it was typed."""
        profile = self.judged.profile
        return age_as_typed(profile.age_text) if profile.age_text else age_text(profile.days)

    def _stage(self, ordinal: int, verdict: int) -> str:
        stated = self.trials.values("stage", ordinal)
        takes, given = _labels(Stage, stated), self._stages_given
        if not given and verdict == UNKNOWN:
            return _("Takes patients: %(takes)s; you gave no stage.") % {"takes": takes}
        if verdict == MET:
            return _("Takes patients: %(takes)s.") % {"takes": takes}
        return _("Takes patients: %(takes)s; you gave: %(given)s.") % {"takes": takes, "given": given}

    @cached_property
    def _stages_given(self) -> str:
        return _labels(Stage, sorted(self.said.stages))

    def _lines(self, ordinal: int, verdict: int) -> str:
        low, high = (int(one) for one in self.trials.lines[ordinal])
        given = self.judged.patient.given.previous_lines
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
        if verdict == MET:
            return _("Asks for %(asked)s.") % {"asked": asked}
        if given is None and verdict == UNMET:
            least = {"asked": asked, "least": self.said.lines_least}
            return _("Asks for %(asked)s; the relapses you gave mean at least %(least)d.") % least
        if given is None:
            return _("Asks for %(asked)s; you gave no number.") % {"asked": asked}
        if self.judged.profile.lines is None:
            return _("Asks for %(asked)s; newly diagnosed means none.") % {"asked": asked}
        return _("Asks for %(asked)s; you gave %(given)d.") % {"asked": asked, "given": given}

    def _alterations(self, ordinal: int, verdict: int) -> str:
        asked = self.trials.values("alteration", ordinal)
        words = {"asked": _or(asked), "given": self._alterations_given}
        if verdict == MET:
            return _("Asks for %(asked)s.") % words
        if verdict == UNMET:
            return _("Asks for %(asked)s, which the patient does not have.") % words
        if any(self.judged.patient.has(one) == alterations.UNKNOWN for one in asked):
            return _("Asks for %(asked)s: is it this alteration? You gave %(given)s.") % words
        return _("Asks for %(asked)s: has the patient been tested for it?") % words

    def _alterations_excluded(self, ordinal: int, verdict: int) -> str:
        listed = self.trials.values("excluded", ordinal)
        words = {"listed": _or(listed), "given": self._alterations_given}
        if verdict == MET:
            return _("Excludes %(listed)s, which the patient does not have.") % words
        if verdict == UNMET:
            return _("Excludes %(listed)s; you gave %(given)s.") % words
        return _("Excludes %(listed)s: has the patient been tested for it?") % words

    @cached_property
    def _alterations_given(self) -> str:
        return ", ".join(one.text for one in self.said.alterations)

    def _sex(self, ordinal: int, verdict: int) -> str:
        takes = {"sex": str(Sex(*self.trials.values("sex", ordinal)).label)}
        if verdict == UNKNOWN:
            return _("Takes only: %(sex)s; you gave no sex.") % takes
        return _("Takes only: %(sex)s.") % takes

    # --- The place ------------------------------------------------------------------------------------

    def _recruitment(self, ordinal: int, verdict: int) -> str:
        recruiting, here, disputed, statuses = self.sites.said(ordinal)
        if verdict == MET:
            return ngettext(
                "Recruiting at %(number)d centre.", "Recruiting at %(number)d centres.", recruiting
            ) % {"number": recruiting}
        if verdict == UNKNOWN:
            if not here:
                return _("No centre of this directory is known for this trial.")
            if disputed:
                return _("A newer source says otherwise than the centre.")
            return _("Recruitment status not confirmed.")
        words = self.trials.codes["status"].words
        status = _labels(Recruitment, [words[number] for number in statuses])
        return _("Does not recruit here: %(status)s.") % {"status": status}

    def _reach(self, ordinal: int, verdict: int) -> str:
        site = self.sites.nearest.get(ordinal)
        if site is None:
            return _("No centre is known that recruits.")
        places = self.judged.today.places
        words = {"centre": places.name("centre", self.judged.centre_of(site), self.language)}
        far = self.judged.kilometres_to(site)
        if far is None:
            if verdict == UNMET:
                return _("Recruits at %(centre)s, not in the countries you gave.") % words
            return _("Recruits at %(centre)s.") % words
        words["distance"] = formats.number_format(round(far))
        if verdict == UNMET:
            return _("The nearest centre that recruits, %(centre)s, is %(distance)s km away.") % words
        return _("%(centre)s recruits, %(distance)s km away.") % words


def _no_limit(name: str) -> str:
    return {
        "diagnosis": _("For any diagnosis."),
        "age": _("No age limit."),
        "stage": _("At any stage of the disease."),
        "lines": _("No limit on previous lines of treatment."),
        "alterations": _("No alteration required."),
        "alterations_excluded": _("No alteration excluded."),
        "sex": _("For any sex."),
    }[name]


def _not_recorded(name: str) -> str:
    return {
        "diagnosis": _("Diagnosis not recorded: ask the centre."),
        "age": _("Age limits not recorded: ask the centre."),
        "stage": _("Disease stage not recorded: ask the centre."),
    }[name]


def _group_names() -> dict[str, str]:
    return {
        AgeGroup.CHILD: _("children"), AgeGroup.ADULT: _("adults"), AgeGroup.OLDER_ADULT: _("older adults"),
    }  # fmt: skip


def _bound(days) -> int | None:
    return None if days == NO_BOUND else int(days)


def _age_sentence(verdict: int, is_range: bool, measured: bool) -> str:
    if verdict == MET:
        return _("%(age)s: within %(bounds)s.") if is_range else _("%(age)s: within the limits (%(bounds)s).")
    if verdict == UNMET:
        return (
            _("%(age)s: not within %(bounds)s.")
            if is_range
            else _("%(age)s: outside the limits (%(bounds)s).")
        )
    if measured:
        return _("%(age)s now; the limits are %(bounds)s.")
    return _("%(age)s: perhaps within the limits (%(bounds)s); give the age in months or days.")


def _limits_in_days(low: int | None, high: int | None) -> str:
    """`0-45 years` where both are whole years, or only the upper one is known."""
    bounds = (low or 0, high or 0)
    years = [round(days / DAYS_PER_YEAR) for days in bounds]
    if high and bounds == tuple(int(one * DAYS_PER_YEAR) for one in years):
        return _("%(low)d-%(high)d years") % {"low": years[0], "high": years[1]}
    return age_range_text(low or None, high) or _("any age")


def _is_of_another_time(text: str) -> bool:
    """Whether a bound is of the age at diagnosis or at transplant."""
    try:
        return any(one.at in (DIAGNOSIS, TRANSPLANT) for one in parse_bounds(text, "min"))
    except BadAge:
        return False


def _few(names: list[str]) -> str:
    return _("; ").join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")


def _or(texts: list[str]) -> str:
    return _(" or ").join(texts)


def _labels(choices, words: Iterable[str]) -> str:
    return ", ".join(str(choices(one).label) for one in words if one in choices.values)


def _of_list(name: str) -> Callable[[Reasons, int], Hashable]:
    return lambda reasons, ordinal: reasons.trials.numbers(name, ordinal)


def _of_nearest(reasons: Reasons, ordinal: int) -> Hashable:
    site = reasons.sites.nearest.get(ordinal)
    return None if site is None else reasons.trials.site_centre[site]


_DEPENDS_ON: dict[str, Callable[[Reasons, int], Hashable]] = {
    "diagnosis": lambda reasons, at: (
        reasons.trials.numbers("named", at), reasons.trials.numbers("class", at)
    ),
    "age": lambda reasons, at: (
        reasons.judged.recorded.low[at],
        reasons.judged.recorded.high[at],
        reasons.trials.numbers("age_written", at),
        reasons.trials.numbers("age_group", at),
    ),
    "stage": _of_list("stage"),
    "lines": lambda reasons, at: tuple(reasons.trials.lines[at].tolist()),
    "alterations": _of_list("alteration"),
    "alterations_excluded": _of_list("excluded"),
    "sex": _of_list("sex"),
    "recruitment": lambda reasons, at: reasons.sites.said(at),
    "reach": _of_nearest,
}  # fmt: skip
