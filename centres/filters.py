"""The words by which centres and networks are filtered, for pages and API alike (`docs/api.md`)."""

from django.utils.translation import gettext_lazy as _

from directory.core.filter_fields import Choice, Choices, Filter, FilterSet, Kilometres, Near, SearchText
from directory.core.places import Province

from .models import Centre, Network


def listed_centres() -> list[tuple[str, str]]:
    return list(Centre.objects.listed().order_by("code").values_list("code", "name_en"))


def listed_networks() -> list[tuple[str, str]]:
    return list(Network.objects.listed().order_by("slug").values_list("slug", "name_en"))


def countries() -> list[tuple[str, str]]:
    codes = Centre.objects.listed().order_by("country").values_list("country", flat=True).distinct()
    return [(code, code) for code in codes]


def ordering_filter(*names: str) -> Filter:
    """One of `names` to order by."""
    return Filter(
        Choice, words=lambda: [(name, name) for name in names], what=_("an ordering"), label=_("Order")
    )


def place_filters() -> dict[str, Filter]:
    """The filters that say where, the same for trials, sites and centres."""
    return {
        "network": Filter(Choices, words=listed_networks, what=_("a network"), label=_("Network")),
        "province": Filter(
            Choices, words=lambda: Province.choices, what=_("a province"), label=_("Province")
        ),
        "country": Filter(Choices, words=countries, what=_("a country with a centre"), label=_("Country")),
        "near": Filter(Near, label=_("Near")),
        "within": Filter(Kilometres, label=_("Within (km)")),
    }


class CentreFilterSet(FilterSet):
    """`q, network, province, country, near, within, ordering`."""

    q = Filter(SearchText, label=_("Words"))
    ordering = ordering_filter("relevance", "acronym", "updated", "distance")
    locals().update(place_filters())

    class Meta(FilterSet.Meta):
        model = Centre


class NetworkFilterSet(FilterSet):
    """`q, centre, ordering`."""

    q = Filter(SearchText, label=_("Words"))
    centre = Filter(Choices, words=listed_centres, what=_("a centre"), label=_("Centre"))
    ordering = ordering_filter("relevance", "acronym", "updated")

    class Meta(FilterSet.Meta):
        model = Network
