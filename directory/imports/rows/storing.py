"""The set-wise way into tables and change log."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from django.utils import timezone

from directory.core import bulk, changes
from directory.core.models import Op, Recorded

BATCH = 500


class Counts(dict):
    """What was written, counted as it is written: `{"trial": {"create": 3, "update": 1}}`."""

    def count(self, entries: Iterable[changes.Entry]) -> None:
        for entry in entries:
            if entry.before != entry.after:
                of_kind = self.setdefault(entry.kind, {str(Op.CREATE): 0, str(Op.UPDATE): 0})
                of_kind[str(entry.op)] = of_kind.get(str(entry.op), 0) + 1


class ChangeRecorder:
    """Before and after of records written in bulk, in a constant number of queries a batch."""

    def __init__(self, actor: changes.Actor):
        self.actor, self.counts = actor, Counts()
        self._before: dict[type, dict[int, dict]] = defaultdict(dict)

    def watch(self, model: type[Recorded], pks: Iterable[int]) -> None:
        """Keep what the stored records are now; call it before they are written."""
        self._before[model] |= model.snapshots(list(pks))

    @contextmanager
    def writing(self, records: Sequence[Recorded], attributes: Iterable[str] = ()) -> Iterator[None]:
        """Make the new of `records` of one model, write `attributes` of the stored, then record the changes.

        What is written inside the block lies beside the records and belongs to the same changes.
        """
        # One that is made again has its number already.
        new = [one for one in records if one._state.adding]
        old = [one for one in records if not one._state.adding]
        if records:
            model = type(records[0])
            self.watch(model, [one.pk for one in old])
            model._default_manager.bulk_create(new)
            update(old, attributes)
        yield
        self.record(records)

    def write(self, records: Sequence[Recorded], attributes: Iterable[str] = ()) -> None:
        """As `writing`, where nothing lies beside the records."""
        with self.writing(records, attributes):
            pass

    def record(self, records: Iterable[Recorded]) -> None:
        """Write the change of each of `records`, as they are stored now."""
        by_model: dict[type[Recorded], list[Recorded]] = defaultdict(list)
        for one in records:
            by_model[type(one)].append(one)
        for model, ones in by_model.items():
            after = model.snapshots([one.pk for one in ones])
            before = self._before[model]
            entries = [
                changes.Entry(model.change_kind, one.change_key, before.pop(one.pk, None), after.get(one.pk))
                for one in ones
            ]
            changes.record(entries, by=self.actor)
            self.counts.count(entries)

    def record_removed(self, model: type[Recorded], keys: Iterable[tuple[int, str]]) -> None:
        """Write the change of each `(pk, key)` of `model`, which was watched and is no longer there."""
        before = self._before[model]
        entries = [changes.Entry(model.change_kind, key, before.get(pk), None) for pk, key in keys]
        changes.record(entries, by=self.actor)
        self.counts.count(entries)


def attributes_of(works: Iterable) -> set[str]:
    """The attributes that any of `works` changes."""
    return set().union(*(work.attributes for work in works))


def batches(several: Iterable) -> Iterator[list]:
    """`several` in lists of at most `BATCH`."""
    left = iter(several)
    while batch := list(islice(left, BATCH)):
        yield batch


def update(records: Sequence[Recorded], attributes: Iterable[str]) -> None:
    """Write `attributes` of stored records of one model, and nothing else of them."""
    names = sorted(set(attributes))
    if not records or not names:
        return
    now, model = timezone.now(), type(records[0])
    for one in records:
        one.updated_at = now
    names.append("updated_at")
    attnames = [model._meta.get_field(name).attname for name in names]
    bulk.update(model, names, ([*(getattr(one, name) for name in attnames), one.pk] for one in records))
