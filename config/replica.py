"""Reads from a streaming replica (REPLICA_URL), only where a little delay harms nobody.

A visitor who only looks may be a second behind. Whoever writes must read what was written: the admin,
imports, the worker and commands use the main database for everything.
"""

from contextvars import ContextVar

from django.conf import settings
from django.db import connections

_may_lag: ContextVar[bool] = ContextVar("may_lag", default=False)


class Router:
    """Sends a visitor's reads to `replica`, all else to `default`."""

    def db_for_read(self, model, **hints):
        if _may_lag.get() and not connections["default"].in_atomic_block:
            return "replica"
        return "default"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


def reads_what_it_wrote(path: str) -> bool:
    """Whether the page shows what its reader has just stored, with a session or with a mailed link."""
    return path.startswith("/admin/") or path[3:].startswith("/vouch/")


def reads_of_visitors(get_response):
    """Marks requests that only read, of people who are not signed in and carry no key."""

    def middleware(request):
        looks = request.method in ("GET", "HEAD") and not reads_what_it_wrote(request.path_info)
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        token = _may_lag.set(looks and not known)
        try:
            return get_response(request)
        finally:
            _may_lag.reset(token)

    return middleware
