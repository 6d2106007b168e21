"""What the public is shown anew through some changes, noted in their transaction.

Of this come the `updated_at` of documents and the updates that partners follow. A change of what nobody is
shown (a draft, a person without consent, a site of a trial that is not listed) moves nothing: nobody learns
of it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from django.db.models import Max

from directory.core import bulk, changes
from directory.core.changes import Entry
from directory.core.models import Change, Op, PublicUpdate, Shown, State

from .record import Record, all_records

_AT_ONCE = 500
Name = tuple[str, str]  # of a document: its kind and its key


class ShownChange(NamedTuple):
    """A numbered change of something that was or is shown, with what is shown of it before and after."""

    seq: int
    record: Record
    key: str
    before: dict
    after: dict


def note(entries: Sequence[Entry], at: dt.datetime) -> None:
    """Note what the public is shown anew through `entries`, the latest of the log, written at `at`.

    Each document once, whatever touched it: they are committed together.
    """
    last = Change.objects.aggregate(last=Max("seq"))["last"]
    news = [one for one in map(_news, range(last - len(entries) + 1, last + 1), entries) if one]
    if not news:
        return
    turns = _Turns(news)
    ops = {name: Op.UPDATE for name in _touched(news, turns) if name not in turns.was} | turns.ops()
    beside = iter(changes.draw(len(ops.keys() - turns.seqs.keys())))
    bulk.insert(
        PublicUpdate,
        ("seq", "change", "at", "kind", "key", "op"),
        ((turns.seqs.get(name) or next(beside), last, at, *name, op) for name, op in ops.items()),
    )
    Shown.objects.bulk_create(
        [Shown(kind=kind, key=key, at=at) for kind, key in ops],
        batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["at"],
    )  # fmt: skip


def shown_at(kind: str, keys: Sequence[str]) -> dict[str, dt.datetime]:
    """When what is shown of the records `keys` last changed, by key, as far as the log was followed."""
    return dict(Shown.objects.filter(kind=kind, key__in=keys).values_list("key", "at"))


def _news(seq: int, entry: Entry) -> ShownChange | None:
    """None for a change of nothing that is shown."""
    record = all_records().get(entry.kind)
    if record is None:
        return None
    before, after = (side and record.public(side) for side in (entry.before, entry.after))
    return None if before == after else ShownChange(seq, record, entry.key, before or {}, after or {})


class _Turns:
    """The documents of the changed records themselves: shown before, shown after, and the change's number."""

    def __init__(self, news: Sequence[ShownChange]):
        self.was: dict[Name, bool] = {}
        self._is: dict[Name, bool] = {}
        self.seqs: dict[Name, int] = {}
        for one in news:
            if one.record.documents:
                self._add(one)

    def _add(self, news: ShownChange) -> None:
        kind, name = news.record.kind, news.record.key
        old, new = news.before.get(name), news.after.get(name)
        # A renamed record leaves one document and comes as another.
        for key in filter(None, dict.fromkeys((old, new))):
            self.was.setdefault((kind, key), key == old)
            self._is[kind, key] = key == new
        self.seqs[kind, new or old or news.key] = news.seq

    def ops(self) -> dict[Name, Op]:
        """What became of each; what came and went again is left out."""
        found = {(True, True): Op.UPDATE, (False, True): Op.CREATE, (True, False): Op.DELETE}
        turns = ((name, (was, self._is[name])) for name, was in self.was.items())
        return {name: found[turn] for name, turn in turns if turn in found}


def _touched(news: Sequence[ShownChange], turns: _Turns) -> Iterator[Name]:
    """The documents that show a changed record, or one together with it.

    Only where the public sees all that the record between them belongs to, or did so until now.
    """
    for some in _in_pieces(news):
        named = [names for one in some for names in _shown_in(one)]
        seen = turns.was.keys() | _listed(set(chain.from_iterable(named)))
        for names in named:
            if seen.issuperset(names):
                yield from names
        for names in _shown_through(some, turns):
            yield from names


def _shown_through(news: Sequence[ShownChange], turns: _Turns) -> Iterator[list[Name]]:
    """The documents of records that are shown with a changed one, record by record."""
    changed = _keys(news)
    for record in all_records().values():
        for documents in record.shown_through(changed):
            if all(one.is_listed or one[:2] in turns.was for one in documents):
                yield [one[:2] for one in documents]


def _keys(news: Sequence[ShownChange]) -> dict[str, set[str]]:
    """The keys of the changed records, before and after, by kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in news:
        sides = (one.before.get(one.record.key), one.after.get(one.record.key))
        found[one.record.kind] |= set(filter(None, sides)) or {one.key}
    return found


def _shown_in(news: ShownChange) -> Iterator[list[Name]]:
    """The documents of the records that a changed one belongs to, before and after."""
    if news.record.documents:
        return
    for side in (news.before, news.after):
        names = [(kind, str(side.get(name) or "")) for kind, (name, _path) in news.record.shown_in.items()]
        if names and all(key for _kind, key in names):
            yield names


def _listed(names: set[Name]) -> set[Name]:
    """Those of the documents `names` that the public sees now."""
    found = set()
    for kind in {kind for kind, _key in names}:
        record, keys = all_records()[kind], [key for other, key in names if other == kind]
        rows = record.model._default_manager.filter(**{f"{record.key}__in": keys}, state=State.LISTED)
        found |= {(kind, key) for key in rows.values_list(record.key, flat=True)}
    return found


def _in_pieces(news: Sequence[ShownChange]) -> Iterator[list[ShownChange]]:
    left = iter(news)
    while some := list(islice(left, _AT_ONCE)):
        yield some
