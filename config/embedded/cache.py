"""A cache in one SQLite file, shared by the web processes of one machine, whose counters are atomic.

It is what the embedded profile has instead of Redis. A file of its own, so that counting requests never
waits for an import that writes the registry. Losing it loses nothing.
"""

import pickle
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

TABLE = """CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, expires REAL
) WITHOUT ROWID"""
# One in so many writes removes what has expired.
CULL_EVERY = 500


class SharedCache(BaseCache):
    """Whole numbers are stored as such, so that `incr` is one statement; all else is pickled."""

    def __init__(self, location: str, params: dict):
        super().__init__(params)
        self._path = Path(location)
        self._local = threading.local()
        self._writes = 0

    def _open(self) -> sqlite3.Connection:
        """This thread's connection; a file that was removed meanwhile is made anew."""
        db = getattr(self._local, "db", None)
        if db is None or not self._path.exists():
            self._disconnect()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")
            db.execute(TABLE)
            self._local.db = db
        return db

    def _run(self, statement: str, values: tuple = ()) -> list[tuple]:
        return self._open().execute(statement, values).fetchall()

    def _write(self, statement: str, values: tuple) -> list[tuple]:
        self._writes += 1
        if self._writes % CULL_EVERY == 0:
            self._run("DELETE FROM entry WHERE expires <= ?", (time.time(),))
        return self._run(statement, values)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        """Store only where nothing lives under `key`; True for the one caller who did."""
        name, stored, expires = self._row(key, value, timeout, version)
        rows = self._write(
            "INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET value = excluded.value, expires = excluded.expires WHERE entry.expires <= ? RETURNING 1",
            (name, stored, expires, time.time()),
        )
        return bool(rows)

    def get(self, key, default=None, version=None):
        rows = self._run("SELECT value FROM entry WHERE key = ?" + ALIVE, self._alive(key, version))
        return _loaded(rows[0][0]) if rows else default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self._write("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", self._row(key, value, timeout, version))

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        expires = self.get_backend_timeout(timeout)
        statement = "UPDATE entry SET expires = ? WHERE key = ?" + ALIVE + " RETURNING 1"
        return bool(self._write(statement, (expires, *self._alive(key, version))))

    def delete(self, key, version=None):
        statement = "DELETE FROM entry WHERE key = ?" + ALIVE + " RETURNING 1"
        return bool(self._write(statement, self._alive(key, version)))

    def incr(self, key, delta=1, version=None):
        """Add `delta` in one statement, however many processes count. ValueError where there is no number."""
        statement = (
            "UPDATE entry SET value = value + ? WHERE key = ?"
            + ALIVE
            + " AND typeof(value) = 'integer' RETURNING value"
        )
        rows = self._write(statement, (delta, *self._alive(key, version)))
        if not rows:
            raise ValueError(f"Key “{key}” holds no number")
        return rows[0][0]

    def clear(self):
        self._run("DELETE FROM entry")

    def _disconnect(self) -> None:
        db = getattr(self._local, "db", None)
        self._local.db = None
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    def _alive(self, key, version) -> tuple:
        return self.make_and_validate_key(key, version=version), time.time()

    def _row(self, key, value, timeout, version) -> tuple:
        name = self.make_and_validate_key(key, version=version)
        return name, _stored(value), self.get_backend_timeout(timeout)


# SQLite counts to here without losing a digit; a larger number is pickled.
MOST = 2**62
ALIVE = " AND (expires IS NULL OR expires > ?)"


def _stored(value):
    return value if type(value) is int and abs(value) < MOST else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _loaded(value):
    return value if isinstance(value, int) else pickle.loads(value)  # noqa: S301 - our own file, ours to read
