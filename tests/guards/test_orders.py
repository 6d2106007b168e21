"""In which order records come is said by a column of their own: a relation brings the order of its list."""

import ast

from django.apps import apps
from django.conf import settings
from django.db import models

FOLDERS = ("centres", "directory", "trials")


def relations():
    """The names of all relations of our records."""
    ours = [one for one in apps.get_models() if one.__module__.split(".")[0] in FOLDERS]
    return {one.name for model in ours for one in model._meta.fields if isinstance(one, models.ForeignKey)}


def orders():
    """Each `order_by("name")` of the house: where it stands, and the name."""
    for path in (one for folder in FOLDERS for one in (settings.BASE_DIR / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "order_by":
                for one in node.args:
                    if isinstance(one, ast.Constant):
                        yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", one.value.lstrip("-")


def test_no_records_are_ordered_by_a_relation_as_such():
    """`order_by("run")` is by the newest run first, as runs are listed; `run_id` is by their number."""
    names = relations()
    assert {"run", "enquiry", "trial", "centre"} <= names
    assert [(place, name) for place, name in orders() if name in names] == []
    assert len(list(orders())) > 50
