"""Whole answers of public pages, kept for a minute in the memory of one process.

Only what a visitor without a session asks, and never what may describe a patient (an age, a place, a
distance). Nothing goes to a disk or to a cache that is shared: what people search for is not stored. The key
is a keyed hash, so that the words are not even names in memory; the index's version is part of it, so that a
withdrawn consent is effective at once. See `docs/adr/0010`.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from directory.search import service
from directory.watching.questions import OF_A_PATIENT

from . import limits, words

SECONDS, MOST_ANSWERS, MOST_BYTES = 60, 256, 24 * 1024 * 1024
# Characters of an address that anybody asks for twice.
LONGEST = 1_000
# What the answer depends on, besides its address.
HEADERS = ("HX-Request", "HX-History-Restore-Request", "HX-Target")
NOT_KEPT = ("Set-Cookie", "X-Request-ID")


@dataclass(frozen=True)
class Kept:
    """One answer, good until `until` on the monotonic clock."""

    until: float
    content: bytes
    headers: tuple[tuple[str, str], ...]

    def response(self) -> HttpResponse:
        answer = HttpResponse(self.content)
        for name, value in self.headers:
            answer.headers[name] = value
        return answer


class Answers:
    """The latest answers, bounded in number, bytes and age. One for a process; safe for its threads."""

    def __init__(self, *, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES):
        self.most, self.most_bytes = most, most_bytes
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def key(self, *parts: str) -> bytes:
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._secret, digest_size=16).digest()

    def get(self, key: bytes) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found.until <= time.monotonic():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: bytes, answer: HttpResponse) -> None:
        headers = tuple((name, value) for name, value in answer.items() if name not in NOT_KEPT)
        kept = Kept(time.monotonic() + SECONDS, answer.content, headers)
        if len(kept.content) > self.most_bytes // 8:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._bytes += len(kept.content)
            while len(self._kept) > self.most or self._bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: bytes) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone.content)


answers = Answers()


def kept_for_a_minute(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a visitor from memory where the same was asked within the last minute.

    Only what is made anew counts against the visitor's limit (`limits.charge`).
    """

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_be_kept(request):
            limits.charge(request)
            return view(request, *args, **kwargs)
        key = answers.key(
            service.version(), words.page_language(), request.scheme, request.get_host(),
            request.get_full_path(), *(request.headers.get(name, "-") for name in HEADERS),
        )  # fmt: skip
        if found := answers.get(key):
            return found.response()
        limits.charge(request)
        made = view(request, *args, **kwargs)
        if made.status_code == 200 and not made.streaming and not made.cookies:
            answers.put(key, made)
        return made

    answer.charges_itself = True  # type: ignore[attr-defined]
    return answer


def may_be_kept(request: HttpRequest) -> bool:
    """A visitor without a session who asks nothing that may tell of a patient, and there is an index."""
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and len(request.get_full_path()) <= LONGEST
        and not any(name in request.GET for name in OF_A_PATIENT)
        and not service.ready()
    )
