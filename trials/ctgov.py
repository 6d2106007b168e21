"""The CSV that ClinicalTrials.gov exports: its thirty columns, any choice of them, one row a trial.

The columns are those of the site's download (seen 2024 to 2026); values in a cell are parted by `|`. Names of
columns are those of the sheet of trials where they mean the same. The last nine the download does not have:
they hold what the API says beside it (`trials.sources.ctgov`).
"""

from django.utils.translation import gettext_lazy as _lazy

from directory.sheets.cells import Address, Email, List, LongText, PartialDay, Phone, Prose, Word

from .cells import Identifiers, Phases
from .choices import AgeGroup, Recruitment, Scheme, Sex, StudyType
from .intervention_cells import Arms, Interventions
from .models import Trial
from .registry_files.base import ExportColumn, RegistrySheet, unkept
from .registry_files.cells import ACCESS, BARS, AgeRange
from .sheets import spellings


class CtgovSheet(RegistrySheet):
    """One row a trial, found by its NCT number."""

    kind = "ctgov_csv"
    required = ("nct_number",)
    is_strict = is_spelt_alone = True
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
        "Study Status", "status", Word(Recruitment, spellings("status") | ACCESS, _lazy("a status"))
    )
    summary = ExportColumn("Brief Summary", "summary_en", LongText())
    results = unkept("Study Results")
    disease_terms = ExportColumn("Conditions", "disease_terms", List(separators=BARS))
    interventions = ExportColumn("Interventions", None, Interventions(BARS))
    primary_outcomes = unkept("Primary Outcome Measures")
    secondary_outcomes = unkept("Secondary Outcome Measures")
    other_outcomes = unkept("Other Outcome Measures")
    sponsor = ExportColumn("Sponsor", "sponsor")
    groups = ExportColumn("Collaborators", "groups", List(separators=BARS))
    sex = ExportColumn("Sex", "sex", Word(Sex, spellings("sex"), _lazy("a sex")))
    age = ExportColumn("Age", None, AgeRange())
    phase = ExportColumn("Phases", "phases", Phases())
    enrollment = unkept("Enrollment")
    funder_type = unkept("Funder Type")
    study_type = ExportColumn(
        "Study Type", "study_type", Word(StudyType, spellings("study_type"), _lazy("a study type"))
    )
    design = unkept("Study Design")
    other_ids = ExportColumn("Other IDs", None, Identifiers(Scheme.OTHER, separators=BARS))
    start_date = unkept("Start Date")
    primary_completion = unkept("Primary Completion Date")
    completion_date = unkept("Completion Date")
    first_posted = unkept("First Posted")
    results_posted = unkept("Results First Posted")
    status_as_of = ExportColumn("Last Update Posted", "status_as_of", PartialDay())
    locations = ExportColumn("Locations", None, List(separators=BARS))
    documents = unkept("Study Documents")
    status_verified = ExportColumn("Status Verified", None, PartialDay())
    eligibility = ExportColumn("Eligibility Criteria", "eligibility_en", LongText())
    arms = ExportColumn("Arms", "arms_en", LongText())
    location_statuses = ExportColumn("Location Statuses", None, List(separators=BARS))
    age_groups = ExportColumn("Age Groups", "age_groups", List(Word(AgeGroup), separators=r"[,|]"))
    arm_groups = ExportColumn("Arm Groups", None, Arms())
    contact_role = ExportColumn("Central Contact", "contact_role", Prose())
    contact_email = ExportColumn("Central Mailbox", "contact_email", Email())
    contact_phone = ExportColumn("Central Telephone", "contact_phone", Phone())

    class Meta:
        model = Trial
