"""What the API is measured against: the usual way, and no work at all. Same server, same middleware.

`plain/` is the Django REST framework as its documentation shows it: a ModelViewSet of ModelSerializers, with
the prefetching that avoids a query per row. `ready/` returns the bytes of the API's own answer, kept in
memory.
"""

from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from rest_framework import pagination, routers, serializers, viewsets

from centres.models import Centre
from config.urls import urlpatterns as house
from trials.models import Condition, Trial, TrialIdentifier, TrialSite

PAGE = 50


class PlainCentre(serializers.ModelSerializer):
    class Meta:
        model = Centre
        fields = ("code", "name_en", "city", "postal_code", "country", "latitude", "longitude")


class PlainSite(serializers.ModelSerializer):
    centre = PlainCentre()
    freshness = serializers.CharField()
    next_due = serializers.DateField()

    class Meta:
        model = TrialSite
        fields = (
            "centre", "status", "status_since", "verified_at", "verified_by", "status_source", "freshness",
            "next_due", "contact_role", "contact_email", "contact_phone",
        )  # fmt: skip


class PlainIdentifier(serializers.ModelSerializer):
    class Meta:
        model = TrialIdentifier
        fields = ("scheme", "value", "url")


class PlainCondition(serializers.ModelSerializer):
    class Meta:
        model = Condition
        fields = ("code", "name_en")


class PlainTrial(serializers.ModelSerializer):
    identifiers = PlainIdentifier(many=True)
    conditions = PlainCondition(many=True)
    sites = PlainSite(many=True)

    class Meta:
        model = Trial
        fields = (
            "slug", "url", "acronym", "title_en", "title_nl", "title_fr", "title_de", "summary_en",
            "identifiers", "status", "status_as_of", "phases", "study_type", "conditions", "disease_terms",
            "stages", "sex", "min_days", "max_days", "age_text", "sponsor", "groups", "parent", "sites",
            "opened_in_belgium", "source", "updated_at",
        )  # fmt: skip


class Pages(pagination.PageNumberPagination):
    page_size = PAGE


class PlainTrials(viewsets.ReadOnlyModelViewSet):
    queryset = (
        Trial.objects.listed().order_by("slug").prefetch_related("identifiers", "conditions", "sites__centre")
    )
    serializer_class = PlainTrial
    pagination_class = Pages


_ready: dict[str, bytes] = {}


def ready(request):
    """The same bytes as the API's list, made once."""
    if "body" not in _ready:
        answer = Client().get("/api/v1/trials/", {"page_size": PAGE}, headers={"host": "127.0.0.1"})
        assert answer.status_code == 200, answer.content
        _ready["body"] = answer.content
    return HttpResponse(_ready["body"], "application/json")


def page(request):
    """The HTML of the search page that is measured, made once."""
    from bench.pages import PAGE as search_page

    if "page" not in _ready:
        answer = Client().get(search_page, headers={"host": "127.0.0.1"})
        assert answer.status_code == 200, answer.content
        _ready["page"] = answer.content
    return HttpResponse(_ready["page"])


router = routers.SimpleRouter()
router.register("trials", PlainTrials)
urlpatterns = [
    path("bench/plain/", include(router.urls)),
    path("bench/ready/", ready),
    path("bench/page/", page),
    *house,
]
