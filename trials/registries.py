"""The files that public registries export, told by their headers: of a registry, whatever they are called.

The labels are those seen in exports of 2020 to 2026. Somebody's own sheet may borrow a few of them.
"""

from directory.core.text import squash, tidy

from .ctgov import CtgovSheet
from .sheets import SiteSheet, TrialSheet

# By registry; the first label is that of its number.
LABELS = {
    "ClinicalTrials.gov": (
        "NCT Number", *(column.label for column in CtgovSheet.columns().values()), "Rank", "Title", "Status",
        "Outcome Measures", "Sponsor/Collaborators", "Gender", "Funded Bys", "Study Designs", "URL",
    ),
    "CTIS": (
        "Trial number", "Protocol code", "Title of the trial", "Overall trial status",
        "Location(s) and recruitment status", "Age group", "Age range secondary identifier", "Gender",
        "Number of participants enrolled", "Trial region", "Medical conditions", "Therapeutic area",
        "Trial phase", "Product", "Primary endpoint", "Secondary endpoints", "Decision date", "Start date",
        "End date", "Global end of the trial", "Trial results", "Sponsor/Co-Sponsors", "Sponsor type",
        "Last updated",
    ),
    "EU Clinical Trials Register": (
        "EudraCT Number", "Sponsor Protocol Number", "Start Date", "Sponsor Name", "Full Title",
        "Medical condition", "Disease", "Population Age", "Gender", "Trial Protocol", "Trial results",
        "Primary End Points", "Secondary End Points",
    ),
    "WHO ICTRP": (
        "TrialID", "Last Refreshed on", "Public title", "Scientific title", "Acronym", "Primary sponsor",
        "Date registration", "Date registration3", "Export date", "Source Register", "web address",
        "Recruitment Status", "other records", "Inclusion agemin", "Inclusion agemax", "Inclusion gender",
        "Date enrollement", "Target size", "Study type", "Study design", "Phase", "Countries",
        "Contact Firstname", "Contact Lastname", "Contact Address", "Contact Email", "Contact Tel",
        "Contact Affiliation", "Inclusion Criteria", "Exclusion Criteria", "Condition", "Intervention",
        "Primary outcome", "results date posted", "results date completed", "results url link",
        "Retrospective flag", "Bridging flag truefalse", "Bridged type", "results yes no",
    ),
    "ISRCTN": (
        "ISRCTN", "ISRCTN number", "DOI", "Title", "Public title", "Scientific title", "Acronym",
        "Condition", "Condition category", "Date applied", "Date assigned", "Last edited",
        "Prospective/Retrospective", "Overall trial status", "Overall study status", "Recruitment status",
        "Publication status", "Plain English Summary", "EudraCT number", "EudraCT/CTIS number",
        "IRAS number", "ClinicalTrials.gov number", "Protocol/serial number", "Secondary identifying numbers",
        "Study hypothesis", "Study design", "Primary study design", "Secondary study design", "Trial setting",
        "Trial type", "Study type", "Phase", "Intervention", "Intervention type", "Drug names",
        "Primary outcome measure", "Secondary outcome measures", "Overall study start date",
        "Overall trial start date", "Overall study end date", "Overall trial end date",
        "Recruitment start date", "Recruitment end date", "Participant inclusion criteria",
        "Participant exclusion criteria", "Participant type", "Age group", "Lower age limit",
        "Upper age limit", "Gender", "Sex", "Target number of participants", "Countries of recruitment",
        "Trial participating centre", "Sponsor", "Sponsor organisation", "Sponsor type", "Funder name",
        "Funder type", "URL",
    ),
}  # fmt: skip
_OURS = {*TrialSheet.by_header(), *SiteSheet.by_header()}


def wrote(header: list[str]) -> str:
    """The registry that wrote a header; empty where nobody knows of one that did.

    Its number and most of the rest are spelt as the registry spells them, and one is a label of several words
    that no sheet of ours has; or the whole header is the registry's.
    """
    seen = [tidy(one) for one in header if tidy(one)]
    scores = {registry: _score(seen, labels) for registry, labels in LABELS.items()}
    best = max(scores, key=lambda registry: scores[registry], default="")
    return best if best and scores[best] else ""


def _score(seen: list[str], labels: tuple[str, ...]) -> int:
    known = [one for one in seen if one in labels]
    if labels[0] not in known or len(known) < 2 or 2 * len(known) < len(seen):
        return 0
    is_telling = any(squash(one) not in _OURS and not one.isalnum() for one in known)
    return len(known) if is_telling or len(known) == len(seen) else 0
