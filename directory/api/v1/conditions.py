from functools import cache
from hashlib import blake2b

import orjson
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.core.fields import LANGUAGE_CODES
from trials import conditions

from .. import parameters
from ..openapi import described
from ..shapes import page_of
from ..views import ReadView
from . import shapes


@extend_schema_view(
    get=extend_schema(
        operation_id="listConditions",
        tags=["Vocabulary"],
        summary="The classification ICCC-3",
        responses=page_of(shapes.ConditionSerializer),
        parameters=[described("lang", enum=LANGUAGE_CODES)],
    )
)
class ConditionList(ReadView):
    """The ICCC-3 tree, parents before children. It comes with the program, so it changes only with it."""

    def version(self):
        return tree_version()

    def answer(self, request):
        parameters.check(request.GET, ("lang",))
        return tree(parameters.choice(request.GET, "lang", LANGUAGE_CODES, "en"))


@cache
def tree(language: str) -> bytes:
    """The whole list, names in `language`."""
    results = [
        {
            "code": row["code"],
            "parent": row["parent"] or None,
            "level": row["level"],
            "name": conditions.name(row["code"], language),
            "names": conditions.names()[row["code"]],
        }
        for row in conditions.rows()
    ]
    return orjson.dumps(
        {"count": len(results), "next": None, "previous": None, "facets": {}, "results": results}
    )


@cache
def tree_version() -> str:
    return blake2b(tree("en"), digest_size=8).hexdigest()
