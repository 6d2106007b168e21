"""The registries that are followed, and how each is asked for the records of some numbers."""

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings

from ..choices import Scheme
from ..models.registry import Registry
from . import ctgov, ctis
from .client import LOCAL, USUAL, Client
from .errors import BadAnswer, NotInRegistry
from .records import BadRecord, FetchedRecord, Source

BOUNDS = USUAL
_AT_ONCE = 100  # records of ClinicalTrials.gov in one question
_FIELDS = "ProtocolSection|DerivedSection|HasResults"  # results can be of megabytes


def source_of(code: str) -> Source:
    """The registry of this code. Raises KeyError."""
    return {one.code: one for one in (CTGOV, CTIS)}[code]


def _client(address: str) -> Client:
    """A registry is asked once a second; a server of our own as fast as it answers."""
    return Client(address, seconds_apart=0 if urlsplit(address).hostname in LOCAL else 1, bounds=BOUNDS)


def _resource(content: object) -> str:
    """Who answers, where that is no registry."""
    said = content.get("resource") if isinstance(content, dict) else ""
    return said if isinstance(said, str) else ""


def _ask_ctgov(numbers: Mapping[str, FetchedRecord | None]) -> Iterator[FetchedRecord]:
    left = iter(numbers)
    with _client(settings.CTGOV_API_URL) as client:
        while part := list(islice(left, _AT_ONCE)):
            yield from _studies(client, part)


def _studies(client: Client, numbers: list[str]) -> Iterator[FetchedRecord]:
    """The records of some numbers; one that the registry knows by another number comes by that one."""
    missing, token, tokens = dict.fromkeys(numbers), "", set()
    at = {"host": client.host, "address": f"{client.base_url}/studies"}
    while True:
        params = {"filter.ids": ",".join(numbers), "pageSize": _AT_ONCE, "fields": _FIELDS}
        page = client.get("studies", params | ({"pageToken": token} if token else {})).content
        try:
            studies = list(ctgov.studies_in(page))
        except BadRecord as error:
            raise BadAnswer(f"sent a page of another shape: {error}.", **at) from None
        for number, aliases, study in studies:
            for one in (number, *aliases):
                missing.pop(one, None)
            yield FetchedRecord(number, study, resource=_resource(page))
        token = page.get("nextPageToken") or ""
        if not token:
            break
        if token in tokens:
            raise BadAnswer("gives the same page again and again.", **at)
        tokens.add(token)
    yield from (FetchedRecord(number, None) for number in missing)


def _ask_ctis(numbers: Mapping[str, FetchedRecord | None]) -> Iterator[FetchedRecord]:
    with _client(settings.CTIS_API_URL) as client:
        for number, before in numbers.items():
            asked_with = {"etag": before.etag, "last_modified": before.last_modified} if before else {}
            try:
                came = client.get(f"retrieve/{number}", **asked_with)
            except NotInRegistry:
                yield FetchedRecord(number, None)
                continue
            # Of a number that it does not have, CTIS answers an empty object.
            content, whose = came.content or None, _resource(came.content)
            yield FetchedRecord(number, content, came.etag, came.last_modified, came.unchanged, whose)


CTGOV = Source(
    Registry.CTGOV, Registry.CTGOV.label, Scheme.NCT, "ctgov_csv",
    header=ctgov.HEADER, told_apart=ctgov.told_apart, read=ctgov.read, fetch=_ask_ctgov,
    reader=ctgov.READER,
)  # fmt: skip
CTIS = Source(
    Registry.CTIS, Registry.CTIS.label, Scheme.EUCT, "ctis_csv",
    header=ctis.HEADER, told_apart=ctis.told_apart, read=ctis.read, fetch=_ask_ctis,
    reader=ctis.READER,
)  # fmt: skip
