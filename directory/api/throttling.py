"""So many requests a minute: for a visitor by address, for a key by key.

The window begins with a client's first request and lasts a minute. Counting is one atomic step of the
shared cache (Redis, or the file all web processes of a machine share), so of any number of requests at once
exactly as many pass as may. When the cache does not answer, requests pass: the directory is there to be read.
"""

import ipaddress
import logging
import sqlite3
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

from .errors import Problem

WINDOW_SECONDS = 60
# After a failure the cache is left alone for a while: its timeout must not be paid by each request.
PAUSE_SECONDS = 5
CACHE_DOWN = (RedisError, sqlite3.Error, OSError)

logger = logging.getLogger(__name__)


class RateLimit(BaseThrottle):
    """Counts the request for its key, or for its address where it has none."""

    _paused_until = 0.0

    def allow_request(self, request, view):
        if request.auth is None:
            request.quota = count_visitor(request.META)
        else:
            request.quota = count(f"api.key.{request.auth.pk}", settings.API_KEY_PER_MINUTE, "key")
        return True


@dataclass(frozen=True)
class Quota:
    """What is left of a client's limit in its window: `limit` and `left` requests, `wait` seconds."""

    name: str
    limit: int
    left: int
    wait: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers writes it."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.wait}',
        }


def count_visitor(meta) -> Quota | None:
    """Count a request without a good key. Problem 429 above the limit."""
    return count(f"api.from.{address_of(meta)}", settings.API_ANONYMOUS_PER_MINUTE, "anonymous")


def count(client: str, limit: int, name: str) -> Quota | None:
    """What is left to `client`; None where nothing is counted. Problem 429 when it is more than `limit`."""
    if time.monotonic() < RateLimit._paused_until:
        return None
    try:
        number = hit(client)
        wait = seconds_left(client)
    except CACHE_DOWN as error:
        RateLimit._paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Requests are not counted: the cache does not answer (%s).", type(error).__name__)
        return None
    quota = Quota(name, limit, max(0, limit - number), wait)
    if number > limit:
        raise too_many(quota)
    return quota


def too_many(quota: Quota) -> Problem:
    return Problem(
        "too-many-requests",
        429,
        f"More than {quota.limit} requests in a minute. Come back in {quota.wait} s; a key allows more.",
        headers={"Retry-After": str(quota.wait)} | quota.headers(),
    )


def hit(client: str) -> int:
    """Count one request of `client`; its number within the window, from 1."""
    for _attempt in range(3):
        try:
            return cache.incr(client)
        except ValueError:
            # No window is open. Of several that find this at once, one opens it, the others count on.
            if cache.add(client, 1, WINDOW_SECONDS):
                cache.set(f"{client}.since", int(time.time()), WINDOW_SECONDS)
                return 1
    return 1


def seconds_left(client: str) -> int:
    """Whole seconds until the window of `client` ends, at least one."""
    since = cache.get(f"{client}.since", int(time.time()))
    return max(1, min(WINDOW_SECONDS, since + WINDOW_SECONDS - int(time.time())))


def address_of(meta) -> str:
    """The client's address; of an IPv6 client its /64, which is one household's or machine's.

    `X-Forwarded-For` is believed only as far as `TRUSTED_PROXIES` proxies of ours have written it: each
    appends the address it was called from, so the client's is that many from the right.
    """
    address, trusted = meta.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES
    if trusted and (forwarded := meta.get("HTTP_X_FORWARDED_FOR")):
        hops = [hop.strip() for hop in forwarded.split(",")]
        address = hops[-min(trusted, len(hops))]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6 and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed.ipv4_mapped or parsed) if parsed.version == 6 else str(parsed)
