"""The first page: one box to type in, and ways in for who would rather look."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from centres.models import Centre, Network
from directory.search import service
from trials import conditions
from trials.choices import Recruitment
from trials.models import TrialSite

from .. import words
from ..results import condition_name, results_of

MAX_LATEST = 6
NEWS = (*words.OPEN_STATUSES, Recruitment.SUSPENDED, Recruitment.ACTIVE_NOT_RECRUITING)
# With a filter on places, the status is that of the site: trials that recruit at a centre in Belgium.
RECRUITING_HERE = {"status": (Recruitment.RECRUITING.value,), "country": ("BE",)}


@dataclass(frozen=True)
class DiseaseGroup:
    """A main group of diseases with its trials that recruit, and all."""

    code: str
    name: str
    recruiting: int
    all: int

    @property
    def url(self) -> str:
        return f"{reverse('web:search')}?condition={self.code}"


def home(request: HttpRequest) -> HttpResponse:
    context = {
        "centres": sorted(Centre.objects.listed(), key=lambda one: one.name),
        "networks": sorted(Network.objects.listed(), key=str),
        "latest": _latest_statements(),
    }
    if not service.ready():
        context |= _from_index()
    return render(request, "directory/home.html", context)


def _from_index() -> dict:
    language = words.page_language()
    all_trials = service.find(service.Ask(kind="trial", language=language), limit=0, facets=True)
    now = service.find(
        service.Ask(kind="trial", filters=RECRUITING_HERE, ordering="opened", language=language),
        limit=MAX_LATEST,
        facets=True,
    )
    totals, open_now = _by_value(all_trials.facets, "condition"), _by_value(now.facets, "condition")
    groups = [
        DiseaseGroup(code, condition_name(code), open_now.get(code, 0), totals.get(code, 0))
        for code in conditions.main_groups()
    ]
    opened = [one for one in results_of(now.hits) if one.document["opened_in_belgium"]]
    return {
        "groups": groups,
        "trial_count": all_trials.count,
        "recruiting_count": now.count,
        "opened": opened,
    }


def _by_value(counts: dict, name: str) -> dict[str, int]:
    return {one.value: one.count for one in counts.get(name, [])}


def _latest_statements() -> list[TrialSite]:
    """The sites whose status was verified last, one a trial; those long closed are no news."""
    sites = TrialSite.objects.listed().filter(verified_at__isnull=False, status__in=NEWS)
    found: dict[int, TrialSite] = {}
    for site in sites.select_related("trial", "centre").order_by("-verified_at", "-pk")[: 10 * MAX_LATEST]:
        found.setdefault(site.trial_id, site)
    return list(found.values())[:MAX_LATEST]
