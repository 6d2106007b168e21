from centres.filters import NetworkFilterSet

from ..documents import DocumentDetail, DocumentList
from ..openapi import Operation
from ..shapes import page_of, partly
from . import shapes


class NetworkList(DocumentList):
    """Listed networks, with their members."""

    kind = "network"
    filterset = NetworkFilterSet
    shape = shapes.NetworkSerializer
    operations = {
        "get": Operation(
            id="listNetworks",
            tag="Networks",
            summary="Networks",
            answer=page_of(shapes.NetworkSerializer),
            parameters=lambda: NetworkList.described_parameters(),
        )
    }


class NetworkDetail(DocumentDetail):
    """One listed network, by its slug."""

    kind = "network"
    shape = shapes.NetworkSerializer
    address = ("A network's slug.", "suhopl")
    operations = {
        "get": Operation(
            id="getNetwork",
            tag="Networks",
            summary="One network, by its slug",
            answer=partly(shapes.NetworkSerializer),
            parameters=lambda: NetworkDetail.described_parameters(),
            problems=(400, 404),
        )
    }
