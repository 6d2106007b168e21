"""How often somebody did something within a while: the one counter behind every limit.

The window begins with a client's first step and lasts as long as the limit says. Counting is one atomic step
of the shared cache (Redis, or the file that all web processes of a machine share), so of any number at once
exactly as many pass as may. When the cache does not answer nothing is counted and all pass: the directory is
there to be read. The cache is told a keyed hash of who it is, never an address or a name.
"""

import logging
import sqlite3
import time
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

# After a failure the cache is left alone for a while: its timeout must not be paid by each request.
PAUSE_SECONDS = 5
CACHE_DOWN = (RedisError, sqlite3.Error, OSError)

logger = logging.getLogger(__name__)
_paused_until = 0.0


class TooMany(Exception):
    """More than may be, or at this moment: come back in `wait` whole seconds. `why` is a sentence."""

    def __init__(self, wait: int, why: str = ""):
        super().__init__(why)
        self.wait, self.why = wait, why


@dataclass(frozen=True)
class Count:
    """Where somebody stands within a window of `seconds`: `used` of `limit`, this step included."""

    client: str
    used: int
    limit: int
    seconds: int

    @property
    def over(self) -> bool:
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def reset(self) -> int:
        """Whole seconds until the window ends, at least one."""
        since = cache.get(_since(self.client), int(time.time()))
        return max(1, min(self.seconds, since + self.seconds - int(time.time())))


def count(client: str, limit: int, seconds: int, weight: int = 1) -> Count | None:
    """Count a step of `weight` for `client`, any text; None when the cache does not answer."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    try:
        return Count(client, hit(client, seconds, weight), limit, seconds)
    except CACHE_DOWN as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Nothing is counted: the cache does not answer (%s).", type(error).__name__)
        return None


def check(client: str, limit: int, seconds: int, weight: int = 1, why: str = "") -> Count | None:
    """`count`, and TooMany above the limit."""
    counted = count(client, limit, seconds, weight)
    if counted is not None and counted.over:
        raise TooMany(wait_of(counted), why)
    return counted


def check_used(client: str, limit: int, seconds: int, why: str = "") -> None:
    """TooMany where `client` has used up its window; nothing is counted, so it is cheap."""
    if time.monotonic() < _paused_until:
        return
    try:
        used = cache.get(_key(client), 0)
    except CACHE_DOWN:
        return
    if used >= limit:
        raise TooMany(wait_of(Count(client, used, limit, seconds)), why)


def wait_of(counted: Count) -> int:
    """`counted.reset`, or the whole window where the cache went away meanwhile."""
    try:
        return counted.reset
    except CACHE_DOWN:
        return counted.seconds


def hit(client: str, seconds: int, weight: int = 1) -> int:
    """Add `weight` to what `client` has used; the sum within the window."""
    key = _key(client)
    for _attempt in range(3):
        try:
            used = cache.incr(key, weight)
        except ValueError:
            # No window is open. Of several that find this at once, one opens it, the others count on.
            if not cache.add(key, weight, seconds):
                continue
            used = weight
        else:
            # Where a window ends just before Redis adds, it counts from nothing, and that would never end.
            if used <= weight:
                cache.touch(key, seconds)
        if used <= weight:
            cache.set(_since(client), int(time.time()), seconds)
        return used
    return weight


def give_back(client: str) -> None:
    """Take a step back: it was counted before it was known that it need not be."""
    try:
        cache.incr(_key(client), -1)
    except (ValueError, *CACHE_DOWN):
        return


def forget(client: str) -> bool:
    """Begin again at nothing; False where nothing was counted. Raises where the cache does not answer."""
    return cache.delete(_key(client))


def _key(client: str) -> str:
    secret = settings.SECRET_KEY.encode()[:64]
    return f"count.{blake2b(client.encode('utf-8', 'replace'), key=secret, digest_size=16).hexdigest()}"


def _since(client: str) -> str:
    return f"{_key(client)}.since"
