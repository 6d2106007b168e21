"""The headers of answers: what the OpenAPI document says of each, and which status has which."""

from drf_spectacular.utils import OpenApiParameter

RATE_POLICY = r'^"(anonymous|key)";q=[0-9]+;w=[0-9]+$'
RATE_LEFT = r'^"(anonymous|key)";r=[0-9]+;t=[0-9]+$'

# name: (what it says, its schema, whether it is always there)
HEADERS: dict[str, tuple[str, dict, bool]] = {
    "X-Request-ID": (
        "Include it when you report an error: our log has the same value.",
        {"type": "string", "format": "uuid"},
        True,
    ),
    "RateLimit-Policy": (
        "The limit that applies to you: its name, and `q` requests in `w` seconds. Missing while requests "
        "are not counted.",
        {"type": "string", "pattern": RATE_POLICY},
        False,
    ),
    "RateLimit": (
        "What is left of the limit: `r` requests in the next `t` seconds.",
        {"type": "string", "pattern": RATE_LEFT},
        False,
    ),
    "Cache-Control": (
        "Who may cache the answer; caches must revalidate it before each use.",
        {"type": "string", "enum": ["public, no-cache", "private, no-cache", "no-store"]},
        True,
    ),
    "ETag": (
        "Send it back as `If-None-Match`. Compressed answers have the weak form.",
        {"type": "string", "pattern": r'^(W/)?"[0-9a-f]+"$'},
        True,
    ),
    "Location": (
        "The run to follow.",
        {"type": "string", "format": "uri", "pattern": r"^https?://.+/api/v1/imports/[0-9]+/$"},
        True,
    ),
    "Retry-After": ("Seconds until you may try again.", {"type": "integer", "minimum": 1}, True),
    "WWW-Authenticate": ("How to send a key.", {"type": "string", "pattern": "^Api-Key "}, True),
    "Content-Disposition": ("The name of the file.", {"type": "string", "pattern": "^attachment; "}, True),
}
ALWAYS = ("X-Request-ID", "RateLimit-Policy", "RateLimit", "Cache-Control")
OF_STATUS = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
    "304": ("ETag",),
}


def names_of(status: str, method: str) -> list[str]:
    """The headers of every answer of `status`."""
    names = [*ALWAYS, *OF_STATUS.get(status, ())]
    if status == "200" and method == "GET":
        names.append("ETag")
    return names


def of_answer(name: str, status: int) -> OpenApiParameter:
    """One of `HEADERS` that an operation answers with, where it is of `status`."""
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, response=[status])


def references(names: list[str]) -> dict:
    """`names` as the `headers` of a described answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def components() -> dict:
    """All headers, as the document's `components.headers`."""
    return {
        name: {"description": text, "schema": schema} | ({"required": True} if is_sure else {})
        for name, (text, schema, is_sure) in HEADERS.items()
    }
