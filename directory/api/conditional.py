"""ETags: what an answer shows is settled by what was asked and by the version of the index.

So the tag is known before any work is done, and a client that has it is answered at once.
"""

from hashlib import blake2b

from django.utils.http import parse_etags, quote_etag

# A cache may keep an answer but must ask before it uses it: a withdrawn consent takes effect at once.
PUBLIC = {"Cache-Control": "public, no-cache"}
# For one key alone.
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def etag_of(request, version: str) -> str:
    """A tag for this address and query (whatever the order of its parameters) at this version."""
    pairs = sorted((name, value) for name, values in request.GET.lists() for value in values)
    asked = repr((version, request.path, pairs))
    return quote_etag(blake2b(asked.encode("utf-8", "replace"), digest_size=12).hexdigest())


def is_known(request, etag: str) -> bool:
    """Whether the client holds this version. Compared weakly (RFC 9110, 13.1.2): gzip makes tags weak."""
    held = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return any(tag.removeprefix("W/") == etag for tag in held)


def holds_any(request) -> bool:
    """`If-None-Match: *`: any version will do, but whether there is one is known only afterwards."""
    return request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*"


def unchanged(request, etag: str) -> bool:
    """Whether the client needs nothing new of what is there."""
    return is_known(request, etag) or holds_any(request)
