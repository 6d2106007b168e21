import orjson
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.core.fields import LANGUAGE_CODES
from directory.search import service
from trials.filters import TrialFilterSet

from .. import addresses, parameters
from ..documents import IndexView
from ..errors import Fault, bad_parameters
from ..openapi import described, of_filter
from . import shapes

# Where the API shows what is suggested; a suggestion of another kind is a word to search with.
ADDRESS_OF = {"trial": "api:trial", "centre": "api:centre", "network": "api:network"}


@extend_schema_view(
    get=extend_schema(
        operation_id="suggest",
        tags=["Vocabulary"],
        summary="Suggestions while typing",
        responses=shapes.SuggestionsSerializer,
        parameters=[of_filter(TrialFilterSet, "q", required=True), described("lang", enum=LANGUAGE_CODES)],
    )
)
class Suggest(IndexView):
    """What somebody who types `q` may mean: trials, diseases, drugs, alterations, centres."""

    def answer(self, request):
        parameters.check(request.GET, ("q", "lang"))
        text = parameters.one(request.GET, "q")
        if "q" not in request.GET:
            raise bad_parameters([Fault("q", "Give what was typed so far, for example ?q=neuro")])
        language = parameters.choice(request.GET, "lang", LANGUAGE_CODES, "en")
        try:
            found = service.suggest(text, language) if text.strip() else ()
        except ValueError as error:
            raise bad_parameters([Fault("q", str(error))]) from None
        return orjson.dumps({"results": [_as_json(one) for one in found]})


def _as_json(one) -> dict:
    route = ADDRESS_OF.get(one.kind)
    return {
        "kind": one.kind,
        "key": one.key,
        "label": str(one.label),
        "detail": str(one.detail or ""),
        "url": addresses.absolute(reverse(route, args=[one.key])) if route else None,
        "status": one.status or None,
        "status_in_belgium": one.status_here or None,
        "centres_in_belgium": one.centres,
    }
