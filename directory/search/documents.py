"""A record's document: what is shown, what is searched, what is counted; and how its values are written."""

import datetime as dt
from dataclasses import dataclass, field

import orjson
from django.conf import settings

from directory.core.models import Sourced
from trials.freshness import freshness


@dataclass(frozen=True)
class Document:
    """One record as the index keeps it.

    `body` is the API's JSON, `show` what pages need on top, `facts` what filters, counts and orders read,
    `fields` the folded words by engine field, `changes_on` the next day on which the body reads differently.
    """

    kind: str
    key: str
    body: dict
    facts: dict
    show: dict = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    changes_on: dt.date | None = None


def for_today(body: bytes, today: dt.date) -> bytes:
    """A trial's stored `body` with the freshness its sites have on `today`."""
    trial = orjson.loads(body)
    for site in trial["sites"]:
        verified = site["verified_at"] and dt.date.fromisoformat(site["verified_at"])
        site["freshness"] = freshness(verified, site["freshness"] == "disputed", today).value
    return orjson.dumps(trial)


def url(path: str, key: str) -> str:
    """The address of a record in the API, absolute."""
    return f"{settings.BASE_URL}/api/v1/{path}/{key}/"


def source(record: Sourced) -> str | None:
    """Who says so, else where."""
    return record.source or record.source_url or None


def moment(value: dt.datetime) -> str:
    """A point in time as ISO 8601 in UTC: `2026-11-23T14:25:00.123456Z`."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def microseconds(value: dt.datetime) -> int:
    """A point in time as a whole number, to compare and sort by."""
    return (value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
