"""The CSV and the TSV that the classic ClinicalTrials.gov exported until 2024: its twenty-seven columns.

Sponsor and collaborators stand in one cell, and dates have their month in words.
"""

from django.utils.translation import gettext_lazy as _lazy

from directory.sheets.cells import Address, List, Prose, Word

from ..cells import Identifiers, Phases
from ..choices import AgeGroup, Recruitment, Scheme
from ..intervention_cells import Interventions
from ..models import Trial
from ..sheets import spellings
from .base import ExportColumn, RegistrySheet, unkept
from .cells import ACCESS, BARS, AgeRange, RegistryDay, Sexes, SponsorCodes, StudyTypes


class ClassicSheet(RegistrySheet):
    """One row a trial, found by its NCT number."""

    kind = "ctgov_classic"
    required = ("nct_number",)
    identifier_columns = ("nct_number", "other_ids")
    example = {
        "nct_number": "NCT01234567", "title": "A study of something in children with leukaemia",
        "status": "Recruiting", "disease_terms": "Acute Leukemia", "sponsor": "Example Hospital",
        "sex": "All", "age": "2 Years to 17 Years (Child)", "phase": "Phase 1|Phase 2",
        "study_type": "Interventional", "status_as_of": "September 1, 2021",
    }  # fmt: skip

    rank = unkept("Rank")
    nct_number = ExportColumn("NCT Number", None, Identifiers(Scheme.NCT))
    title = ExportColumn("Title", "title_en", Prose())
    acronym = ExportColumn("Acronym", "acronym")
    status = ExportColumn(
        "Status", "status", Word(Recruitment, spellings("status") | ACCESS, _lazy("a status"))
    )
    results = unkept("Study Results")
    disease_terms = ExportColumn("Conditions", "disease_terms", List(separators=BARS))
    interventions = ExportColumn("Interventions", None, Interventions(BARS))
    outcomes = unkept("Outcome Measures")
    sponsor = ExportColumn("Sponsor/Collaborators", "sponsor")
    # No column of the file: what stands behind the first bar of the one before.
    groups = ExportColumn("Collaborators", "groups", List(separators=BARS))
    sex = ExportColumn("Gender", "sex", Sexes())
    age = ExportColumn("Age", None, AgeRange())
    phase = ExportColumn("Phases", "phases", Phases())
    enrollment = unkept("Enrollment")
    funder_type = unkept("Funded Bys")
    study_type = ExportColumn("Study Type", "study_type", StudyTypes())
    design = unkept("Study Designs")
    other_ids = ExportColumn("Other IDs", None, SponsorCodes(separators=BARS))
    start_date = unkept("Start Date")
    primary_completion = unkept("Primary Completion Date")
    completion_date = unkept("Completion Date")
    first_posted = unkept("First Posted")
    results_posted = unkept("Results First Posted")
    status_as_of = ExportColumn("Last Update Posted", "status_as_of", RegistryDay())
    locations = ExportColumn("Locations", None, List(separators=BARS))
    documents = unkept("Study Documents")
    url = ExportColumn("URL", "url", Address())
    # Nor is this one: the groups that stand behind the ages.
    age_groups = ExportColumn("Age Groups", "age_groups", List(Word(AgeGroup), separators=r"[,|]"))

    class Meta:
        model = Trial
