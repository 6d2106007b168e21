"""Lists: stored documents put together as bytes, and the way to the next page.

A cursor is the search service's own (a place in the ordering, so it holds while records come and go) behind
a letter that says in which direction it leads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from django.utils.encoding import escape_uri_path
from django.utils.http import urlencode

from directory.core.text import whole_number
from directory.search import service

from . import addresses
from .errors import Fault, Problem, bad_parameters

FORWARD, BACK = "n", "p"


@dataclass(frozen=True)
class Position:
    """Where a page begins; both empty: at the first."""

    after: str | None = None
    before: str | None = None

    @property
    def edge(self) -> str:
        return self.after or self.before or ""


def position_of(cursor: str) -> Position:
    """Raises Problem 400 for a text this API did not make."""
    if not cursor:
        return Position()
    direction, rest = cursor[0], cursor[1:]
    if direction == FORWARD and rest:
        return Position(after=rest)
    if direction == BACK and rest:
        return Position(before=rest)
    raise bad_cursor(
        "This is not a cursor. Use the cursor exactly as returned in “next” or “previous”, or leave it out."
    )


def bad_cursor(message: str) -> Problem:
    return bad_parameters([Fault("cursor", message)])


def numbered_page(
    request, rows, size: int, cursor: str, *, show: Callable[..., bytes], by="number", newest=False
) -> bytes:
    """One page of `rows` in the order of their number `by`, or the `newest` first; cursors are numbers.

    `show` makes the JSON of one row. Problem 400 for a cursor of another list.
    """
    position = position_of(cursor)
    if position.edge and whole_number(position.edge) is None:
        raise bad_cursor(f"“{cursor[:40]}” is not a cursor of this list.")
    back = bool(position.before)
    found = _beyond(position.edge, rows, size + 1, by=by, falls=newest != back)
    more, found = len(found) > size, found[:size]
    shown = found[::-1] if back else found
    numbers = [str(getattr(row, by)) for row in shown]
    is_first, is_last = not (more if back else position.edge), not (more or back)
    return list_body(
        request,
        count=rows.count(),
        results=list(map(show, shown)),
        next_=None if is_last else next(reversed(numbers), None),
        previous=None if is_first else next(iter(numbers), None),
        facets={},
    )


def _beyond(edge: str, rows, most: int, *, by: str, falls: bool) -> list:
    wanted = rows.filter(**{f"{by}__{'lt' if falls else 'gt'}": edge}) if edge else rows
    return list(wanted.order_by(f"-{by}" if falls else by)[:most])


def list_body(
    request, *, count: int, results: Sequence[bytes], next_: str | None, previous: str | None, facets: dict,
    more: dict | None = None,
) -> bytes:  # fmt: skip
    """`{"count", "next", "previous", "facets", "results"}` and `more`; `results` are JSON already."""
    head = orjson.dumps(
        {
            "count": count,
            "next": link(request, FORWARD, next_),
            "previous": link(request, BACK, previous),
            "facets": facets,
        }
    )
    end = b"," + orjson.dumps(more)[1:] if more else b"}"
    return head[:-1] + b',"results":[' + b",".join(results) + b"]" + end


def link(request, direction: str, cursor: str | None) -> str | None:
    """This address with another cursor."""
    if not cursor:
        return None
    pairs = [(name, value) for name, values in request.GET.lists() for value in values if name != "cursor"]
    query = urlencode([*pairs, ("cursor", direction + cursor)])
    return addresses.absolute(f"{escape_uri_path(request.path)}?{query}")


def facets_of(answer: "service.Answer") -> dict[str, list[dict]]:
    return {
        name: [
            {"value": one.value, "label": str(one.label or one.value), "count": one.count} for one in counts
        ]
        for name, counts in answer.facets.items()
    }
