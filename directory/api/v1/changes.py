"""What changed for the public, in order: a partner who follows it has the lists (docs/api.md)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max
from django.utils.encoding import escape_uri_path
from django.utils.http import urlencode
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.core.models import Op, PublicUpdate
from directory.records.document import moment
from directory.search import service
from trials.models import Trial

from .. import addresses, openapi, parameters, words
from ..errors import Fault, bad_parameters
from ..views import WholeView
from . import shapes_changes as shapes

USUAL, MOST = 100, 500


class AskedChanges(NamedTuple):
    since: int
    limit: int
    kinds: list[str]


@extend_schema_view(
    get=extend_schema(
        operation_id="listChanges",
        tags=["Changes"],
        summary="What changed, in order",
        description="Everything that changed in the lists after `since`, in the order of `seq`. Follow "
        "`next` until it is null; the next time, send the `last_seq` of the last answer as `since`. If you "
        "start at 0 and do what each `op` says, you have a full copy.",
        responses=shapes.ChangesSerializer,
        parameters=[
            openapi.described("since", type={"type": "integer", "minimum": 0, "default": 0}),
            openapi.described("kind", words=words.KIND_OF_CHANGE, many=True, enum=shapes.RECORDS),
            openapi.described(
                "limit", type={"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
            ),
        ],
    )
)
class ChangeList(WholeView):
    """Updates up to the change that the index has: so each record is at least as new as its update."""

    def say(self, request):
        # Not a replica's, which may not have all of what the index has.
        updates = PublicUpdate.objects.using(DEFAULT_DB_ALIAS)
        asked, until = self.asked(request.GET), updates.last_of(service.followed())
        if asked.since > until:
            _refuse_the_future(asked.since)
        found = updates.between(asked.since, until)
        rows = list((found.filter(kind__in=asked.kinds) if asked.kinds else found)[: asked.limit + 1])
        has_more, rows = len(rows) > asked.limit, rows[: asked.limit]
        last = rows[-1].seq if has_more else max(asked.since, until)
        head = orjson.dumps({"last_seq": last, "next": _further_on(request, last) if has_more else None})
        return head[:-1] + b',"results":[' + b",".join(_items(rows)) + b"]}"

    def asked(self, query) -> AskedChanges:
        parameters.check(query, ("since", "kind", "limit"))
        return AskedChanges(
            parameters.number(query, "since", 0, least=0, most=10**18 - 1),
            parameters.number(query, "limit", USUAL, least=1, most=MOST),
            parameters.several(query, "kind", shapes.RECORDS),
        )


def _refuse_the_future(since: int) -> None:
    """Problem 400 for a number that no update has yet: the follower knows another database."""
    last = PublicUpdate.objects.using(DEFAULT_DB_ALIAS).aggregate(last=Max("seq"))["last"] or 0
    if since > last:
        message = (
            f"“{since}” is not the number of a change yet: the last is {last}. If you got it here, the "
            "directory was restored to an earlier day: empty your copy and start with since=0."
        )
        raise bad_parameters([Fault("since", message, [f"0..{last}"])])


def _further_on(request, since: int) -> str:
    """This address, from `since` on."""
    pairs = [(name, value) for name, values in request.GET.lists() for value in values if name != "since"]
    query = urlencode([*pairs, ("since", since)])
    return addresses.absolute(f"{escape_uri_path(request.path)}?{query}")


def _items(rows: Sequence[PublicUpdate]) -> list[bytes]:
    """The JSON of each. What is shown no more is told as gone, whatever it was when it changed."""
    keys = defaultdict(list)
    for row in rows:
        keys[row.kind].append(row.key)
    records = {kind: service.bodies_by_key(kind, list(dict.fromkeys(some))) for kind, some in keys.items()}
    gone = {row.key for row in rows if row.kind == Trial.change_kind and row.key not in records[row.kind]}
    heirs = Trial.objects.heirs(gone) if gone else {}
    return [_item(row, records[row.kind].get(row.key), heirs) for row in rows]


def _item(row: PublicUpdate, record: bytes | None, heirs: dict[str, str]) -> bytes:
    """`heirs`: by slug, what trials that are gone were merged into."""
    is_gone = row.op == Op.DELETE or record is None
    op = Op.DELETE if is_gone else row.op
    item = {"seq": row.seq, "at": moment(row.at), "kind": row.kind, "key": row.key, "op": op}
    if record is None and row.kind == Trial.change_kind and row.key in heirs:
        item["merged_into"] = heirs[row.key]
    head = orjson.dumps(item)
    return head if is_gone or record is None else head[:-1] + b',"record":' + record + b"}"
