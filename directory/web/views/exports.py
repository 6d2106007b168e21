"""The results of a search as a file, or as a list on paper: the same address, the same trials."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.search import service

from .. import exporting, facets
from ..asking import ask_of, form_of
from ..query import Query
from ..results import parts_of

MOST_ON_PAPER = 200


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The results as a file of the format `kind`; a bad value leads to the search page, which names it."""
    if kind not in exporting.FORMATS:
        raise Http404(
            _("No such format. Use one of: %(formats)s.") % {"formats": ", ".join(exporting.FORMATS)}
        )
    query = Query.of(reverse("web:search"), request.GET).set(page="")
    form = form_of(query)
    if form.errors or service.ready():
        # A file with more in it than was asked for would be believed: the page says what is wrong.
        return redirect(query.url)
    form_asked = exporting.FORMATS[kind]
    content = form_asked.write(exporting.documents_of(ask_of(form)))
    name = f"trials-{timezone.localdate():%Y-%m-%d}.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type=form_asked.content_type, headers=headers)


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The results on paper: no menus, what was asked for and on which day, at most `MOST_ON_PAPER`."""
    query = Query.of(reverse("web:search"), request.GET).set(page="")
    form = form_of(query)
    if form.errors or service.ready():
        return redirect(query.url)
    ask = ask_of(form)
    answer = service.find(ask, limit=MOST_ON_PAPER, facets=True, fold=query.folds)
    context = {
        "query": query,
        "words": query.first("q"),
        "answer": answer,
        **parts_of(answer, 0, ask.near),
        "asked": facets.chips_of(query, facets.facets_of(answer.facets, query)),
        "left_out": max(0, answer.count - MOST_ON_PAPER),
        "sought": None,
        "address": request.build_absolute_uri(query.url),
    }
    return render(request, "directory/results_print.html", context)
