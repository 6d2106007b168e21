"""Which documents a change touches: the index builds them anew, and their `updated_at` moves."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from centres.models import Membership
from directory.core.changes import Entry
from directory.core.models import Change, Shown
from trials.models import Trial, TrialSite

# By kind of change, what before and after say of the record that is meant: a renamed one has another key.
_NAMED_BY = {
    "trial": ("slug",), "centre": ("code",), "network": ("slug",), "site": ("trial", "centre"),
    "membership": ("network", "centre"),
}  # fmt: skip
_JOINED_BY = {"site": "@", "membership": "/"}
_NAMES = ("slug", "code", "trial", "centre", "network")
# Kinds whose key names the record itself.
_BY_KEY = ("trial", "centre", "network", "professional")
_AT_ONCE = 500


@dataclass(frozen=True)
class News:
    """The next changes of the log: up to which number and moment, and whom they name, by kind of change."""

    seq: int
    seq_at: str
    named: dict[str, set[str]]


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
    columns = [f"{side}__{name}" for side in ("before", "after") for name in _NAMES]
    rows = (
        Change.objects.filter(seq__gt=seq)
        .order_by("seq")
        .values("seq", "at", "kind", "key", *columns)[:limit]
    )
    entries = []
    for row in rows:
        seq, seq_at = row["seq"], row["at"].isoformat()
        sides = [{name: row[f"{side}__{name}"] for name in _NAMES} for side in ("before", "after")]
        entries.append((row["kind"], row["key"], sides))
    return News(seq, seq_at, _named(entries))


def move(entries: Sequence[Entry], at: dt.datetime) -> None:
    """Note that what is shown through `entries` changed at `at`: every document built anew for them."""
    for first in range(0, len(entries), _AT_ONCE):
        some = entries[first : first + _AT_ONCE]
        named = _named((entry.kind, entry.key, [entry.before or {}, entry.after or {}]) for entry in some)
        touched = documents_of(named)
        Shown.objects.bulk_create(
            [Shown(kind=kind, key=key, at=at) for kind, keys in touched.items() for key in keys],
            batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["at"],
        )  # fmt: skip


def shown_at(kind: str, keys: Sequence[str]) -> dict[str, dt.datetime]:
    """When what is shown of the records `keys` last changed, by key, as far as the log was followed."""
    return dict(Shown.objects.filter(kind=kind, key__in=keys).values_list("key", "at"))


def _named(entries: Iterable[tuple[str, str, Iterable[Mapping]]]) -> dict[str, set[str]]:
    """The keys of the records that changes `(kind, key, sides)` are about, by kind."""
    named: dict[str, set[str]] = {}
    for kind, key, sides in entries:
        keys = {key} if kind in _BY_KEY else set()
        for side in sides:
            names = [str(side.get(name) or "") for name in _NAMED_BY.get(kind, ())]
            if any(names):
                keys.add(_JOINED_BY.get(kind, "").join(names))
        if keys:
            named.setdefault(kind, set()).update(keys)
    return named


def documents_of(named: dict[str, set[str]]) -> dict[str, list[str]]:
    """By kind, the documents to build anew for changes of `named`, in a constant number of queries."""
    named = {kind: set(keys) for kind, keys in named.items()}
    trials, centres = named.get("trial", set()), named.get("centre", set())
    networks = named.get("network", set())
    for slug, _at, code in (key.partition("@") for key in named.get("site", ())):
        trials |= {slug}
        centres |= {code}
    moved = set(centres) if "centre" in named else set()
    for slug, _slash, code in (key.partition("/") for key in named.get("membership", ())):
        networks |= {slug}
        centres |= {code}
    return {
        "centre": sorted(centres | _centres_around(named)),
        "network": sorted(networks | _networks_of(moved)),
        "trial": sorted(trials | _trials_around(named)),
    }


def _centres_around(named: dict[str, set[str]]) -> set[str]:
    """A trial counts at its centres; a network's name stands in those of its members.

    A centre's document names no contact, but its `updated_at` tells partners that one is to be read again.
    """
    found: set[str] = set()
    if people := named.get("professional"):
        sites = TrialSite.objects.filter(contact_person__in=[int(key) for key in people])
        found |= set(sites.values_list("centre__code", flat=True))
    if slugs := named.get("trial"):
        sites = TrialSite.objects.filter(trial__slug__in=slugs)
        found |= set(sites.values_list("centre__code", flat=True))
    if slugs := named.get("network"):
        members = Membership.objects.filter(network__slug__in=slugs)
        found |= set(members.values_list("centre__code", flat=True))
    return found


def _networks_of(codes: set[str]) -> set[str]:
    """A centre's name stands in its networks."""
    if not codes:
        return set()
    return set(Membership.objects.filter(centre__code__in=codes).values_list("network__slug", flat=True))


def _trials_around(named: dict[str, set[str]]) -> set[str]:
    """A centre or a contact stands in the trials there; a trial's acronym in its sub-protocols."""
    found: set[str] = set()
    codes, people = named.get("centre"), named.get("professional")
    if codes or people:
        there = Q(centre__code__in=codes or ()) | Q(contact_person__in=[int(key) for key in people or ()])
        found |= set(TrialSite.objects.filter(there).values_list("trial__slug", flat=True))
    if slugs := named.get("trial"):
        found |= set(Trial.objects.filter(parent__slug__in=slugs).values_list("slug", flat=True))
    return found
