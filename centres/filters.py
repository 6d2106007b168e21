"""The words by which centres and networks are filtered, for pages and API alike."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from directory.core.fields import LANGUAGE_CODES
from directory.core.filter_fields import Filter, FilterForm, Kilometres, Near, OneWord, Text, Word
from directory.core.places import Place, Province, distance_km, province_of

from .models import Centre, Membership, Network


def listed_centres() -> list[tuple[str, str]]:
    return list(Centre.objects.listed().order_by("code").values_list("code", "name_en"))


def listed_networks() -> list[tuple[str, str]]:
    return list(Network.objects.listed().order_by("slug").values_list("slug", "name_en"))


def countries() -> list[tuple[str, str]]:
    codes = Centre.objects.listed().order_by("country").values_list("country", flat=True).distinct()
    return [(code, code) for code in codes]


def _words(*names: str):
    return lambda: [(name, name) for name in names]


def place_filters() -> dict[str, Filter]:
    """The filters that say where, the same for trials, sites and centres."""
    return {
        "network": Filter(Word, words=listed_networks, what=_("a network"), label=_("Network")),
        "province": Filter(Word, words=lambda: Province.choices, what=_("a province"), label=_("Province")),
        "country": Filter(Word, words=countries, what=_("a country with a centre"), label=_("Country")),
        "near": Filter(Near, label=_("Near")),
        "within": Filter(Kilometres, label=_("Within (km)")),
    }


def centres_that_fit(cleaned: dict) -> set[int]:
    """Primary keys of the listed centres that all place filters of `cleaned` let through."""
    found = Centre.objects.listed()
    if codes := cleaned.get("centre"):
        found = found.filter(code__in=codes)
    if networks := cleaned.get("network"):
        members = Membership.objects.current().filter(network__slug__in=networks, network__state="listed")
        found = found.filter(Exists(members.filter(centre=OuterRef("pk"))))
    if wanted := cleaned.get("country"):
        found = found.filter(country__in=wanted)
    return {centre.pk for centre in found if _fits(centre, cleaned)}


def _fits(centre: Centre, cleaned: dict) -> bool:
    provinces, near, within = cleaned.get("province"), cleaned.get("near"), cleaned.get("within")
    if provinces and (centre.country != "BE" or province_of(centre.postal_code) not in provinces):
        return False
    if near is None or within is None:
        return True
    if centre.latitude is None or centre.longitude is None:
        return False
    return distance_km(near, Place(centre.latitude, centre.longitude)) <= within


class _Filters(django_filters.FilterSet):
    class Meta:
        form = FilterForm


class CentreFilterSet(_Filters):
    """`q, network, province, country, near, within, ordering`."""

    q = Filter(Text, label=_("Words"))
    ordering = Filter(
        OneWord,
        words=_words("relevance", "acronym", "updated", "distance"),
        what=_("an ordering"),
        label=_("Order"),
    )
    locals().update(place_filters())

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        for word in (cleaned.get("q") or "").split():
            here = Q(aliases__text__icontains=word) | Q(city__icontains=word) | Q(code__icontains=word)
            for code in LANGUAGE_CODES:
                here |= Q(**{f"name_{code}__icontains": word})
            queryset = queryset.filter(pk__in=Centre.objects.filter(here).values("pk"))
        return queryset.filter(pk__in=centres_that_fit(cleaned))


class NetworkFilterSet(_Filters):
    """`q, centre, ordering`."""

    q = Filter(Text, label=_("Words"))
    centre = Filter(Word, words=listed_centres, what=_("a centre"), label=_("Centre"))
    ordering = Filter(
        OneWord, words=_words("relevance", "acronym", "updated"), what=_("an ordering"), label=_("Order")
    )

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        for word in (cleaned.get("q") or "").split():
            here = Q(acronym__icontains=word) | Q(slug__icontains=word)
            for code in LANGUAGE_CODES:
                here |= Q(**{f"name_{code}__icontains": word})
            queryset = queryset.filter(here)
        if codes := cleaned.get("centre"):
            members = Membership.objects.current().filter(centre__code__in=codes, centre__state="listed")
            queryset = queryset.filter(Exists(members.filter(network=OuterRef("pk"))))
        return queryset
