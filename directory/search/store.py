"""The documents, kept beside the index: what is shown, what is counted, and how far they are.

One folder holds a whole index: `documents.sqlite3` (this file) and `words/` (the engine's). A rebuild fills a
new folder and then points `current` at it, so readers go on in the old one until the new one is complete.
All of it can be thrown away: `reindex` makes it again.
"""

import errno
import json
import os
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

_WAIT_SECONDS, _LOG_WAIT_MS = 20, 500
_TABLES = """
CREATE TABLE state (
    stamp TEXT NOT NULL, seq INTEGER NOT NULL, seq_at TEXT NOT NULL, generation INTEGER NOT NULL,
    built_at TEXT NOT NULL
);
CREATE TABLE document (
    kind TEXT NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL, generation INTEGER NOT NULL,
    body BLOB, show BLOB, facts BLOB, changes_on TEXT,
    PRIMARY KEY (kind, ordinal)
) WITHOUT ROWID;
CREATE UNIQUE INDEX document_key ON document (kind, key);
CREATE INDEX document_generation ON document (generation);
CREATE INDEX document_changes_on ON document (changes_on) WHERE changes_on IS NOT NULL;
"""


class IndexNotReady(RuntimeError):
    """There is no index to ask. The message says why and what to do."""


@dataclass(frozen=True)
class IndexState:
    """How far an index is.

    `stamp`: what it was made of; `seq` and `seq_at`: number and moment of the last change in it (a restored
    database may use a number again); `generation`: counts its writes.
    """

    stamp: str
    seq: int
    seq_at: str
    generation: int
    built_at: str


class StoredDocument(NamedTuple):
    """One stored document. `body` is None for one that is gone: readers learn of it by its generation."""

    kind: str
    ordinal: int
    key: str
    body: bytes | None
    show: bytes | None
    facts: bytes | None
    changes_on: str | None


class Facts(NamedTuple):
    """What of a stored document filters, counts and orders read; `facts` is JSON."""

    ordinal: int
    key: str
    facts: bytes


def root() -> Path:
    return Path(settings.INDEX_DIR)


def current() -> Path | None:
    """The folder readers use now, None where nothing was built yet."""
    here = os.fspath(settings.INDEX_DIR)
    try:
        # Looked at several times a request: one call to the system, no file opened. Asked by way of paths it
        # is a twentieth of a list of the API, and two thirds of a suggestion.
        return _path(here, os.readlink(os.path.join(here, "current")))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINVAL):  # nothing there, or something that is no link
            return None
        raise


@lru_cache(maxsize=16)
def _path(here: str, name: str) -> Path:
    return Path(here, name)


def new_folder() -> Path:
    folder = root() / f"build-{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder


def make_current(folder: Path) -> None:
    """Point readers at `folder`, in one step, and remove the others but the one they come from."""
    before = current()
    link = root() / f"current.{uuid.uuid4().hex[:12]}"
    link.symlink_to(folder.name)
    os.replace(link, root() / "current")
    for other in root().glob("build-*"):
        if other not in (folder, before):
            shutil.rmtree(other, ignore_errors=True)


class Store:
    """The documents of one folder. An object belongs to one thread."""

    def __init__(self, folder: Path, *, create: bool = False):
        path = folder / "documents.sqlite3"
        if not create and not path.exists():
            raise IndexNotReady(f"{path} is missing. Run `manage.py reindex`.")
        self.folder = folder
        self.db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        if create:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.executescript(_TABLES)
            self.db.execute("INSERT INTO state VALUES ('', 0, '', 0, '')")
        self.db.execute("PRAGMA synchronous=NORMAL")
        # What is replaced is overwritten: a contact taken back is not left in a free page.
        self.db.execute("PRAGMA secure_delete=ON")

    def close(self) -> None:
        self.db.close()

    def state(self) -> IndexState:
        row = self.db.execute("SELECT stamp, seq, seq_at, generation, built_at FROM state").fetchone()
        return IndexState(*row)

    def generation(self) -> int:
        return self.db.execute("SELECT generation FROM state").fetchone()[0]

    def bodies(self, kind: str, keys: Sequence[str]) -> dict[str, tuple[bytes, str | None, bytes]]:
        """`(body, changes_on, show)` of the documents `keys` that exist, by key."""
        rows = self.db.execute(
            # Left to itself, SQLite reads every document of the kind (primary key) to find these few.
            "SELECT key, body, changes_on, show FROM document INDEXED BY document_key"
            " WHERE kind = ? AND key IN (SELECT value FROM json_each(?)) AND body IS NOT NULL",
            [kind, json.dumps(list(keys))],
        )
        return {key: (body, on, show) for key, body, on, show in rows}

    def changed_since(self, generation: int) -> list[tuple[str, int]]:
        """`(kind, ordinal)` of what was written after `generation`, those that are gone included."""
        return self.db.execute(
            "SELECT kind, ordinal FROM document WHERE generation > ? ORDER BY kind, ordinal", [generation]
        ).fetchall()

    def facts(self, kind: str, start: int, end: int) -> list[Facts]:
        """What is counted of the documents that exist with ordinals from `start` to `end` (not included)."""
        rows = self.db.execute(
            "SELECT ordinal, key, facts FROM document"
            " WHERE kind = ? AND ordinal >= ? AND ordinal < ? AND body IS NOT NULL",
            [kind, start, end],
        )
        return [Facts(*row) for row in rows]

    def due(self, today: str) -> list[tuple[str, str]]:
        """`(kind, key)` of the documents that say something else from `today` on."""
        return self.db.execute(
            "SELECT kind, key FROM document INDEXED BY document_changes_on WHERE changes_on <= ?", [today]
        ).fetchall()

    def ordinals(self, kind: str, keys: Sequence[str]) -> dict[str, int]:
        """The place of each of `keys` in its kind: the one it has, or the next free one. Not yet stored."""
        places = self.db.execute(
            "SELECT key, ordinal FROM document INDEXED BY document_key"
            " WHERE kind = ? AND key IN (SELECT value FROM json_each(?))",
            [kind, json.dumps(list(keys))],
        )
        known = dict(places.fetchall())
        last = self.db.execute("SELECT COALESCE(MAX(ordinal), -1) FROM document WHERE kind = ?", [kind])
        new = [key for key in dict.fromkeys(keys) if key not in known]
        return known | {key: number for number, key in enumerate(new, last.fetchone()[0] + 1)}

    def write(self, rows: Iterable[StoredDocument], state: IndexState) -> None:
        """Store `rows` and `state` in one transaction."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self.db.executemany(
                "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (kind, ordinal) DO UPDATE SET generation = excluded.generation,"
                " body = excluded.body, show = excluded.show, facts = excluded.facts,"
                " changes_on = excluded.changes_on",
                (
                    (r.kind, r.ordinal, r.key, state.generation, r.body, r.show, r.facts, r.changes_on)
                    for r in rows
                ),
            )
            self.db.execute(
                "UPDATE state SET stamp = ?, seq = ?, seq_at = ?, generation = ?, built_at = ?",
                [state.stamp, state.seq, state.seq_at, state.generation, state.built_at],
            )
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def forget_replaced(self) -> bool:
        """Empty the log of writes, in which replaced documents could still be read. False: try again later.

        Waits for readers, who are gone in milliseconds, but not long.
        """
        self.db.execute(f"PRAGMA busy_timeout={_LOG_WAIT_MS}")
        try:
            busy, *_pages = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self.db.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")
        return not busy


class Stores(threading.local):
    """This thread's open store; opened anew after a rebuild or a fork."""

    _open: Store | None = None

    def at(self, folder: Path) -> Store:
        if self._open is None or self._open.folder != folder:
            if self._open:
                self._open.close()
            self._open = Store(folder)
        return self._open


stores = Stores()


def _in_a_new_process() -> None:
    global stores
    stores = Stores()


os.register_at_fork(after_in_child=_in_a_new_process)
