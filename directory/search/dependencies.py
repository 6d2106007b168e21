"""Which documents a change touches: the index builds them anew.

What is shown with what, the records say (`Record.shown_with`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from directory.core.models import Change
from directory.records import all_documents, all_records


class Mention(NamedTuple):
    """A change by its record: kind, key, and what is known of its `sides`, before and after."""

    kind: str
    key: str
    sides: Sequence[Mapping]


@dataclass(frozen=True)
class News:
    """The next changes of the log: up to which number and moment, and what they are about."""

    seq: int
    seq_at: str
    mentions: Sequence[Mention]


def last_change() -> tuple[int, str]:
    """Number and moment of the latest committed change."""
    last = Change.objects.order_by("-seq").values_list("seq", "at").first()
    return (last[0], last[1].isoformat()) if last else (0, "")


def is_in_log(seq: int, seq_at: str) -> bool:
    """Whether the log has just this change: a restored database has another one of that number, or none."""
    at = Change.objects.filter(seq=seq).values_list("at", flat=True).first()
    return (at.isoformat() if at else "") == seq_at


def news_since(seq: int, seq_at: str, limit: int) -> News:
    """What the next `limit` changes after `seq` are about, in one query."""
    names = {name for record in all_records().values() for name, _lookup in record.shown_in.values()}
    columns = [f"{side}__{name}" for side in ("before", "after") for name in names]
    rows = (
        Change.objects.filter(seq__gt=seq)
        .order_by("seq")
        .values("seq", "at", "kind", "key", *columns)[:limit]
    )
    mentions = []
    for row in rows:
        seq, seq_at = row["seq"], row["at"].isoformat()
        sides = [{name: row[f"{side}__{name}"] for name in names} for side in ("before", "after")]
        mentions.append(Mention(row["kind"], row["key"], sides))
    return News(seq, seq_at, mentions)


def documents_of(mentions: Iterable[Mention]) -> dict[str, list[str]]:
    """Keys of the documents to build anew, by kind, in a constant number of queries."""
    records = all_records()
    changed: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = defaultdict(set)
    for kind, key, sides in mentions:
        if record := records.get(kind):
            changed[kind].add(key)
            for shown_in, (name, _lookup) in record.shown_in.items():
                # Of both sides: a renamed record has another key.
                keys = changed[kind] if shown_in == kind else found[shown_in]
                keys.update(str(side[name]) for side in sides if side.get(name))
    for record in records.values():
        for kind, key, _is_listed in chain.from_iterable(record.shown_through(changed)):
            found[kind].add(key)
    return {kind: sorted(found[kind] | changed[kind]) for kind in all_documents()}
