"""How old is what registries say."""

from django.db.models import Max

from directory.core.roles import Role

from .models import StatusStatement, TrialSite


def sources() -> list[dict]:
    """Each registry that statuses of listed sites come from: `{name, last_success, last_run, ok}`, by name.

    `last_success`: when a statement of it was last recorded. When it was last asked, and whether that went
    well, nobody keeps yet: null.
    """
    said = StatusStatement.objects.filter(
        role=Role.REGISTRY, retracted_at=None, site__in=TrialSite.objects.listed()
    ).exclude(source="")
    rows = said.order_by("source").values_list("source").annotate(Max("recorded_at"))
    return [{"name": name, "last_success": at, "last_run": None, "ok": None} for name, at in rows]
