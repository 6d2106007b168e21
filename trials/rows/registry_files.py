"""Rows of the files that registries export, each registry with the columns that it fills."""

from contextlib import suppress
from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core.roles import Role
from directory.core.text import fold
from directory.imports.rows.result import RowResult, shown

from ..choices import Recruitment
from ..implied import ALL_IN_BELGIUM, CARRIED
from ..models import StatusStatement, Trial
from ..models.registry import whose
from ..registry_files.classic import ClassicSheet
from ..registry_files.ctis import CtisSheet
from ..registry_files.euctr import EuctrSheet
from ..registry_files.ictrp import IctrpSheet
from ..registry_files.isrctn import IsrctnSheet
from ..sheets import spellings
from .ctgov import CtgovProcessor
from .implied_sites import imply, is_in_belgium
from .registry import BELGIUM, RegistryProcessor

_STATUSES = spellings("status")
_TAKES_PATIENTS = {Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION}
_LONGEST_CRITERIA = Trial._meta.get_field("eligibility_en").max_length


class ClassicProcessor(CtgovProcessor):
    """Sponsor and collaborators stand in one cell, parted by bars, the sponsor first."""

    sheet = ClassicSheet
    label = gettext_lazy("ClinicalTrials.gov export of before 2024")
    fields = (
        "title", "url", "acronym", "disease_terms", "sponsor", "groups", "sex", "phase", "study_type",
        "age_groups",
    )  # fmt: skip

    def mend(self, cells, notes):
        super().mend(cells, notes)
        sponsor, _bar, others = cells.get("sponsor", "").partition("|")
        if others:
            cells |= {"sponsor": sponsor, "groups": "|".join(filter(None, (others, cells.get("groups"))))}


class CountriesProcessor(RegistryProcessor):
    """Rows that say a status of each country: that of Belgium is told, and kept beside the trial's own."""

    def _compare_more(self, result, work):
        if said := in_belgium(result):
            sentence = _(
                "%(registry)s says of Belgium: “%(said)s”. This does not change the status of any site."
            )
            if _STATUSES.get(fold(said)) in CARRIED:
                sentence = _(
                    "%(registry)s says of Belgium: “%(said)s”. This becomes the status of each site there, "
                    "unless somebody said otherwise since then."
                )
            result.note("countries", sentence % {"registry": self.registry, "said": shown(said)})
            work.evidence = f"Belgium: {shown(said)}"
            self._imply_in_belgium(result, work, said)

    def _imply_in_belgium(self, result, work, said: str) -> None:
        """Where the country takes nobody, none of its centres does; that it recruits is said of no centre."""
        status, day = _STATUSES.get(fold(said)), result.values.get("status_as_of", "")
        if status is None:
            return
        if self.scope.user is None and not self.is_from_files:
            day = self._first_said_in_belgium(work, status, day)
        work.implied = imply(self, result, work, ALL_IN_BELGIUM, status, day, is_in_belgium)

    def _first_said_in_belgium(self, work, status: str, day: str) -> str:
        """Since which day the registry says so of Belgium: today, where it is seen to change.

        `day`: the record's own, which moves with whatever else changes in it.
        """
        at_a_site, last = self._last_implied(work.trial), self.last_said(work.trial, day)
        if at_a_site is not None:
            return at_a_site.day_as_said if at_a_site.status == status else self.scope.day.isoformat()
        if last is None or not last.evidence:
            return day
        is_the_same = last.evidence == work.evidence
        return (last.day_as_said or day) if is_the_same else self.scope.day.isoformat()

    def _last_implied(self, trial: Trial) -> StatusStatement | None:
        """What this registry said of Belgium last, at whichever site it was stored."""
        stated = chain.from_iterable(said for _site, said in self.sites.of(trial, ()))
        own = (one for one in stated if (one.role, one.implied_by) == (Role.REGISTRY, ALL_IN_BELGIUM))
        same = (one for one in own if whose(one.source) == whose(self.registry))
        return max(same, key=lambda one: (one.said_at, one.pk), default=None)


class CtisProcessor(CountriesProcessor):
    sheet = CtisSheet
    label = gettext_lazy("CTIS export")
    registry = "CTIS"
    page = "https://euclinicaltrials.eu/ctis-public/view/{}"
    fields = ("title", "disease_terms", "sponsor", "sex", "phase", "age_groups", "eligibility")

    def mend(self, cells, notes):
        """The groups of its own file, in the words that following the registry has."""
        with suppress(ValueError):
            if groups := self.sheet.read("age", cells.get("age", "")):
                cells.setdefault("age_groups", self.sheet.written("age", groups))

    def understand(self, result):
        result.values.pop("age", None)


class EuctrProcessor(CountriesProcessor):
    sheet = EuctrSheet
    label = gettext_lazy("EU Clinical Trials Register list")
    registry = "EU Clinical Trials Register"
    page = "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}"
    fields = ("title", "disease_terms", "sponsor", "sex", "age_groups")
    repeats = True


class IctrpProcessor(RegistryProcessor):
    """Of a trial of the EU Clinical Trials Register there is a row for each country."""

    sheet = IctrpSheet
    label = gettext_lazy("WHO ICTRP export")
    registry = "WHO ICTRP"
    fields = (
        "title", "url", "acronym", "sponsor", "groups", "sex", "phase", "study_type", "disease_terms",
        "age_min", "age_max", "inclusion",
    )  # fmt: skip
    other_titles = ("scientific_title",)
    repeats = True

    def understand(self, result):
        join_criteria(result)

    def _compare_status(self, result, trial):
        """“Not recruiting” is said there of whatever takes nobody now: it is news of what did only."""
        if fold(result.cells.get("status", "")) == "not recruiting":
            if trial.status not in (*_TAKES_PATIENTS, Recruitment.UNKNOWN):
                return []
            sentence = _("%(registry)s also says “%(said)s” of trials that have not begun or are over.")
            said = {"registry": self.registry, "said": shown(result.cells["status"])}
            result.note("status", sentence % said)
            if trial.status == Recruitment.UNKNOWN:
                return []
        return super()._compare_status(result, trial)


class IsrctnProcessor(RegistryProcessor):
    sheet = IsrctnSheet
    label = gettext_lazy("ISRCTN export")
    registry = "ISRCTN"
    page = "https://www.isrctn.com/{}"
    fields = (
        "title", "url", "acronym", "summary", "sponsor", "sex", "phase", "study_type", "disease_terms",
        "age_min", "age_max", "inclusion",
    )  # fmt: skip
    other_titles = ("public_title", "scientific_title")
    # How far a study is, as far as that says more than whether it recruits.
    ended = {
        "completed": Recruitment.COMPLETED.value, "stopped": Recruitment.TERMINATED.value,
        "suspended": Recruitment.SUSPENDED.value,
    }  # fmt: skip

    def understand(self, result):
        join_criteria(result)
        progress = self.ended.get(fold(result.values.get("progress", "")), "")
        if not progress:
            return
        if result.values.get("status") in (*_TAKES_PATIENTS, Recruitment.NOT_YET_RECRUITING):
            said = {"one": shown(result.cells["status"]), "other": shown(result.cells["progress"])}
            sentence = _("“%(one)s” and “%(other)s” contradict each other: no status is read from them.")
            result.note("status", sentence % said)
            del result.values["status"]
        else:
            result.values["status"] = progress


def in_belgium(result: RowResult) -> str:
    """What the registry says of the trial in Belgium: of the country, and so of none of its centres."""
    found = (said for country, said in result.values.get("countries", ()) if fold(country) in BELGIUM)
    return next(found, "")


def join_criteria(result: RowResult) -> None:
    """Whom a trial takes and whom not is one text, or none."""
    exclusion = result.values.pop("exclusion", "")
    if "inclusion" not in result.values or not exclusion:
        return
    text = "\n\n".join((
        _headed("Inclusion criteria", result.values["inclusion"]), _headed("Exclusion criteria", exclusion),
    ))  # fmt: skip
    if len(text) <= _LONGEST_CRITERIA:
        result.values["inclusion"] = text
        return
    del result.values["inclusion"]
    sentence = _(
        "The criteria have %(length)d characters in all; the maximum is %(most)d. They were left out."
    )  # fmt: skip
    result.note("inclusion", sentence % {"length": len(text), "most": _LONGEST_CRITERIA})


def _headed(heading: str, text: str) -> str:
    """`text` below its heading, in the registry's own language."""
    return text if fold(text).startswith(fold(heading)) else f"{heading}:\n{text}"
