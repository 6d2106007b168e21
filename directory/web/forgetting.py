"""Views that are told about a patient: what they are told is answered and forgotten.

The reasons are in `docs/adr/0009-a-profile-is-forgotten.md`.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from directory.core.forgetting import quotes_nothing

# No form of ours is longer; a longer one, or one with files, would be laid down on the disk on its way.
MOST_BYTES = 128 * 1024
FORM = "application/x-www-form-urlencoded"
# Django answers these with a page of its own; their texts quote no form.
ANSWERED = (Http404, PermissionDenied, SuspiciousOperation)

View = Callable[..., HttpResponse]


def forgets(view: View) -> View:
    """The view answers a form that no cookie, cache, log or error report may keep.

    Forms sent from another site are refused by what the browser says of their origin (403): a token would
    need a cookie. A body of more than 128 KB (413) or of another kind (415) is not read.
    """

    quiet = quotes_nothing(*ANSWERED)(view)

    @sensitive_variables()
    @sensitive_post_parameters()
    @wraps(view)
    def forgetting(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = _refusal(request) or quiet(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    forgetting.csrf_exempt = True  # type: ignore[attr-defined]
    return forgetting


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return None
    if is_from_elsewhere(request):
        return render(request, "directory/match/elsewhere.html", status=403)
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        return render(request, "400.html", status=413)
    if length and request.content_type != FORM:
        return render(request, "400.html", status=415)
    return None


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site's page sent this form.

    A page without referrer sends its forms with the origin `null`, so Sec-Fetch-Site decides where it is sent
    (Fetch Metadata, W3C); an old browser that sends neither is let in: nothing here acts for anybody.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.get_host()
