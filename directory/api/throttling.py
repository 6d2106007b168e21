"""So many requests a minute: for a visitor by address, for a key by key. The counting is `core.counting`."""

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from directory.core import counting
from directory.core.client_address import address_of

from .errors import too_many

WINDOW_SECONDS = 60


class RateLimit(BaseThrottle):
    """Counts the request for its key, or for its address where it has none.

    `request.rate_limit` is what its answer says of that, as headers: none where nothing could be counted.
    """

    def allow_request(self, request, view):
        if request.auth is None:
            request.rate_limit = count_visitor(request.META)
        else:
            request.rate_limit = count(f"api.key.{request.auth.pk}", settings.API_KEY_PER_MINUTE, "key")
        return True


def count_visitor(meta) -> dict[str, str]:
    """Count a request without a good key. Problem 429 above the limit."""
    return count(f"api.from.{address_of(meta)}", settings.API_ANONYMOUS_PER_MINUTE, "anonymous")


def count(client: str, limit: int, name: str) -> dict[str, str]:
    """The headers that say what is left to `client`. Problem 429 when it asked for more than `limit`."""
    counted = counting.count(client, limit, WINDOW_SECONDS)
    if counted is None:
        return {}
    try:
        wait = counted.reset
    except counting.CACHE_DOWN:
        return {}
    headers = {
        # As draft-ietf-httpapi-ratelimit-headers writes them.
        "RateLimit-Policy": f'"{name}";q={limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"{name}";r={counted.remaining};t={wait}',
    }
    if counted.over:
        sentence = f"More than {limit} requests in a minute. Try again in {wait} s. A key allows more."
        raise too_many(sentence, wait, headers)
    return headers
