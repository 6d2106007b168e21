"""Centres: where they are, what they are in which network, what they recruit for."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.models import Centre, Membership
from directory.core.models import State
from directory.core.places import HOME, Province
from trials import conditions
from trials.as_of import AsOf
from trials.choices import Recruitment
from trials.documents import disputes_of
from trials.freshness import lately_since
from trials.models import Trial, TrialSite

from .. import linked, maps, words
from ..results import condition_name
from ..sites import SiteCard
from .as_of import context_of, dated

MAX_TRIALS = 500
RECRUITING = Recruitment.RECRUITING.value


def centres(request: HttpRequest) -> HttpResponse:
    """All centres by country and province, with the number of trials that recruit there."""
    recruiting = Q(sites__status=Recruitment.RECRUITING, sites__trial__state=State.LISTED)
    lately = recruiting & Q(sites__disputed=False, sites__verified_at__gte=lately_since(timezone.localdate()))
    found = Centre.objects.visible_to(request.user).annotate(
        recruiting=Count("sites", filter=recruiting), lately=Count("sites", filter=lately)
    )
    rows = sorted(found, key=lambda one: (one.country != HOME, one.country, str(one)))
    dots = [
        maps.dot_of(one, one.recruiting, _recruiting_url(one), _lately(one)) for one in rows if one.is_listed
    ]
    context = {
        "centres": [(one, _recruiting_url(one), _recruiting_url(one, words.LATELY)) for one in rows],
        "map": maps.map_of(dots) if dots else None,
    }
    return render(request, "directory/centres.html", context)


def _lately(centre: Centre) -> tuple[int, str]:
    """How many of the trials that recruit there were verified lately, and where these are listed."""
    return centre.lately, _recruiting_url(centre, words.LATELY) if centre.lately else ""


def _recruiting_url(centre: Centre, freshness: tuple[str, ...] = ()) -> str:
    """Where the trials that recruit at a centre are listed; empty for one that no list takes."""
    asked = {"status": RECRUITING, "centre": centre.code, "freshness": freshness}
    return f"{reverse('web:search')}?{urlencode(asked, doseq=True)}" if centre.is_listed else ""


def _then(request: HttpRequest, then: AsOf, code: str) -> HttpResponse | None:
    """The page of a centre as it was."""
    if (found := then.centre(code)) is None:
        get_object_or_404(Centre.objects.visible_to(request.user), code=code)
        return None
    sites = [site for site in found.sites if site.status in words.OPEN_STATUSES]
    sites.sort(key=lambda site: (site.trial.acronym, site.trial.slug))
    shown = sites[:MAX_TRIALS]
    context = {
        "centre": found.centre,
        "province": words.label(Province, found.centre.province),
        "memberships": [one for one in found.memberships if not one.until or one.until >= then.day],
        "today": then.day,
        "groups": by_disease(shown),
        "open_count": len(shown),
        "more": len(sites) > len(shown),
        "recruiting": 0,
        "linked": "",
        "map": maps.map_of_centres([found.centre], is_alone=True),
    }
    return render(request, "directory/centre.html", context | context_of(request, then))


@dated(_then)
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """One centre."""
    found = get_object_or_404(Centre.objects.visible_to(request.user), code=code)
    memberships = (
        Membership.objects.visible_to(request.user).not_over().filter(centre=found).select_related("network")
    )
    open_sites, more = _open_sites(request.user, found)
    recruiting, today = _recruiting(open_sites), timezone.localdate()
    context = {
        "centre": found,
        "province": words.label(Province, found.province),
        "memberships": memberships,
        "today": today,
        "groups": by_disease(open_sites),
        "open_count": len(open_sites),
        "more": more,
        "recruiting": 0 if more or not found.is_listed else len(recruiting),
        "confirmed": sum(site.is_confirmed_lately(today) for site in recruiting),
        "recruiting_url": _recruiting_url(found),
        "linked": linked.centre_data(found),
        "map": maps.map_of_centres([found], is_alone=True),
        "until": today,
    }
    return render(request, "directory/centre.html", context)


def _open_sites(user, found: Centre) -> tuple[list[TrialSite], bool]:
    """Sites at `found` that recruit or soon will, at most `MAX_TRIALS`; and whether there are more."""
    sites = (
        TrialSite.objects.visible_to(user)
        # A coordinator may see a site of a draft trial, but not that trial's page.
        .filter(centre=found, status__in=words.OPEN_STATUSES, trial__in=Trial.objects.visible_to(user))
        .select_related("trial")
        .prefetch_related("trial__conditions", disputes_of("site"))
        .order_by("trial__acronym", "trial__slug")[: MAX_TRIALS + 1]
    )
    rows = list(sites)
    return rows[:MAX_TRIALS], len(rows) > MAX_TRIALS


def _recruiting(sites: Iterable[TrialSite]) -> list[TrialSite]:
    """Those of them that recruit for a trial that the public sees."""
    return [site for site in sites if site.status == Recruitment.RECRUITING and site.trial.is_listed]


def by_disease(sites: Iterable[TrialSite]) -> list[tuple[str, list[tuple[SiteCard, list[str]]]]]:
    """`(heading, [(place, groups)])`: each site once, under the main group of ICCC-3 of its trial.

    Trials of several groups come first, with the names of these (else none); those without any come last.
    """
    order = conditions.main_groups()
    several: list[tuple[SiteCard, list[str]]] = []
    found: dict[str, list[tuple[SiteCard, list[str]]]] = {group: [] for group in (*order, "")}
    for place in map(SiteCard, sites):
        groups = {_main_group(condition.code) for condition in place.site.trial.conditions.all()} or {""}
        if len(groups) > 1:
            several.append((place, [condition_name(one) for one in order if one in groups]))
        else:
            found[groups.pop()].append((place, []))
    headed = [
        (_("For several groups of diseases"), several),
        *((condition_name(group), found[group]) for group in order),
        (_("Not classified by disease"), found[""]),
    ]
    return [(heading, places) for heading, places in headed if places]


def _main_group(code: str) -> str:
    """The main group that a class belongs to; empty for one that is not of the tree."""
    return next(iter(conditions.path_to(code)), "")
