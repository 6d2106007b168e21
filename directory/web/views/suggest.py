"""What the search boxes offer while somebody types. What is typed is answered and forgotten."""

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from directory.search import service
from trials.choices import Recruitment

from .. import words
from ..marks import Mark, here, mark_of

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
    """`{"said": text, "found": [{"label", "detail", "kind", "url", "mark"}]}` for `?q=`.

    `said` is for who cannot see the list. What has no `url`, like a disease, is searched for. The detail of a
    trial says whether it recruits in Belgium, as of when and at how many centres; `mark` has the classes of
    the shape beside it. Text that cannot be searched has no suggestions; the search page says what is wrong.
    """
    several = _suggestions(request.GET.get("q", ""))
    slugs = [one.key for one in several if one.kind == "trial"]
    trials = {one["slug"]: one for one in (service.documents("trial", slugs) if slugs else ())}
    found = [_as_json(one, trials.get(one.key)) for one in several]
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


def _as_json(one: service.Suggestion, trial: dict | None) -> dict[str, str]:
    route = {"trial": "web:trial", "centre": "web:centre"}.get(one.kind)
    mark, told = _recruits(one, trial) if one.kind == "trial" and trial else (None, "")
    return {
        "label": str(one.label),
        "detail": " · ".join(filter(None, (one.detail, told))),
        "kind": str(KINDS.get(one.kind, "")),
        "url": reverse(route, args=[one.key]) if route else "",
        "mark": mark.classes if mark else "",
    }


def _recruits(one: service.Suggestion, trial: dict) -> tuple[Mark, str]:
    """How a trial stands in Belgium, and where nobody said, how the whole trial does; and that in words."""
    count = one.centres or 0
    if one.status_here not in ("", Recruitment.UNKNOWN) and (mark := here(trial, one.status_here)):
        text = ngettext("%(status)s: %(n)d centre in Belgium", "%(status)s: %(n)d centres in Belgium", count)
        if mark.sites < count:
            text = _("%(status)s: %(some)d of %(n)d centres in Belgium")
        return mark, text % {"status": mark.text, "some": mark.sites, "n": count}
    mark = mark_of(trial)
    whole = _("whole trial: %(status)s") % {"status": mark.text}
    text = ngettext(
        "status not known at %d centre in Belgium", "status not known at %d centres in Belgium", count
    )
    return mark, f"{text % count}, {whole}" if count else whole


def said(number: int) -> str:
    """What who cannot see a list of suggestions is told of it."""
    if not number:
        return _("No suggestions.")
    text = ngettext(
        "%d suggestion; choose with the arrow keys.", "%d suggestions; choose with the arrow keys.", number
    )
    return text % number
