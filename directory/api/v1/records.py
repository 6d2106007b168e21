"""The lists of records and the single ones: trials, sites, centres and networks."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from django.http import HttpResponse

from centres.filters import CentreFilterSet, NetworkFilterSet
from directory.search import service
from trials.filters import SiteFilterSet, TrialFilterSet
from trials.models import Trial

from .. import addresses, conditional, pagination, parameters
from ..documents import DocumentDetail, DocumentList, only
from ..errors import Fault, bad_parameters, not_found
from ..views import ApiView
from . import as_of, shapes


class TrialList(DocumentList):
    """Listed trials, with their sites."""

    kind, shape, filterset = "trial", shapes.TrialSerializer, TrialFilterSet
    instead = MappingProxyType({as_of.NAME: as_of.INSTEAD})
    operation_id, tag, summary = "listTrials", "Trials", "Trials, searched and filtered"


class TrialDetail(DocumentDetail):
    """One listed trial, by its slug or by any of its identifiers in any spelling."""

    kind, shape = "trial", shapes.TrialSerializer
    address = ("A slug, or an identifier in any spelling.", "NCT04307576")
    also = (as_of.NAME,)
    operation_id, tag, summary = "getTrial", "Trials", "One trial, by slug or identifier"
    moves = "The trial was merged into another one, at `Location`."
    _then = False  # whether a trial that is merged by now is asked for, of a day when it was not

    def get(self, request, key):
        if address := self._moved_to(request, key):
            # A merge can be undone: a client may keep it, and asks before it uses it.
            return HttpResponse(status=301, headers={"Location": address} | conditional.PUBLIC)
        return super().get(request, key=key)

    def _moved_to(self, request, key: str) -> str:
        """The address of the trial that the one of this slug was merged into; empty for any other.

        Empty as well for a day on which it was shown by itself.
        """
        if parameters.unusable("address", key) or self.key_of(key):
            return ""
        slug = key.lower()
        heir = Trial.objects.heirs([slug]).get(slug)
        if heir is None:
            return ""
        day = as_of.day(request.GET)
        self._then = day is not None and as_of.shown_then(slug, day)
        if self._then:
            return ""
        query = request.GET.urlencode()
        path = f"/api/v1/trials/{heir}/"
        return addresses.absolute(f"{path}?{query}" if query else path)

    def key_of(self, text):
        if self._then:
            return text.lower()
        return service.slug_of(text) or service.slug_of(text.lower())

    def body(self, query, key):
        day = as_of.day(query)
        return as_of.trial(key, day) if day else super().body(query, key)


class TrialNamed(ApiView):
    """From an acronym or number with a slash in it, as no slug has, to the trial's own address."""

    schema = None  # the document tells of one address of a trial

    def get(self, request, key):
        if fault := parameters.unusable("address", key):
            raise bad_parameters([fault])
        slug = None if service.ready() else service.slug_of(key)
        if slug is None:
            raise not_found(f"There is no listed trial “{key[:80]}”.")
        query = request.GET.urlencode()
        address = addresses.absolute(f"/api/v1/trials/{slug}/" + (f"?{query}" if query else ""))
        return HttpResponse(status=302, headers={"Location": address} | conditional.PUBLIC)


class SiteList(DocumentList):
    """Listed trials at listed centres: who recruits where, and who said so when."""

    kind, shape, filterset = "site", shapes.SiteSerializer, SiteFilterSet
    also = (as_of.NAME,)
    operation_id, tag, summary = "listSites", "Sites", "Trials at centres"

    def answer(self, request):
        parameters.check(request.GET, self.parameter_names())
        day = as_of.day(request.GET)
        return self.answer_of(day, request) if day else super().answer(request)

    def answer_of(self, day, request) -> bytes:
        """The sites of some trials or centres as they were, all on one page."""
        asked = self.asked(request.GET)
        as_of.check_sites(request.GET)
        named = (asked.cleaned.get(name) or () for name in ("trial", "centre", "status"))
        found = as_of.sites(*named, day)
        shown = [only(one, asked.fields) for one in found]
        return pagination.list_body(
            request, count=len(shown), results=shown, next_=None, previous=None, facets={}
        )

    def asked(self, query):
        asked = super().asked(query)
        named = asked.cleaned.get("trial")
        return replace(asked, cleaned={**asked.cleaned, "trial": slugs_of(named)}) if named else asked


def slugs_of(texts: Iterable[str]) -> list[str]:
    """The slugs of the trials that `texts` name in any way. Problem 400 for one that is not listed."""
    found = {text: service.slug_of(text) for text in texts}
    if unknown := [text for text, slug in found.items() if slug is None]:
        raise bad_parameters(
            [
                Fault("trial", f"“{text[:60]}” is not a listed trial. Give a slug or an identifier.")
                for text in unknown
            ]
        )
    return [slug for slug in found.values() if slug]


class CentreList(DocumentList):
    """Listed centres."""

    kind, shape, filterset = "centre", shapes.CentreSerializer, CentreFilterSet
    instead = MappingProxyType({as_of.NAME: as_of.INSTEAD})
    operation_id, tag, summary = "listCentres", "Centres", "Centres, searched and filtered"


class CentreDetail(DocumentDetail):
    """One listed centre, by its code."""

    kind, shape = "centre", shapes.CentreSerializer
    address = ("A centre's code.", "uz-gent")
    also = (as_of.NAME,)
    operation_id, tag, summary = "getCentre", "Centres", "One centre, by its code"

    def body(self, query, key):
        day = as_of.day(query)
        return as_of.centre(key, day) if day else super().body(query, key)


class NetworkList(DocumentList):
    """Listed networks, with their members."""

    kind, shape, filterset = "network", shapes.NetworkSerializer, NetworkFilterSet
    instead = MappingProxyType({as_of.NAME: as_of.INSTEAD})
    operation_id, tag, summary = "listNetworks", "Networks", "Networks"


class NetworkDetail(DocumentDetail):
    """One listed network, by its slug."""

    kind, shape = "network", shapes.NetworkSerializer
    address = ("A network's slug.", "suhopl")
    operation_id, tag, summary = "getNetwork", "Networks", "One network, by its slug"
