"""How often one registry is asked, and when it is left alone: kept in the cache, where all workers see it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.core.cache import cache

from .errors import RegistryResting

Clock = Callable[[], float]
Sleep = Callable[[float], None]

LOCK_SECONDS = 5
# So many seconds ahead nobody has booked: the clock of some machine is wrong.
LONGEST_QUEUE = 60
LONGEST_REST = 24 * 60 * 60
# A probe that died without a word gives way after this.
PROBE_SECONDS = 10 * 60


def _key(what: str, host: str) -> str:
    return f"registry-{what}-{host}"


class Pace:
    """One question in `seconds_apart` to one host, of all processes that share the cache; 0: no waiting."""

    def __init__(self, host: str, seconds_apart: float, clock: Clock = time.time, sleep: Sleep = time.sleep):
        self._apart, self._clock, self._sleep = seconds_apart, clock, sleep
        self._next, self._lock = _key("next", host), _key("lock", host)

    def wait(self) -> None:
        """Return when this caller may ask: its moment is booked first, then waited for."""
        if not self._apart:
            return
        while not cache.add(self._lock, 1, timeout=LOCK_SECONDS):
            self._sleep(0.02)
        try:
            now = self._clock()
            moment = max(now, cache.get(self._next, now))
            if moment > now + LONGEST_QUEUE:
                moment = now
            cache.set(self._next, moment + self._apart, timeout=2 * LONGEST_QUEUE)
        finally:
            cache.delete(self._lock)
        if moment > now:
            self._sleep(moment - now)


class Breaker:
    """Leaves a host alone for `rest_seconds` after `failures` failures in a row (a circuit breaker).

    When the rest is over, one caller asks once (half open): an answer ends it, a failure begins another.
    """

    def __init__(self, host: str, address: str, *, failures: int, rest_seconds: float, clock: Clock):
        self._host, self._address = host, address
        self._most, self._rest_seconds, self._clock = failures, rest_seconds, clock
        self._rest, self._count, self._probe = (_key(what, host) for what in ("rest", "failures", "probe"))

    def enter(self) -> bool:
        """Whether the caller is the one who finds out if the host is back. RegistryResting while it rests."""
        rest = cache.get(self._rest)
        if rest is None:
            return False
        until, why = rest
        if self._clock() < until or not cache.add(self._probe, 1, timeout=PROBE_SECONDS):
            raise self._resting(until, why)
        return True

    def succeeded(self) -> None:
        cache.delete_many([self._rest, self._count, self._probe])

    def failed(self, why: str, *, probing: bool) -> None:
        """Count one failure; the last of so many in a row, or that of a probe, begins a rest."""
        cache.add(self._count, 0, timeout=LONGEST_REST)
        if probing or cache.incr(self._count) >= self._most:
            self.rest(self._rest_seconds, why)

    def rest(self, seconds: float, why: str) -> None:
        """Leave the host alone from now on, for a day at most."""
        until = self._clock() + min(seconds, LONGEST_REST)
        cache.set(self._rest, (until, why), timeout=2 * LONGEST_REST)
        cache.delete_many([self._count, self._probe])

    def _resting(self, until: float, why: str) -> RegistryResting:
        moment = datetime.fromtimestamp(until, UTC)
        what = f"is left alone until {moment:%Y-%m-%d %H:%M} UTC. The reason: {why}"
        return RegistryResting(what, address=self._address, host=self._host)
