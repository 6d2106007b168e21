"""One thing stands in one place: the word for a public record, the languages, the name of a class."""

import ast
import re
from collections import Counter, defaultdict

from config.env import BASE_DIR
from directory.core.fields import LANGUAGE_CODES
from directory.records.facets import facets_of
from directory.search import service
from directory.web import query
from trials.filters import TrialFilterSet

PARTS = ("config", "directory", "trials", "centres")


def modules():
    """`(file, tree)` of every module of the product that is no migration."""
    for part in PARTS:
        for path in sorted((BASE_DIR / part).rglob("*.py")):
            if path.parent.name != "migrations":
                yield str(path.relative_to(BASE_DIR)), ast.parse(path.read_text(encoding="utf-8"))


def test_the_state_of_a_record_is_asked_for_by_its_name():
    """`State.LISTED`, never "listed"."""
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and (node.arg or "").split("__")[-1] == "state":
                is_text = isinstance(node.value, ast.Constant)
                assert not is_text, f"{file}:{node.value.lineno} writes a state as text: use State"


def test_the_languages_are_listed_once():
    found = set()
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) >= len(LANGUAGE_CODES) - 1:
                words = {one.value for one in node.elts if isinstance(one, ast.Constant)}
                if words in (set(LANGUAGE_CODES), set(LANGUAGE_CODES) - {"en"}):
                    found.add(file)
    assert found == {"directory/core/fields.py"}


def test_the_tree_of_iccc3_is_asked_never_rebuilt():
    """Only who stores, publishes or counts the rows reads them; for all else there is `trials.conditions`."""
    reads = re.compile(r"\b(?:conditions|iccc3)\.rows\(|conditions import .*\brows\b")
    found = {file for file, _tree in modules() if reads.search((BASE_DIR / file).read_text(encoding="utf-8"))}
    assert found == {"directory/api/v1/conditions.py", "trials/gaps.py", "trials/models/condition.py"}


def test_the_pages_show_every_facet_that_is_counted(db, index_dir):
    service.rebuild()
    counted = {name for name, facet in facets_of(TrialFilterSet).items() if facet.counted}
    assert set(query.FACETS) == counted == set(service.find(service.Ask(), limit=0, facets=True).facets)


def test_one_class_name_is_one_class():
    """But for the names that Django gives: what is inside a class (`Meta`), and a `Command`."""
    names = Counter(
        node.name for _file, tree in modules() for node in tree.body if isinstance(node, ast.ClassDef)
    )
    assert {name for name, many in names.items() if many > 1} == {"Command"}


def test_the_name_of_a_private_function_stands_in_three_modules_at_most():
    """Beyond that it says too little of what the function does (`_row`, `_kept`)."""
    files = defaultdict(set)
    for file, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
                files[node.name].add(file)
    assert {name: many for name, many in files.items() if len(many) > 3} == {}
