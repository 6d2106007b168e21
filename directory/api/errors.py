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
# kind: (its status, its title); what it means is told in `words.PROBLEMS`
PROBLEMS = {
    "bad-parameter": (400, "A parameter is not valid"),
    "bad-request": (400, "The request is not valid"),
    "bad-key": (401, "The key is not valid"),
    "forbidden": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "Method not allowed at this address"),
    "not-acceptable": (406, "Only JSON is available"),
    "conflict": (409, "Not possible in the present state"),
    "length-required": (411, "The length of the body is missing"),
    "too-large": (413, "The request is too large"),
    "unsupported-media-type": (415, "The body has the wrong media type"),
    "refused": (422, "The file was refused"),
    "too-many-requests": (429, "Too many requests"),
    "not-ready": (503, "The service is not ready"),
    "internal-error": (500, "Something went wrong on our side"),
}
# Where several kinds have one status, the last is the one for any error of that status.
_KIND_OF = {status: kind for kind, (status, _title) in PROBLEMS.items()}

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
    """An error to be shown: its kind (a key of `PROBLEMS`), a sentence, and what is wrong where.

    `see`: the whole address where to go on, if there is one.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        see: str = "",
    ):
        super().__init__(detail)
        self.kind, self.detail = kind, detail
        self.status, self.title = PROBLEMS[kind]
        self.errors = [fault.as_json() for fault in errors]
        self.headers, self.see = headers or {}, see

    def response(self) -> HttpResponse:
        body = {
            "type": EXPLAINED_AT + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
        } | ({"see": self.see} if self.see else {})
        response = HttpResponse(orjson.dumps(body), CONTENT_TYPE, self.status, headers=self.headers)
        response["Cache-Control"] = "no-store"
        return response


def bad_parameters(faults: Sequence[Fault]) -> Problem:
    """400 for parameters; its detail is the first sentence."""
    return Problem("bad-parameter", faults[0].message, faults)


def not_found(detail: str) -> Problem:
    return Problem("not-found", detail)


def not_ready(reason: str) -> Problem:
    return Problem(
        "not-ready",
        f"The service cannot answer now: {reason}. Try again in a few seconds.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def too_many(sentence: str, wait: int, headers: Mapping[str, str] = MappingProxyType({})) -> Problem:
    """429, to come back in `wait` whole seconds."""
    return Problem("too-many-requests", sentence, headers={"Retry-After": str(wait), **headers})


def problem_of(error: Exception) -> Problem | None:
    """The problem that `error` means to a client; None for an error nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, drf.APIException):
        return _from_drf(error)
    if isinstance(error, Http404):
        return not_found("There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return Problem("forbidden", "Your key does not allow this.")
    if isinstance(error, ValidationError):
        return _from_validation(error)
    if isinstance(error, SuspiciousOperation):
        return Problem("bad-request", "The request is malformed or has too many parts.")
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
    detail = (
        "The error was logged. Try again later. If it happens again, send us the X-Request-ID of this answer."
    )
    return Problem("internal-error", detail).response()


def bad_request(request: HttpRequest) -> HttpResponse:
    """What `handler400` answers under /api/: another host, or a request cut off on its way."""
    detail = "The request is malformed or names an unknown host."
    return Problem("bad-request", detail).response()


def _from_drf(error: drf.APIException) -> Problem:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    kind = _KIND_OF.get(error.status_code, "bad-request")
    detail = error.detail if isinstance(error.detail, str) else HTTPStatus(error.status_code).phrase
    return Problem(kind, detail, headers=headers)


def _from_validation(error: ValidationError) -> Problem:
    if hasattr(error, "error_dict"):
        faults = [Fault(name, text) for name, texts in error.message_dict.items() for text in texts]
    else:
        faults = [Fault("", text) for text in error.messages]
    return Problem("bad-request", faults[0].message, faults)
