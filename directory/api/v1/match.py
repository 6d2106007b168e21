"""A patient's profile, posted and judged. Nothing of the body is stored, cached or logged, on any path."""

from collections.abc import Mapping

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException

from directory.core.fields import LANGUAGE_CODES
from directory.core.filter_fields import (
    Choice,
    Choices,
    FilterForm,
    Kilometres,
    Near,
    One,
    OneAge,
    SearchText,
    Several,
)
from directory.core.forgetting import quotes_nothing
from directory.search import service
from trials.choices import Sex, Stage
from trials.conditions import choices as condition_choices
from trials.models.trial import MOST_LINES

from .. import parameters
from ..bodies import check_length, media_type_of
from ..errors import Fault, Problem, bad_parameters
from ..openapi import Operation
from ..views import JSON, ApiView
from . import shapes_match as shapes

MAX_BODY_BYTES = 64 * 1024
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
LONGEST_ALTERATION = 100
EXAMPLE = 'Send an object like {"age": "31m"}.'


# Errors that are answered as they are; their texts quote no body.
ANSWERED = (Problem, APIException, SuspiciousOperation, service.IndexNotReady)


class WholeNumber(One):
    """A whole number from `least` to `most`."""

    def __init__(self, *, least: int, most: int, **kwargs):
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def parse(self, text):
        if not (
            text.isascii() and text.isdigit() and len(text) < 10 and self.least <= int(text) <= self.most
        ):
            raise ValueError(f"“{text[:40]}” is not a whole number from {self.least} to {self.most}.")
        return int(text)


class Countries(Several):
    """Codes of ISO 3166-1, two letters, in any case."""

    def parse(self, text):
        code = text.strip().upper()
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise ValueError(f"“{text[:40]}” is not a country. Use two letters of ISO 3166-1, like BE or NL.")
        return code


class Alterations(Several):
    """Alterations as people write them."""

    def parse(self, text):
        if len(text) > LONGEST_ALTERATION:
            raise ValueError(
                f"An alteration has {len(text)} characters; at most {LONGEST_ALTERATION} are read."
            )
        return super().parse(text)


class ProfileBodyForm(FilterForm):
    """Judges each field of the body; all of them may be left out."""

    conditions = Choices(words=condition_choices, what="an ICCC-3 code")
    text = SearchText()
    age = OneAge()
    stage = Choice(words=lambda: Stage.choices, what="a stage of disease")
    lines = WholeNumber(least=0, most=MOST_LINES)
    alterations = Alterations()
    sex = Choice(words=lambda: Sex.choices, what="a sex")
    near = Near()
    within = Kilometres()
    countries = Countries()
    lang = Choice(words=lambda: [(code, code) for code in LANGUAGE_CODES], what="a language")
    limit = WholeNumber(least=1, most=MAX_LIMIT)


LISTS = ("conditions", "alterations", "countries")
NUMBERS = ("lines", "within", "limit", "age")


class MatchView(ApiView):
    """Trials whose criteria a patient meets, leaves open or fails."""

    operations = {
        "post": Operation(
            id="matchTrials",
            tag="Trials",
            summary="The trials that a patient's profile meets, leaves open or fails",
            description="All fields are optional; what is left out is unknown and excludes nothing. "
            "Nothing of the body is stored or logged. Each list holds at most `limit` trials, `counts` "
            "are of all.",
            request={JSON: shapes.ProfileSerializer},
            answer=shapes.MatchingSerializer,
            problems=(400, 411, 413, 415),
        )
    }

    @quotes_nothing(*ANSWERED)
    def post(self, request):
        parameters.check(request.GET, ())
        cleaned = read_profile(request)
        language = cleaned["lang"] or "en"
        profile = service.Profile(
            conditions=tuple(cleaned["conditions"]),
            text=cleaned["text"] or "",
            days=cleaned["age"],
            stage=cleaned["stage"] or "",
            lines=cleaned["lines"],
            alterations=tuple(cleaned["alterations"]),
            sex="" if cleaned["sex"] in (None, Sex.ALL) else cleaned["sex"],
            near=cleaned["near"],
            within=cleaned["within"],
            countries=tuple(cleaned["countries"]),
        )
        try:
            found = service.match(profile, language=language, limit=cleaned["limit"] or DEFAULT_LIMIT)
        except ValueError as error:
            raise bad_parameters([Fault("text", str(error))]) from None
        return HttpResponse(orjson.dumps(_body(found)), JSON, headers={"Cache-Control": "no-store"})


def read_profile(request) -> Mapping:
    """The judged fields of the body. Problem 400, 411, 413 or 415 with what is wrong where."""
    check_length(request.META, most=MAX_BODY_BYTES, too_large="A profile may have at most 64 KB.")
    body = request.body or b"{}"
    if media_type_of(request.content_type) != JSON and request.body:
        raise Problem("unsupported-media-type", 415, f"Send the profile as {JSON}.")
    return parameters.cleaned(ProfileBodyForm(_values(_parsed(body))))


def _parsed(body: bytes) -> dict:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        # The decoder's own sentence quotes the body.
        raise Problem("bad-request", 400, f"The body is not JSON. {EXAMPLE}") from None
    if not isinstance(found, dict):
        raise Problem("bad-request", 400, f"The body is not a JSON object. {EXAMPLE}")
    return found


def _values(given: dict) -> MultiValueDict:
    """The body as a form has it: texts by name. Problem 400 for unknown names and other types."""
    names = tuple(ProfileBodyForm.base_fields)
    faults, values = [], MultiValueDict()
    for name, value in given.items():
        if name not in names:
            shown = name[:40] if name.isprintable() else "?"
            faults.append(Fault(shown, f"“{shown}” is not a field here. Use: {', '.join(names)}.", names))
        elif fault := _fault_of_type(name, value):
            faults.append(fault)
        elif value is not None:
            values.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    if faults:
        raise bad_parameters(faults)
    return values


def _fault_of_type(name: str, value: object) -> Fault | None:
    if value is None or isinstance(value, str):
        return None
    if name in LISTS:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return None
        return Fault(name, f"“{name}” is a list of texts.")
    if name in NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        return None
    return Fault(name, f"“{name}” is one text{' or number' if name in NUMBERS else ''}.")


def _body(found: service.Matching) -> dict:
    bands = {band: getattr(found, band) for band in service.BANDS}
    acronyms = _acronyms([one.key for band in bands.values() for one in band.trials])
    return {
        **{
            name: [_shown(one, acronyms.get(one.key, "")) for one in band.trials]
            for name, band in bands.items()
        },
        "counts": {name: band.count for name, band in bands.items()},
        "read": [{"kind": one.kind, "value": one.value, "label": one.label} for one in found.read],
        "unread": list(found.unread),
    }


def _acronyms(slugs: list[str]) -> dict[str, str]:
    documents = (orjson.loads(body) for body in service.bodies("trial", slugs))
    return {one["slug"]: one["acronym"] for one in documents}


def _shown(one, acronym: str) -> dict:
    nearest = one.nearest and {
        "centre": one.nearest.centre,
        "distance_km": one.nearest.distance_km,
        "status": one.nearest.status,
        "freshness": one.nearest.freshness,
    }
    return {
        "trial": one.key,
        "acronym": acronym,
        "criteria": [
            {"name": each.name, "verdict": each.verdict, "reason": each.reason} for each in one.criteria
        ],
        "nearest_site": nearest,
    }
