"""The XLSX and CSV that the search portal of WHO ICTRP exports: forty columns, since 2021 fifty-seven.

Each row is what one of its registers says, in that register's words. The people that it names are not read.
"""

from django.utils.translation import gettext_lazy as _lazy

from directory.sheets.cells import Address, List, Word

from ..cells import Identifiers
from ..choices import Recruitment
from ..models import Trial
from ..sheets import spellings
from .base import ExportColumn, RegistrySheet, unkept
from .cells import (
    CountryNames,
    PhasesInWords,
    RegistryAge,
    RegistryDay,
    Sexes,
    SponsorCodes,
    StudyTypes,
    Terms,
    UnmarkedLine,
    UnmarkedText,
)


class IctrpSheet(RegistrySheet):
    """One row a trial, found by the number of the register that has it."""

    kind = "ictrp"
    required = ("trial_id",)
    identifier_columns = ("trial_id", "other_ids")
    private = (
        "contact_first_name", "contact_last_name", "contact_address", "contact_email", "contact_phone",
        "contact_affiliation", "ethics_contact", "ethics_address", "ethics_phone", "ethics_email",
    )  # fmt: skip
    example = {
        "trial_id": "DRKS00012345", "title": "A study of something in children with leukaemia",
        "sponsor": "Example Hospital", "status": "Recruiting", "status_as_of": "17 September 2024",
        "age_min": "2 Years", "age_max": "17 Years", "sex": "Both", "study_type": "Interventional",
        "phase": "Phase 2", "disease_terms": "Acute leukaemia", "countries": "Belgium;France",
    }  # fmt: skip

    trial_id = ExportColumn("TrialID", None, Identifiers())
    status_as_of = ExportColumn("Last Refreshed on", "status_as_of", RegistryDay())
    title = ExportColumn("Public title", "title_en", UnmarkedLine())
    scientific_title = unkept("Scientific title")
    acronym = ExportColumn("Acronym", "acronym")
    sponsor = ExportColumn("Primary sponsor", "sponsor", UnmarkedLine())
    registered = unkept("Date registration")
    registered_as_number = unkept("Date registration3")
    exported = unkept("Export date")
    register = unkept("Source Register")
    url = ExportColumn("web address", "url", Address())
    status = ExportColumn(
        "Recruitment Status", "status", Word(Recruitment, spellings("status"), _lazy("a status"))
    )
    other_records = unkept("other records")
    age_min = ExportColumn("Inclusion agemin", "age_min_text", RegistryAge("min"))
    age_max = ExportColumn("Inclusion agemax", "age_max_text", RegistryAge("max"))
    sex = ExportColumn("Inclusion gender", "sex", Sexes())
    enrolled_on = unkept("Date enrollement", "Date enrollment")
    size = unkept("Target size")
    study_type = ExportColumn("Study type", "study_type", StudyTypes())
    design = unkept("Study design")
    phase = ExportColumn("Phase", "phases", PhasesInWords())
    countries = ExportColumn("Countries", None, CountryNames())
    contact_first_name = unkept("Contact Firstname")
    contact_last_name = unkept("Contact Lastname")
    contact_address = unkept("Contact Address")
    contact_email = unkept("Contact Email")
    contact_phone = unkept("Contact Tel")
    contact_affiliation = unkept("Contact Affiliation")
    inclusion = ExportColumn("Inclusion Criteria", "eligibility_en", UnmarkedText())
    exclusion = ExportColumn("Exclusion Criteria", None, UnmarkedText())
    disease_terms = ExportColumn("Condition", "disease_terms", Terms())
    interventions = unkept("Intervention")
    primary_outcome = unkept("Primary outcome")
    secondary_outcome = unkept("Secondary outcome")
    other_ids = ExportColumn("Secondary ID", None, SponsorCodes(separators=r"[;|\n,]"))
    funder = unkept("Source Name")
    groups = ExportColumn("Secondary Sponsor", "groups", List())
    ethics_status = unkept("Ethics Status")
    ethics_date = unkept("Ethics Approval Date")
    ethics_contact = unkept("Ethics Contact Name")
    ethics_address = unkept("Ethics Contact Address")
    ethics_phone = unkept("Ethics Contact Phone")
    ethics_email = unkept("Ethics Contact Email")
    has_results = unkept("results yes no")
    results_posted = unkept("results date posted")
    results_completed = unkept("results date completed")
    results_url = unkept("results url link")
    results_protocol = unkept("results url protocol")
    results_published = unkept("results date first publication")
    results_summary = unkept("results summary")
    results_baseline = unkept("results baseline char")
    results_adverse_events = unkept("results adverse events")
    results_outcomes = unkept("results outcome measures")
    ipd_plan = unkept("results ipd plan")
    ipd_description = unkept("results ipd description")
    prospective = unkept("Prospective registration")
    retrospective = unkept("Retrospective flag")
    bridging = unkept("Bridging flag truefalse")
    bridged_type = unkept("Bridged type")

    class Meta:
        model = Trial
