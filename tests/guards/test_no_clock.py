"""No test promises how fast a machine is: what must be fast is held by `make bench`, as a ratio."""

import ast
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time"}
CLOCKS |= {f"{name}_ns" for name in CLOCKS}
# What calls a clock or holds what passed on it, by the name that a comparison would use.
Names = set[str]


def name_of(node: ast.AST) -> str:
    """The last part of a name: `begun`, `monotonic` of `time.monotonic`, `seconds` of `found.seconds`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def reads_clock(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Call) and name_of(one.func) in CLOCKS for one in ast.walk(node))


def is_span(node: ast.AST, spans: Names) -> bool:
    """Whether time that passed is in `node`: a difference of a clock, or what is known to hold one."""
    for one in ast.walk(node):
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub) and reads_clock(one):
            return True
        if name_of(one) in spans and isinstance(getattr(one, "ctx", ast.Load()), ast.Load):
            return True
    return False


def named_by(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that `node` gives to values: of variables, of arguments, of a function to what it returns."""
    if isinstance(node, ast.Assign):
        yield from ((name_of(target), node.value) for target in node.targets)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield name_of(node.target), node.value
    elif isinstance(node, ast.FunctionDef):
        returns = (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
        yield from ((node.name, value) for value in returns)


def promises(source: str) -> list[int]:
    """The lines of asserts that compare time that passed with anything."""
    tree, spans = ast.parse(source), set()
    while True:
        found = {
            name
            for node in ast.walk(tree)
            for name, value in named_by(node)
            if name and is_span(value, spans)
        }
        if found <= spans:
            break
        spans |= found
    asserts = (node for node in ast.walk(tree) if isinstance(node, ast.Assert))
    return [
        node.lineno
        for node in asserts
        if any(isinstance(one, ast.Compare) and is_span(one, spans) for one in ast.walk(node.test))
    ]


FILES = sorted(TESTS.rglob("*.py"))


def test_no_assert_compares_time_that_passed():
    found = {str(path.relative_to(TESTS)): promises(path.read_text()) for path in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) > 200


@pytest.mark.parametrize(
    "source",
    [
        "assert time.monotonic() - begun < 5",
        "assert 5 > perf_counter() - begun",
        "taken = time.time() - begun\nassert done and taken <= 10",
        "def wait():\n    return time.monotonic() - begun\nassert wait() < 2",
        "def wait():\n    taken = time.monotonic() - begun\n    return taken\nassert wait() < 2",
        "assert (taken := time.process_time() - begun) < 1, taken",
    ],
)
def test_a_promise_of_speed_is_found(source):
    assert promises(source) == [1 + source.count("\n")]


@pytest.mark.parametrize(
    "source",
    [
        "while time.monotonic() - begun < 5:\n    pass\nassert done",
        "begun = time.time()\nassert told.at >= begun",
        "taken = time.monotonic() - begun\nprint(taken)\nassert seconds == 60",
    ],
)
def test_giving_up_and_telling_are_no_promise(source):
    assert promises(source) == []


def test_examples_are_given_all_the_time_they_need():
    assert hypothesis.settings().deadline is None
    assert hypothesis.HealthCheck.too_slow in hypothesis.settings().suppress_health_check
    here = Path(__file__)
    own = [path.name for path in FILES if path != here and "deadline=" in path.read_text()]
    assert own == ["conftest.py"], "one profile for all"
