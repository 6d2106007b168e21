"""Where a program begins: every address of this version, made from the committed OpenAPI document."""

import json
from functools import cache

import orjson
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view

from .. import addresses, parameters
from ..views import ReadView
from . import schema, shapes


@extend_schema_view(
    get=extend_schema(
        operation_id="listAddresses",
        tags=["About"],
        summary="The addresses of this version",
        description="`url` is a template (RFC 6570) if a part of it must be filled in.",
        responses=shapes.RootSerializer,
    )
)
class Root(ReadView):
    """The addresses of version 1."""

    def version(self):
        return schema.version()

    def answer(self, request):
        parameters.check(request.GET, ())
        return orjson.dumps(
            {
                "version": "1",
                "docs": addresses.absolute(reverse("api:docs")),
                "schema": addresses.absolute(reverse("api:schema")),
                "addresses": [one | {"url": addresses.absolute(one["url"])} for one in described()],
            }
        )


@cache
def described() -> list[dict]:
    """Each operation of each address, without the host."""
    return [
        {
            "url": path,
            "method": method.upper(),
            "id": one["operationId"],
            "summary": one["summary"],
            "needs_key": {} not in one["security"],
        }
        for path, item in json.loads(schema.committed())["paths"].items()
        for method, one in item.items()
    ]
