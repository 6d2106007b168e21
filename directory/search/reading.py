"""What this process knows of the index: columns, places and the engine, of one generation.

`snapshot()` looks whether the writer has gone on (one small file, one row) and takes up only what it wrote.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from . import engine, store
from .columns import Places, Today, Trials
from .store import NotReady, State


@dataclass(frozen=True)
class Snapshot:
    """One consistent view of the index. Immutable but for what is computed once and kept (`kept`)."""

    folder: Path
    state: State
    reader: engine.Reader
    trials: Trials
    places: Places
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
        self.pid = os.getpid()
        self.snapshot: Snapshot | None = None
        self.lock = threading.Lock()


_process = _Process()


def snapshot() -> Snapshot:
    """The index as it is now. Raises `NotReady` with a sentence where there is none."""
    global _process
    if _process.pid != os.getpid():
        _process = _Process()
    folder = store.current()
    if folder is None:
        raise NotReady(_("The search index has not been built yet. Run `manage.py reindex`."))
    held = _process.snapshot
    if held and held.folder == folder and held.state.generation == store.stores.at(folder).generation():
        return held
    # Whoever comes while another thread takes up the news is served the state before them.
    waits = held is None or held.folder != folder
    if not _process.lock.acquire(blocking=waits):
        return held
    try:
        _process.snapshot = _next(_process.snapshot, folder)
        return _process.snapshot
    finally:
        _process.lock.release()


def _next(held: Snapshot | None, folder: Path) -> Snapshot:
    documents = store.stores.at(folder)
    again = held is not None and held.folder == folder
    state = documents.state()
    if again and held.state.generation == state.generation:
        return held
    _refuse_other_format(state)
    trials, places = (held.trials, held.places) if again else (Trials.empty(), Places({}, {}))
    rows = list(documents.changed_since(held.state.generation if again else -1))
    if of_trials := [row for row in rows if row.kind == "trial"]:
        trials = trials.with_rows(of_trials)
    for kind in ("centre", "network"):
        if some := [row for row in rows if row.kind == kind]:
            places = places.with_rows(kind, some)
    reader = held.reader.fresh() if again else engine.Reader(folder / "words")
    return Snapshot(folder, state, reader, trials, places)


def _refuse_other_format(state: State) -> None:
    if state.stamp.partition(":")[0] != str(engine.FORMAT):
        raise NotReady(_("The search index was built by another version. Run `manage.py reindex`."))


def forget() -> None:
    """Drop what this process holds (a test's next folder, a restored backup)."""
    global _process
    _process = _Process()
