"""What the search boxes offer while somebody types. What is typed is answered and forgotten."""

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from directory.search import service

from .. import words

MOST = 8
KINDS = {"trial": gettext_lazy("trial"), "disease": gettext_lazy("disease"), "centre": gettext_lazy("centre")}


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """`{"said": text, "found": [{"label", "detail", "kind", "url"}]}` for `?q=`.

    `said` is for who cannot see the list. A disease has no `url`: it is searched for. Text that cannot be
    searched has no suggestions; the search page says what is wrong with it.
    """
    found = [_as_json(one) for one in _suggestions(request.GET.get("q", ""))]
    answer = JsonResponse({"said": said(len(found)), "found": found})
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _suggestions(text: str) -> list[service.Suggestion]:
    if not text.strip() or service.ready():
        return []
    try:
        return service.suggest(text, words.page_language(), MOST)
    except ValueError:
        return []


def _as_json(one: service.Suggestion) -> dict[str, str]:
    route = {"trial": "web:trial", "centre": "web:centre"}.get(one.kind)
    return {
        "label": str(one.label),
        "detail": str(one.detail or ""),
        "kind": str(KINDS.get(one.kind, "")),
        "url": reverse(route, args=[one.key]) if route else "",
    }


def said(number: int) -> str:
    """What who cannot see a list of suggestions is told of it."""
    if not number:
        return _("No suggestions.")
    text = ngettext(
        "%d suggestion; choose with the arrow keys.", "%d suggestions; choose with the arrow keys.", number
    )
    return text % number
