"""Passwords are hashed one at a time in a process, and pages come first.

A hash costs hundreds of times what a page costs, and anybody may ask for one by signing in. So all hashing,
whatever door it is for, takes turns in one thread of low priority; a few requests wait for their turn, each
holding one of the threads of the web server, and the next is told to come back (TooMany).
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.translation import gettext_lazy as _

from .counting import TooMany

RETRY_SECONDS = 2
LOW_PRIORITY = 10
BUSY = _("Many people are signing in at this moment.")
Result = TypeVar("Result")


class Busy(TooMany):
    """All places at the door are taken; nothing was tried."""


class Turns:
    """Runs one function at a time, in a thread of its own; `places` may be inside, working or waiting."""

    def __init__(self, places: int):
        self._free = threading.BoundedSemaphore(places)
        self._thread = ThreadPoolExecutor(1, "hashing", initializer=_let_others_first)

    def check(self) -> None:
        """Busy where no place is free at this moment; nobody's place is taken."""
        if not self._free.acquire(blocking=False):
            raise Busy(RETRY_SECONDS, str(BUSY))
        self._free.release()

    def take(self, function: Callable[[], Result]) -> Result:
        """What `function` returns, when its turn has come. Busy at once where no place is free."""
        if not self._free.acquire(blocking=False):
            raise Busy(RETRY_SECONDS, str(BUSY))
        try:
            return self._thread.submit(function).result()
        finally:
            self._free.release()


def _let_others_first() -> None:
    """Linux gives each thread a priority of its own; elsewhere taking turns is enough."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)


_turns: Turns | None = None
_making = threading.Lock()


def turns() -> Turns:
    """Those of this process, made when they are first needed."""
    global _turns
    with _making:
        if _turns is None:
            _turns = Turns(settings.HASHING_PLACES)
        return _turns


def _in_a_new_process() -> None:
    """A fork has none of the threads of its parent."""
    global _turns, _making
    _turns, _making = None, threading.Lock()


os.register_at_fork(after_in_child=_in_a_new_process)


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's own, in turns. Hashes are the same, so those that were stored before stay good."""

    def encode(self, password, salt, iterations=None):
        return turns().take(lambda: PBKDF2PasswordHasher.encode(self, password, salt, iterations))
