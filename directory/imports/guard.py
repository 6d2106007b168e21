"""What was judged is what is stored: records are held, and refused where somebody wrote meanwhile."""

from django.db import connection

from directory.core.models import Change


class Moved(Exception):
    """Records changed between judging and storing."""


def lock(touched: dict) -> None:
    """Hold the records that will be written, in one order for everybody. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    for model in sorted(touched, key=lambda one: one.__name__):
        rows = model.objects.filter(pk__in=touched[model]).order_by("pk")
        list(rows.select_for_update().values_list("pk", flat=True))


def refuse_later_changes(touched: dict, judged_at: int) -> None:
    """Every write is in the change log: what is not there since the judging has not changed since."""
    later = set(Change.objects.filter(seq__gt=judged_at).values_list("kind", "key"))
    if not later:
        return
    for model, pks in touched.items():
        kinds = {key for kind, key in later if kind == model.change_kind}
        if kinds and any(one.change_key in kinds for one in _with_keys(model, pks)):
            raise Moved


def _with_keys(model, pks):
    related = [name for name in ("trial", "centre", "network", "user") if hasattr(model, name)]
    return model.objects.filter(pk__in=pks).select_related(*related)
