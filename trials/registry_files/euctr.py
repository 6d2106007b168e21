"""Lists of the EU Clinical Trials Register: thirteen columns, a trial perhaps in several rows.

A status is said of each country (`BE (Ongoing)`), and an ongoing trial may recruit or not.
"""

from ..cells import Identifiers
from ..choices import Scheme
from ..models import Trial
from .base import ExportColumn, RegistrySheet, unkept
from .cells import AgeGroups, CodedStatuses, Sexes, SponsorCodes, Terms, UnmarkedLine


class EuctrSheet(RegistrySheet):
    """One row a trial, found by its EudraCT number."""

    kind = "euctr"
    required = ("eudract_number",)
    identifier_columns = ("eudract_number", "protocol_code")
    example = {
        "eudract_number": "2012-001234-56", "protocol_code": "EXAMPLE-01",
        "title": "A study of something in children with leukaemia", "sponsor": "Example Hospital",
        "disease_terms": "Acute leukaemia", "age_groups": "Children, Adolescents", "sex": "Male, Female",
        "countries": "BE (Ongoing) FR (Completed)",
    }  # fmt: skip

    eudract_number = ExportColumn("EudraCT Number", None, Identifiers(Scheme.EUDRACT))
    protocol_code = ExportColumn("Sponsor Protocol Number", None, SponsorCodes())
    start_date = unkept("Start Date")
    sponsor = ExportColumn("Sponsor Name", "sponsor", UnmarkedLine())
    title = ExportColumn("Full Title", "title_en", UnmarkedLine())
    disease_terms = ExportColumn("Medical condition", "disease_terms", Terms())
    meddra = unkept("Disease")
    age_groups = ExportColumn("Population Age", "age_groups", AgeGroups())
    sex = ExportColumn("Gender", "sex", Sexes())
    countries = ExportColumn("Trial Protocol", None, CodedStatuses())
    results = unkept("Trial results")
    primary_endpoints = unkept("Primary End Points")
    secondary_endpoints = unkept("Secondary End Points")

    class Meta:
        model = Trial
