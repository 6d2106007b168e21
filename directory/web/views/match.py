"""The profile page: a patient described without a name, and the trials that take such a patient.

What is typed is answered and forgotten: see `forgetting` and ADR 0009.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from directory.core.filter_fields import sentences_of
from directory.core.text import whole_number
from directory.eligibility import service as eligibility
from directory.eligibility.forms import COUNTRIES, NAMES, SEXES, STAGES, TypedProfileForm, form_of, typed_of
from directory.search import service

from .. import matching, words
from ..forgetting import forgets
from ..results import diagnoses
from .suggest import said

MOST_SUGGESTIONS = 8
# A class for each that was given, and an empty one to choose from.
MOST_CLASSES = 10


@forgets
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: HttpRequest) -> HttpResponse:
    """The form; below it the answer, once something is given in it or in the address of a shared link.

    With `HX-Request`, only the part of the page that changes.
    """
    data = _without_dropped(request.POST if request.method == "POST" else request.GET)
    asked = request.method == "POST" or any(name in data for name in NAMES)
    context = {"section": "match", "typed": _typed(data), "errors": {}, "judged": False, "focus": ""}
    context |= {
        "stages": STAGES,
        "sexes": SEXES,
        "diagnoses": diagnoses(words.page_language()),
        "linked": request.method != "POST",
    }
    status = 200
    if not_ready := service.ready():
        context |= {"not_ready": not_ready}
        status = 503
    elif asked:
        context |= _answer(request, form_of(data))
    part = bool(request.headers.get("HX-Request"))
    template = "directory/match/body.html" if part else "directory/match.html"
    answer = render(request, template, context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    if request.GET:
        answer["X-Robots-Tag"] = "noindex"
    return answer


@forgets
@require_POST
def suggest(request: HttpRequest) -> JsonResponse:
    """`{"said": text, "found": [{"label", "detail", "kind", "text"}]}` for the body's `q` and `kind`.

    `text` is what was typed with the suggestion at its end. Text that cannot be read has no suggestions.
    """
    text, kind = request.POST.get("q", ""), request.POST.get("kind", "disease")
    try:
        found = service.complete(text, kind, words.page_language(), MOST_SUGGESTIONS)
    except (KeyError, ValueError):
        found = []
    shown = [{"label": one.label, "detail": one.detail, "kind": "", "text": one.text} for one in found]
    return JsonResponse({"said": said(len(shown)), "found": shown})


def _without_dropped(data: QueryDict) -> QueryDict:
    """What was sent, without the fields of a criterion that is to be left out (`drop`)."""
    kept = data.copy()
    for name in matching.DROPS.get(data.get("drop", ""), ()):
        kept.setlist(name, [])
    return kept


def _typed(data: QueryDict) -> dict:
    typed = typed_of(data)
    shown = {name: values[-1] if values else "" for name, values in typed.items()}
    return shown | {
        "conditions": typed["condition"][:MOST_CLASSES] or [""],
        "countries": [(code, label, code in typed["country"]) for code, label in COUNTRIES.items()],
    }


def _answer(request: HttpRequest, form: TypedProfileForm) -> dict:
    """What was found, or what is wrong with each field."""
    if form.errors:
        return {"errors": _errors(form), "focus": "error-title"}
    wanted = _wanted(form.data)
    try:
        found = eligibility.match(
            form.profile,
            language=words.page_language(),
            limit=max(wanted.values()),
            into=eligibility.SECTIONS,
        )
    except ValueError as error:
        return {"errors": {"text": str(error)}, "focus": "error-title"}
    address = request.build_absolute_uri(reverse("web:match"))
    bands = matching.sections_of(found, wanted, form.cleaned_data["near"])
    shares = form.data.getlist("share") if "link" in form.data else matching.SHARED_AT_FIRST
    return {
        "judged": True,
        "focus": _focus(form.data),
        "given": matching.given_of(form),
        "found": found,
        "bands": bands,
        **_contacts_of(bands),
        "ways": matching.ways_of(found, form),
        "shared": matching.shared(form, found, address, list(shares)),
        "opened": form.data.get("more"),
        "others": _other_languages(),
        "address": address,
    }


def _contacts_of(bands: list[matching.ShownBand]) -> dict[str, bool]:
    """Whether a contact is named for some sites, and whether for some the hospital is rung."""
    sites = [card.site for band in bands for card in band.cards if card.site]
    return {
        "has_contacts": any(site.contact for site in sites),
        "has_switchboards": any(not site.contact and site.centre.get("phone") for site in sites),
    }


def _other_languages() -> list[tuple[str, str, str]]:
    """`(code, name, address of this page)` of the languages that the page is not in."""
    here = reverse("web:match")
    return [
        (code, name, translate_url(here, code))
        for code, name in words.LANGUAGE_NAMES.items()
        if code != words.page_language()
    ]


def _errors(form: TypedProfileForm) -> dict[str, str]:
    """One sentence a field; those of the whole form stand at its first field."""
    order = {name: place for place, name in enumerate(NAMES)}
    found = {("condition" if name == "__all__" else name): said for name, said in sentences_of(form).items()}
    return dict(sorted(found.items(), key=lambda one: order[one[0]]))


def _wanted(data: QueryDict) -> dict[str, int]:
    """How many trials of each band to show: as many as were shown, and more of the band of `more`.

    A new question begins with the first trials of each.
    """
    goes_on = "more" in data or "link" in data
    shown = {name: _shown_of(data, name) if goes_on else 0 for name in eligibility.SECTIONS}
    if (band := data.get("more")) in shown:
        shown[band] += matching.PER_BAND
    return {name: min(max(matching.PER_BAND, number), matching.MOST_SHOWN) for name, number in shown.items()}


def _shown_of(data: QueryDict, band: str) -> int:
    return whole_number(data.get(f"shown_{band}", ""), 4) or 0


def _focus(data: QueryDict) -> str:
    """The place on the page to go on reading from."""
    if "link" in data:
        return "link"
    if (band := data.get("more")) in eligibility.SECTIONS:
        return f"{band}-{_shown_of(data, band) + 1}"
    return "answer-title"
