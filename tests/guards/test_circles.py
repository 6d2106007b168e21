"""No module imports one that imports it back, by whatever way round and wherever in the file it does so.

import-linter asks the same of the modules and packages that stand side by side; it does not look at a package
and its own modules.
"""

import ast
from graphlib import TopologicalSorter

import grimp  # what import-linter reads imports with

from config.env import BASE_DIR

APPS = ("config", "directory", "trials", "centres")
# How many imports of ours stand inside functions, by file. The list may only shrink: what is imported late is
# needed all the same, and a reader does not see it.
LATE = {
    "config/embedded/run.py": 1,  # the first words of `make run` do not wait for Django
    "config/setup.py": 1,  # it starts the apps, and models come after that
    "directory/sheets/reading/child.py": 5,  # its limits stand before what opens files is loaded
    "centres/apps.py": 1,  # models come after the configuration of apps
    "directory/imports/apps.py": 1,  # models come after the configuration of apps
    "directory/search/apps.py": 3,  # models come after the configuration of apps; the worker alone follows
    "trials/apps.py": 3,  # models come after the configuration of apps
}


def test_no_module_imports_itself_by_a_way_round():
    graph = grimp.build_graph(*APPS, cache_dir=None)
    # A circle is a CycleError, which names its modules in order.
    TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules}).prepare()


def test_imports_stand_at_the_top_but_for_those_that_cannot():
    files = [path for app in APPS for path in (BASE_DIR / app).rglob("*.py")]
    late = {path.relative_to(BASE_DIR).as_posix(): len(set(late_imports(path))) for path in files}
    assert {name: number for name, number in late.items() if number} == LATE


def late_imports(path):
    """The imports of ours that stand inside a function."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (one for one in ast.walk(function) if is_ours(one))


def is_ours(node) -> bool:
    if isinstance(node, ast.ImportFrom):
        return bool(node.level) or node.module.partition(".")[0] in APPS
    return isinstance(node, ast.Import) and any(one.name.partition(".")[0] in APPS for one in node.names)
