"""A key's runs as a list, what they have stored, and where a step that is refused says to go on."""

import itertools

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from directory.imports import tasks
from directory.imports.choices import HAS_STORED, Status
from directory.imports.kinds import all_kinds
from directory.imports.models import ImportRun
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.integration.test_api_decisions import OPEN_DATES, Program
from tests.integration.test_api_imports import RUN, SITES, Partner, problem
from tests.integration.test_imports_commands import called

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here():
    centre = a_centre("uz-demo")
    a_trial("BoneOne", identifiers=["NCT01234567"])
    return centre


def some_runs(number, **fields):
    """Runs as a house would have them, in the order they were made."""
    fields = {"kind": "sites", "file_name": "a.csv", "role": "editor"} | fields
    return [
        ImportRun.objects.create(sha256=f"{len(ImportRun.objects.all())} {one}", **fields)
        for one in range(number)
    ]


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


# The list


def test_runs_come_newest_first_in_the_shape_of_a_list(here):
    program = Program()
    first, second = program.planned(), program.planned(OPEN_DATES)
    body = program.get("").json()
    assert list(body) == ["count", "next", "previous", "facets", "results"]
    assert ([one["id"] for one in body["results"]], body["count"]) == ([second, first], 2)
    assert set(body["results"][0]) == RUN
    assert body["results"][1] == program.get(f"{first}/").json()


def test_pages_are_walked_forth_and_back_while_runs_come(here):
    program = Program()
    made = [run.pk for run in some_runs(7)]
    page = program.get("", {"page_size": 3})
    walked, before = ids(page), page
    some_runs(1)
    while page.json()["next"]:
        before, page = page, program.client.get(page.json()["next"], headers=program.headers)
        walked += ids(page)
    assert walked == made[::-1]
    back = program.client.get(page.json()["previous"], headers=program.headers)
    assert ids(back) == ids(before)


def test_runs_are_filtered_by_status_and_kind(here):
    program = Program()
    made = {
        (kind, status): some_runs(1, kind=kind, status=status)[0].pk
        for kind, status in itertools.product(("sites", "trials"), ("planned", "applied", "failed"))
    }
    assert ids(program.get("", {"status": "failed", "kind": "trials"})) == [made["trials", "failed"]]
    both = ids(program.get("", {"status": ["planned", "applied"], "kind": "sites"}))
    assert sorted(both) == sorted([made["sites", "planned"], made["sites", "applied"]])


@pytest.mark.parametrize(("query", "field"), [
    ({"status": "open"}, "status"),
    ({"kind": "people"}, "kind"),
    ({"kind": ""}, "kind"),
    ({"state": "planned"}, "state"),
    ({"page_size": "201"}, "page_size"),
    ({"cursor": "nonsense"}, "cursor"),
    ({"cursor": "nabc"}, "cursor"),
    ({"cursor": "n" + "9" * 30}, "cursor"),
    ({"fields": "id"}, "fields"),
    ({"page_size": ["1", "2"]}, "page_size"),
])  # fmt: skip
def test_a_bad_question_about_runs_is_named(here, query, field):
    body = problem(Program().get("", query), 400)
    assert body["errors"][0]["field"] == field
    assert body["errors"][0]["message"]


@pytest.mark.parametrize("of", ["a centre's key", "an editor's key"])
def test_the_list_is_what_the_key_may_open_one_by_one(here, of):
    own, other = Partner("imports", centre=here), Partner("imports", centre=a_centre("uz-other"))
    coordinator = a_coordinator(here)
    some_runs(1, created_by=own.key.user, centre=here)
    some_runs(1, created_by=other.key.user)
    some_runs(1, created_by=coordinator, centre=here)
    some_runs(1, created_by=an_editor())
    some_runs(1, role="registry")
    key = own if of == "a centre's key" else Program()
    opened = [run.pk for run in ImportRun.objects.all() if key.get(f"{run.pk}/").status_code == 200]
    assert ids(key.get("")) == opened
    assert len(opened) == (1 if of == "a centre's key" else 5)
    assert key.get("").json()["count"] == len(opened)
    # No cursor of another key leads beyond.
    last = ImportRun.objects.first().pk
    assert set(ids(key.get("", {"cursor": f"n{last + 1}"}))) <= set(opened)
    assert set(ids(key.get("", {"cursor": "p0"}))) <= set(opened)


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_the_same_queries_whatever_its_length(here, number):
    program = Program()
    some_runs(number)
    program.get("")
    with CaptureQueriesContext(connection) as queries:
        program.get("", {"status": Status.values, "kind": list(all_kinds())})
    # The key, its groups, the count, the page.
    assert len(queries) == 4


def test_the_list_has_a_tag_is_kept_by_no_shared_cache_and_knows_head_and_options(here):
    program = Program()
    program.planned()
    first = program.get("")
    assert (first["Cache-Control"], "Authorization" in first["Vary"]) == ("private, no-cache", True)
    again = program.get("", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = program.client.head("/api/v1/imports/", headers=program.headers)
    assert (head.status_code, head["ETag"], head.content) == (200, first["ETag"], b"")
    assert int(head["Content-Length"]) == len(first.content)
    options = program.client.options("/api/v1/imports/", headers=program.headers)
    assert (options.status_code, options["Allow"]) == (204, "GET, POST, HEAD, OPTIONS")
    some_runs(1)
    assert program.get("", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_the_list_needs_a_key_with_the_scope(client, here):
    problem(client.get("/api/v1/imports/"), 401)
    problem(Partner("read").get(""), 403)


# What is stored


def test_a_sheet_that_says_what_is_known_is_applied_by_itself_and_says_that_nothing_was_stored(here):
    program = Program()
    first = program.planned()
    assert program.get(f"{first}/").json()["stored"] == 0
    program.apply(first)
    assert program.get(f"{first}/").json()["stored"] == 1
    second = program.get(f"{program.planned()}/").json()
    assert (second["status"], second["stored"], second["counts"]["unchanged"]) == ("applied", 0, 1)
    again = program.post(f"{second['id']}/apply/")
    assert (again.status_code, again.json()["status"], again.json()["stored"]) == (202, "applied", 0)


def test_a_sheet_of_which_no_row_can_be_taken_says_so_too(here):
    program = Program()
    number = program.planned(SITES.replace("recruiting", "sometimes"))
    run = program.get(f"{number}/").json()
    assert (run["status"], run["stored"], run["counts"]["invalid"]) == ("applied", 0, 1)


def test_only_rows_that_were_written_count(here):
    a_trial("BoneTwo", identifiers=["NCT07654321"])
    program = Program()
    number = program.planned(SITES + "uz-demo,NCT07654321,recruiting,2026-11-20\nx,NCT01234567,y,z\n")
    program.send_json(f"{number}/decisions/", {"leave": [3]})
    program.apply(number)
    assert program.get(f"{number}/").json()["stored"] == 1


@pytest.mark.parametrize("status", Status.values)
def test_a_run_has_stored_rows_only_when_it_was_applied(here, status):
    run = some_runs(1, status=status, counts={"new": 2, "unchanged": 1}, taken={"new": 1, "conflict": 1})[0]
    assert run.rows_stored == (2 if status in HAS_STORED else 0)


def test_api_page_and_shell_say_the_same_of_nothing_to_store(here, client, tmp_path):
    editor = an_editor("ed")
    program = Program()
    program.apply(program.planned())
    number = program.planned()
    client.force_login(editor)
    page = client.get(f"/admin/imports/importrun/{number}/change/").content.decode()
    assert "Nothing to store: the directory already has everything in this sheet." in page
    code, said = called(tmp_path, SITES.encode(), "--user", "ed", "--kind", "sites", "--apply", "--json")
    assert (code, '"rows_stored": 0' in said, '"stored": {}' in said) == (0, True, True)
    assert program.get(f"{number}/").json()["stored"] == 0


# Where to go on


def test_open_questions_are_told_by_key_with_the_answers_and_the_address(here):
    program = Program()
    number = program.planned(OPEN_DATES)
    body = problem(program.apply(number), 409)
    address = f"{settings.BASE_URL}/api/v1/imports/{number}/questions/"
    assert body["see"] == address
    assert body["detail"].endswith(f"where to answer them: {address}")
    [asked] = program.client.get(address, headers=program.headers).json()["questions"]
    assert body["errors"] == [
        {
            "field": asked["key"],
            "message": asked["message"],
            "allowed": [one["value"] for one in asked["options"]],
        }
    ]
    answers = {body["errors"][0]["field"]: body["errors"][0]["allowed"][0]}
    assert program.send_json(f"{number}/questions/", {"answers": answers}).status_code == 202


STEPS = ("apply/", "apply/?mode=all", "cancel/", "undo/", "questions/", "decisions/", "report.xlsx")
BODIES = {"questions/": {"answers": {"date:x": "dmy"}}, "decisions/": {"take": [2]}}


def step(program, number, name):
    if name == "report.xlsx":
        return program.get(f"{number}/{name}")
    if name in BODIES:
        return program.send_json(f"{number}/{name}", BODIES[name])
    return program.post(f"{number}/{name}")


@pytest.mark.parametrize(("name", "status"), list(itertools.product(STEPS, Status.values)))
def test_every_step_that_a_run_does_not_allow_says_where_to_go_on(here, name, status):
    program = Program()
    run = some_runs(1, status=status, counts={"new": 1, "invalid": 1}, taken={"new": 1})[0]
    run.rows.create(number=2, outcome="invalid")
    answer = step(program, run.pk, name)
    assert answer.status_code in (200, 202, 409), answer.content
    if answer.status_code != 409:
        return
    body = problem(answer, 409)
    assert body["see"] in body["detail"]
    assert body["errors"], "what is wrong is named"
    path = body["see"].removeprefix(settings.BASE_URL)
    assert path.startswith("/api/v1/imports/")
    assert get_resolver().resolve(path)
    # What is told to do there can be done: a step that is refused in turn would be no way out.
    if path.endswith("/undo/"):
        assert program.client.post(path, headers=program.headers).status_code == 202
    else:
        assert program.client.get(path, headers=program.headers).status_code == 200


def test_every_reason_of_a_refusal_that_is_known_to_the_api_is_one_of_the_imports(here):
    from directory.api.v1.import_problems import OF_CODE
    from directory.imports.messages import _sentences

    assert set(OF_CODE) <= set(_sentences())


def test_an_undone_run_is_begun_anew_with_its_sheet(here):
    program = Program()
    number = program.planned()
    program.apply(number)
    undo = program.post(f"{number}/undo/").json()["id"]
    tasks.plan(undo)
    program.apply(undo)
    assert program.get(f"{number}/").json()["status"] == "undone"
    body = problem(program.post(f"{number}/cancel/"), 409)
    assert body["see"] == f"{settings.BASE_URL}/api/v1/imports/"
