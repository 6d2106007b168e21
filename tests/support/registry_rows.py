"""A small file of each registry, in its own words: what it says of one trial."""

from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.kinds import all_kinds
from tests import sheets
from tests.builders import an_editor
from tests.sheets import a_csv

TITLE = "A trial of something rare in children"
CTIS = {
    "Trial number": "2024-512345-67-00", "Protocol code": "KID-2024",
    "Title of the trial": TITLE,
    "Overall trial status": "Ongoing, recruiting",
    "Location(s) and recruitment status":
        "Netherlands:Ongoing, recruiting, Belgium:Authorised, recruitment pending",
    "Age group": "0-17 years", "Age range secondary identifier": "2-11 years, 12-17 years",
    "Gender": "Female, Male", "Medical conditions": "Neuroblastoma",
    "Therapeutic area": '["Diseases [C] - Neoplasms [C04]"]',
    "Trial phase": "Therapeutic exploratory (Phase II)", "End date": "N/A",
    "Sponsor/Co-Sponsors": "Example Hospital", "Last updated": "07/02/2024",
}  # fmt: skip
CLASSIC = {
    "Rank": "1", "NCT Number": "NCT01234567", "Title": TITLE, "Acronym": "KID", "Status": "Recruiting",
    "Conditions": "Neuroblastoma|Sarcoma", "Sponsor/Collaborators": "Example Hospital|Group A|Group B",
    "Gender": "All", "Age": "7 Years and older \xa0 (Child, Adult)", "Phases": "Phase 1|Phase 2",
    "Funded Bys": "Other", "Study Type": "Interventional", "Other IDs": "KID-2020|498",
    "Start Date": "September 1, 2011", "Last Update Posted": "September 1, 2021",
    "Locations": "UZ Gent, Ghent, 9000, Belgium|Elsewhere, Paris, France",
    "URL": "https://ClinicalTrials.gov/show/NCT01234567",
}  # fmt: skip
ICTRP = {
    "TrialID": "DRKS00012345", "Last Refreshed on": "17 September 2024", "Public title": TITLE,
    "Scientific title": "Long", "Acronym": "", "Primary sponsor": "Example Hospital",
    "Source Register": "German Clinical Trials Register",
    "web address": "https://drks.de/DRKS00012345",
    "Recruitment Status": "Recruiting", "Inclusion agemin": "0", "Inclusion agemax": "17 Years",
    "Inclusion gender": "Both", "Study type": "Interventional study", "Phase": "2",
    "Countries": "Belgium;Germany",
    "Contact Lastname": "Nobody", "Contact Email": "nobody@example.org",
    "Inclusion Criteria": "Inclusion criteria: age &lt; 18_x000D_<br>consent",
    "Exclusion Criteria": "none<br>known",
    "Condition": "Neuroblastoma<br>Sarcoma", "Secondary ID": "NCT01234567",
}  # fmt: skip
ISRCTN = {
    "ISRCTN": "ISRCTN45535982", "Title": TITLE, "Recruitment status": "No longer recruiting",
    "Overall study status": "Ongoing", "Last edited": "17/09/2024", "Condition": "Neuroblastoma",
    "Study type": "Treatment", "Primary study design": "Interventional", "Phase": "Not Specified",
    "ClinicalTrials.gov number": "Nil known", "Lower age limit": "1 Years", "Upper age limit": "17 Years",
    "Sex": "Both", "Countries of recruitment": "Belgium, England", "Sponsor": "Example University",
}  # fmt: skip
EUCTR = {
    "EudraCT Number": "2012-001234-56", "Sponsor Protocol Number": "KID-2012", "Sponsor Name": "Example",
    "Full Title": TITLE, "Medical condition": "Neuroblastoma", "Disease": "Version SOC Term 12.1 LLT",
    "Population Age": "Children, Adolescents", "Gender": "Male, Female",
    "Trial Protocol": "DE (Prematurely Ended) BE (Ongoing)",
}  # fmt: skip
ROWS = {"ctis_csv": CTIS, "ctgov_classic": CLASSIC, "ictrp": ICTRP, "isrctn": ISRCTN, "euctr": EUCTR}
NUMBERS = {
    "ctis_csv": "2024-5%05d-67-00", "ctgov_classic": "NCT%08d", "ictrp": "DRKS%08d",
    "isrctn": "ISRCTN%08d", "euctr": "2012-0%05d-56",
}  # fmt: skip


def sheet_of(kind):
    return all_kinds()[kind].sheet


def header_of(kind, name):
    """The header of a column."""
    return sheet_of(kind).columns()[name].header()


def of_another_trial(kind, row, number):
    """`row` about another trial, by its number and title; without what else would name the first."""
    sheet, other = sheet_of(kind), dict(row)
    other[header_of(kind, sheet.required[0])] = NUMBERS[kind] % number
    other[header_of(kind, "title")] += f" {number}"
    for name in (*sheet.identifier_columns[1:], "acronym"):
        if name in sheet.columns():
            other.pop(header_of(kind, name), None)
    return other


def planned(*rows, content=None, user=None, **options):
    """A run of `rows`, or of `content`, whose kind the header tells."""
    return sheets.planned(content or a_csv(*rows), kind="", user=user or an_editor(), **options)


def stored(run):
    """A planned run, confirmed and applied here and now."""
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems
    return run


def said(run, number=2):
    """The messages of a row."""
    return [one["message"] for one in run.rows.get(number=number).messages]
