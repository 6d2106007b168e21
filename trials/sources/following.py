"""The registries that are followed: how each is asked for the records of some numbers, and for new trials."""

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings

from ..choices import Scheme
from ..models.registry import Registry
from . import ctgov, ctis, listings, paediatric
from .client import LOCAL, USUAL, Client
from .errors import BadAnswer, NotInRegistry
from .records import BadRecord, FetchedRecord, Source

BOUNDS = USUAL
_AT_ONCE = 100  # records of ClinicalTrials.gov in one question
_FIELDS = "ProtocolSection|DerivedSection|HasResults"  # results can be of megabytes
_LISTED_AT_ONCE = 50  # a trial may have hundreds of places
_LISTED_FIELDS = (
    "IdentificationModule|StatusModule|ConditionsModule|EligibilityModule|ContactsLocationsModule"
)
_FOR_CHILDREN_IN_BELGIUM = "AREA[LocationCountry]Belgium AND AREA[StdAge]CHILD"
# Belgium by its number in ISO 3166-1, and the group 0-17 years.
_CTIS_FOR_CHILDREN_IN_BELGIUM = {"msc": [56], "ageGroupCode": [2]}
_CTIS_AT_ONCE = 100
MOST_PAGES = 200  # of one question; a registry that has more goes round in circles


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
    missing = dict.fromkeys(numbers)
    params = {"filter.ids": ",".join(numbers), "pageSize": _AT_ONCE, "fields": _FIELDS}
    for page in _pages(client, params):
        for number, aliases, study, whose in page:
            for one in (number, *aliases):
                missing.pop(one, None)
            yield FetchedRecord(number, study, resource=whose)
    yield from (FetchedRecord(number, None) for number in missing)


def _pages(client: Client, params: dict) -> Iterator[list[tuple[str, list[str], object, str]]]:
    """The answer to one question: of each study its number, former numbers, the record, and who says so."""
    token, tokens = "", set()
    at = {"host": client.host, "address": f"{client.base_url}/studies"}
    for _number in range(MOST_PAGES):
        page = client.get("studies", params | ({"pageToken": token} if token else {})).content
        try:
            studies = [(*one, _resource(page)) for one in ctgov.studies_in(page)]
        except BadRecord as error:
            raise BadAnswer(f"sent a page of another shape: {error}.", **at) from None
        yield studies
        token = page.get("nextPageToken") or ""
        if not token:
            return
        if not isinstance(token, str) or token in tokens:
            raise BadAnswer("gives the same page again and again.", **at)
        tokens.add(token)
    raise BadAnswer(f"goes on after {MOST_PAGES} pages.", **at)


def _discover_ctgov() -> Iterator[list[FetchedRecord]]:
    params = {
        "query.cond": " OR ".join(paediatric.QUESTION), "filter.advanced": _FOR_CHILDREN_IN_BELGIUM,
        "pageSize": _LISTED_AT_ONCE, "fields": _LISTED_FIELDS,
    }  # fmt: skip
    with _client(settings.CTGOV_API_URL) as client:
        for page in _pages(client, params):
            yield [FetchedRecord(number, study, resource=whose) for number, _aliases, study, whose in page]


def _discover_ctis() -> Iterator[list[FetchedRecord]]:
    seen: set[str] = set()
    with _client(settings.CTIS_API_URL) as client:
        at = {"host": client.host, "address": f"{client.base_url}/search"}
        for number in range(1, MOST_PAGES + 1):
            page = client.post("search", _ctis_question(number)).content
            try:
                lines, goes_on, in_all = listings.lines_in(page)
            except BadRecord as error:
                raise BadAnswer(f"sent a page of another shape: {error}.", **at) from None
            numbers = {one for one, _line in lines}
            if numbers <= seen and (lines or goes_on):
                raise BadAnswer("gives the same page again and again.", **at)
            seen |= numbers
            yield [FetchedRecord(one, line, resource=_resource(page)) for one, line in lines]
            if not goes_on:
                break
        if len(seen) < in_all:
            raise BadAnswer(f"sent {len(seen)} of the {in_all} trials that it counts.", **at)


def _ctis_question(page: int) -> dict:
    return {
        "searchCriteria": _CTIS_FOR_CHILDREN_IN_BELGIUM,
        "pagination": {"page": page, "size": _CTIS_AT_ONCE},
        "sort": {"property": "decisionDate", "direction": "DESC"},
    }


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
    pages=_discover_ctgov, listed=listings.of_ctgov, reader=ctgov.READER,
)  # fmt: skip
CTIS = Source(
    Registry.CTIS, Registry.CTIS.label, Scheme.EUCT, "ctis_csv",
    header=ctis.HEADER, told_apart=ctis.told_apart, read=ctis.read, fetch=_ask_ctis,
    pages=_discover_ctis, listed=listings.of_ctis, reader=ctis.READER,
)  # fmt: skip
