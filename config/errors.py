"""What is answered when something breaks, or is too much: in the asker's own form."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views import defaults

from directory.api import errors as api


def server_error(request: HttpRequest) -> HttpResponse:
    """A problem document for a program, a page for a person."""
    if request.path_info.startswith("/api/"):
        return api.server_error(request)
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: the same choice."""
    if request.path_info.startswith("/api/"):
        return api.bad_request(request)
    return defaults.bad_request(request, exception)


def too_many(request: HttpRequest, error) -> HttpResponse:
    """429 for a `TooMany`, with `Retry-After`: a problem document, or a page in the reader's language."""
    if request.path_info.startswith("/api/"):
        return api.too_many(f"{error.why} Come back in {error.wait} s.".strip(), error.wait).response()
    answer = HttpResponse(_too_many_page(get_language(), str(error.why), error.wait), status=429)
    answer["Retry-After"], answer["Cache-Control"] = str(error.wait), "no-store"
    return answer


@lru_cache(64)
def _too_many_page(language: str, why: str, seconds: int) -> str:
    """Made once and without what pages are made with: whoever is sent away costs as little as can be."""
    minutes = -(-seconds // 60) if seconds > 90 else 0
    return render_to_string("429.html", {"why": why, "seconds": seconds, "minutes": minutes})


def too_long(request: HttpRequest) -> HttpResponse:
    """414: nothing of the address is looked at, so its language is not known."""
    sentence = "The address is too long. Shorten what was typed and try again.\n"
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=414)
