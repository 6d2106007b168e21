"""Lists and single records as the search service keeps them: documents built when a record changed."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import orjson
from django_filters import FilterSet
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.serializers import Serializer

from directory.search import service
from directory.search.query import ask_from

from . import openapi, pagination, parameters
from .errors import Fault, bad_parameters, not_found
from .shapes import page_of, partly
from .views import ReadView

LANGUAGE = "en"
PAGING = ("page_size", "cursor", "facets", "fields", "include")
INCLUDE = ("match",)


class IndexView(ReadView):
    """What it shows is the index's, and so is its version."""

    def version(self) -> str:
        return service.version()


class DocumentView(IndexView):
    """Documents of one `kind`, got by the operation that is named."""

    kind: str
    shape: type[Serializer]
    operation_id: str
    tag: str
    summary: str

    @classmethod
    def describe(cls, answer: object, known: list[OpenApiParameter]) -> None:
        """Tell the OpenAPI document of `get`: its answer, or answers by status, and what it may be asked."""
        get = extend_schema(
            operation_id=cls.operation_id, tags=[cls.tag], summary=cls.summary, responses=answer,
            parameters=known,
        )  # fmt: skip
        extend_schema_view(get=get)(cls)


class DocumentList(DocumentView):
    """A page of documents of one kind. `also`: parameters of its own.

    `instead`: of parameters that only other addresses know, a sentence that says what to ask.
    """

    filterset: type[FilterSet]
    also: tuple[str, ...] = ()
    instead: Mapping[str, str] = MappingProxyType({})

    def __init_subclass__(cls):
        filters, paging = openapi.of_filters(cls.filterset), openapi.of_paging(names_of(cls.shape), INCLUDE)
        cls.describe(
            page_of(cls.shape, searched=True), [*filters, *paging, *map(openapi.described, cls.also)]
        )

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        return (*cls.filterset.base_filters, *PAGING, *cls.also)

    def answer(self, request) -> bytes:
        asked = self.asked(request.GET)
        found = self.find(asked)
        return pagination.list_body(
            request,
            count=found.count,
            next_=found.next,
            previous=found.previous,
            facets=pagination.facets_of(found) if asked.facets else {},
            results=self.results(found.hits, asked),
            more={"words": words_of(found)} if asked.cleaned.get("q") else {},
        )

    def find(self, asked: parameters.Asked) -> service.Answer:
        position = pagination.position_of(asked.cursor)
        ask = ask_from(asked.cleaned, LANGUAGE, kind=self.kind)
        try:
            return service.find(
                ask,
                limit=asked.page_size,
                after=position.after,
                before=position.before,
                facets=asked.facets,
            )
        except service.BadCursor as error:
            raise pagination.bad_cursor(str(error)) from None
        except ValueError as error:
            raise bad_parameters([Fault("q", str(error))]) from None

    def asked(self, query) -> parameters.Asked:
        parameters.check(query, self.parameter_names(), self.instead)
        return parameters.Asked(
            cleaned=parameters.filters(query, self.filterset),
            page_size=parameters.page_size(query),
            cursor=parameters.one(query, "cursor"),
            facets=parameters.switch(query, "facets"),
            fields=parameters.names(query, "fields", names_of(self.shape)),
            include=frozenset(parameters.names(query, "include", INCLUDE)),
        )

    def results(self, hits: Sequence, asked: parameters.Asked) -> list[bytes]:
        if "match" not in asked.include:
            bodies = service.bodies(self.kind, [hit.key for hit in hits])
            return [only(body, asked.fields) for body in bodies] if asked.fields else bodies
        pairs = ((hit, service.body(self.kind, hit.key)) for hit in hits)
        return [with_match(only(body, asked.fields), hit) for hit, body in pairs if body is not None]


class DocumentDetail(DocumentView):
    """One document, by its key. `address` says what the key is, with an example; `also`: its parameters.

    `moves`: why its address may lead to another one; empty where it never does.
    """

    address: tuple[str, str]
    also: tuple[str, ...] = ()
    moves = ""

    def __init_subclass__(cls):
        key, fields = openapi.in_path("key", *cls.address), openapi.of_fields(names_of(cls.shape))
        answers = {200: partly(cls.shape)}
        if cls.moves:
            answers[301] = OpenApiResponse(None, cls.moves)
        cls.describe(answers, [key, fields, *map(openapi.described, cls.also)])

    def answer(self, request, key: str) -> bytes:
        parameters.check(request.GET, ("fields", *self.also))
        fields = parameters.names(request.GET, "fields", names_of(self.shape))
        if fault := parameters.unusable("address", key):
            raise bad_parameters([fault])
        found = self.key_of(key)
        body = self.body(request.GET, found) if found else None
        if body is None:
            raise not_found(f"There is no listed {self.kind} “{key[:80]}”.")
        return only(body, fields)

    def body(self, query, key: str) -> bytes | None:
        """The document of the record `key`, None where the public sees no such record."""
        return service.body(self.kind, key)

    def key_of(self, text: str) -> str | None:
        """The key that `text` is; keys are in lower case, addresses in whatever case they were typed."""
        return text.lower()


@cache
def names_of(shape: type[Serializer]) -> tuple[str, ...]:
    """The top-level names of a document."""
    return tuple(shape().fields)


def only(body: bytes, fields: Sequence[str]) -> bytes:
    """The document with these of its names, in its own order; whole where none is named."""
    if not fields:
        return body
    return orjson.dumps({name: value for name, value in orjson.loads(body).items() if name in fields})


def with_match(body: bytes, hit) -> bytes:
    """The document and why it was found: `"match": {"score", "distance_km", "why", "without"}`."""
    match = orjson.dumps(
        {
            "score": hit.score,
            "distance_km": hit.distance_km,
            "why": [str(w) for w in hit.why],
            "without": hit.without,
        }
    )
    return body[:-1] + (b"," if len(body) > 2 else b"") + b'"match":' + match + b"}"


def words_of(found: service.Answer) -> dict:
    """What became of the words of `q` (`WordsSerializer`)."""
    return {
        "partial": found.relaxed,
        "without": found.without,
        "excluded": found.excluded,
        "not_understood": found.ignored,
    }
