"""A trial as CTIS has it since June 2024, and its search.

Recruitment is told per country there, so the country has a status only where all sites of the sheet agree.
"""

import re
from collections.abc import Callable
from typing import Any

from .ctgov import BadQuery
from .shape import TrialFacts, found, said, texts

LARGEST_PAGE = 100
# Public statuses of CTIS; those of ours that it cannot tell apart are left out.
_CODES = {
    "not_yet_recruiting": 2, "recruiting": 4, "active_not_recruiting": 5, "suspended": 6, "completed": 8,
    "withdrawn": 12,
}  # fmt: skip
_PHASES = {
    "phase2": ("4", "Therapeutic exploratory (Phase II)"),
    "phase3": ("5", "Therapeutic confirmatory (Phase III)"),
    "phase4": ("6", "Therapeutic use (Phase IV)"),
}
_REGISTERED = re.compile(r"(?:ISRCTN|DRKS)\d{8}")
# Of a record, what a row of the search shows of it.
_SHOWN = (
    "ctNumber", "ctStatus", "shortTitle", "trialCountries", "decisionDateOverall", "decisionDate",
    "therapeuticAreas", "sponsorType", "trialPhase", "ageRangeSecondary", "ageGroup", "gender", "trialRegion",
    "totalNumberEnrolled", "resultsFirstReceived", "lastUpdated", "lastPublicationUpdate",
)  # fmt: skip
_IDENTIFIERS = ("trialDetails", "clinicalTrialIdentifiers")
_CONDITIONS = ("trialDetails", "trialInformation", "medicalCondition", "partIMedicalConditions")
# Of the countries of its search, by their number in ISO 3166-1; and its groups of age.
_COUNTRIES = {56: "Belgium"}
_AGE_GROUPS = {1: "In utero", 2: "0-17 years", 3: "18-64 years", 4: "65+ years"}
_SORTS = ("lastUpdated", "lastPublicationUpdate", "decisionDate")


# A trial's record


def record(trial: TrialFacts) -> dict[str, Any]:
    row = trial.row
    code, day = _CODES.get(row["status"]), trial.whole_day("status_as_of")
    phase_code, phase = _PHASES.get(row["phase"], ("", ""))
    here = {_CODES.get(site["status"]) for site, _centre in trial.sites if site["status"]}
    country_code = here.pop() if len(here) == 1 else None
    genders = {"all": "Female, Male", "female": "Female", "male": "Male"}.get(row["sex"], "")
    return said({
        "ctNumber": row["eu_ct_number"],
        "ctStatus": code,
        "ctPublicStatusCode": code,
        "shortTitle": row["acronym"],
        "trialPhase": phase,
        "gender": genders,
        "trialCountries": [f"Belgium:{country_code}" if country_code else "Belgium"] if trial.sites else [],
        "lastUpdated": "/".join(reversed(day.split("-"))),
        "authorizedApplication": {
            "authorizedPartI": _part_one(trial, phase_code, genders),
            "authorizedPartsII": [_belgium(trial)] if trial.sites else [],
            "memberStatesConcerned": (
                [{"mscName": "Belgium", "mscPublicStatusCode": country_code}] if trial.sites else []
            ),
            "eudraCt": {"eudraCtCode": row["eudract_number"]},
        },
    })  # fmt: skip


def _part_one(trial: TrialFacts, phase_code: str, genders: str) -> dict[str, Any]:
    row = trial.row
    registered = [*trial.several("isrctn"), *trial.several("other_ids")]
    conditions = [{"medicalCondition": term} for term in trial.several("disease_terms")]
    return {
        "trialDetails": {
            "clinicalTrialIdentifiers": {
                "fullTitle": row["title"],
                "publicTitle": row["title"],
                "shortTitle": row["acronym"],
                "secondaryIdentifyingNumbers": {
                    "nctNumber": {"number": row["nct_number"]},
                    "additionalRegistries": [
                        {"number": number} for number in registered if _REGISTERED.fullmatch(number)
                    ],
                },
            },
            "trialInformation": {
                "trialCategory": {"trialPhase": phase_code},
                "medicalCondition": {"partIMedicalConditions": conditions},
                "eligibilityCriteria": {
                    "principalInclusionCriteria": [{"principalInclusionCriteria": row["eligibility"]}],
                },
                "populationOfTrialSubjects": {
                    "isFemaleSubjects": "Female" in genders if genders else None,
                    "isMaleSubjects": "Male" in genders if genders else None,
                },
            },
        },
        "medicalConditions": conditions,
        "sponsors": [{"primary": True, "organisation": {"name": row["sponsor"]}}] if row["sponsor"] else [],
    }


def _belgium(trial: TrialFacts) -> dict[str, Any]:
    opened = trial.whole_day("opened_in_belgium")
    return {
        "mscInfo": {
            "mscName": "Belgium",
            "countryName": "Belgium",
            "activeTrialRecruitmentPeriod": {"recruitmentStartDate": opened},
        },
        "trialSites": [_site(centre) for _site_row, centre in trial.sites],
    }


def _site(centre: dict[str, Any]) -> dict[str, Any]:
    return {
        "organisationAddressInfo": {
            "organisation": {"name": centre["name_en"]},
            "address": {
                "oneLine": centre["street"],
                "city": centre["city"],
                "postcode": str(centre["postal_code"]),
                "countryName": "Belgium",
            },
        },
    }


def number_of(record: Any) -> str:
    return found(record, "ctNumber") or ""


def by_number(records: dict[str, dict[str, Any]], number: str) -> dict[str, Any]:
    """The record of that number, whichever its resubmission (the last two digits), or nothing."""
    return records.get(number) or next((one for key, one in records.items() if key[:14] == number[:14]), {})


# Its search


def search(records: dict[str, dict[str, Any]], asked: Any) -> dict[str, Any]:
    """One page of the rows that match, as `POST search` answers it; pages count from 1."""
    number, size = _pagination(found(asked, "pagination") or {})
    criteria = {key: value for key, value in (found(asked, "searchCriteria") or {}).items() if value}
    rows = [row for row in map(_row, records.values()) if _fits(row, criteria)]
    order = found(asked, "sort", "property") or "decisionDate"
    if order not in _SORTS:
        raise BadQuery(f"sort: “{str(order)[:40]}” is none of {', '.join(_SORTS)}.")
    rows.sort(key=lambda row: (_day(row.get(order)), row["ctNumber"]))
    if found(asked, "sort", "direction") != "ASC":
        rows.reverse()
    pages = -(-len(rows) // size)
    return {
        "showWarning": False,
        "pagination": {
            "totalRecords": len(rows),
            "currentPage": number,
            "totalPages": pages,
            "nextPage": number < pages,
            "prevPage": number > 1,
        },
        "data": rows[(number - 1) * size : number * size],
    }


def _pagination(given: Any) -> tuple[int, int]:
    number, size = found(given, "page") or 1, found(given, "size") or 20
    for name, value in (("page", number), ("size", size)):
        if type(value) is not int or value < 1:
            raise BadQuery(f"pagination: {name} is not a whole number above 0.")
    return number, min(size, LARGEST_PAGE)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    part_one = found(record, "authorizedApplication", "authorizedPartI") or found(record, "authorizedPartI")
    names = found(part_one, *_IDENTIFIERS) or {}
    conditions = found(part_one, *_CONDITIONS) or []
    sponsors = found(part_one, "sponsors") or [{}]
    return said({name: record.get(name) for name in _SHOWN}) | said({
        "ctTitle": names.get("publicTitle") or names.get("fullTitle") or record.get("title"),
        "conditions": ", ".join(one.get("medicalCondition", "") for one in conditions),
        "sponsor": found(sponsors[0], "organisation", "name"),
    })  # fmt: skip


def _fits(row: dict[str, Any], criteria: dict[str, Any]) -> bool:
    for name in criteria:
        if name not in _CRITERIA:
            raise BadQuery(f"searchCriteria: “{name[:40]}” is not one the demo registry knows.")
    return all(_CRITERIA[name](row, wanted) for name, wanted in criteria.items())


def _holds_all(row: dict[str, Any], wanted: str) -> bool:
    text = "\n".join(texts(row)).casefold()
    return all(word in text for word in wanted.casefold().replace(",", " ").split())


def _holds(field: str) -> Callable[[dict[str, Any], Any], bool]:
    return lambda row, wanted: str(wanted).casefold() in row.get(field, "").casefold()


def _is_in_a_country(row: dict[str, Any], wanted: list[int]) -> bool:
    there = {one.partition(":")[0] for one in row.get("trialCountries", ())}
    return any(_COUNTRIES.get(code) in there for code in wanted)


def _takes_a_group(row: dict[str, Any], wanted: list[int]) -> bool:
    """What the demo's sheets have no column for excludes no trial."""
    groups = row.get("ageGroup", "")
    return not groups or any(_AGE_GROUPS.get(code, "?") in groups for code in wanted)


_CRITERIA: dict[str, Callable[[dict[str, Any], Any], bool]] = {
    "number": lambda row, wanted: str(wanted)[:14] in row["ctNumber"],
    "status": lambda row, wanted: row.get("ctStatus") in wanted,
    "containAll": lambda row, wanted: _holds_all(row, str(wanted)),
    "medicalCondition": _holds("conditions"),
    "sponsor": _holds("sponsor"),
    "title": _holds("ctTitle"),
    "msc": _is_in_a_country,
    "ageGroupCode": _takes_a_group,
}


def updated(record: dict[str, Any]) -> str:
    """The day of its last update, ISO 8601; empty where none is known."""
    return _day(record.get("lastUpdated"))


def _day(text: Any) -> str:
    """The last day of `DD/MM/YYYY`, ISO 8601, or `ES: 24/04/2024, IT: 23/10/2024`, to sort by."""
    days = re.findall(r"(\d\d)/(\d\d)/(\d{4})", text if isinstance(text, str) else "")
    iso = re.findall(r"\d{4}-\d\d-\d\d", text if isinstance(text, str) else "")
    return max([*iso, *(f"{year}-{month}-{day}" for day, month, year in days)], default="")
