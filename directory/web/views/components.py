"""The gallery of components: what pages are made of, in each state, with made-up examples. For developers.

Open to everybody in the embedded profile, to staff in production; in no sitemap and not linked.
"""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.core.models import State
from directory.core.places import Place
from directory.core.roles import Role
from trials.choices import Freshness, Recruitment
from trials.freshness import Confirmation
from trials.implied import WHOLE_TRIAL
from trials.models import Trial
from trials.quality import MonthTally, Tally

from .. import facets, maps
from ..marks import Mark
from ..results import Result
from .gaps import STATES
from .quality import chart_of

_WEB = Path(__file__).resolve().parent.parent
COMPONENTS = _WEB / "templates/directory/components"
STYLESHEETS = _WEB / "static/directory/css"


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component and state, with the name of its source."""
    if not (settings.COMPONENT_GALLERY or request.user.is_staff):
        raise Http404
    today = timezone.localdate()
    context = {
        "components": list(map(_shown_by, sorted(COMPONENTS.glob("*.html")))),
        "stylesheets": [f"directory/css/{one.name}" for one in sorted(STYLESHEETS.glob("*.css"))],
        "example_errors": {"example-bad": "“abc” is not a value. Write a number."},
        "statuses": Recruitment.values,
        "marks": [_mark(status, state, today) for state in Confirmation for status in Recruitment],
        "owed": _mark(Recruitment.RECRUITING, Confirmation.OLD, today),
        "vouched": _mark(Recruitment.SUSPENDED, Confirmation.CONFIRMED_IN_TIME, today),
        "gap_states": STATES.items(),
        "unlisted": [Trial(state=State.DRAFT), Trial(state=State.WITHDRAWN)],
        "days": [today - dt.timedelta(days=days) for days in (0, 1, 12, 150, 900)],
        "kilometres": (0.4, 12.3, 1234.0),
        "ages": [
            {"age": {"min_days": low, "max_days": high}}
            for low, high in ((None, 364), (365, 6574), (6570, None))
        ],
        "facet": _facet(),
        "chips": [
            facets.Chip("Phase", "Phase 3", "#chips"),
            facets.Chip("Centre", "UZ Gent", "#chips", "nl"),
        ],
        "results": [_result("Example 1", _example_sites(today)), _result("", [])],
        "map": maps.map_of(_dots()),
        "sought": None,
        "day": today,
        "chart": chart_of([_month(today, month) for month in range(1, 7)]),
    }
    return render(request, "directory/gallery.html", context)


def _mark(status: Recruitment, state: Confirmation, today: dt.date) -> Mark:
    role = Role.REGISTRY if state == Confirmation.NEVER_CONFIRMED else Role.COORDINATOR
    is_old = state == Confirmation.OLD
    return Mark(status, state, (today - dt.timedelta(days=400 if is_old else 4)).isoformat(), role)


def _shown_by(file: Path) -> tuple[str, str, str]:
    """The tag of a component, its file, and the template beside the gallery that shows it in each state."""
    return file.stem.replace("_", "-"), f"components/{file.name}", f"directory/gallery/{file.name}"


def _month(today: dt.date, month: int) -> MonthTally:
    return MonthTally(
        today.replace(month=month, day=1), Tally({"fresh": month, "ageing": 2, "stale": 9}), Tally({})
    )


def _facet() -> facets.FacetList:
    below = [facets.FacetOption("example", "b", "Below it", 3, False)]
    options = [
        facets.FacetOption("example", "a", "With others below", 5, False, children=below),
        facets.FacetOption("example", "c", "Chosen", 2, True),
        facets.FacetOption("example", "d", "In het Nederlands", 0, False, "nl"),
    ]
    return facets.FacetList("example", "A filter", options)


def _result(acronym: str, sites: list[dict]) -> Result:
    title = "A made-up trial with a title of ordinary length"
    names = {site["centre"]["code"]: {"en": site["centre"]["name"]} for site in sites}
    document = {
        "slug": "example", "acronym": acronym, "titles": {"en": title}, "conditions": [{"code": "IVa"}],
        "age": {"min_days": None, "max_days": 6574}, "stages": ["relapsed"], "phases": ["phase1", "phase2"],
        "status": "recruiting", "status_as_of": "2024-06", "status_by": "registry", "source": None,
        "status_disputed": bool(acronym), "dispute": _dispute() if acronym else None,
        "sites": sites, "_show": {"called": names},
    }  # fmt: skip
    why, without = (("Found by synonym: neuroblastoom",), ("gent",)) if acronym else ((), ())
    return Result(document, why=why, without=without)


def _dispute() -> dict:
    day = timezone.localdate().isoformat()
    return {
        "status": "completed", "said_on": day, "by": "registry", "source": "Example registry",
        "source_url": None, "implied_by": None,
    }  # fmt: skip


def _example_sites(today: dt.date) -> list[dict]:
    days = (3, 60, 200, None, 20)
    pairs = zip(
        Freshness.values, ("recruiting", "recruiting", "suspended", "completed", "unknown"), strict=True
    )
    return [
        {
            "status": status,
            "freshness": freshness,
            "verified_at": (day := (today - dt.timedelta(days=ago or 0)).isoformat() if ago else None),
            "verified_on": day,
            "verified_by": "coordinator" if ago else None,
            "source": None,
            "dispute": _dispute() if freshness == Freshness.DISPUTED else None,
            "implied_by": WHOLE_TRIAL if status == "suspended" else None,
            "centre": {
                "code": f"example-{number}", "name": f"Hospital {number}", "lat": None, "lon": None,
                "postal_code": "9000", "country": "BE",
            },
        }
        for number, ((freshness, status), ago) in enumerate(zip(pairs, days, strict=True), start=1)
    ]  # fmt: skip


def _dots() -> list[maps.Dot]:
    places = (Place(51.03, 3.73), Place(50.888, 4.309), Place(50.888, 4.328), Place(50.64, 5.57), None)
    return [
        maps.Dot(f"Hospital {number}", "#map", place, count)
        for number, (place, count) in enumerate(zip(places, (9, 4, 2, 0, 1), strict=True), start=1)
    ]
