"""How old is what registries say: when it was taken from them, and of which day it is."""

from django.db.models import Max, Q

from directory.core.roles import Role
from directory.core.text import squash

from .models import RegistrySync, StatusStatement, TrialSite
from .models.registry import FROM_FILES, SyncStatus
from .statements import day_as_said


def sources() -> list[dict]:
    """Each registry that is followed, or that statuses of listed sites come from, by name:
    `{name, last_success, last_run, ok, said_at, said_on}`.

    Of one that is followed: when it was last asked, whether that went well, and when it last did. Of another:
    when a statement of it was last recorded; nobody asks it, so the rest is null. `said_at`, `said_on`: the
    latest day of which a statement of it is, as a date and as precisely as it was said; null where it
    stated no site's status.
    """
    found: dict[str, dict] = {}
    for one in (*_said(), *_followed()):
        known = found.setdefault(squash(one["name"]), {"said_at": None, "said_on": None})
        found[squash(one["name"])] = known | one
    return sorted(found.values(), key=lambda one: one["name"].casefold())


def _said() -> list[dict]:
    said = StatusStatement.objects.filter(
        role=Role.REGISTRY, retracted_at=None, site__in=TrialSite.objects.listed()
    ).exclude(source="")
    rows = said.order_by("source").values_list("source").annotate(Max("recorded_at"), Max("said_at"))
    latest = list(rows)
    on = {day for _name, _recorded, day in latest}
    # Of one day some may be said exactly, some as a month: the more exact stands last.
    written = said.filter(said_at__in=on).order_by("-said_on").values_list("source", "said_at", "said_on")
    as_said = {(name, day): day_as_said(day, month) for name, day, month in written.distinct()}
    return [
        {
            "name": name, "last_success": recorded, "last_run": None, "ok": None, "said_at": day,
            "said_on": as_said[name, day],
        }
        for name, recorded, day in latest
    ]  # fmt: skip


def _followed() -> list[dict]:
    done = Q(status=SyncStatus.DONE)
    # What came from files has a name of its own; other partial runs say nothing of all that is followed.
    whole = Q(is_partial=False) | Q(answered_by__endswith=FROM_FILES)
    asked = RegistrySync.objects.filter(whole).exclude(answered_by="")
    runs = asked.order_by("answered_by").values("answered_by")
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
