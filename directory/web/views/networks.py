"""Networks: who belongs to them, as what, from when, and what is done near the patient's home."""

import datetime as dt

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centres.choices import CentreRole
from centres.models import Membership, Network
from directory.core.models import State
from directory.search import service
from trials.choices import Recruitment

from .. import maps
from ..marks import confirmed_trials

# The Royal Decree of 29 May 2024 takes effect.
DECREE = dt.date(2027, 1, 1)
ROLE_ORDER = {role: place for place, role in enumerate([*CentreRole.values, ""])}


def networks(request: HttpRequest) -> HttpResponse:
    """All networks with the number of their members of today."""
    current = Membership.objects.current().filter(centre__state=State.LISTED)
    members = Count("memberships__centre", distinct=True, filter=Q(memberships__in=current))
    found = Network.objects.visible_to(request.user).annotate(members=members)
    return render(request, "directory/networks.html", {"networks": sorted(found, key=str)})


def network(request: HttpRequest, slug: str) -> HttpResponse:
    """One network: its members of today, and what begins later."""
    memberships = Membership.objects.visible_to(request.user).not_over().select_related("centre")
    found = get_object_or_404(
        Network.objects.visible_to(request.user).prefetch_related(Prefetch("memberships", memberships)),
        slug=slug,
    )
    members = sorted(found.memberships.all(), key=lambda one: (ROLE_ORDER[one.role], str(one.centre)))
    current = [one for one in members if not one.begins_later]
    context = {
        "network": found,
        "current": current,
        "ending": sorted((one for one in current if one.until), key=lambda one: one.until),
        "before_decree": timezone.localdate() < DECREE,
        "map": maps.map_of_centres((one.centre for one in current), is_alone=True),
        "recruiting": (recruiting := _recruiting(found)),
        "confirmed": confirmed_trials(centre__in=[one.centre_id for one in current]) if recruiting else 0,
        "upcoming": sorted((one for one in members if one.begins_later), key=lambda one: one.since),
    }
    return render(request, "directory/network.html", context)


def _recruiting(found: Network) -> int:
    """How many trials recruit at its members of today, as the list of them counts; 0 without an index."""
    if service.ready():
        return 0
    filters = {"status": (Recruitment.RECRUITING.value,), "network": (found.slug,)}
    return service.find(service.Ask(filters=filters), limit=0).count
