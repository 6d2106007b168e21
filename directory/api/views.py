"""What every address of the API has in common."""

from hashlib import blake2b

from django.http import HttpResponse
from django.utils import translation
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from directory.partners.models import KeyScope

from . import conditional
from .authentication import HasScope, KeyAuthentication
from .bodies import media_type_of
from .errors import Problem
from .throttling import RateLimit, count_visitor

JSON = "application/json"
BODILESS = (204, 301, 302, 304, 308)
SPOKEN = frozenset(("*/*", "application/*", JSON, "application/problem+json"))


class ByMediaType(BaseContentNegotiation):
    """A body is read by the parser of its media type. What is answered is no choice: see `spoken`."""

    def select_parser(self, request, parsers):
        media_type = media_type_of(request.content_type)
        return next((parser for parser in parsers if parser.media_type == media_type), None)


def check_accept(accept: str, spoken: frozenset[str]) -> None:
    """Problem 406 for a client that takes only something else than what is `spoken`."""
    if accept and accept != "*/*" and not any(_takes(part, spoken) for part in accept.split(",")):
        raise Problem("not-acceptable", f"“{accept[:80]}” is not available here. Ask for {JSON}.")


def _takes(part: str, spoken: frozenset[str]) -> bool:
    media_type, *parameters = (piece.strip().casefold() for piece in part.split(";"))
    refused = any(piece.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for piece in parameters)
    return media_type in spoken and not refused


class ApiView(APIView):
    """JSON in English, keys, limits, problems. A subclass names the `scope` that its use needs.

    `spoken`: the media types of its answers, in the words of an Accept header; None: whatever is asked for.
    """

    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (RateLimit,)
    content_negotiation_class = ByMediaType
    spoken: frozenset[str] | None = SPOKEN
    scope: KeyScope | None = KeyScope.READ

    def http_method_not_allowed(self, request, *args, **kwargs):
        allowed = ", ".join(self.allowed_methods)
        raise Problem(
            "method-not-allowed",
            f"{request.method} is not allowed at {request.path}. Allowed: {allowed}.",
            headers={"Allow": allowed},
        )

    def initial(self, request, *args, **kwargs):
        # One language for all clients: a shared cache holds one answer, a program matches on stable words.
        translation.activate("en")
        try:
            self.perform_authentication(request)
        except Problem:
            # Trying keys is counted too.
            request.rate_limit = count_visitor(request.META)
            raise
        self.check_throttles(request)
        if self.spoken is not None:
            check_accept(request.META.get("HTTP_ACCEPT", "").strip(), self.spoken)
        self.check_permissions(request)

    def options(self, request, *args, **kwargs):
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        # An answer that says nothing of caches is kept by none.
        response.setdefault("Cache-Control", "no-store")
        if response.status_code in BODILESS:
            # A cache takes over the headers of a 304: this one would make a page of the JSON it keeps.
            response.headers.pop("Content-Type", None)
        for name, value in getattr(request, "rate_limit", {}).items():
            response.headers[name] = value
        if request.method == "HEAD" and not response.streaming:
            length = len(response.content)
            response.content = b""
            response.headers["Content-Length"] = str(length)
        return response


class ReadView(ApiView):
    """A GET with an ETag. A subclass gives `version()` of what it reads and `answer()`, bytes of JSON."""

    content_type = JSON

    def get(self, request, **kwargs):
        etag = conditional.etag_of(request, self.version())
        headers = {"ETag": etag} | conditional.PUBLIC
        if conditional.is_known(request, etag):
            return HttpResponse(status=304, headers=headers)
        body = self.answer(request, **kwargs)
        if conditional.holds_any(request):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(body, self.content_type, headers=headers)

    def version(self) -> str:
        raise NotImplementedError

    def answer(self, request, *args, **kwargs) -> bytes:
        raise NotImplementedError


class WholeView(ReadView):
    """Its tag is drawn from all that it says, so it moves with nothing else. A subclass gives `say()`."""

    def version(self):
        self.said = self.say(self.request)
        return blake2b(self.said).hexdigest()

    def answer(self, request):
        return self.said

    def say(self, request) -> bytes:
        raise NotImplementedError
