"""What the search boxes offer while somebody types. What is typed is answered and forgotten."""

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from directory.search import service
from trials.choices import Recruitment

from .. import words

MOST = 8
KINDS = {
    "trial": gettext_lazy("trial"),
    "disease": gettext_lazy("disease"),
    "centre": gettext_lazy("centre"),
    "drug": gettext_lazy("drug"),
    "treatment": gettext_lazy("treatment"),
    "alteration": gettext_lazy("alteration"),
    "antigen": gettext_lazy("target of treatments"),
}


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """`{"said": text, "found": [{"label", "detail", "kind", "url"}]}` for `?q=`.

    `said` is for who cannot see the list. What has no `url`, like a disease, is searched for; the detail of a
    trial says whether it recruits in Belgium and at how many centres. Text that cannot be searched has no
    suggestions; the search page says what is wrong with it.
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
        "detail": " · ".join(filter(None, (one.detail, recruits(one)))),
        "kind": str(KINDS.get(one.kind, "")),
        "url": reverse(route, args=[one.key]) if route else "",
    }


def recruits(one: service.Suggestion) -> str:
    """Of a trial: how it stands in Belgium, and where nobody said, how the whole trial does."""
    if one.centres is None:
        return ""
    if one.status_here == Recruitment.RECRUITING:
        text = ngettext(
            "recruiting at %d centre in Belgium", "recruiting at %d centres in Belgium", one.centres
        )
        return text % one.centres
    if one.status_here not in ("", Recruitment.UNKNOWN):
        text = ngettext(
            "in Belgium, %(n)d centre: %(status)s", "in Belgium, %(n)d centres: %(status)s", one.centres
        )
        return text % {"n": one.centres, "status": words.label(Recruitment, one.status_here)}
    whole = _("whole trial: %(status)s") % {"status": words.label(Recruitment, one.status)}
    if not one.centres:
        return whole
    text = ngettext(
        "status not known at %d centre in Belgium", "status not known at %d centres in Belgium", one.centres
    )
    return f"{text % one.centres}, {whole}"


def said(number: int) -> str:
    """What who cannot see a list of suggestions is told of it."""
    if not number:
        return _("No suggestions.")
    text = ngettext(
        "%d suggestion; choose with the arrow keys.", "%d suggestions; choose with the arrow keys.", number
    )
    return text % number
