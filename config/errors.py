"""What is answered when something breaks, or is too much: in the asker's own form."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
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
    minutes = -(-error.wait // 60) if error.wait > 90 else 0
    context = {"why": error.why, "seconds": error.wait, "minutes": minutes}
    # Made without what pages are made with: whoever is sent away costs as little as can be.
    answer = HttpResponse(render_to_string("429.html", context), status=429)
    answer["Retry-After"], answer["Cache-Control"] = str(error.wait), "no-store"
    return answer


def too_long(request: HttpRequest) -> HttpResponse:
    """414: nothing of the address is looked at, so its language is not known."""
    sentence = "The address is too long. Shorten what was typed and try again.\n"
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=414)
