"""What the OpenAPI document says of all operations, and of the parameters of lists.

drf-spectacular turns the shapes into components; what it cannot know (that documents are stored bytes, that
filters are not a DRF backend) is said here.
"""

from collections.abc import Iterable

from django_filters import FilterSet
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from directory.core.filter_fields import One, StoredChoices
from directory.partners.models import KeyScope

from . import parameters, patterns, response_headers
from .errors import CONTENT_TYPE
from .shapes import ProblemSerializer
from .words import PARAMETERS

NOT_MODIFIED = OpenApiResponse(None, "Not changed since the answer with the `ETag` you sent.")


class Described(AutoSchema):
    """What all operations have in common; what each has of its own is said with `extend_schema`."""

    def get_description(self):
        # A docstring is for those who read the code.
        return ""

    def get_auth(self):
        needed = [{"ApiKey": []}]
        return [{}, *needed] if self.view.scope == KeyScope.READ else needed

    def _problems(self) -> Iterable[int]:
        """The errors that come with the scope, the address and the body of the operation."""
        yield from (400, 401, 406, 429, 503)
        # Reading is open to every key; all else needs a scope, or a right.
        if self.view.scope != KeyScope.READ:
            yield 403
        if "{" in self.path:
            yield 404
        if self.method == "POST" and self.get_request_serializer():
            yield from (411, 413, 415)

    def _get_response_bodies(self, direction="response"):
        answers = super()._get_response_bodies(direction)
        if self.method == "GET":
            answers["304"] = self._get_response_for_code(NOT_MODIFIED, "304")
        for status in self._problems():
            answers[str(status)] = self._get_response_for_code(ProblemSerializer, str(status), [CONTENT_TYPE])
        return dict(sorted(answers.items()))

    def _get_response_headers_for_code(self, status_code, direction="response"):
        own = super()._get_response_headers_for_code(status_code, direction)
        return response_headers.references([*response_headers.names_of(status_code, self.method), *own])


def problem(status: int) -> dict:
    """An error that an operation has beside those of `Described`, for its `responses`."""
    return {(status, CONTENT_TYPE): ProblemSerializer}


def of_filters(filterset: type[FilterSet]) -> list[OpenApiParameter]:
    """The parameters of a list's filters, with the values they take."""
    return [of_filter(filterset, name) for name in filterset.base_filters]


def of_filter(filterset: type[FilterSet], name: str, **kwargs) -> OpenApiParameter:
    """The parameter of one filter, in its own words."""
    asked, field = filterset.base_filters[name], filterset({}).form.fields[name]
    # What depends on the registry of today has no place in a document that is committed.
    listed = None if isinstance(field, StoredChoices) else parameters.allowed_of(field)
    return described(
        name, words=(asked.text, asked.example), many=not isinstance(field, One), enum=listed, **kwargs
    )


def described(
    name: str, *, words=None, many: bool = False, enum: Iterable[str] | None = None, **kwargs
) -> OpenApiParameter:
    """A query parameter; `words`: its text and an example, else those of `words.PARAMETERS`."""
    text, example = words or PARAMETERS[name]
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


def of_paging(field_names: Iterable[str], include: Iterable[str]) -> list[OpenApiParameter]:
    return [
        of_page_size(),
        described("cursor"),
        described("facets", enum=("0", "1")),
        of_fields(field_names),
        described("include", enum=tuple(include)),
    ]


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
