"""Sessions in the database that end when nobody uses them (SESSION_IDLE_MINUTES).

A session says when it was last stored. That somebody only looked is noted beside it in the cache, at most
once a minute: a GET writes nothing into the database. When the cache forgets, the time of storing counts, so
a session may end too soon, never too late.
"""

import time
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.core.cache import cache

from directory.core.counting import CACHE_DOWN

STORED_AT = "stored_at"
NOTED_EVERY = 60


class SessionStore(db.SessionStore):
    """Django's, but an idle session is read as none: its cookie goes at once, its row by the clock."""

    def load(self) -> dict[str, Any]:
        data = super().load()
        if data and self._is_idle(data):
            self._session_key = None
            return {}
        return data

    def create_model_instance(self, data):
        # Here all ways of storing pass: what is stored has just been used.
        return super().create_model_instance(data | {STORED_AT: int(time.time())})

    def _is_idle(self, data: dict[str, Any]) -> bool:
        """Whether it was used too long ago; if not, note that it is used now."""
        now = int(time.time())
        name = f"seen.{blake2b(str(self.session_key).encode(), digest_size=16).hexdigest()}"
        try:
            seen = max(data.get(STORED_AT, 0), cache.get(name, 0))
            if now - seen >= settings.SESSION_IDLE_SECONDS:
                return True
            if now - seen >= NOTED_EVERY:
                cache.set(name, now, settings.SESSION_IDLE_SECONDS)
        except CACHE_DOWN:
            return now - data.get(STORED_AT, 0) >= settings.SESSION_IDLE_SECONDS
        return False
