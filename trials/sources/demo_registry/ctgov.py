"""A trial as ClinicalTrials.gov's API v2 has it, and as much of its query language as following it takes."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from ...age_criteria import ENROLMENT, holding_in, parse_bounds
from .shape import TrialFacts, found, said, texts

API_VERSION = "2.0.5"
USUAL_PAGE, LARGEST_PAGE = 10, 1000
_NCT = re.compile(r"NCT\d{8}")
_PROTOCOL = "protocolSection"
_STATUS = (_PROTOCOL, "statusModule")
_PLACES = (_PROTOCOL, "contactsLocationsModule", "locations")


class BadQuery(ValueError):
    """A question of which the demo registry knows no answer: a sentence. Nothing is silently left out."""


# A trial's record


def study(trial: TrialFacts) -> dict[str, Any]:
    row = trial.row
    arms = [line.partition(": ") for line in trial.several("arms", "\n")]
    return said({
        _PROTOCOL: {
            "identificationModule": _identification(trial),
            "statusModule": {
                "statusVerifiedDate": row["status_as_of"][:7],
                "overallStatus": row["status"].upper(),
                "lastUpdatePostDateStruct": {"date": trial.whole_day("status_as_of")},
            },
            "sponsorCollaboratorsModule": {
                "leadSponsor": {"name": row["sponsor"]},
                "collaborators": [{"name": name} for name in trial.several("groups")],
            },
            "descriptionModule": {"briefSummary": row["summary"]},
            "conditionsModule": {"conditions": trial.several("disease_terms")},
            "designModule": {
                "studyType": row["study_type"].upper(),
                "phases": [phase.upper() for phase in trial.several("phase")],
            },
            "armsInterventionsModule": {
                "armGroups": [{"label": label, "description": rest} for label, _colon, rest in arms],
            },
            "eligibilityModule": {
                "eligibilityCriteria": row["eligibility"],
                "sex": row["sex"].upper(),
                "minimumAge": _age(row["age_min"], "min"),
                "maximumAge": _age(row["age_max"], "max"),
            },
            "contactsLocationsModule": {"locations": [_location(*site) for site in trial.sites]},
        },
    })  # fmt: skip


def _age(text: str, side: str) -> str:
    """A bound at enrolment as the registry has it, a number and a unit; else nothing."""
    for one in holding_in(parse_bounds(text, side)) if text else []:
        if one.at == ENROLMENT and len(one.amount) == 1 and not (one.strict and side == "max"):
            number, unit = one.amount[0]
            return f"{number} {unit.title()}{'' if number == '1' else 's'}"
    return ""


def _identification(trial: TrialFacts) -> dict[str, Any]:
    row, others = trial.row, trial.several("other_ids")
    second = [
        *({"id": number, "type": "EUDRACT_NUMBER"} for number in trial.several("eudract_number")),
        *({"id": number, "type": "CTIS"} for number in trial.several("eu_ct_number")),
        *({"id": number, "type": "REGISTRY", "domain": "ISRCTN"} for number in trial.several("isrctn")),
        *({"id": number, "type": "OTHER"} for number in others if not _NCT.fullmatch(number)),
    ]
    return {
        "nctId": row["nct_number"],
        "nctIdAliases": [number for number in others if _NCT.fullmatch(number)],
        "secondaryIdInfos": second,
        "briefTitle": row["title"],
        "acronym": row["acronym"],
    }


def _location(site: dict[str, str], centre: dict[str, Any]) -> dict[str, Any]:
    return {
        "facility": centre["name_en"],
        "status": site["status"].upper(),
        "city": centre["city"],
        "zip": str(centre["postal_code"]),
        "country": "Belgium" if centre["country"] == "BE" else centre["country"],
        "geoPoint": {"lat": centre["latitude"], "lon": centre["longitude"]},
    }


def number_of(record: Any) -> str:
    return found(record, _PROTOCOL, "identificationModule", "nctId") or ""


def aliases_of(record: dict[str, Any]) -> list[str]:
    return found(record, _PROTOCOL, "identificationModule", "nctIdAliases") or []


def updated(record: dict[str, Any]) -> str:
    """The day of its last update, ISO 8601; empty where none is known."""
    return found(record, *_STATUS, "lastUpdatePostDateStruct", "date") or ""


# What may be asked

Test = Callable[[dict[str, Any]], bool]


def _places(record: dict[str, Any], name: str) -> list[str]:
    return [place.get(name, "") for place in found(record, *_PLACES) or []]


# By the names of ClinicalTrials.gov's search areas: the texts of a record in which a value is looked for.
_AREAS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "LastUpdatePostDate": lambda record: [updated(record)],
    "StatusVerifiedDate": lambda record: [found(record, *_STATUS, "statusVerifiedDate") or ""],
    "OverallStatus": lambda record: [found(record, *_STATUS, "overallStatus") or ""],
    "NCTId": lambda record: [number_of(record), *aliases_of(record)],
    "LocationCountry": lambda record: _places(record, "country"),
    "LocationCity": lambda record: _places(record, "city"),
    "LocationFacility": lambda record: _places(record, "facility"),
    "StdAge": lambda record: found(record, _PROTOCOL, "eligibilityModule", "stdAges") or [],
    "Condition": lambda record: found(record, _PROTOCOL, "conditionsModule", "conditions") or [],
}
# What the demo's sheets have no column for excludes no trial.
_UNRECORDED = {"StdAge"}
_TERM = re.compile(r"AREA\[(\w+)\]\s*(?:RANGE\[([^,\]]*),([^\]]*)\]|\(([^()]*)\)|([^()]+))")


def advanced(expression: str) -> Test:
    """Terms joined by AND, such as `AREA[LastUpdatePostDate]RANGE[2026-01-01,MAX]`."""
    tests = [_term(one.strip()) for one in expression.split(" AND ")]
    return lambda record: all(test(record) for test in tests)


def _term(text: str) -> Test:
    term = _TERM.fullmatch(text)
    if term is None or term[1] not in _AREAS:
        known = ", ".join(_AREAS)
        raise BadQuery(f"“{text[:80]}” is not a term the demo registry knows. Areas: {known}.")
    area, low, high, several, one = term.groups()
    if low is None:
        return _among(area, (several or one).split(" OR "))
    return _between(area, low.strip().replace("MIN", ""), high.strip().replace("MAX", "~"))


def _between(area: str, least: str, most: str) -> Test:
    values = _AREAS[area]
    return lambda record: any(value and least <= value <= most for value in values(record))


def _among(area: str, words: list[str]) -> Test:
    wanted, values = {word.strip(' "').casefold() for word in words}, _AREAS[area]

    def test(record: dict[str, Any]) -> bool:
        here = {value.casefold() for value in values(record)}
        return bool(here & wanted) or (not here and area in _UNRECORDED)

    return test


def _words(areas: tuple[str, ...], expression: str) -> Test:
    """Alternatives joined by OR, each of which may be of several words that all occur."""
    alternatives = [one.replace('"', "").casefold().split() for one in expression.split(" OR ")]

    def test(record: dict[str, Any]) -> bool:
        found_texts = [text for area in areas for text in _AREAS[area](record)] if areas else texts(record)
        text = "\n".join(found_texts).casefold()
        return any(all(word in text for word in words) for words in alternatives)

    return test


_FILTERS: dict[str, Callable[[str], Test]] = {
    "filter.ids": lambda value: _among("NCTId", re.split("[,|]", value)),
    "filter.overallStatus": lambda value: _among("OverallStatus", re.split("[,|]", value)),
    "filter.advanced": advanced,
    "query.cond": lambda value: _words(("Condition",), value),
    "query.locn": lambda value: _words(("LocationCountry", "LocationCity", "LocationFacility"), value),
    "query.term": lambda value: advanced(value) if "AREA[" in value else _words((), value),
    "query.id": lambda value: _words(("NCTId",), value),
}
_OTHERS = {"format", "markupFormat", "fields", "sort", "countTotal", "pageSize", "pageToken"}
Studies = dict[str, dict[str, Any]]


def page(studies: Studies, asked: dict[str, str], *, again: bool = False) -> dict[str, Any]:
    """One page of `studies` as `/studies` answers it; with the token of the next, or `again` of this one."""
    _refuse_unknown(asked)
    matching = _matching(studies, asked)
    size, print_ = _size(asked), _print(asked)
    start = _start(asked.get("pageToken", ""), print_)
    answer: dict[str, Any] = {"studies": [chosen(one, asked) for one in matching[start : start + size]]}
    if asked.get("countTotal") == "true" and not start:
        answer["totalCount"] = len(matching)
    if start + size < len(matching):
        answer["nextPageToken"] = _token(start if again else start + size, print_)
    return answer


def _matching(studies: Studies, asked: dict[str, str]) -> list[dict[str, Any]]:
    tests = [_FILTERS[name](value) for name, value in asked.items() if name in _FILTERS and value]
    matching = [one for _number, one in sorted(studies.items()) if all(test(one) for test in tests)]
    if order := asked.get("sort"):
        matching.sort(key=updated, reverse=not order.endswith(":asc"))
    return matching


def _refuse_unknown(asked: dict[str, str]) -> None:
    for name in asked:
        if name not in _FILTERS and name not in _OTHERS:
            raise BadQuery(f"“{name[:40]}” is not a parameter the demo registry knows.")
    if asked.get("format", "json") != "json":
        raise BadQuery("The demo registry answers in JSON alone: format=json.")
    if asked.get("sort", "LastUpdatePostDate").partition(":")[0] != "LastUpdatePostDate":
        raise BadQuery("The demo registry sorts by LastUpdatePostDate alone.")


def _size(asked: dict[str, str]) -> int:
    text = asked.get("pageSize") or "0"
    if not (text.isascii() and text.isdecimal()):
        raise BadQuery(f"pageSize: “{text[:20]}” is not a whole number.")
    return min(int(text[:9]) or USUAL_PAGE, LARGEST_PAGE)


def _print(asked: dict[str, str]) -> str:
    """Changes with what is asked for; a token belongs to one question."""
    own = sorted(item for item in asked.items() if item[0] not in ("pageSize", "pageToken", "countTotal"))
    return blake2b(repr(own).encode(), digest_size=4).hexdigest()


def _token(start: int, print_: str) -> str:
    return urlsafe_b64encode(f"{print_}{start}".encode()).decode()


def _start(token: str, print_: str) -> int:
    if not token:
        return 0
    try:
        text = urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        text = ""
    if not (text.startswith(print_) and text[len(print_) :].isdecimal()):
        raise BadQuery("pageToken is none of this question's.")
    return int(text[len(print_) :])


# Which parts of a record are sent

_PIECES = {
    "nctid": "protocolSection.identificationModule.nctId",
    "brieftitle": "protocolSection.identificationModule.briefTitle",
    "overallstatus": "protocolSection.statusModule.overallStatus",
    "statusverifieddate": "protocolSection.statusModule.statusVerifiedDate",
    "lastupdatepostdate": "protocolSection.statusModule.lastUpdatePostDateStruct.date",
    "lastupdatesubmitdate": "protocolSection.statusModule.lastUpdateSubmitDate",
    "hasresults": "hasResults",
    "protocolsection": "protocolSection",
    "derivedsection": "derivedSection",
} | {
    f"{name}Module".lower(): f"protocolSection.{name}Module"
    for name in (
        "identification", "status", "sponsorCollaborators", "description", "conditions", "design",
        "armsInterventions", "outcomes", "eligibility", "contactsLocations", "oversight", "references",
    )
}  # fmt: skip


def chosen(record: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """The fields of `record` that are asked for: pieces and modules by name, or dotted paths; all without."""
    names = [name for name in re.split("[,|]", asked.get("fields", "")) if name]
    if not names:
        return record
    answer: dict[str, Any] = {}
    for name in names:
        path = (name if "." in name else _PIECES.get(name.lower(), "")).split(".")
        if path == [""]:
            raise BadQuery(f"fields: “{name[:40]}” is not a field the demo registry knows by that name.")
        if (value := found(record, *path)) is not None:
            inner = answer
            for part in path[:-1]:
                inner = inner.setdefault(part, {})
            inner[path[-1]] = value
    return answer
