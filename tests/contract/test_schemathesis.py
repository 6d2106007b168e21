"""A machine tries what no person would: requests drawn from the OpenAPI document, answers held against it.

Each address is asked in four roles; with `--schemathesis-examples 50` that is over ten thousand requests.
"""

import json
from collections import Counter
from types import SimpleNamespace

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from directory.api.v1.schema import committed
from directory.core import changes
from directory.imports.choices import Outcome, Status
from directory.imports.models import ImportRun
from directory.partners import keys
from tests.builders import a_centre
from tests.support.figures import tell

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
schema = schemathesis.openapi.from_dict(json.loads(committed()))
schema.app = application
# name: the scopes of its key, whether the key is a centre's; an editor's is nobody's centre's.
ROLES = {
    "anonymous": None,
    "reader": (["read"], False),
    "centre": (["imports"], True),
    "editor": (["read", "imports"], False),
}
# In two of three requests these stand for what was drawn, so that something is found.
KNOWN = {
    "centre": "uz-demo", "network": "demo-net", "trial": "boneone", "identifier": "NCT01234567",
    "country": "BE", "near": "4000", "q": "sarcoma", "age": "14y", "updated_since": "2026-11-01",
}  # fmt: skip
KEYS = {"trials": ["boneone", "NCT01234567"], "centres": ["uz-demo", "chc-demo"], "networks": ["demo-net"]}
SEEN: Counter = Counter()


@pytest.fixture(autouse=True, scope="module")
def _tell_how_many():
    yield
    by_status = Counter()
    for (_role, status), number in SEEN.items():
        by_status[status] += number
    listed = ", ".join(f"{number} × {status}" for status, number in sorted(by_status.items()))
    tell(f"{sum(by_status.values())} requests drawn from the document, in {len(ROLES)} roles: {listed}.")


@pytest.fixture(params=ROLES)
def role(request, world, settings):
    """The world, a key, runs at every stage of their way; a connection that stays open between requests."""
    settings.API_ANONYMOUS_PER_MINUTE = settings.API_KEY_PER_MINUTE = 10**9
    made = SimpleNamespace(name=request.param, headers={"Accept-Encoding": "identity"}, runs=[1])
    if ROLES[request.param]:
        scopes, is_of_centre = ROLES[request.param]
        centre = a_centre("uz-own", name="Own", state="draft") if is_of_centre else None
        key, text = keys.make(name="x", scopes=scopes, centre=centre, by=changes.SYSTEM)
        made.headers["Authorization"] = f"Api-Key {text}"
        made.runs = some_runs(key.user, centre) if "imports" in scopes else made.runs
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def some_runs(user, centre) -> list[int]:
    """Runs of `user` in each status, the planned one with a question too, and an undo."""
    asked = {
        "key": "date:status_date", "code": "date", "message": "?", "suggested": "", "needed": True,
        "options": [{"value": one, "label": one, "reason": ""} for one in ("dmy", "mdy")], "examples": ["1"],
    }  # fmt: skip
    found = []
    for questions, status in [([asked], "planned"), *(([], status) for status in Status.values)]:
        run = ImportRun.objects.create(
            sha256=str(len(found)), kind="sites", file_name="a.csv", role="editor", created_by=user,
            centre=centre, status=status, questions=questions, counts={"new": 1}, taken={"new": 1},
            undo_of=ImportRun.objects.filter(status=Status.UNDOING).first(),
        )  # fmt: skip
        for number, outcome in enumerate(Outcome.values, 2):
            run.rows.create(number=number, outcome=outcome, values={"trial": "x"})
        found.append(run.pk)
    return found


def to_something_known(case, role) -> None:
    """Two of three requests name a run and records that are there."""
    number = SEEN.total()
    if number % 3 == 0:
        return
    if "number" in case.path_parameters:
        case.path_parameters["number"] = role.runs[number % len(role.runs)]
    if "key" in case.path_parameters:
        names = KEYS[case.path.split("/")[3]]
        case.path_parameters["key"] = names[number % len(names)]
    for name in set(KNOWN) & set(case.query or {}):
        case.query[name] = [KNOWN[name]] if isinstance(case.query[name], list) else KNOWN[name]


def ask(case, role) -> None:
    to_something_known(case, role)
    answer = case.call(headers=role.headers)
    SEEN[role.name, answer.status_code] += 1
    case.validate_response(answer, checks=CHECKS)


@schema.parametrize()
@settings(settings.get_profile("schemathesis"))
@pytest.mark.each("--schemathesis-examples", 5)
def test_whatever_is_asked_in_whatever_role_is_answered_as_promised(case, role):
    ask(case, role)


@schema.parametrize()
@settings(settings.get_profile("schemathesis"), phases=[Phase.explicit])
@pytest.mark.parametrize("role", ["editor"], indirect=True)
def test_each_example_and_each_bound_of_the_document_is_answered_as_promised(case, role):
    ask(case, role)
