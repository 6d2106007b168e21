"""All CSV is written by one module, so that no export forgets what a spreadsheet would calculate."""

import ast
from pathlib import Path

from django.conf import settings

OURS = ("centres", "config", "directory", "trials")
ONE = "directory/sheets/csv_files.py"


def sources():
    root = Path(settings.BASE_DIR)
    for folder in OURS:
        for path in (root / folder).rglob("*.py"):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def writes_csv(tree) -> bool:
    """Whether a module makes a writer of `csv`, asks a data set for its CSV, or answers with that type."""
    return any(map(_is_telling, ast.walk(tree)))


def _is_telling(node) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="csv"), attr="writer" | "DictWriter"):
            return True
        case ast.ImportFrom(module="csv") | ast.Attribute(value=ast.Call(), attr="csv"):
            return True
        case ast.Constant(value=str(text)):
            return text.startswith("text/csv")
    return False


def test_one_module_writes_csv():
    assert [name for name, tree in sources() if writes_csv(tree)] == [ONE]


def test_the_guard_sees_what_it_looks_for():
    for line in (
        "csv.writer(out)",
        "csv.DictWriter(out, [])",
        "from csv import writer",
        'x = "text/csv"',
        "a().csv",
    ):
        assert writes_csv(ast.parse(line)), line
    assert not writes_csv(ast.parse("csv.DictReader(file)"))
