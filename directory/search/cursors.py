"""Cursors: a place in an ordered list, kept by the values it is ordered by.

The page after a cursor begins behind those values, whatever was added or removed meanwhile, so nobody sees a
record twice. To the outside a cursor is opaque; a check keeps out what we did not make.
"""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import orjson
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

_CHECK = 9
# Of a title this much takes part in the order, so that a cursor is short enough for every address.
_LETTERS = 80


class BadCursor(ValueError):
    """Not a cursor of ours, or one of another ordering; the message says what to do."""


def label(text: str, key: str) -> tuple[str, str]:
    """What a record called `text` (folded) is sorted by: its beginning, then the key that only it has."""
    return text[:_LETTERS], key


def make(kind: str, ordering: str, key: Sequence) -> str:
    """The cursor of the record whose sort key is `key`."""
    content = orjson.dumps([kind, ordering, *key])
    return base64.urlsafe_b64encode(_check(content) + content).decode().rstrip("=")


def read(text: str, kind: str, ordering: str) -> tuple:
    """The sort key in the cursor `text`. Raises `BadCursor`."""
    content = _content(text)
    if content is None:
        raise BadCursor(
            _(
                "“%(cursor)s” is not a cursor. Use the cursor exactly as returned in next or previous, or "
                "leave it out."
            )
            % {"cursor": text[:40]}
        )
    found_kind, found_ordering, *key = orjson.loads(content)
    if (found_kind, found_ordering) != (kind, ordering):
        raise BadCursor(
            _("This cursor belongs to the ordering “%(other)s”. Keep the ordering, or leave the cursor out.")
            % {"other": found_ordering}
        )
    return tuple(key)


def page(
    count: int,
    key: Callable[[int], tuple],
    *,
    limit: int,
    offset: int,
    after: tuple | None,
    before: tuple | None,
) -> tuple[int, int]:
    """The bounds of the page in a list of `count` records sorted by `key(place)`."""
    if after is not None:
        start = bisect_right(range(count), after, key=key)
        return start, min(start + limit, count)
    if before is not None:
        end = bisect_left(range(count), before, key=key)
        return max(end - limit, 0), end
    return min(offset, count), min(offset + limit, count)


def _check(content: bytes) -> bytes:
    return salted_hmac("directory.search.cursors", content, algorithm="sha256").digest()[:_CHECK]


def _content(text: str) -> bytes | None:
    if len(text) > 2000 or not text.isascii():
        return None
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    content = whole[_CHECK:]
    return content if constant_time_compare(whole[:_CHECK], _check(content)) else None
