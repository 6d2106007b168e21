"""The lists of records and the single ones: trials, sites, centres and networks."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from centres.filters import CentreFilterSet, NetworkFilterSet
from directory.search import service
from trials.filters import SiteFilterSet, TrialFilterSet

from .. import pagination, parameters
from ..documents import DocumentDetail, DocumentList, only
from ..errors import Fault, bad_parameters
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

    def key_of(self, text):
        return service.slug_of(text) or service.slug_of(text.lower())

    def body(self, query, key):
        day = as_of.day(query)
        return as_of.trial(key, day) if day else super().body(query, key)


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
                Fault("trial", f"“{text[:60]}” is no listed trial. Give a slug or an identifier.")
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
