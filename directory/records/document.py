"""A record's document: what is shown, what is searched, what is counted; and how its values are written."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from directory.core.filter_fields import FilterSet
from directory.core.models import Sourced


@dataclass(frozen=True)
class Words:
    """The texts by which a record is found, as people write them; the search folds and cuts them.

    Found by the whole of it: `whole`, `identifiers` (compact). By each word, from what says most to what
    says least: `acronyms` (by their parts, too) and `codes`, `title`, `disease`, `other`, `open` (of places
    where it recruits), `summary`. By what is meant: `concepts` (texts that may name any), `meant` (English
    names of some), `iccc`; `chiefly`: those texts of which each alteration is no one among many. For which
    diseases it is: the terms `listed`, and titles, which say it less well (`about`).
    """

    whole: Sequence[str] = ()
    identifiers: Sequence[str] = ()
    acronyms: Sequence[str] = ()
    codes: Sequence[str] = ()
    title: Sequence[str] = ()
    disease: Sequence[str] = ()
    other: Sequence[str] = ()
    open: Sequence[str] = ()
    summary: Sequence[str] = ()
    concepts: Sequence[str] = ()
    listed: Sequence[str] = ()
    meant: Sequence[str] = ()
    chiefly: Sequence[str] = ()
    about: Sequence[str] = ()
    iccc: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """One record as the index keeps it.

    `label`: what it is called and sorted by; `body`: the API's JSON, to which the search adds `updated_at`;
    `facts`: what filters, counts and orders read; `show`: what pages need on top; `changes_on`: the next day
    on which the body reads differently.
    """

    key: str
    label: str
    updated_at: dt.datetime
    body: dict
    words: Words
    facts: dict = field(default_factory=dict)
    show: dict = field(default_factory=dict)
    changes_on: dt.date | None = None


def _as_it_is(body: dict, day: dt.date) -> dict:
    return body


@dataclass(frozen=True)
class Documents:
    """How the documents of a kind of record are made.

    `build`: those of the listed records among some keys, in a constant number of queries. `filters`: how they
    are filtered and counted. `on_day`: a stored body as it reads on another day. `version`: of what they are
    made besides the records; where that is another one, all are built anew.
    """

    build: Callable[[Sequence[str]], Iterator[Document]]
    filters: type[FilterSet]
    on_day: Callable[[dict, dt.date], dict] = _as_it_is
    version: Callable[[], str] = str


def url(path: str, key: str) -> str:
    """The address of a record in the API, absolute."""
    return f"{settings.BASE_URL}/api/v1/{path}/{key}/"


def source(record: Sourced) -> str | None:
    """Who says so, else where."""
    return record.source or record.source_url or None


def moment(value: dt.datetime) -> str:
    """A point in time as ISO 8601 in UTC: `2026-11-23T14:25:00.123456Z`."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
