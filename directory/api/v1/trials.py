from directory.search import service
from trials.filters import TrialFilterSet

from ..documents import DocumentDetail, DocumentList
from ..openapi import Operation
from ..shapes import page_of, partly
from . import shapes


class TrialList(DocumentList):
    """Listed trials, with their sites."""

    kind = "trial"
    filterset = TrialFilterSet
    shape = shapes.TrialSerializer
    operations = {
        "get": Operation(
            id="listTrials",
            tag="Trials",
            summary="Trials, searched and filtered",
            answer=page_of(shapes.TrialSerializer),
            parameters=lambda: TrialList.described_parameters(),
        )
    }


class TrialDetail(DocumentDetail):
    """One listed trial, by its slug or by any of its identifiers in any spelling."""

    kind = "trial"
    shape = shapes.TrialSerializer
    address = ("A slug, or an identifier in any spelling.", "NCT04307576")
    operations = {
        "get": Operation(
            id="getTrial",
            tag="Trials",
            summary="One trial, by slug or identifier",
            answer=partly(shapes.TrialSerializer),
            parameters=lambda: TrialDetail.described_parameters(),
            problems=(400, 404),
        )
    }

    def key_of(self, text):
        return service.slug_of(text) or service.slug_of(text.lower())
