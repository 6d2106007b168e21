"""The change log: one `Change` per record and write, in the same transaction as the data.

    with changes.recording(by) as log:
        log.watch(trial)          # before it is touched; a new, unsaved record may be watched too
        trial.acronym = "iEuroEwing"
        trial.save()
    # here the change is in the log, or neither is stored

Bulk writers build `Entry` rows themselves and hand them to `record` once per batch.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from . import bulk
from .models import Change, Op, Recorded
from .roles import Role, role_of

# Any number, the same in every process: the transactions that write the log take turns on it.
_LOG_LOCK = 5_202_406
# What else is written with every change, by apps above this one.
_listeners: list[Callable[[list["Entry"], dt.datetime], None]] = []


def with_each(listener: Callable[[list["Entry"], dt.datetime], None]) -> None:
    """From now on call `listener(entries, now)` in the transaction of every change, once it is numbered."""
    if listener not in _listeners:
        _listeners.append(listener)


@dataclass(frozen=True)
class Actor:
    """Who writes: a role, and the user, run and request where there are any."""

    role: str
    user_id: int | None = None
    run: int | None = None
    request_id: str = ""

    @classmethod
    def of(cls, user, *, request_id: str = "", run: int | None = None) -> "Actor":
        """The actor a signed-in user is. Raises PermissionError for somebody without a role."""
        role = role_of(user)
        if role is None:
            raise PermissionError(f"{user} has no role and cannot change the directory.")
        return cls(role, user.pk, run, request_id)


SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True)
class Entry:
    """One record's change, to be numbered. `before` is None for a creation, `after` for a deletion."""

    kind: str
    key: str
    before: dict | None
    after: dict | None

    @property
    def op(self) -> str:
        if self.before is None:
            return Op.CREATE
        return Op.DELETE if self.after is None else Op.UPDATE


def record(entries: Iterable[Entry], *, by: Actor) -> int:
    """Write `entries` that changed something. Must run inside the data's transaction. Returns how many."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A change is recorded in the transaction of its data.")
    changed = [entry for entry in entries if entry.before != entry.after]
    if not changed:
        return 0
    if connection.vendor == "postgresql":
        # Numbers are drawn under the lock and it is held to the commit: seq order is commit order.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOG_LOCK])
    now = timezone.now()
    bulk.insert(
        Change,
        ("at", "actor_role", "actor", "run", "kind", "key", "op", "before", "after", "request_id"),
        (
            (now, by.role, by.user_id, by.run, entry.kind, entry.key, entry.op, entry.before, entry.after,
             by.request_id[:64])
            for entry in changed
        ),
    )  # fmt: skip
    for listener in _listeners:
        listener(changed, now)
    return len(changed)


def draw(count: int) -> range:
    """The next `count` numbers of the log, for what is told beside its changes (`PublicUpdate`).

    To be called by what is written with each change: under its lock, so in the order of commits too.
    """
    if not count:
        return range(0)
    table = Change._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            numbers = "nextval(pg_get_serial_sequence(%s, 'seq'))"
            cursor.execute(f"SELECT max({numbers}) FROM generate_series(1, %s)", [table, count])  # noqa: S608
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def last_seq() -> int:
    """The number of the latest committed change, 0 where there is none."""
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


def history(kind: str, key: str):
    """The changes of one record, latest first."""
    return Change.objects.filter(kind=kind, key=key).order_by("-seq").select_related("actor")


def found_by_the_next(kind: str, moment: dt.datetime, which: Q) -> dict[str, dict | None]:
    """What records of `kind` were at `moment`, by key, of those that changed since: None for not there.

    A record that is missing here has not changed: it was what it is now. `which`: a condition on the log's
    rows, such as `Q(key__in=keys)`. What the next change found and not what the last one left: so it is right
    also for a record that is older than the log, or that had another key before. One query.
    """
    later = Change.objects.filter(which, kind=kind, at__gte=moment)
    firsts = later.order_by().values("key").annotate(first=Min("seq")).values("first")
    return dict(Change.objects.filter(seq__in=firsts).values_list("key", "before"))


def begun_at() -> dt.datetime | None:
    """When the log begins; None while it is empty."""
    return Change.objects.order_by("seq").values_list("at", flat=True).first()


class Recorder:
    """Collects the records a block touches and writes their changes when it ends."""

    def __init__(self, by: Actor):
        self.by = by
        self._watched: dict[tuple[type[Recorded], int], tuple[str, dict]] = {}
        self._new: list[Recorded] = []

    def watch(self, *records: Recorded) -> None:
        """Keep what `records` are now. Call it before they are changed, saved or deleted."""
        by_model: dict[type[Recorded], list[Recorded]] = {}
        for one in records:
            if one in self._new:
                continue
            if one.pk is None or one._state.adding:
                self._new.append(one)
            elif (type(one), one.pk) not in self._watched:
                by_model.setdefault(type(one), []).append(one)
        for model, ones in by_model.items():
            shots = model.snapshots([one.pk for one in ones])
            for one in ones:
                self._watched[model, one.pk] = (one.change_key, shots[one.pk])

    def entries(self) -> Iterator[Entry]:
        """Before and after of all that was watched, in the order of watching."""
        for model in dict.fromkeys(model for model, _pk in self._watched):
            pks = [pk for m, pk in self._watched if m is model]
            after = model.snapshots(pks)
            for pk in pks:
                key, before = self._watched[model, pk]
                yield Entry(model.change_kind, key, before, after.get(pk))
        for one in self._new:
            # Created and deleted again in one block: nothing happened.
            if one.pk is not None and (shot := type(one).snapshots([one.pk]).get(one.pk)) is not None:
                yield Entry(type(one).change_kind, one.change_key, None, shot)


_open: ContextVar[Recorder | None] = ContextVar("open_recorder", default=None)


@contextmanager
def recording(by: Actor) -> Iterator[Recorder]:
    """A transaction whose changes are recorded as it ends.

    Inside another of the same actor it joins that one, so that a record changed by two actions in a row
    still has one change, from what it was at first to what it is at last.
    """
    outer = _open.get()
    with transaction.atomic():
        if outer is not None and outer.by == by:
            yield outer
            return
        recorder = Recorder(by)
        token = _open.set(recorder)
        try:
            yield recorder
        finally:
            _open.reset(token)
        record(recorder.entries(), by=by)
