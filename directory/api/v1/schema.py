"""The OpenAPI document: made by `manage.py make_schema`, committed, and served as committed."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view

from .. import parameters
from ..views import ReadView

DOCUMENT = Path(__file__).with_name("openapi.json")


@cache
def committed() -> bytes:
    return DOCUMENT.read_bytes()


@cache
def version() -> str:
    return blake2b(committed(), digest_size=8).hexdigest()


@extend_schema_view(
    get=extend_schema(
        operation_id="getSchema",
        tags=["About"],
        summary="This description, as OpenAPI 3.1",
        responses=OpenApiTypes.OBJECT,
    )
)
class Schema(ReadView):
    """OpenAPI 3.1."""

    def version(self):
        return version()

    def answer(self, request):
        parameters.check(request.GET, ())
        return committed()
