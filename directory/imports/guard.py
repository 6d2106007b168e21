"""What was judged is what is stored: records are held, and refused where somebody wrote meanwhile.

And what the database refuses is told by the name of the rule that it refused it by.
"""

import re
from typing import NamedTuple

from django.apps import apps
from django.db import DatabaseError, connection

from directory.core.models import Change
from directory.records import all_records


class ConcurrentChange(Exception):
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
            raise ConcurrentChange


def _with_keys(model, pks):
    return all_records()[model.change_kind].stored().filter(pk__in=pks)


class Broken(NamedTuple):
    """A rule of the database by its name, and what it says in a sentence, where it has one."""

    name: str
    sentence: str


def broken_rule(error: DatabaseError) -> Broken:
    """Which rule of which table `error` is about. Never a value: it may be somebody's."""
    name = _name_of_rule(error)
    for model in apps.get_models():
        for one in model._meta.constraints:
            if name in (one.name, _columns(model, one)):
                return Broken(one.name, str(one.get_violation_error_message()))
    return Broken(name[:200], "")


def _name_of_rule(error: DatabaseError) -> str:
    """What the database calls the rule; SQLite the columns of a unique one: `table.a, table.b`."""
    said = getattr(error.__cause__, "diag", None)
    if said is not None:
        place = ".".join(filter(None, [said.table_name, said.column_name]))
        name = said.constraint_name or place or (said.message_primary or "").split('"')[0]
    else:
        found = re.search(r"constraint failed: (?:index )?'?([^']+)", str(error))
        name = found[1] if found else str(error)
    return name or type(error).__name__


def _columns(model, constraint) -> str:
    meta, fields = model._meta, getattr(constraint, "fields", ())
    return ", ".join(f"{meta.db_table}.{meta.get_field(one).column}" for one in fields)
