"""The CSV that ClinicalTrials.gov exports: its thirty columns, any choice of them, one row a trial.

The columns are those of the site's download (seen 2024 to 2026); values in a cell are parted by `|`. Names of
columns are those of the sheet of trials where they mean the same. The last four the download does not have:
they hold what the API says beside it (`trials.sources.ctgov`).
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from directory.core.ages import DAYS_PER_YEAR, parse_age
from directory.core.text import fold, squash, tidy
from directory.sheets.cells import Address, List, LongText, PartialDay, Prose, Text, Word
from directory.sheets.sheet import Column, Sheet

from .cells import Identifiers, Phases
from .choices import Recruitment, Scheme, Sex, StudyType
from .models import Trial
from .sheets import spellings

# Of expanded access; the vocabulary of trials has no words of its own for it.
_ACCESS = {
    "available": Recruitment.RECRUITING.value, "temporarily not available": Recruitment.SUSPENDED.value,
    "no longer available": Recruitment.COMPLETED.value, "approved for marketing": Recruitment.COMPLETED.value,
    "withheld": Recruitment.UNKNOWN.value,
}  # fmt: skip
_ADULT = int(18 * DAYS_PER_YEAR)
_BARS = r"[|\n]"


class AgeRange(Text):
    """`2 Years to 18 Years`, or only groups: `CHILD, ADULT`; as `(min, max)` in days.

    Groups (CT.gov: a child is under 18) bound the ages where one is missing: without CHILD nobody is under
    18, with CHILD alone nobody is 18.
    """

    _groups = {"child", "adult", "older adult"}

    def takes(self):
        return _("ages, or groups: CHILD, ADULT, OLDER_ADULT")

    def clean(self, value, row=None, **kwargs):
        text = tidy(re.sub(r"\([^)]*\)", "", str(value)))
        groups = {fold(part) for part in re.split(r"[,|]", text) if fold(part)}
        if groups and groups <= self._groups:
            return (None if "child" in groups else _ADULT, _ADULT - 1 if groups == {"child"} else None)
        low, _and, high = re.sub(r"(?i)^up to\b", "to", text).partition("to ")
        if _and or text.casefold().endswith(("and older", "and up")):
            return parse_age(re.sub(r"(?i)\band (older|up)$", "", low).strip()), parse_age(high)
        raise ValueError(
            _("“%(value)s” is not a range of ages. Write it like 2 Years to 18 Years, or CHILD, ADULT.")
            % {"value": text[:40]}
        )

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else "; ".join("" if one is None else str(one) for one in value)


class ExportColumn(Column):
    """A column by the one header that the export gives it."""

    def __init__(self, label, attribute=None, widget=None):
        super().__init__(attribute, widget)
        self.label = label

    def header(self, language="en"):
        return self.label

    def headers(self):
        return {squash(self.label)}


def _unkept(label: str) -> ExportColumn:
    """A column that is known, and of which the directory keeps nothing."""
    return ExportColumn(label, None, LongText())


class CtgovSheet(Sheet):
    """One row a trial, found by its NCT number."""

    kind = "ctgov_csv"
    required = ("nct_number",)
    repairs_encoding = True
    example = {
        "nct_number": "NCT01234567", "title": "A study of something in children with leukaemia",
        "status": "RECRUITING", "disease_terms": "Acute Leukemia", "sponsor": "Example Hospital",
        "sex": "ALL", "age": "CHILD", "phase": "PHASE1|PHASE2", "study_type": "INTERVENTIONAL",
    }  # fmt: skip
    identifier_columns = ("nct_number", "other_ids")

    nct_number = ExportColumn("NCT Number", None, Identifiers(Scheme.NCT))
    title = ExportColumn("Study Title", "title_en", Prose())
    url = ExportColumn("Study URL", "url", Address())
    acronym = ExportColumn("Acronym", "acronym")
    status = ExportColumn(
        "Study Status", "status", Word(Recruitment, spellings("status") | _ACCESS, _lazy("a status"))
    )
    summary = ExportColumn("Brief Summary", "summary_en", LongText())
    results = _unkept("Study Results")
    disease_terms = ExportColumn("Conditions", "disease_terms", List(separators=_BARS))
    interventions = _unkept("Interventions")
    primary_outcomes = _unkept("Primary Outcome Measures")
    secondary_outcomes = _unkept("Secondary Outcome Measures")
    other_outcomes = _unkept("Other Outcome Measures")
    sponsor = ExportColumn("Sponsor", "sponsor")
    groups = ExportColumn("Collaborators", "groups", List(separators=_BARS))
    sex = ExportColumn("Sex", "sex", Word(Sex, spellings("sex"), _lazy("a sex")))
    age = ExportColumn("Age", None, AgeRange())
    phase = ExportColumn("Phases", "phases", Phases())
    enrollment = _unkept("Enrollment")
    funder_type = _unkept("Funder Type")
    study_type = ExportColumn(
        "Study Type", "study_type", Word(StudyType, spellings("study_type"), _lazy("a study type"))
    )
    design = _unkept("Study Design")
    other_ids = ExportColumn("Other IDs", None, Identifiers(Scheme.OTHER, separators=_BARS))
    start_date = _unkept("Start Date")
    primary_completion = _unkept("Primary Completion Date")
    completion_date = _unkept("Completion Date")
    first_posted = _unkept("First Posted")
    results_posted = _unkept("Results First Posted")
    status_as_of = ExportColumn("Last Update Posted", "status_as_of", PartialDay())
    locations = ExportColumn("Locations", None, List(separators=_BARS))
    documents = _unkept("Study Documents")
    status_verified = ExportColumn("Status Verified", None, PartialDay())
    eligibility = ExportColumn("Eligibility Criteria", "eligibility_en", LongText())
    arms = ExportColumn("Arms", "arms_en", LongText())
    location_statuses = ExportColumn("Location Statuses", None, List(separators=_BARS))

    class Meta:
        model = Trial

    @classmethod
    def is_header(cls, header: list[str]) -> bool:
        """Whether ClinicalTrials.gov wrote this header: two columns at least, and most, as it spells them."""
        labels = {column.label for column in cls.columns().values()}
        own = [tidy(one) for one in header if tidy(one) in labels]
        return (
            "NCT Number" in own and len(own) >= 2 and 2 * len(own) >= sum(bool(tidy(one)) for one in header)
        )
