"""The index follows the change log.

One writer at a time per machine and folder, by file lock; it may be killed at any point: what was not stored
is read again from the last `seq`. The engine commits first and the store last, because readers look at the
store's generation.
"""

import fcntl
import hashlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from directory.records import Document, all_documents

from . import building, concepts, dependencies, engine, store
from .store import IndexState, Store, StoredDocument

log = logging.getLogger(__name__)

PAUSE = 0.25
CHANGES_A_PASS = 1000
DOCUMENTS_A_COMMIT = 500
# The engine gives memory back when its writer is closed: 40 MiB less at 30,000 documents, and no slower.
DOCUMENTS_A_WRITER = 5_000
# Another process leads; it is looked at this often whether it still does.
_PAUSE_BEHIND = 2.0
_PAUSE_AFTER_ERROR = 2.0


def stamp() -> str:
    """Of what an index is made besides the records; an index of another stamp is built anew."""
    made_of = hashlib.sha256(settings.BASE_URL.encode())
    made_of.update(concepts.VOCABULARY.read_bytes())
    for documents in all_documents().values():
        made_of.update(documents.version().encode())
    return f"{engine.layout()}:{made_of.hexdigest()[:16]}"


def catch_up() -> int:
    """Write all that changed since the last time. Returns how many documents were written."""
    with locked("lock"):
        folder = _usable()
        if folder is None:
            return _rebuild()
        written = 0
        with closing(Store(folder)) as documents:
            while (more := _one_pass(documents)) is not None:
                written += more
            if not documents.forget_replaced():
                log.warning("Replaced documents stay in the index's log until the next change is written.")
        return written


def rebuild() -> int:
    """Build the index anew and let readers go over to it. Returns the number of documents."""
    with locked("lock"):
        return _rebuild()


@contextmanager
def locked(name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the file lock `name` of the index; without `wait`, yields whether it could be had."""
    store.root().mkdir(parents=True, exist_ok=True)
    with (store.root() / name).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _usable() -> Path | None:
    """The current folder, None where it must be built anew: missing, of another make or another database."""
    folder = store.current()
    if folder is None or not (folder / "documents.sqlite3").exists():
        return None
    with closing(Store(folder)) as documents:
        state = documents.state()
    return folder if state.stamp == stamp() and dependencies.is_in_log(state.seq, state.seq_at) else None


def _rebuild() -> int:
    folder = store.new_folder()
    # What changes while the records are read is read again: the number is taken first.
    state = IndexState(stamp(), *dependencies.last_change(), 0, timezone.now().isoformat())
    named = [(kind, key) for kind in all_documents() for key in building.all_keys(kind)]
    with closing(Store(folder, create=True)) as documents:
        documents.write([], _write(documents, named, state, is_read=False))
    store.make_current(folder)
    return len(named)


def _one_pass(documents: Store) -> int | None:
    """Take up the next changes. Returns how many documents were written, None where nothing is new."""
    state = documents.state()
    news = dependencies.news_since(state.seq, state.seq_at, CHANGES_A_PASS)
    due = documents.due(timezone.localdate().isoformat())
    if news.seq == state.seq and not due:
        return None
    todo = dependencies.documents_of(news.mentions)
    for kind, key in due:
        todo[kind] = [*todo[kind], key]
    named = list(dict.fromkeys((kind, key) for kind, keys in todo.items() for key in keys))
    if named:
        state = _write(documents, named, state, is_read=True)
    documents.write([], replace(state, seq=news.seq, seq_at=news.seq_at))
    return len(named)


def _write(documents: Store, named: list[tuple[str, str]], state: IndexState, *, is_read: bool) -> IndexState:
    """Write the documents `(kind, key)` to the engine and to the store. Returns the state after that.

    An index that is read already is to have in the engine whatever the store says it has.
    """
    for several in _cut(named, DOCUMENTS_A_WRITER):
        writer = engine.Writer(documents.folder / "words")
        try:
            for some in _cut(several, DOCUMENTS_A_COMMIT):
                state = replace(state, generation=state.generation + 1)
                rows = _put(documents, writer, some)
                if is_read:
                    writer.commit()
                documents.write(rows, state)
            writer.commit()
        finally:
            writer.close()
    return state


def _cut(named: list[tuple[str, str]], size: int) -> list[list[tuple[str, str]]]:
    """`named` in pieces, at least one."""
    return [named[start : start + size] for start in range(0, len(named) or 1, size)]


def _put(documents: Store, writer: engine.Writer, named: Sequence[tuple[str, str]]) -> list[StoredDocument]:
    """Give the documents `(kind, key)` to the engine and return them for the store.

    Those that the public no longer sees are taken out.
    """
    rows = []
    for kind in all_documents():
        keys = [key for other, key in named if other == kind]
        built = {one.key: one for one in building.build(kind, keys)}
        ordinals = documents.ordinals(kind, keys)
        for key in keys:
            if key in built:
                writer.put(kind, key, ordinals[key], building.fields_of(built[key].words))
                rows.append(_row(kind, built[key], ordinals[key]))
            else:
                writer.remove(kind, key)
                rows.append(StoredDocument(kind, ordinals[key], key, None, None, None, None))
    return rows


def _row(kind: str, document: Document, ordinal: int) -> StoredDocument:
    return StoredDocument(
        kind,
        ordinal,
        document.key,
        orjson.dumps(document.body),
        orjson.dumps(document.show),
        orjson.dumps(document.facts),
        document.changes_on.isoformat() if document.changes_on else None,
    )


class Follower(threading.Thread):
    """Keeps this machine's index up to date until it is stopped. Any number may run: one leads."""

    def __init__(self):
        super().__init__(name="search-follower", daemon=True)
        self._stop_asked = threading.Event()

    def stop(self, timeout: float | None = 5.0) -> None:
        self._stop_asked.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                with locked("leader", wait=False) as leads:
                    if leads:
                        self._lead()
                self._stop_asked.wait(_PAUSE_BEHIND)
        finally:
            connections.close_all()

    def _lead(self) -> None:
        while not self._stop_asked.is_set():
            self._stop_asked.wait(PAUSE if self._follow() else _PAUSE_AFTER_ERROR)

    def _follow(self) -> bool:
        """One look at the log. An error is logged and met by trying again."""
        try:
            close_old_connections()
            if self._behind():
                catch_up()
            return True
        except (DatabaseError, InterfaceError, OSError) as error:
            log.warning("The search index could not follow the change log: %s. Trying again.", error)
        except Exception:
            log.exception("The search index could not follow the change log. Trying again.")
        connections.close_all()
        return False

    def _behind(self) -> bool:
        """Whether there is anything to do: asked often, so it costs one query and two looks at files."""
        folder = store.current()
        if folder is None or not (folder / "documents.sqlite3").exists():
            return True
        state = store.stores.at(folder).state()
        due = store.stores.at(folder).due(timezone.localdate().isoformat())
        return bool(due) or state.stamp != stamp() or (state.seq, state.seq_at) != dependencies.last_change()
