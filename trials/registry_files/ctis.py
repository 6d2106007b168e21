"""The CSV that the public portal of CTIS exports: twenty-four columns, one row a trial.

Dates are day first; several values in a cell are parted by commas, which values have, too. A status is said
of the trial as a whole and of each country, never of a site. The last eight columns the
file does not have: they hold what the API says beside it (`trials.sources.ctis`).
"""

from django.utils.translation import gettext_lazy as _lazy

from directory.sheets.cells import Email, List, LongText, Phone, Prose, Text, Word

from ..cells import Identifiers
from ..choices import AgeGroup, Recruitment, Scheme
from ..intervention_cells import Interventions
from ..models import Trial
from ..sheets import spellings
from .base import ExportColumn, RegistrySheet, unkept
from .cells import (
    BARS,
    AgeGroups,
    CountryStatuses,
    DayFirst,
    PhasesInWords,
    Sexes,
    SponsorCodes,
    Terms,
    UnmarkedLine,
)


class CtisSheet(RegistrySheet):
    """One row a trial, found by its EU CT number."""

    kind = "ctis_csv"
    required = ("trial_number",)
    identifier_columns = ("trial_number", "protocol_code", "nct_number", "eudract_number")
    example = {
        "trial_number": "2024-512345-67-00", "protocol_code": "EXAMPLE-01",
        "title": "A study of something in children with leukaemia", "status": "Ongoing, recruiting",
        "countries": "Belgium:Ongoing, recruiting, France:Authorised, recruitment pending",
        "age": "0-17 years", "age_detail": "2-11 years, 12-17 years", "sex": "Female, Male",
        "disease_terms": "Acute leukaemia", "phase": "Therapeutic exploratory (Phase II)",
        "sponsor": "Example Hospital", "status_as_of": "17/09/2024",
    }  # fmt: skip

    trial_number = ExportColumn("Trial number", None, Identifiers(Scheme.EUCT))
    protocol_code = ExportColumn("Protocol code", None, SponsorCodes())
    title = ExportColumn("Title of the trial", "title_en", UnmarkedLine())
    status = ExportColumn(
        "Overall trial status", "status", Word(Recruitment, spellings("status"), _lazy("a status"))
    )
    countries = ExportColumn("Location(s) and recruitment status", None, CountryStatuses())
    age = ExportColumn("Age group", None, AgeGroups())
    age_detail = unkept("Age range secondary identifier")
    sex = ExportColumn("Gender", "sex", Sexes())
    enrolled = unkept("Number of participants enrolled")
    region = unkept("Trial region")
    disease_terms = ExportColumn("Medical conditions", "disease_terms", Terms())
    therapeutic_area = unkept("Therapeutic area")
    phase = ExportColumn("Trial phase", "phases", PhasesInWords())
    product = unkept("Product")
    primary_endpoint = unkept("Primary endpoint")
    secondary_endpoints = unkept("Secondary endpoints")
    decision_date = unkept("Decision date")
    start_date = unkept("Start date")
    end_date = unkept("End date")
    global_end = unkept("Global end of the trial")
    results = unkept("Trial results")
    sponsor = ExportColumn("Sponsor/Co-Sponsors", "sponsor", Text())
    sponsor_type = unkept("Sponsor type")
    status_as_of = ExportColumn("Last updated", "status_as_of", DayFirst())
    nct_number = ExportColumn("NCT number", None, Identifiers(Scheme.NCT))
    eudract_number = ExportColumn("EudraCT number", None, Identifiers(Scheme.EUDRACT))
    age_groups = ExportColumn("Age Groups", "age_groups", List(Word(AgeGroup), separators=r"[,|]"))
    interventions = ExportColumn("Interventions", None, Interventions(BARS))
    eligibility = ExportColumn("Eligibility Criteria", "eligibility_en", LongText())
    contact_role = ExportColumn("Central Contact", "contact_role", Prose())
    contact_email = ExportColumn("Central Mailbox", "contact_email", Email())
    contact_phone = ExportColumn("Central Telephone", "contact_phone", Phone())

    class Meta:
        model = Trial
