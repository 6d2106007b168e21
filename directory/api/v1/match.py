"""A patient's profile, posted and judged. Nothing of the body is stored, cached or logged, on any path."""

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException

from directory.core.fields import LANGUAGE_CODES
from directory.core.filter_fields import Choice, WholeNumber
from directory.core.forgetting import quotes_nothing
from directory.eligibility import service as eligibility
from directory.eligibility.forms import ProfileForm
from directory.eligibility.reasons import said_by
from directory.search import service

from .. import parameters
from ..bodies import check_length, media_type_of
from ..errors import Fault, Problem, bad_parameters
from ..views import JSON, ApiView
from . import shapes_match as shapes

MAX_BODY_BYTES = 64 * 1024
EXAMPLE = 'Send an object like {"age": "31m"}.'


# Errors that are answered as they are; their texts quote no body.
ANSWERED = (Problem, APIException, SuspiciousOperation, service.IndexNotReady)


class MatchForm(ProfileForm):
    """Judges each field of the body; all of them may be left out."""

    lang = Choice(words=lambda: [(code, code) for code in LANGUAGE_CODES], what="a language")
    limit = WholeNumber(least=1, most=shapes.MAX_LIMIT)


LISTS = ("conditions", "alterations", "countries")
NUMBERS = ("lines", "within", "limit", "age")


class MatchView(ApiView):
    """Trials whose criteria a patient meets, leaves open or fails."""

    @extend_schema(
        operation_id="matchTrials",
        tags=["Trials"],
        summary="Trials that may suit a patient, need checking, or are excluded",
        description="All fields are optional; a missing field is unknown and excludes nothing. Nothing in "
        "the body is stored or logged. Each list has at most `limit` trials; `counts` counts all.",
        request={JSON: shapes.ProfileSerializer},
        responses=shapes.MatchingSerializer,
    )
    @quotes_nothing(*ANSWERED)
    def post(self, request):
        parameters.check(request.GET, ())
        form = read_form(request)
        try:
            found = eligibility.match(
                form.profile,
                language=form.cleaned_data["lang"] or "en",
                limit=form.cleaned_data["limit"] or shapes.DEFAULT_LIMIT,
                into=(*eligibility.BANDS, eligibility.OPEN_HERE),
            )
        except ValueError as error:
            raise bad_parameters([Fault("text", str(error))]) from None
        return HttpResponse(orjson.dumps(_body(found)), JSON, headers={"Cache-Control": "no-store"})


def read_form(request) -> MatchForm:
    """The fields of the body, judged. Problem 400, 411, 413 or 415 with what is wrong where."""
    check_length(request.META, most=MAX_BODY_BYTES, too_large="A profile may have at most 64 KB.")
    body = request.body or b"{}"
    if media_type_of(request.content_type) != JSON and request.body:
        raise Problem("unsupported-media-type", f"Send the profile as {JSON}.")
    form = MatchForm(_values(_parsed(body)))
    parameters.cleaned(form)
    return form


def _parsed(body: bytes) -> dict:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        # The decoder's own sentence quotes the body.
        raise Problem("bad-request", f"The body is not JSON. {EXAMPLE}") from None
    if not isinstance(found, dict):
        raise Problem("bad-request", f"The body is not a JSON object. {EXAMPLE}")
    return found


def _values(given: dict) -> MultiValueDict:
    """The body as a form has it: texts by name. Problem 400 for unknown names and other types."""
    names = tuple(MatchForm.base_fields)
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
    if value is None or isinstance(value, str) or (name in NUMBERS and _is_number(value)):
        return None
    if name not in LISTS:
        return Fault(name, f"“{name}” is one text{' or number' if name in NUMBERS else ''}.")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return None
    return Fault(name, f"“{name}” is a list of texts.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _body(found: eligibility.Matching) -> dict:
    """The answer; orjson writes its dataclasses by their fields, which are those of the contract."""
    bands = {name: found.bands[name] for name in eligibility.BANDS}
    documents = _documents(found)
    return {
        **{
            name: [_shown(one, documents.get(one.key)) for one in band.trials] for name, band in bands.items()
        },
        "counts": {name: band.count for name, band in bands.items()},
        "read": found.read,
        "unread": found.unread,
        "open_here": [one.key for one in found.bands[eligibility.OPEN_HERE].trials],
        "ways": found.ways,
    }


def _documents(found: eligibility.Matching) -> dict[str, dict]:
    slugs = dict.fromkeys(one.key for name in eligibility.BANDS for one in found.bands[name].trials)
    documents = (orjson.loads(body) for body in service.bodies("trial", list(slugs)))
    return {one["slug"]: one for one in documents}


def _shown(one: eligibility.Matched, document: dict | None) -> dict:
    """A trial that left the index since it was judged has no document."""
    return {
        "trial": one.key,
        "acronym": document["acronym"] if document else "",
        "criteria": [_with_its_source(each, document) for each in one.criteria],
        "nearest_site": one.nearest,
        "nearest_abroad": one.nearest_abroad,
        "not_recorded": one.not_recorded,
        "treats": not one.apart,
        "step": one.step,
    }


def _with_its_source(criterion: eligibility.Criterion, document: dict | None) -> dict:
    """With who says what the trial asks, and of when that is, where that is recorded."""
    source, as_of = said_by(document) if document and criterion.is_of_trial else (None, None)
    return {
        "name": criterion.name,
        "verdict": criterion.verdict,
        "reason": criterion.reason,
        "basis": criterion.basis,
        "source": source,
        "as_of": as_of,
    }
