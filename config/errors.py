"""What happens when something breaks: an answer in the asker's own form, and a report that names nobody."""

import sentry_sdk
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from config.logs import without_secrets


def server_error(request: HttpRequest) -> HttpResponse:
    """A problem document for a program, a page for a person."""
    # Here, not above: the settings import this module before there are any apps.
    from directory.api.errors import server_error as problem

    return problem(request) if request.path_info.startswith("/api/") else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: the same choice."""
    from directory.api.errors import bad_request as problem

    if request.path_info.startswith("/api/"):
        return problem(request)
    return defaults.bad_request(request, exception)


def too_many(request: HttpRequest, error) -> HttpResponse:
    """429 for a `TooMany`, with `Retry-After`: a problem document, or a page in the reader's language."""
    from directory.api.errors import too_many as problem

    if request.path_info.startswith("/api/"):
        return problem(f"{error.why} Come back in {error.wait} s.".strip(), error.wait).response()
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


def scrub(event: dict, _hint: dict) -> dict:
    """Keep what happened and where; drop what somebody typed."""
    request = event.get("request", {})
    for name in ("query_string", "data", "cookies", "env", "headers"):
        request.pop(name, None)
    if "url" in request:
        request["url"] = without_secrets(request["url"].partition("?")[0])
    event.pop("user", None)
    for trail in event.get("breadcrumbs", {}).get("values", []):
        trail.pop("data", None)
        trail.pop("message", None)
    for thrown in event.get("exception", {}).get("values", []):
        for frame in (thrown.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    return event


def report_to(dsn: str) -> None:
    """Start reporting errors to `dsn` (SENTRY_DSN): no person, no query, no body leaves the house."""
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        before_send=scrub,
        traces_sample_rate=0.0,
    )
