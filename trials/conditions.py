"""The ICCC-3 tree, read from the project's vocabulary file into the database after each migration."""

import csv
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "vocabulary" / "iccc3.csv"


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The vocabulary's rows, parents before children."""
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def subtree(code: str) -> frozenset[str]:
    """`code` and all codes below it. Empty for an unknown code."""
    if code not in codes():
        return frozenset()
    found, grew = {code}, True
    while grew:
        more = {row["code"] for row in rows() if row["parent"] in found} - found
        grew = bool(more)
        found |= more
    return frozenset(found)


@cache
def codes() -> frozenset[str]:
    return frozenset(row["code"] for row in rows())


def load_conditions(using="default", **kwargs):
    """Make the table equal to the file. Codes that left the file stay: trials may refer to them."""
    from .models import Condition

    manager = Condition.objects.using(using)
    stored = {one.code: one for one in manager.select_related("parent")}
    for position, row in enumerate(rows()):
        parent = stored.get(row["parent"])
        wanted = {
            "parent_id": parent and parent.pk,
            "level": row["level"],
            "position": position,
            **{f"name_{code}": row[f"name_{code}"] for code in ("en", "nl", "fr", "de")},
        }
        one = stored.get(row["code"])
        if one is None:
            stored[row["code"]] = manager.create(code=row["code"], **wanted)
        elif any(getattr(one, name) != value for name, value in wanted.items()):
            manager.filter(pk=one.pk).update(**wanted)
