from centres.filters import CentreFilterSet

from ..documents import DocumentDetail, DocumentList
from ..openapi import Operation
from ..shapes import page_of, partly
from . import shapes


class CentreList(DocumentList):
    """Listed centres."""

    kind = "centre"
    filterset = CentreFilterSet
    shape = shapes.CentreSerializer
    operations = {
        "get": Operation(
            id="listCentres",
            tag="Centres",
            summary="Centres, searched and filtered",
            answer=page_of(shapes.CentreSerializer),
            parameters=lambda: CentreList.described_parameters(),
        )
    }


class CentreDetail(DocumentDetail):
    """One listed centre, by its code."""

    kind = "centre"
    shape = shapes.CentreSerializer
    address = ("A centre's code.", "uz-gent")
    operations = {
        "get": Operation(
            id="getCentre",
            tag="Centres",
            summary="One centre, by its code",
            answer=partly(shapes.CentreSerializer),
            parameters=lambda: CentreDetail.described_parameters(),
            problems=(400, 404),
        )
    }
