"""A trial and a centre as schema.org describes them (JSON-LD), for search engines and other directories.

MedicalTrial and MedicalClinic, https://schema.org/MedicalTrial. Only what the page shows to the public, and
no person. The script element that holds it is data: a browser never runs it, so the content policy allows it.
"""

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from centres.models import Centre
from directory.core.fields import by_language
from trials.choices import Phase, Recruitment
from trials.models import Condition, Trial, TrialIdentifier

from . import words
from .results import class_name
from .sites import SiteCard

CONTEXT = "https://schema.org"
# https://schema.org/MedicalStudyStatus; what it has no word for is left out.
STATUSES = {
    Recruitment.NOT_YET_RECRUITING: "NotYetRecruiting",
    Recruitment.RECRUITING: "Recruiting",
    Recruitment.ENROLLING_BY_INVITATION: "EnrollingByInvitation",
    Recruitment.ACTIVE_NOT_RECRUITING: "ActiveNotRecruiting",
    Recruitment.SUSPENDED: "Suspended",
    Recruitment.COMPLETED: "Completed",
    Recruitment.TERMINATED: "Terminated",
    Recruitment.WITHDRAWN: "Withdrawn",
}
# What would end the element that the text stands in, or a line of a script.
ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def trial_data(trial: Trial, places: list[SiteCard]) -> SafeString:
    """The element's text for a trial with its sites; empty for one that the public does not see."""
    if not trial.is_listed:
        return mark_safe("")
    title = words.in_page_language(by_language(trial, "title"))[0]
    listed = [place.site.centre for place in places if place.site.centre.is_listed]
    found = {
        "@context": CONTEXT,
        "@type": "MedicalTrial",
        "@id": _address("web:trial", trial.slug),
        "url": _address("web:trial", trial.slug),
        "name": trial.acronym or title,
        "alternateName": trial.acronym and title,
        "description": words.in_page_language(by_language(trial, "summary"))[0],
        "status": _status(trial.status),
        "phase": words.labels(Phase, trial.phases),
        "identifier": list(map(_identifier, trial.identifiers.all())),
        "healthCondition": list(map(_condition, trial.conditions.all())),
        "sponsor": {"@type": "Organization", "name": trial.sponsor} if trial.sponsor else None,
        "sameAs": [one.url for one in trial.identifiers.all() if one.url],
        "studyLocation": list(map(_clinic, listed)),
    }
    return _as_script(found)


def centre_data(centre: Centre) -> SafeString:
    """The element's text for a centre; empty for one that the public does not see."""
    return _as_script({"@context": CONTEXT} | _clinic(centre)) if centre.is_listed else mark_safe("")


def _clinic(centre: Centre) -> dict:
    place = {"@type": "GeoCoordinates", "latitude": centre.latitude, "longitude": centre.longitude}
    found = {
        "@type": "MedicalClinic",
        "@id": _address("web:centre", centre.code),
        "url": _address("web:centre", centre.code),
        "name": words.in_page_language(centre.names())[0] or centre.name,
        "telephone": centre.phone,
        "sameAs": centre.website,
        "address": _filled(
            {
                "@type": "PostalAddress",
                "streetAddress": centre.street,
                "postalCode": centre.postal_code,
                "addressLocality": centre.city,
                "addressCountry": centre.country,
            }
        ),
        "geo": place if centre.latitude is not None else None,
    }
    return _filled(found)


def _identifier(one: TrialIdentifier) -> dict:
    return _filled({"@type": "PropertyValue", "propertyID": one.scheme, "value": one.value, "url": one.url})


def _condition(one: Condition) -> dict:
    return {
        "@type": "MedicalCondition",
        "name": class_name(one.code),
        "code": {"@type": "MedicalCode", "codeValue": one.code, "codingSystem": "ICCC-3"},
    }


def _status(status: str) -> str:
    return f"{CONTEXT}/{STATUSES[status]}" if status in STATUSES else ""


def _address(page: str, key: str) -> str:
    return settings.BASE_URL + reverse(page, args=[key])


def _filled(found: dict) -> dict:
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _as_script(found: dict) -> SafeString:
    return mark_safe(orjson.dumps(_filled(found)).decode().translate(ESCAPES))  # noqa: S308
