"""How complete and how old the directory is: counts, numbers of the latest changes, the age of sources."""

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.core.models import PublicUpdate
from directory.records.document import moment
from directory.search import service
from directory.search.service import Ask
from trials.choices import Freshness
from trials.health import sources

from .. import parameters
from ..views import WholeView
from . import shapes_changes as shapes

LISTS = {"trials": "trial", "sites": "site", "centres": "centre", "networks": "network"}


@extend_schema_view(
    get=extend_schema(
        operation_id="getHealth",
        tags=["Changes"],
        summary="How complete and how old the directory is",
        description="A copy with different counts is not complete. While `index_seq` is lower than `seq`, "
        "the lists are older than the records.",
        responses=shapes.HealthSerializer,
    )
)
class Health(WholeView):
    """Numbers alone: of records that are listed, and of registries."""

    def say(self, request):
        parameters.check(request.GET, ())
        updates = PublicUpdate.objects.using(DEFAULT_DB_ALIAS)
        index_seq = updates.last_of(service.followed())  # first: it is not to be ahead of the other
        return orjson.dumps(
            {
                "seq": updates.aggregate(last=Max("seq"))["last"] or 0,
                "index_seq": index_seq,
                "counts": {name: _count(Ask(kind=kind)) for name, kind in LISTS.items()},
                "sites_by_freshness": {
                    word: _count(Ask(kind="site", filters={"freshness": (word,)}))
                    for word in Freshness.values
                },
                "sources": [_with_age(one) for one in sources()],
            }
        )


def _count(ask: Ask) -> int:
    return service.find(ask, limit=0).count


def _with_age(source: dict) -> dict:
    """With its ages in whole days, so that the answer stays the same while nothing happens."""
    success, run, today = source["last_success"], source["last_run"], timezone.localdate()
    said_at = source.pop("said_at")
    moments = {"last_success": success and moment(success), "last_run": run and moment(run)}
    ages = {
        "age_days": (today - timezone.localdate(success)).days if success else None,
        "said_age_days": max(0, (today - said_at).days) if said_at else None,
    }
    return source | moments | ages
