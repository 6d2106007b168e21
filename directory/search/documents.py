"""A record's document, built once per change: what is shown, what is searched, what is counted.

Built set-wise: a batch of any size takes the same number of queries. Only what the public may see is in it:
listed records, and a person only with consent.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import orjson
from django.conf import settings

from centres.models import Centre, Network
from directory.core.models import Listed, State
from trials.freshness import freshness
from trials.models import Trial

BATCH = 200
MODELS: dict[str, tuple[type[Listed], str]] = {
    "trial": (Trial, "slug"),
    "centre": (Centre, "code"),
    "network": (Network, "slug"),
}
KINDS = tuple(MODELS)


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


def all_keys(kind: str) -> list[str]:
    """The keys of all listed records of `kind`, in order."""
    model, key = MODELS[kind]
    listed = model._default_manager.filter(state=State.LISTED)
    return list(listed.order_by(key).values_list(key, flat=True))


def build(kind: str, keys: Iterable[str]) -> Iterator[Document]:
    """The documents of those of `keys` that are listed, in batches."""
    from . import documents_centres, documents_trials

    makers = {
        "trial": documents_trials.trials,
        "centre": documents_centres.centres,
        "network": documents_centres.networks,
    }
    keys = iter(keys)
    while batch := list(islice(keys, BATCH)):
        yield from makers[kind](batch)


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


def moment(value: dt.datetime) -> str:
    """A point in time as ISO 8601 in UTC: `2026-11-23T14:25:00.123456Z`."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def microseconds(value: dt.datetime) -> int:
    """A point in time as a whole number, to compare and sort by."""
    return (value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
