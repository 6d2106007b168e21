"""The first page: one box to type in, and ways in for who would rather look."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from centres.models import Centre, Network
from directory.core.places import HOME
from directory.search import service
from trials import conditions
from trials.choices import Recruitment
from trials.models import TrialSite

from .. import words
from ..marks import confirmed_trials
from ..results import condition_name, results_of

MAX_LATEST = 6
NEWS = (*words.OPEN_STATUSES, Recruitment.SUSPENDED, Recruitment.ACTIVE_NOT_RECRUITING)
RECRUITING = Recruitment.RECRUITING.value


@dataclass(frozen=True)
class DiseaseGroup:
    """A main group of diseases with its trials that recruit in Belgium, and all."""

    code: str
    name: str
    recruiting: int
    all: int

    @property
    def url(self) -> str:
        return f"{reverse('web:search')}?condition={self.code}"

    @property
    def recruiting_url(self) -> str:
        """Where those that recruit are listed."""
        return f"{reverse('web:search')}?status={RECRUITING}&condition={self.code}"


def home(request: HttpRequest) -> HttpResponse:
    context = {
        "centres": sorted(Centre.objects.listed(), key=str),
        "networks": sorted(Network.objects.listed(), key=str),
        "latest": _latest_statements(),
    }
    context["not_ready"] = service.ready()
    if not context["not_ready"]:
        context |= _from_index()
    return render(request, "directory/home.html", context)


def _from_index() -> dict:
    language = words.page_language()
    all_trials = service.find(service.Ask(language=language), limit=0, facets=True)
    now = service.find(
        service.Ask(filters={"status": (RECRUITING,)}, ordering="opened", language=language, home=HOME),
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
        "groups": [one for one in groups if one.all],
        "groups_without": _("; ").join(one.name for one in groups if not one.all),
        "trial_count": all_trials.count,
        "recruiting_count": now.count,
        "confirmed_count": confirmed_trials(centre__country=HOME),
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
