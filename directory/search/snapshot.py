"""What this process knows of the index: columns, places and the engine, of one generation.

`current()` looks whether the writer has gone on (one small file, one row) and takes up only what it wrote.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from . import engine, store
from .daily_facets import ListedPlaces, Today
from .facet_arrays import Trials
from .store import IndexNotReady, IndexState

_ALL = 2**62


@dataclass(frozen=True)
class Snapshot:
    """One consistent view of the index. Immutable but for what is computed once and kept (`kept`)."""

    folder: Path
    state: IndexState
    reader: engine.Reader
    trials: Trials
    places: ListedPlaces
    kept: dict[str, Any] = field(default_factory=dict)

    def today(self) -> Today:
        """The columns as they are today; derived anew when the date has changed."""
        day = timezone.localdate()
        return self.once(f"today {day}", lambda: Today(self.trials, self.places, day))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """`make()`, called at most a few times (threads may race) for this snapshot."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def store(self) -> store.Store:
        """This thread's connection to the documents."""
        return store.stores.at(self.folder)


class _Process:
    """The snapshot of this process, and the lock under which the next one is made."""

    def __init__(self):
        self.snapshot: Snapshot | None = None
        self.lock = threading.Lock()


_process = _Process()


def current() -> Snapshot:
    """The index as it is now. Raises `IndexNotReady` with a sentence where there is none."""
    folder = store.current()
    if folder is None:
        raise IndexNotReady(_("The search index has not been built yet. Run `manage.py reindex`."))
    held = _process.snapshot
    if held and held.folder == folder:
        if held.state.generation == store.stores.at(folder).generation():
            return held
        # Whoever comes while another thread takes up the news is served the state before them.
        if not _process.lock.acquire(blocking=False):
            return held
    else:
        _process.lock.acquire()
    try:
        _process.snapshot = _next(_process.snapshot, folder)
        return _process.snapshot
    finally:
        _process.lock.release()


def _next(held: Snapshot | None, folder: Path) -> Snapshot:
    documents = store.stores.at(folder)
    state = documents.state()
    _refuse_other_format(state)
    if held and held.folder != folder:
        held = None
    if held and held.state.generation == state.generation:
        return held
    trials, since = (held.trials, held.state.generation) if held else (Trials.empty(), -1)
    changed = [ordinal for kind, ordinal in documents.changed_since(since) if kind == "trial"]
    if changed:
        trials = trials.with_changed(changed, partial(documents.facts, "trial"))
    # What is no trial is few: it is read whole, and almost every change touches a centre's counts.
    places = ListedPlaces(_few(documents))
    reader = held.reader.fresh() if held else engine.Reader(folder / "words")
    return Snapshot(folder, state, reader, trials, places)


def _few(documents: store.Store) -> dict[str, dict[str, dict]]:
    """The facts of all records of each kind that has few."""
    return {
        kind: {
            row.key: orjson.loads(row.facts) | {"key": row.key, "ordinal": row.ordinal}
            for row in documents.facts(kind, 0, _ALL)
        }
        for kind in engine.kinds()
        if kind != "trial"
    }


def _refuse_other_format(state: IndexState) -> None:
    if state.stamp.partition(":")[0] != engine.layout():
        raise IndexNotReady(_("The search index was built by another version. Run `manage.py reindex`."))


def forget() -> None:
    """Drop what this process holds (a new process, a test's next folder, a restored backup)."""
    global _process
    _process = _Process()


os.register_at_fork(after_in_child=forget)
