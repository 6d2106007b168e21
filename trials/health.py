"""How old is what registries say."""

from django.db.models import Max, Q

from directory.core.roles import Role
from directory.core.text import squash

from .models import RegistrySync, StatusStatement, TrialSite
from .models.registry import SyncStatus


def sources() -> list[dict]:
    """Each registry that is followed, or that statuses of listed sites come from, by name:
    `{name, last_success, last_run, ok}`.

    Of one that is followed: when it was last asked, whether that went well, and when it last did. Of another:
    when a statement of it was last recorded; nobody asks it, so the rest is null.
    """
    found = {squash(one["name"]): one for one in (*_said(), *_followed())}
    return sorted(found.values(), key=lambda one: one["name"].casefold())


def _said() -> list[dict]:
    said = StatusStatement.objects.filter(
        role=Role.REGISTRY, retracted_at=None, site__in=TrialSite.objects.listed()
    ).exclude(source="")
    rows = said.order_by("source").values_list("source").annotate(Max("recorded_at"))
    return [{"name": name, "last_success": at, "last_run": None, "ok": None} for name, at in rows]


def _followed() -> list[dict]:
    done = Q(status=SyncStatus.DONE)
    runs = RegistrySync.objects.exclude(answered_by="").order_by("answered_by").values("answered_by")
    rows = runs.annotate(last=Max("pk"), success=Max("finished_at", filter=done))
    last = RegistrySync.objects.in_bulk([one["last"] for one in rows])
    return [
        {
            "name": one["answered_by"],
            "last_success": one["success"],
            "last_run": last[one["last"]].started_at,
            "ok": last[one["last"]].status == SyncStatus.DONE,
        }
        for one in rows
    ]
