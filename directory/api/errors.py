"""Every error of the API as `application/problem+json` (RFC 9457), whoever raised it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

import orjson
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.log import log_response
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from directory.search.service import IndexNotReady

CONTENT_TYPE = "application/problem+json"
# `type` points to where the documentation explains the problem.
EXPLAINED_AT = "/api/v1/docs/#problem-"
RETRY_SECONDS = 5
PROBLEMS = {
    "bad-parameter": "A parameter is not usable",
    "bad-request": "The request is not usable",
    "bad-key": "The key is not usable",
    "forbidden": "Not allowed",
    "not-found": "Nothing is found here",
    "method-not-allowed": "This address does not know that method",
    "not-acceptable": "Only JSON is spoken here",
    "conflict": "The state of the record does not allow this",
    "length-required": "The length of the body is not said",
    "too-large": "The request is too large",
    "unsupported-media-type": "The body has the wrong media type",
    "refused": "The file was refused",
    "too-many-requests": "Too many requests",
    "not-ready": "The service is not ready",
    "internal-error": "Something went wrong on our side",
}
_SLUG_OF = {
    400: "bad-request",
    401: "bad-key",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    411: "length-required",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "not-ready",
}

logger = logging.getLogger("django.request")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: parameter or field, a sentence, the values allowed if they can be listed."""

    field: str
    message: str
    allowed: Sequence[str] | None = None

    def as_json(self) -> dict:
        fault = {"field": self.field, "message": self.message}
        return fault if self.allowed is None else fault | {"allowed": list(self.allowed)}


class Problem(Exception):
    """An error to be shown: its kind (a key of `PROBLEMS`), status, a sentence, and what is wrong where.

    `see`: the whole address where to go on, if there is one.
    """

    def __init__(
        self,
        kind: str,
        status: int,
        detail: str,
        errors: Sequence = (),
        headers: Mapping[str, str] | None = None,
        see: str = "",
    ):
        super().__init__(detail)
        self.kind, self.status, self.detail = kind, status, detail
        self.errors = [error.as_json() if isinstance(error, Fault) else error for error in errors]
        self.headers, self.see = headers or {}, see

    def response(self) -> HttpResponse:
        body = {
            "type": EXPLAINED_AT + self.kind,
            "title": PROBLEMS[self.kind],
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
        } | ({"see": self.see} if self.see else {})
        response = HttpResponse(orjson.dumps(body), CONTENT_TYPE, self.status, headers=self.headers)
        response["Cache-Control"] = "no-store"
        return response


def bad_parameters(faults: Sequence[Fault]) -> Problem:
    """400 for parameters; its detail is the first sentence."""
    return Problem("bad-parameter", 400, faults[0].message, faults)


def not_found(detail: str) -> Problem:
    return Problem("not-found", 404, detail)


def not_ready(reason: str) -> Problem:
    return Problem(
        "not-ready",
        503,
        f"The service cannot answer now: {reason}. Try again in a few seconds.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def too_many(sentence: str, wait: int, headers: Mapping[str, str] = MappingProxyType({})) -> Problem:
    """429, to come back in `wait` whole seconds."""
    return Problem("too-many-requests", 429, sentence, headers={"Retry-After": str(wait), **headers})


def problem_of(error: Exception) -> Problem | None:
    """The problem that `error` means to a client; None for an error nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, drf.APIException):
        return _from_drf(error)
    if isinstance(error, Http404):
        return not_found("There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return Problem("forbidden", 403, "Your key does not allow this.")
    if isinstance(error, ValidationError):
        return _from_validation(error)
    if isinstance(error, SuspiciousOperation):
        return Problem("bad-request", 400, "The request is malformed or has too many parts.")
    if isinstance(error, IndexNotReady):
        return not_ready("the search index is not built yet")
    if isinstance(error, OperationalError | InterfaceError):
        return not_ready("the database does not answer")
    return None


def problem_handler(error: Exception, context: Mapping) -> HttpResponse:
    """DRF's exception handler: never lets an error through to an HTML page."""
    set_rollback()
    problem = problem_of(error)
    if problem is not None:
        return problem.response()
    return unforeseen(context["request"]._request, error)


def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    """500, logged and signalled like Django's own."""
    got_request_exception.send(sender=None, request=request)
    response = server_error(request)
    log_response(
        "Error: %s", request.path, response=response, request=request, exception=error, logger=logger
    )
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """What `handler500` answers under /api/."""
    detail = "The error was logged. Try again later; if it stays, tell us the X-Request-ID of this answer."
    return Problem("internal-error", 500, detail).response()


def bad_request(request: HttpRequest) -> HttpResponse:
    """What `handler400` answers under /api/: another host, or a request cut off on its way."""
    detail = "The request is malformed, or names a host that is not ours."
    return Problem("bad-request", 400, detail).response()


def _from_drf(error: drf.APIException) -> Problem:
    status = error.status_code
    if isinstance(error, drf.ValidationError):
        status = 400
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    kind = _SLUG_OF.get(status, "bad-request")
    detail = error.detail if isinstance(error.detail, str) else HTTPStatus(status).phrase
    return Problem(kind, status, detail, headers=headers)


def _from_validation(error: ValidationError) -> Problem:
    if hasattr(error, "error_dict"):
        faults = [Fault(name, text) for name, texts in error.message_dict.items() for text in texts]
    else:
        faults = [Fault("", text) for text in error.messages]
    return Problem("bad-request", 400, faults[0].message, faults)
