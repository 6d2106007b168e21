"""The client that asks a registry: at its pace, within bounds, and with a sentence for whatever goes wrong.

One `Client` asks one registry, over HTTP/1.1. Pace and rests are shared by all processes (`pacing.py`); what
may come as an answer is in `bodies.py`, what may go wrong in `errors.py`. No body and no query is logged.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from .bodies import BadBody, beginning, strict_json, unpack
from .errors import (
    BadAnswer,
    NotInRegistry,
    RegistryAway,
    RegistryBusy,
    RegistryError,
    RegistryRefused,
    RegistryResting,
)
from .pacing import Breaker, Clock, Pace, Sleep

logger = logging.getLogger(__name__)

MOST_REDIRECTS = 3
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long, how much and how often; seconds and bytes."""

    connect_seconds: float = 10
    read_seconds: float = 30  # between two pieces of an answer
    total_seconds: float = 120  # one answer as a whole
    most_bytes: int = 10 * 1024 * 1024  # unpacked
    attempts: int = 5
    backoff_seconds: float = 1  # before the second attempt; then twice as long, and again, with jitter
    longest_backoff: float = 60
    longest_retry_after: float = 300
    failures_to_rest: int = 3  # questions in a row that failed, each with all its attempts
    rest_seconds: float = 15 * 60


USUAL = Bounds()


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """What came: `content` is the JSON value, None where nothing changed since (`status` 304).

    `etag`, `last_modified`: to be handed in when the same is asked again; empty where the registry gave none.
    """

    status: int
    content: Any
    etag: str = ""
    last_modified: str = ""

    @property
    def unchanged(self) -> bool:
        return self.status == httpx.codes.NOT_MODIFIED


@dataclass(frozen=True, slots=True)
class RegistryQuestion:
    """One question, asked again as it is."""

    method: str
    url: str
    params: Mapping[str, str | int] | None = None
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_conditional(self) -> bool:
        return bool(self.headers)


class Client:
    """Asks the registry at `base_url`, and nobody else.

    `seconds_apart`: between two questions to its host, whichever process asks; 0 for a server of one's own.
    `clock` (seconds since 1970) and `sleep` are those of the machine, but in tests. Close it, or use `with`.

    Each question raises RegistryError where no usable answer came. Passing faults were tried again by then;
    after several failures in a row the host is left alone, and RegistryResting is raised without asking it.
    """

    def __init__(self, base_url: str, *, seconds_apart: float = 1, bounds: Bounds = USUAL,
                 clock: Clock = time.time, sleep: Sleep = time.sleep):  # fmt: skip
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"“{base_url}” is not the address of a registry.")
        self.base_url = base_url.rstrip("/")
        self.host = parts.netloc.rpartition("@")[2]
        self._bounds, self._clock, self._sleep = bounds, clock, sleep
        self._pace = Pace(self.host, seconds_apart, clock, sleep)
        self._breaker = Breaker(
            self.host, _without_query(self.base_url), failures=bounds.failures_to_rest,
            rest_seconds=bounds.rest_seconds, clock=clock,
        )  # fmt: skip
        self._backoff = wait_exponential_jitter(
            multiplier=bounds.backoff_seconds, max=bounds.longest_backoff, jitter=bounds.backoff_seconds
        )
        self._http = httpx.Client(
            http2=False,
            follow_redirects=False,
            # A proxy of the house is asked for the outside, never for this machine.
            trust_env=parts.hostname not in LOCAL,
            timeout=httpx.Timeout(bounds.read_seconds, connect=bounds.connect_seconds),
            headers={
                "User-Agent": f"BSPHO trial directory (+{settings.BASE_URL})",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | int] | None = None, *, etag: str = "",
            last_modified: str = "") -> RegistryAnswer:  # fmt: skip
        """What is at `path` below the registry's address (`studies/NCT04307576`).

        With the `etag` or `last_modified` of an earlier answer, what did not change since is not sent again.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in known.items() if value}
        return self._ask(RegistryQuestion("GET", self._url(path), params, headers=headers))

    def post(self, path: str, json: object) -> RegistryAnswer:
        """The answer to a question that is itself JSON, such as a search. It changes nothing there, so it is
        tried again like any other."""
        return self._ask(RegistryQuestion("POST", self._url(path), json=json))

    def _url(self, path: str) -> str:
        if {".", ".."} & set(path.split("/")):
            raise ValueError(f"“{path}” leaves the registry's address.")
        return f"{self.base_url}/{quote(path.lstrip('/'), safe='/')}"

    def _ask(self, question: RegistryQuestion) -> RegistryAnswer:
        probing = self._breaker.enter()
        retrying = Retrying(
            stop=stop_after_attempt(1 if probing else self._bounds.attempts),
            wait=self._pause,
            retry=retry_if_exception(_may_pass),
            sleep=self._sleep,
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            answer = retrying(self._attempt, question)
        except RegistryError as error:
            error.attempts = retrying.statistics["attempt_number"]
            self._note(error, probing)
            raise
        self._breaker.succeeded()
        return answer

    def _note(self, error: RegistryError, probing: bool) -> None:
        """A host that fails, or asks for time, is left alone; one that answers, if only with a no, is not."""
        kind = type(error).__name__
        logger.warning("Registry %s: %s after %s attempts", self.host, kind, error.attempts)
        if error.retry_after and not error.may_pass:
            self._breaker.rest(error.retry_after, str(error))
        elif isinstance(error, RegistryAway | RegistryBusy):
            self._breaker.failed(str(error), probing=probing)
        elif probing:
            self._breaker.succeeded()

    def _pause(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: what the registry asks for, and never less than the back-off."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, RegistryError) else None
        return max(asked or 0, self._backoff(state))

    def _attempt(self, question: RegistryQuestion) -> RegistryAnswer:
        """One attempt; a redirect within the registry is followed."""
        url = question.url
        for _step in range(MOST_REDIRECTS + 1):
            self._pace.wait()
            answer = self._send(question, url)
            if isinstance(answer, RegistryAnswer):
                return answer
            url = self._own(answer, url)
        what = f"sends us on more than {MOST_REDIRECTS} times from {_without_query(question.url)}."
        raise self._error(RegistryRefused, what, question.url)

    def _send(self, question: RegistryQuestion, url: str) -> RegistryAnswer | str:
        """What came from `url`: an answer, or the address to which it sends us on."""
        deadline = self._clock() + self._bounds.total_seconds
        # Only the first address knows the query; a redirect brings its own.
        params = question.params if url == question.url else None
        try:
            with self._http.stream(
                question.method, url, params=params, json=question.json, headers=dict(question.headers)
            ) as response:
                return self._judge(question, url, response, deadline)
        except httpx.TransportError as error:
            raise self._error(RegistryAway, self._fault_of_transport(error, url), url) from error

    def _judge(
        self, question: RegistryQuestion, url: str, response: httpx.Response, deadline: float
    ) -> RegistryAnswer | str:
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED and question.is_conditional:
            known = question.headers
            return RegistryAnswer(
                status, None, response.headers.get("ETag", known.get("If-None-Match", "")),
                response.headers.get("Last-Modified", known.get("If-Modified-Since", "")),
            )  # fmt: skip
        if response.has_redirect_location and question.method == "GET":
            return response.headers["Location"]
        if status >= 400:
            raise self._refusal(response, url)
        if status != httpx.codes.OK:
            what = f"answered {status} to {_without_query(url)}, where 200 was due."
            raise self._error(BadAnswer, what, url)
        content = self._content(response, url, deadline)
        etag, modified = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
        return RegistryAnswer(status, content, etag, modified)

    def _content(self, response: httpx.Response, url: str, deadline: float) -> Any:
        kind, _semicolon, more = response.headers.get("Content-Type", "").partition(";")
        kind = kind.strip().lower()
        try:
            if kind != "application/json" and not kind.endswith("+json"):
                raise BadBody(f"is {_plain(kind) or 'of no stated type'}, not JSON" + _page(kind))
            if "charset" in more.lower() and "utf-8" not in more.lower():
                raise BadBody(f"is written in {_plain(more)}, where UTF-8 was due")
            pieces = self._pieces(response, url, deadline)
            return strict_json(unpack(pieces, _encoding(response), self._bounds.most_bytes))
        except BadBody as bad:
            what = f"sent something from {_without_query(url)} that {bad}."
            raise self._error(BadAnswer, what, url, may_pass=bad.cut_off) from None

    def _pieces(self, response: httpx.Response, url: str, deadline: float) -> Iterator[bytes]:
        for piece in response.iter_raw():
            if self._clock() > deadline:
                what = f"was still sending {_without_query(url)} after {self._bounds.total_seconds:g} s."
                raise self._error(RegistryAway, what, url)
            yield piece

    def _refusal(self, response: httpx.Response, url: str) -> RegistryError:
        """What a status of 400 and above means, and whether the wait it asks for is one that we wait."""
        status, after = response.status_code, self._retry_after(response)
        what = f"answered {status} to {_without_query(url)}"
        if status == httpx.codes.TOO_MANY_REQUESTS:
            kind: type[RegistryError] = RegistryBusy
            what += ": it is asked too often"
        elif status >= 500:
            kind = RegistryAway
        elif status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return self._error(NotInRegistry, f"knows nothing at {_without_query(url)} ({status}).", url)
        else:
            said = self._said(response)
            return self._error(RegistryRefused, f"{what}{f': “{said}”' if said else ''}.", url)
        if after is None or after <= self._bounds.longest_retry_after:
            return self._error(kind, f"{what}.", url, retry_after=after)
        until = datetime.fromtimestamp(min(self._clock() + after, 2**32), UTC)
        what += f". It wants no question before {until:%Y-%m-%d %H:%M} UTC"
        what += f", which is longer than the {self._bounds.longest_retry_after:g} s that we wait."
        return self._error(kind, what, url, may_pass=False, retry_after=after)

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds until the registry wants to be asked again; it gives them, or a date."""
        given = response.headers.get("Retry-After", "").strip()
        if given.isascii() and given.isdecimal():
            return float(min(int(given[:12]), 10**9))
        try:
            moment = parsedate_to_datetime(given)
        except ValueError:
            return None
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - self._clock())

    def _said(self, response: httpx.Response) -> str:
        """The beginning of a short plain text, in which registries say what a question lacks."""
        if not response.headers.get("Content-Type", "").startswith("text/plain"):
            return ""
        try:
            first = next(response.iter_raw(), b"")
        except httpx.TransportError:
            return ""
        return _plain(beginning(first, _encoding(response), 800).decode(errors="replace"), most=200)

    def _own(self, location: str, url: str) -> str:
        """The address a redirect leads to, if it is this registry's."""
        try:
            target = httpx.URL(url).join(location)
        except httpx.InvalidURL:
            target = httpx.URL()
        base = httpx.URL(self.base_url)
        if (target.scheme, target.netloc) != (base.scheme, base.netloc):
            to = _plain(target.host) or "nowhere"
            what = f"sends us on from {_without_query(url)} to {to}, which is not its address."
            raise self._error(RegistryRefused, what, url)
        return str(target)

    def _fault_of_transport(self, error: httpx.TransportError, url: str) -> str:
        if isinstance(error, httpx.ConnectTimeout):
            return f"cannot be reached: no connection within {self._bounds.connect_seconds:g} s."
        if isinstance(error, httpx.ConnectError | httpx.ProxyError):
            return f"cannot be reached: {_plain(str(error)) or 'no connection'}."
        if isinstance(error, httpx.TimeoutException):
            return f"did not go on answering {_without_query(url)} within {self._bounds.read_seconds:g} s."
        return f"broke off its answer to {_without_query(url)}."

    def _error(self, kind: type[RegistryError], what: str, url: str, *, may_pass: bool | None = None,
               retry_after: float | None = None) -> RegistryError:  # fmt: skip
        return kind(
            what, address=_without_query(url), host=self.host, may_pass=may_pass, retry_after=retry_after
        )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, RegistryError) and error.may_pass and not isinstance(error, RegistryResting)


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0
    logger.info(
        "Registry %s: %s in attempt %s, again in %.1f s",
        getattr(error, "host", ""), type(error).__name__, state.attempt_number, pause,
    )  # fmt: skip


def _encoding(response: httpx.Response) -> str:
    return response.headers.get("Content-Encoding", "").strip().lower()


def _without_query(url: str) -> str:
    """An address without query, fragment and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _plain(text: str, most: int = 120) -> str:
    """Words of somebody else, fit for one line of a sentence."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:most].rstrip(".")


def _page(kind: str) -> str:
    return ": a page for people, perhaps of a proxy, a sign-in or a notice" if "html" in kind else ""
