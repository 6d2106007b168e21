"""The search page: its whole state is in the address, and it works without JavaScript."""

import dataclasses
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from directory.core.places import HOME, distance_km
from directory.core.text import whole_number
from directory.records.facets import FactsFacet, SiteFacet, SomeSiteFacet
from directory.search import service
from directory.watching.questions import OF_A_PATIENT
from trials.choices import Recruitment

from .. import exporting, facets, maps, words
from ..asking import ask_of, errors_of, form_of
from ..kept import kept_for_a_minute
from ..query import BEST, FACETS, LEGENDS, MAP, NEAREST, PAGE, SORT, VIEW, Query
from ..results import place_of, results_of

PER_PAGE = 20
# The fields at the head of the page.
AT_THE_HEAD = ("q", "age", "near", "within")
# The results shown are those of a page; nobody reads further, and a deep offset is dear.
LAST_PAGE = 500
ORDERINGS = {
    BEST: _("Best match"),
    "acronym": _("Acronym"),
    "opened": _("Opened last"),
    "verified": _("Verified last"),
    "updated": _("Changed last"),
    NEAREST: _("Nearest"),
}


@dataclass(frozen=True)
class FilterToDrop:
    """A way out of an empty page: the filter to drop, and how many trials that gives."""

    chip: facets.Chip
    count: int


@dataclass(frozen=True)
class Pages:
    """Where the reader is among the pages of results."""

    number: int
    last: int
    query: Query

    @property
    def previous(self) -> str:
        return self.query.set(page=str(self.number - 1)).url if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.query.set(page=str(self.number + 1)).url if self.number < self.last else ""


@kept_for_a_minute
def search(request: HttpRequest) -> HttpResponse:
    """Trials found by words and filters; with htmx, only the part of the page that changes."""
    typed = Query.of(request.path, request.GET).without_distance_from_nowhere()
    form = form_of(typed)
    whole = not request.headers.get("HX-Request") or "HX-History-Restore-Request" in request.headers
    if form.errors and not whole:
        # The errors stand beside the fields, outside the part that changes.
        return HttpResponse(headers={"HX-Redirect": typed.url, "Vary": "HX-Request"})
    query = typed.set(**dict.fromkeys(form.errors, ""), page=typed.first(PAGE)) if form.errors else typed
    context = {"section": "trials", "typed": _typed(typed), "errors": errors_of(form), "query": query}
    if reason := service.ready():
        return render(request, "directory/search.html", context | {"not_ready": reason}, status=503)
    if form.errors:
        # Results that pass over a filter somebody asked for would mislead.
        response = render(request, "directory/search.html", context | {"kept": _hidden_fields(query)})
        patch_vary_headers(response, ["HX-Request"])
        return response
    context |= _found(request, form, query)
    context["partial"] = not whole
    response = render(request, "directory/search.html" if whole else "directory/search/body.html", context)
    patch_vary_headers(response, ["HX-Request"])
    if not whole:
        response["HX-Push-Url"] = query.url
    return response


def _hidden_fields(query: Query) -> list[tuple[str, str]]:
    """What was chosen and is right, so that it need not be chosen again once the errors are mended."""
    return [(name, value) for name, values in query.values if name not in AT_THE_HEAD for value in values]


def _typed(typed: Query) -> dict[str, str]:
    return {name: typed.first(name) for name in (*AT_THE_HEAD, SORT)}


def _found(request: HttpRequest, form, query: Query) -> dict:
    ask = ask_of(form)
    page = _page_number(query)
    answer = service.find(ask, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, facets=True)
    last = min(max(1, -(-answer.count // PER_PAGE)), LAST_PAGE)
    if page > last:
        page = last
        answer = service.find(ask, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, facets=True)
    shown = facets.facets_of(answer.facets, query)
    chips = facets.chips_of(query, shown)
    return _views(ask, query, answer) | {
        "answer": answer,
        "results": results_of(answer.hits, near=ask.near, place=answer.place),
        "facets": shown,
        "chips": chips,
        "all_off": Query(query.path, ()).set(q=query.first("q")).url if len(chips) > 1 else "",
        "pages": Pages(page, last, query),
        "first": (page - 1) * PER_PAGE + 1,
        "orderings": _orderings(query),
        "meant": query.set(q=answer.did_you_mean) if answer.did_you_mean else None,
        "downloads": _downloads(query) if answer.count else [],
        "paper": Query(reverse("web:results-print"), query.set(page="").values).url,
        "watch_url": _without_patient(query, "web:watch"),
        "feed_url": _without_patient(query, "web:feed"),
        "most_rows": exporting.MOST_ROWS if answer.count > exporting.MOST_ROWS else 0,
        "readings": [(one.label, query.set(q=one.query).url) for one in answer.readings],
        "ways": [] if answer.count else _ways_out(query, chips),
        "nearest_open": None if answer.count else _nearest_open(ask),
        "sought": service.sought(ask.q, ask.language),
        "share_url": request.build_absolute_uri(query.set(view=query.first(VIEW), page="").url),
    }


def _downloads(query: Query) -> list[tuple[str, str]]:
    """`(name of the format, address)` of the same results as a file."""
    return [
        (form.label, Query(reverse("web:export", args=[name]), query.set(page="").values).url)
        for name, form in exporting.FORMATS.items()
    ]


def _views(ask: service.Ask, query: Query, answer: service.Answer) -> dict:
    """The way to the other view, and the map where that is the view asked for."""
    shows_map = query.first(VIEW) == MAP
    return {
        "list_url": query.set(view="", page=query.first(PAGE)).url if shows_map else "",
        "map_url": "" if shows_map else query.set(view=MAP).url,
        "map": _map(ask, query) if shows_map and answer.count else None,
    }


def _map(ask: service.Ask, query: Query) -> maps.Map:
    """Where the results recruit. A centre's number is that of the trials its link finds."""
    recruiting = dataclasses.replace(
        ask, filters={**ask.filters, "status": (Recruitment.RECRUITING.value,)}, ordering=BEST
    )
    counted = service.find(recruiting, limit=0, facets=True).facets
    counts = {one.value: one.count for one in counted.get("centre", ())}
    there = query.set(status=Recruitment.RECRUITING.value, view="", ordering="")
    documents = service.documents("centre", list(counts))
    lately = _lately(recruiting, query)
    dots = [
        _dot(one, counts[one["code"]], there.set(centre=one["code"]), ask.near, lately) for one in documents
    ]
    provinces = {
        one.value: (there.set(province=one.value).url, one.count) for one in counted.get("province", ())
    }
    return maps.map_of(dots, provinces=provinces, near=ask.near)


def _lately(recruiting: service.Ask, query: Query) -> tuple[tuple[str, ...], dict[str, int]]:
    """The kinds of freshness of 90 days that the search lets in; by centre, how many trials have one."""
    chosen = query.get("freshness")
    kinds = tuple(kind for kind in words.LATELY if not chosen or kind in chosen)
    if not kinds:
        return kinds, {}
    asked = dataclasses.replace(recruiting, filters={**recruiting.filters, "freshness": kinds})
    counted = service.find(asked, limit=0, facets=True).facets
    return kinds, {one.value: one.count for one in counted.get("centre", ())}


def _dot(document: dict, count: int, there: Query, near, lately) -> maps.Dot:
    place = place_of(document)
    kinds, verified = lately
    of_these = verified.get(document["code"], 0)
    return maps.Dot(
        words.in_page_language(document["names"])[0],
        there.url,
        place,
        count,
        distance_km(near, place) if near and place else None,
        (of_these, there.set(freshness=kinds).url if of_these else ""),
    )


def _without_patient(query: Query, name: str) -> str:
    """The address of the page `name` for the same search, without what may tell of a patient."""
    left = query.set(**dict.fromkeys(OF_A_PATIENT, ""), page="", ordering="", view="")
    return Query(reverse(name), left.values).url


def _page_number(query: Query) -> int:
    return min(whole_number(query.first(PAGE), 5) or 1, LAST_PAGE)


def _orderings(query: Query) -> list[tuple[str, str, bool]]:
    """`(value, label, chosen)`; the nearest only where a place is given, the best match not without words.

    The value of the order that holds anyhow is empty where that depends on what is asked.
    """
    near, words_given = query.first("near"), query.first("q")
    usual = NEAREST if near and not words_given else BEST
    chosen = query.first(SORT) or usual
    hidden = {BEST} if usual == NEAREST else set() if near else {NEAREST}
    return [
        ("" if value == usual == NEAREST else value, str(label), value == chosen)
        for value, label in ORDERINGS.items()
        if value not in hidden
    ]


# What keeps a trial from being found though it recruits, only not there.
OF_PLACES = tuple(
    name
    for name, facet in FACETS.items()
    if facet.of_site or isinstance(facet, SiteFacet | FactsFacet | SomeSiteFacet)
)


def _nearest_open(ask: service.Ask):
    """Where nothing is found: the nearest trial for the same that recruits, wherever that is; else None."""
    if not (ask.near or any(ask.filters.get(name) for name in OF_PLACES)):
        return None
    filters = {name: values for name, values in ask.filters.items() if name not in OF_PLACES}
    wider = dataclasses.replace(
        ask,
        filters=filters | {"status": (Recruitment.RECRUITING.value,), "country": (HOME,)},
        within=None,
        ordering=NEAREST if ask.near else BEST,
    )
    found = results_of(service.find(wider, limit=1).hits, near=ask.near)
    return found[0] if found else None


def _ways_out(query: Query, chips: list[facets.Chip]) -> list[FilterToDrop]:
    """What dropping each filter gives, the most first; only what gives anything."""
    ways = [FilterToDrop(chip, _count_at(query, chip)) for chip in chips]
    if query.first("q") and chips:
        without = facets.Chip(str(LEGENDS["q"]), query.first("q"), query.without("q").url)
        ways.append(FilterToDrop(without, _count_at(query, without)))
    return sorted((way for way in ways if way.count), key=lambda way: -way.count)


def _count_at(query: Query, chip: facets.Chip) -> int:
    """How many trials the address of `chip` gives."""
    data = QueryDict(chip.url.partition("?")[2])
    form = form_of(Query.of(query.path, data))
    return service.find(ask_of(form), limit=0).count
