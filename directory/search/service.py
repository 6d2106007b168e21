"""What pages, the API and mails ask of the search."""

import datetime as dt
from collections.abc import Sequence

import orjson
from django.utils import timezone

from directory.core.text import squash
from directory.records import all_documents
from trials.identifiers import parse_identifier

from . import snapshot, store
from .concepts import vocabulary
from .cursors import BadCursor
from .disambiguation import Disambiguation
from .facet_arrays import Trials
from .facets import FacetCount
from .finding import Answer, Hit, find
from .follow import catch_up, rebuild
from .highlighting import Sought, sought
from .numbers import read_numbers
from .query import Ask, parse
from .query_places import PlaceAsked
from .store import IndexNotReady
from .suggestions import Completion, Suggestion, complete, suggest

__all__ = [
    "Answer", "Ask", "BadCursor", "Completion", "Disambiguation", "FacetCount", "Hit",
    "IndexNotReady", "PlaceAsked", "Sought", "Suggestion",
    "bodies", "bodies_by_key", "body", "called", "catch_up", "complete", "documents", "find", "followed",
    "ready", "rebuild", "slug_of", "sought", "suggest", "version",
]  # fmt: skip

# About 2 KB each.
KEPT_BODIES = 5_000


def bodies(kind: str, keys: Sequence[str]) -> list[bytes]:
    """The API's JSON of the records `keys` that exist, in that order, right for today."""
    if kind == "site":
        return _site_bodies(keys)
    found = bodies_by_key(kind, keys)
    return [found[key] for key in keys if key in found]


def bodies_by_key(kind: str, keys: Sequence[str]) -> dict[str, bytes]:
    """As `bodies`, of records that have a document of their own, by key."""
    found, today = _cached_bodies(kind, keys), timezone.localdate().isoformat()
    return {key: _for_today(kind, *one, today) for key, one in found.items()}


def body(kind: str, key: str) -> bytes | None:
    """The API's JSON of one record, None where the public sees no such record."""
    found = bodies(kind, [key])
    return found[0] if found else None


def documents(kind: str, keys: Sequence[str]) -> list[dict]:
    """As `bodies`, parsed, with what pages need on top under `_show`."""
    found, today = snapshot.current().store().bodies(kind, keys), timezone.localdate().isoformat()
    return [
        orjson.loads(_for_today(kind, body, changes_on, today)) | {"_show": orjson.loads(show)}
        for body, changes_on, show in (found[key] for key in keys if key in found)
    ]


def slug_of(text: str) -> str | None:
    """The slug of the listed trial that `text` names: a slug, an identifier in any spelling, an acronym.

    A number that lost its 0 is read as the search reads it.
    """
    trials = snapshot.current().trials
    by_name = snapshot.current().once("names of trials", lambda: _names(trials))
    if slug := by_name.get(text):
        return slug
    try:
        identifier = parse_identifier(text).compact
    except ValueError:
        return None
    if slug := by_name.get(f"#{identifier}") or by_name.get(f"={squash(text)}"):
        return slug
    numbers, _rest = read_numbers(text)
    several = numbers[0].compact if len(numbers) == 1 else ()
    return next((slug for one in several if (slug := by_name.get(f"#{one}"))), None)


def called(text: str, language: str) -> list[str]:
    """What the directory itself calls the diseases, places and stages that `text` names, in `language`."""
    names = (vocabulary().preferred(one, language) for span in parse(text).spans for one in span.concepts)
    return list(dict.fromkeys(filter(None, names)))


def version() -> str:
    """Changes whenever anything the index shows does."""
    held = snapshot.current()
    return f"{held.folder.name[6:]}-{held.state.generation}-{timezone.localdate():%Y%m%d}"


def followed() -> int:
    """Up to which change of the log `bodies` are sure to be right; later ones may be in them already."""
    folder = store.current()
    stored = store.stores.at(folder).state() if folder else None
    held = snapshot.current()
    # While another thread takes up the news, what is held may be older than what is stored.
    if stored and held.folder == folder and held.state.generation >= stored.generation:
        return stored.seq
    return held.state.seq


def ready() -> str | None:
    """None, or why the index cannot answer."""
    try:
        snapshot.current()
    except IndexNotReady as error:
        return str(error)
    return None


def _cached_bodies(kind: str, keys: Sequence[str]) -> dict[str, tuple[bytes, str | None]]:
    """`Store.bodies`, of which this process keeps the latest some thousand until the index changes."""
    held = snapshot.current()
    kept = held.once(f"bodies of {kind}", dict)
    found = {key: one for key in keys if (one := kept.get(key))}
    if missing := [key for key in keys if key not in found]:
        read = {key: one[:2] for key, one in held.store().bodies(kind, missing).items()}
        if len(kept) + len(read) > KEPT_BODIES:
            kept.clear()
        kept.update(read)
        found |= read
    return found


def _for_today(kind: str, body: bytes, changes_on: str | None, today: str) -> bytes:
    if changes_on is None or changes_on > today:
        return body
    on_day = all_documents()[kind].on_day
    return orjson.dumps(on_day(orjson.loads(body), dt.date.fromisoformat(today)))


def _site_bodies(keys: Sequence[str]) -> list[bytes]:
    slugs = list(dict.fromkeys(key.rpartition("@")[0] for key in keys))
    found = {}
    for trial in map(orjson.loads, bodies("trial", slugs)):
        for site in trial["sites"]:
            found[f"{trial['slug']}@{site['centre']['code']}"] = site
    return [orjson.dumps(found[key]) for key in keys if key in found]


def _names(trials: Trials) -> dict[str, str]:
    """Slugs as they are, `#identifier` and `=acronym`; an acronym that two trials have names neither."""
    names: dict[str, str | None] = {}
    for slug, text in zip(trials.keys, trials.sorts, strict=True):
        acronym = f"={text.replace(' ', '')}"
        names[acronym] = None if acronym in names else slug
    compact, pairs = trials.codes["identifier"].words, trials.lists["identifier"]
    for owner, value in zip(pairs.owners.tolist(), pairs.values.tolist(), strict=True):
        names[f"#{compact[value]}"] = trials.keys[owner]
    names |= {slug: slug for slug in trials.keys}
    return {name: slug for name, slug in names.items() if slug}
