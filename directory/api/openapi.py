"""What the OpenAPI document says of a view: read from its `operations` and from its filters.

drf-spectacular turns the shapes into components; what it cannot know (that documents are stored bytes, that
filters are not a DRF backend) is said here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django_filters import FilterSet
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from directory.core.filter_fields import One
from directory.partners.models import KeyScope

from . import parameters, patterns, response_headers
from .shapes import ProblemSerializer
from .words import PARAMETERS

FROM_THE_REGISTRY = ("centre", "network", "country")
ANYWHERE = (401, 406, 429, 503)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What the document says of one method of one address."""

    id: str
    tag: str
    summary: str
    answer: object
    description: str = ""
    status: int = 200
    media_type: str = ""  # of the answer, where it is not JSON
    parameters: Callable[[], tuple[OpenApiParameter, ...]] = tuple
    request: object = None
    problems: tuple[int, ...] = (400,)
    follows: bool = False  # the answer's `Location` is another run


class Described(AutoSchema):
    """Reads a view's `operations`, by method in lower case."""

    @property
    def operation(self):
        """The `Operation` of the view that answers the method."""
        return self.view.operations[self.method.lower()]

    def get_operation_id(self):
        return self.operation.id

    def get_tags(self):
        return [self.operation.tag]

    def get_summary(self):
        return self.operation.summary

    def get_description(self):
        return self.operation.description

    def get_auth(self):
        needed = [{"ApiKey": []}]
        return [{}, *needed] if self.view.scope == KeyScope.READ else needed

    def get_override_parameters(self):
        return list(self.operation.parameters())

    def get_request_serializer(self):
        return self.operation.request

    def get_response_serializers(self):
        status, media_type = self.operation.status, self.operation.media_type
        answers = {(status, media_type) if media_type else status: self.operation.answer}
        if self.method == "GET":
            answers[304] = OpenApiResponse(None, "Unchanged since the answer whose tag was sent.")
        # Reading is open to every key; all else needs a scope, or a right.
        more = () if self.view.scope == KeyScope.READ else (403,)
        for status in sorted({*ANYWHERE, *more, *self.operation.problems}):
            answers[status, "application/problem+json"] = ProblemSerializer
        return answers

    def _get_response_headers_for_code(self, status_code, direction="response"):
        is_file = bool(self.operation.media_type)
        names = response_headers.names_of(
            str(status_code), method=self.method, follows=self.operation.follows, is_file=is_file
        )
        return response_headers.references(names)


def of_filters(filterset: type[FilterSet]) -> tuple[OpenApiParameter, ...]:
    """The parameters of a list's filters, with the values they take."""
    form = filterset({}).form
    return tuple(_of_field(name, form.fields[name]) for name in filterset.base_filters)


def _of_field(name: str, form_field) -> OpenApiParameter:
    # What depends on the registry of today has no place in a document that is committed.
    listed = None if name in FROM_THE_REGISTRY else parameters.allowed_of(form_field)
    return described(name, many=not isinstance(form_field, One), enum=listed)


def described(
    name: str, *, word: str = "", many: bool = False, enum: Iterable[str] | None = None, **kwargs
) -> OpenApiParameter:
    """A query parameter in the words of `words.PARAMETERS`; those of `word`, where a name has two."""
    text, example = PARAMETERS[word or name]
    schema = kwargs.pop("type", None) or schema_of(name, enum)
    return OpenApiParameter(
        name,
        type={"type": "array", "items": schema} if many else schema,
        location=OpenApiParameter.QUERY,
        description=text,
        explode=True if many else None,
        examples=[OpenApiExample(str(example), value=[example] if many else example)]
        if example != ""
        else [],
        **kwargs,
    )


def schema_of(name: str, enum: Iterable[str] | None) -> dict:
    """The schema of one value of the parameter `name`: one of `enum`, else a text."""
    return {"type": "string", "enum": sorted(enum)} if enum else text_of(patterns.OF_PARAMETER.get(name, ""))


def text_of(pattern: str) -> dict:
    """The schema of a parameter that is a text."""
    schema = {"type": "string", "maxLength": parameters.MAX_LENGTH}
    return schema | {"pattern": pattern} if pattern else schema


def in_path(name: str, text: str, example: object, kind: object = OpenApiTypes.STR) -> OpenApiParameter:
    examples = [OpenApiExample(str(example), value=example)]
    return OpenApiParameter(name, kind, OpenApiParameter.PATH, description=text, examples=examples)


def of_paging(field_names: Iterable[str], include: Iterable[str]) -> tuple[OpenApiParameter, ...]:
    return (
        of_page_size(),
        described("cursor"),
        described("facets", enum=("0", "1")),
        of_fields(field_names),
        described("include", enum=tuple(include)),
    )


def of_page_size() -> OpenApiParameter:
    most, usual = parameters.MAX_PAGE_SIZE, parameters.DEFAULT_PAGE_SIZE
    return described("page_size", type={"type": "integer", "minimum": 1, "maximum": most, "default": usual})


def of_fields(names: Iterable[str]) -> OpenApiParameter:
    """`fields`: one text, so a client may also send a comma list."""
    text, names = PARAMETERS["fields"][0], list(names)
    listed, example = ", ".join(f"`{name}`" for name in names), ",".join(names[:3])
    examples = [OpenApiExample(example, value=example)]
    schema = text_of(patterns.names(names))
    return OpenApiParameter("fields", schema, description=f"{text} Names: {listed}.", examples=examples)
