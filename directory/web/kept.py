"""Whole answers of public pages, kept for a minute in the memory of one process.

Only what a visitor without a session asks, and never what may describe a patient (an age, a place, a
distance). Nothing goes to a disk or to a cache that is shared: what people search for is not stored. The key
is a keyed hash, so that the words are not even names in memory; the index's version is part of it, so that a
withdrawn consent is effective at once. See `docs/adr/0010`.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse

from directory.search import service
from directory.watching.questions import OF_A_PATIENT

from . import limits, words

# An answer of more bytes is not kept: together they take 24 MB at most.
SECONDS, MOST_ANSWERS, MOST_BYTES = 60, 128, 192 * 1024
# Characters of an address that anybody asks for twice.
LONGEST = 1_000
# What the answer depends on, besides its address.
HEADERS = ("HX-Request", "HX-History-Restore-Request", "HX-Target")
_SECRET = secrets.token_bytes(32)

# Of this process alone; what nobody asked for again goes first.
answers = LocMemCache("pages", {"TIMEOUT": SECONDS, "OPTIONS": {"MAX_ENTRIES": MOST_ANSWERS}})


def kept_for_a_minute(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a visitor from memory where the same was asked within the last minute.

    Only what is made anew counts against the visitor's limit (`limits.charge`).
    """

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_be_kept(request):
            limits.charge(request)
            return view(request, *args, **kwargs)
        key = key_of(request)
        if found := answers.get(key):
            return found
        limits.charge(request)
        made = view(request, *args, **kwargs)
        if made.status_code == 200 and not made.cookies and len(made.content) <= MOST_BYTES:
            answers.set(key, made)
        return made

    answer.charges_itself = True  # type: ignore[attr-defined]
    return answer


def key_of(request: HttpRequest) -> str:
    """A keyed hash of all that the answer depends on."""
    parts = (
        service.version(), words.page_language(), request.scheme, request.get_host(),
        request.get_full_path(), *(request.headers.get(name, "-") for name in HEADERS),
    )  # fmt: skip
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, key=_SECRET, digest_size=16).hexdigest()


def may_be_kept(request: HttpRequest) -> bool:
    """A visitor without a session who asks nothing that may tell of a patient, and there is an index."""
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and len(request.get_full_path()) <= LONGEST
        and not any(name in request.GET for name in OF_A_PATIENT)
        and not service.ready()
    )
