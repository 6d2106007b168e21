"""So many requests a minute: for a visitor by address, for a key by key. The counting is `core.counting`."""

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from directory.core import counting
from directory.core.addresses import address_of

from .errors import too_many

WINDOW_SECONDS = 60


class RateLimit(BaseThrottle):
    """Counts the request for its key, or for its address where it has none.

    `request.rate_limit` is where it stands then: a `counting.Count`, or None when nothing could be counted.
    """

    def allow_request(self, request, view):
        request.rate_limit = _counted(request)
        return True


def _counted(request) -> counting.Count | None:
    if request.auth is None:
        return count_visitor(request.META)
    return count(f"api.key.{request.auth.pk}", settings.API_KEY_PER_MINUTE)


def count_visitor(meta) -> counting.Count | None:
    """Count a request without a good key. Problem 429 above the limit."""
    return count(f"api.from.{address_of(meta)}", settings.API_ANONYMOUS_PER_MINUTE)


def count(client: str, limit: int) -> counting.Count | None:
    """Problem 429 when this request of `client` is more than `limit` allow."""
    try:
        return counting.check(client, limit, WINDOW_SECONDS)
    except counting.TooMany as error:
        sentence = f"More than {limit} requests in a minute. Come back in {error.wait} s; a key allows more."
        raise too_many(sentence, error.wait) from None
