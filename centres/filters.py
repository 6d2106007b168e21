"""The filters of centres and networks, and those that say where, for pages and API alike (`docs/api.md`)."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from directory.core.filter_fields import (
    Choice,
    Choices,
    Filter,
    FilterSet,
    Kilometres,
    Near,
    StoredChoices,
)
from directory.core.places import COUNTRIES, Province
from directory.records.facets import FactsFacet

from .models import Centre, Network


def listed_centres() -> list[tuple[str, str]]:
    return list(Centre.objects.listed().order_by("code").values_list("code", "name_en"))


def listed_networks() -> list[tuple[str, str]]:
    return list(Network.objects.listed().order_by("slug").values_list("slug", "name_en"))


def countries() -> list[tuple[str, str]]:
    codes = Centre.objects.listed().order_by("country").values_list("country", flat=True).distinct()
    return [(code, code) for code in codes]


def _current(memberships: Iterable[Sequence], day: dt.date) -> list[str]:
    """The keys of `(key, first day, last day)` that hold on `day`."""
    iso = day.isoformat()
    return [key for key, since, until in memberships if (since or iso) <= iso <= (until or iso)]


def ordering_filter(*names: str) -> Filter:
    """One of `names` to order by."""
    return Filter(
        Choice, _("Order"), "The order. `relevance` needs `q`, `distance` needs `near`.", "acronym",
        words=lambda: [(name, name) for name in names], what=_("an ordering"),
    )  # fmt: skip


def centre_filter(values: Callable[[dict, dt.date], list[str]]) -> Filter:
    """Centres; `values`: the codes, of facts on a day."""
    return Filter(
        StoredChoices, _("Centre"), "A centre's code.", "uz-gent",
        words=listed_centres, what=_("a centre"), facet=FactsFacet(keys_of="centre", values=values),
    )  # fmt: skip


def place_filters() -> dict[str, Filter]:
    """The filters that say where, the same for trials, sites and centres."""
    return {
        "network": Filter(
            StoredChoices, _("Network"), "A network's slug.", words=listed_networks, what=_("a network"),
            facet=FactsFacet(keys_of="network", values=lambda facts, day: _current(facts["networks"], day)),
        ),
        "province": Filter(
            Choices, _("Province"), "Province of a centre, ISO 3166-2:BE.", "BE-VOV",
            words=lambda: Province.choices, what=_("a province"),
            facet=FactsFacet(choices=Province, values=lambda facts, day: [facts["province"]]),
        ),
        "country": Filter(
            StoredChoices, _("Country"), "Country of a centre, ISO 3166-1.", "BE",
            words=countries, what=_("a country with a centre"),
            facet=FactsFacet(
                label=lambda code, language: COUNTRIES.get(code, code),
                values=lambda facts, day: [facts["country"]],
            ),
        ),
        "near": Filter(
            Near, _("Near (postal code)"), "A Belgian postal code or `latitude,longitude`.", "4000"
        ),
        "within": Filter(Kilometres, _("Within (km)"), "Kilometres around `near`.", 150),
    }  # fmt: skip


class CentreFilterSet(FilterSet):
    """`q, network, province, country, near, within, ordering`."""

    ordering = ordering_filter("relevance", "acronym", "updated", "distance")
    locals().update(place_filters())

    class Meta(FilterSet.Meta):
        model = Centre


class NetworkFilterSet(FilterSet):
    """`q, centre, ordering`."""

    centre = centre_filter(lambda facts, day: _current(facts["centres"], day))
    ordering = ordering_filter("relevance", "acronym", "updated")

    class Meta(FilterSet.Meta):
        model = Network
