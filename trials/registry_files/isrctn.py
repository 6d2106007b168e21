"""The CSV of the ISRCTN registry: whichever of its columns somebody chose.

Whether patients are taken (`Recruitment status`) and how far the study is (`Overall study status`) are two
columns; one tells little without the other.
"""

from django.utils.translation import gettext_lazy as _lazy

from directory.core.text import fold
from directory.sheets.cells import Address, Text, Word

from ..cells import Identifiers
from ..choices import Recruitment, Scheme
from ..models import Trial
from ..sheets import spellings
from .base import ExportColumn, RegistrySheet, unkept
from .cells import (
    CountryNames,
    DayFirst,
    PhasesInWords,
    RegistryAge,
    Sexes,
    SponsorCodes,
    StudyTypes,
    Terms,
    UnmarkedLine,
    UnmarkedText,
)


class IsrctnSheet(RegistrySheet):
    """One row a trial, found by its ISRCTN number."""

    kind = "isrctn"
    required = ("isrctn",)
    identifier_columns = (
        "isrctn", "nct_number", "eudract_number", "eu_number", "protocol_code", "other_ids",
    )  # fmt: skip
    says_nothing = frozenset(
        map(fold, ("Nil known", "Not specified", "Not provided at time of registration", "Not provided"))
    )
    example = {
        "isrctn": "ISRCTN12345678", "title": "A study of something in children with leukaemia",
        "status": "Recruiting", "progress": "Ongoing", "status_as_of": "17/09/2024",
        "nct_number": "NCT01234567", "sponsor": "Example Hospital", "phase": "Phase II",
        "study_type": "Interventional", "disease_terms": "Acute leukaemia", "sex": "Both",
        "age_min": "2 Years", "age_max": "17 Years", "countries": "Belgium; England",
    }  # fmt: skip

    isrctn = ExportColumn("ISRCTN", None, Identifiers(Scheme.ISRCTN), formerly=("ISRCTN number",))
    doi = unkept("DOI")
    title = ExportColumn("Title", "title_en", UnmarkedLine())
    public_title = unkept("Public title")
    scientific_title = unkept("Scientific title")
    acronym = ExportColumn("Acronym", "acronym")
    disease_terms = ExportColumn("Condition", "disease_terms", Terms())
    category = unkept("Condition category")
    applied = unkept("Date applied", "Submission date")
    assigned = unkept("Date assigned", "Registration date")
    status_as_of = ExportColumn("Last edited", "status_as_of", DayFirst())
    prospective = unkept("Prospective/Retrospective")
    progress = ExportColumn("Overall study status", None, Text(), formerly=("Overall trial status",))
    status = ExportColumn(
        "Recruitment status", "status", Word(Recruitment, spellings("status"), _lazy("a status"))
    )
    publication = unkept("Publication status")
    summary = ExportColumn("Plain English Summary", "summary_en", UnmarkedText())
    eudract_number = ExportColumn("EudraCT number", None, Identifiers(Scheme.EUDRACT))
    eu_number = ExportColumn("EudraCT/CTIS number", None, Identifiers(Scheme.EUDRACT))
    iras_number = unkept("IRAS number")
    nct_number = ExportColumn("ClinicalTrials.gov number", None, Identifiers(Scheme.NCT))
    protocol_code = ExportColumn("Protocol/serial number", None, SponsorCodes())
    other_ids = ExportColumn("Secondary identifying numbers", None, SponsorCodes(separators=r"[;|\n,]"))
    hypothesis = unkept("Study hypothesis")
    design = unkept("Study design")
    study_type = ExportColumn("Primary study design", "study_type", StudyTypes())
    secondary_design = unkept("Secondary study design")
    setting = unkept("Trial setting", "Study setting(s)")
    purpose = unkept("Study type", "Trial type")
    phase = ExportColumn("Phase", "phases", PhasesInWords())
    intervention = unkept("Intervention")
    intervention_type = unkept("Intervention type")
    drugs = unkept("Drug names")
    primary_outcome = unkept("Primary outcome measure")
    secondary_outcomes = unkept("Secondary outcome measures")
    begins = unkept("Overall study start date", "Overall trial start date")
    ends = unkept("Overall study end date", "Overall trial end date")
    recruits_from = unkept("Recruitment start date")
    recruits_until = unkept("Recruitment end date")
    inclusion = ExportColumn("Participant inclusion criteria", "eligibility_en", UnmarkedText())
    exclusion = ExportColumn("Participant exclusion criteria", None, UnmarkedText())
    participants = unkept("Participant type")
    age_group = unkept("Age group")
    age_min = ExportColumn("Lower age limit", "age_min_text", RegistryAge("min"))
    age_max = ExportColumn("Upper age limit", "age_max_text", RegistryAge("max"))
    sex = ExportColumn("Sex", "sex", Sexes(), formerly=("Gender",))
    size = unkept("Target number of participants")
    countries = ExportColumn("Countries of recruitment", None, CountryNames())
    centres = unkept("Trial participating centre")
    sponsor = ExportColumn("Sponsor", "sponsor", formerly=("Sponsor organisation",))
    sponsor_type = unkept("Sponsor type")
    funder = unkept("Funder name")
    funder_type = unkept("Funder type")
    url = ExportColumn("URL", "url", Address())

    class Meta:
        model = Trial
