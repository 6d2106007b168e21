from collections.abc import Iterable
from dataclasses import replace

from directory.search import service
from trials.filters import SiteFilterSet

from ..documents import DocumentList
from ..errors import Fault, bad_parameters
from ..openapi import Operation
from ..shapes import page_of
from . import shapes


class SiteList(DocumentList):
    """Listed trials at listed centres: who recruits where, and who said so when."""

    kind = "site"
    filterset = SiteFilterSet
    shape = shapes.SiteSerializer
    operations = {
        "get": Operation(
            id="listSites",
            tag="Sites",
            summary="Trials at centres",
            answer=page_of(shapes.SiteSerializer),
            parameters=lambda: SiteList.described_parameters(),
        )
    }

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
