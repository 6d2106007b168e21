"""Each error is a problem (RFC 9457) that names the value, the place and the way out."""

import pytest
from django.db import OperationalError
from django.test import Client

from directory.api import errors
from directory.search import service

LISTS = ["trials/", "sites/", "centres/", "networks/"]
DETAILS = ["trials/boneone/", "centres/uz-demo/", "networks/demo-net/"]
OTHERS = ["conditions/", "suggest/", "schema/", "docs/"]


@pytest.mark.parametrize("path", [*LISTS, *DETAILS, *OTHERS])
def test_an_unknown_parameter_is_named_with_all_that_are_allowed(world, path):
    body = world.problem(path, stauts="recruiting")
    fault = body["errors"][0]
    assert fault["field"] == "stauts"
    assert "“stauts” is not a parameter here" in fault["message"]
    for name in fault["allowed"]:
        assert name in fault["message"]


def test_the_parameters_of_trials_are_those_of_the_contract(world):
    allowed = world.problem("trials/", nonsense="1")["errors"][0]["allowed"]
    assert set(allowed) == {
        "q", "status", "phase", "condition", "age", "stage", "sex", "study_type", "centre", "network",
        "province", "country", "near", "within", "freshness", "identifier", "updated_since", "ordering",
        "page_size", "cursor", "facets", "fields", "include",
        "age_band",  # came later: docs/adr/0012
        "recruiting_in", "trial_status",  # where it recruits, and the status of the whole trial
    }  # fmt: skip


@pytest.mark.parametrize(("name", "value", "allowed"), [
    ("status", "sometimes", "recruiting"),
    ("phase", "phase9", "phase2"),
    ("condition", "XXX", None),
    ("age", "young", None),
    ("age", "-3", None),
    ("age", "900", None),
    ("stage", "late", "relapsed"),
    ("sex", "other", "female"),
    ("study_type", "any", "interventional"),
    ("centre", "nowhere", None),
    ("network", "nowhere", None),
    ("province", "Ghent", "BE-VOV"),
    ("country", "Belgium", None),
    ("near", "Ghent", None),
    ("near", "0999", None),
    ("near", "91,5", None),
    ("within", "far", None),
    ("within", "-1", None),
    ("freshness", "old", "stale"),
    ("updated_since", "yesterday", None),
    ("updated_since", "2026-13-45", None),
    ("ordering", "random", "acronym"),
    ("ordering", "distance", None),
    ("page_size", "0", "1..200"),
    ("page_size", "201", "1..200"),
    ("page_size", "100000", "1..200"),
    ("page_size", "-5", "1..200"),
    ("page_size", "ten", "1..200"),
    ("page_size", "١٠", "1..200"),
    ("page_size", "", None),
    ("status", "", None),
    ("cursor", "", None),
    ("cursor", "nonsense", None),
    ("cursor", "n", None),
    ("cursor", "nWzEsMl0", None),
    ("cursor", "p" + "A" * 390, None),
    ("facets", "yes", "1"),
    ("fields", "slug,colour", "acronym"),
    ("include", "everything", "match"),
])  # fmt: skip
def test_a_bad_value_is_named_with_what_is_allowed(world, name, value, allowed):
    fault = world.problem("trials/", **{name: value})["errors"][0]
    assert fault["field"] == name
    assert len(fault["message"]) > 20
    if allowed:
        assert allowed in fault["allowed"]


def test_every_bad_value_is_named_at_once(world):
    faults = world.problem("trials/", status="sometimes", phase="phase9", age="young")["errors"]
    assert {fault["field"] for fault in faults} == {"status", "phase", "age"}


@pytest.mark.parametrize("path", [*LISTS, "suggest/"])
@pytest.mark.parametrize(
    "text", ["\x00", "ewing\x00", "a\x07b", "\x1b[2J", "\ufffe", "\n", "a\tb", "ewing\r\n"]
)
def test_a_control_character_is_refused_everywhere(world, path, text):
    fault = world.problem(path, q=text)["errors"][0]
    if path != "sites/":
        assert "control character U+" in fault["message"]


@pytest.mark.parametrize("name", ["status", "age", "near", "identifier", "cursor", "fields", "updated_since"])
def test_nul_is_refused_in_each_parameter(world, name):
    assert world.problem("trials/", **{name: "x\x00"})["errors"][0]["field"] == name


@pytest.mark.parametrize("name", ["q", "status", "age", "near", "cursor", "fields", "ordering"])
@pytest.mark.parametrize("sent", ["%ff%fe", "ewing%80", "%ed%a0%80"])
def test_bytes_that_are_not_utf_8_are_refused_in_each_parameter(world, name, sent):
    answer = world.client.get(f"/api/v1/trials/?{name}={sent}")
    assert answer.status_code == 400
    fault = answer.json()["errors"][0]
    assert fault["field"] == name
    assert "not UTF-8" in fault["message"]


def test_a_distance_of_nothing_is_told_what_to_give(world):
    message = world.problem("trials/", near="4000", within="0")["errors"][0]["message"]
    assert message == "“0” is not a number of kilometres. Give more than 0 and at most 20000."


def test_nul_in_an_address_is_refused(world):
    world.problem("trials/%00/")
    world.problem("centres/uz%00/")


def test_a_control_character_in_a_parameters_name_is_not_echoed(world):
    assert "\x00" not in world.problem("trials/", **{"st\x00atus": "x"})["detail"]


def test_a_text_that_nobody_types_is_refused(world):
    assert "at most 400" in world.problem("trials/", q="a" * 401)["detail"]


@pytest.mark.parametrize("name", ["page_size", "cursor", "facets"])
def test_what_has_one_value_is_not_given_twice(world, name):
    assert "2 times" in world.problem("trials/", **{name: ["1", "1"]})["detail"]


def test_a_cursor_of_another_ordering_is_refused(world):
    link = world.json("trials/", page_size=1, ordering="acronym")["next"]
    cursor = link.partition("cursor=")[2]
    assert world.problem("trials/", ordering="updated", cursor=cursor)["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_list_is_refused(world):
    cursor = world.json("trials/", page_size=1)["next"].rpartition("cursor=")[2]
    assert world.problem("sites/", cursor=cursor)["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("path", ["nothing/", "trials/boneone/sites/", "match/x/", "imports/1/redo/"])
def test_an_address_that_leads_nowhere_is_a_problem(api, path):
    assert api.problem(path, 404)["type"].endswith("#problem-not-found")


@pytest.mark.parametrize("path", ["/api/", "/api/v2/trials/", "/api/v1", "/api/v1/../../etc/passwd"])
def test_nothing_under_api_answers_with_a_page(client, db, path):
    answer = client.get(path)
    assert answer.status_code in (308, 404)
    assert "html" not in answer.get("Content-Type", "")


@pytest.mark.parametrize("method", ["get", "head", "post", "delete"])
def test_a_forgotten_slash_is_added(client, db, method):
    answer = getattr(client, method)("/api/v1/trials?q=a%20b&status=recruiting")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/trials/?q=a%20b&status=recruiting")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "path", ["trials/", "trials/boneone/", "sites/", "conditions/", "suggest/", "schema/"]
)
def test_another_method_is_a_problem_that_says_which_are_possible(world, method, path):
    answer = getattr(world.client, method)(f"/api/v1/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (405, errors.CONTENT_TYPE)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(("accept", "status"), [
    ("*/*", 200),
    ("application/json", 200),
    ("application/*;q=0.5", 200),
    ("text/html, application/json;q=0.9", 200),
    ("application/problem+json", 200),
    ("application/xml, */*;q=0.1", 200),
    ("text/html", 406),
    ("application/xml", 406),
    ("application/json;q=0", 406),
    ("nonsense", 406),
    ("", 200),
    (" ", 200),
])  # fmt: skip
def test_json_is_spoken_to_whoever_takes_it(world, accept, status):
    answer = world.get("trials/", headers={"Accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert answer["Content-Type"] == errors.CONTENT_TYPE


def test_without_an_index_the_api_is_not_ready(api):
    answer = api.get("trials/")
    assert (answer.status_code, answer["Content-Type"]) == (503, errors.CONTENT_TYPE)
    assert int(answer["Retry-After"]) >= 1
    assert "/" not in answer.json()["detail"]


def test_a_database_that_does_not_answer_is_not_a_500(world, monkeypatch):
    def down(*args, **kwargs):
        raise OperationalError("server closed the connection: password=secret")

    monkeypatch.setattr(service, "find", down)
    answer = world.get("trials/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "secret" not in answer.content.decode()


def test_an_error_nobody_foresaw_is_a_problem_that_tells_nothing(world, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "find", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/trials/")
    assert (answer.status_code, answer["Content-Type"]) == (500, errors.CONTENT_TYPE)
    assert "secret" not in answer.content.decode()
    assert answer["X-Request-ID"]


def test_an_error_nobody_foresaw_is_reported_like_any_other(world, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("to be seen by whoever watches")

    monkeypatch.setattr(service, "find", broken)
    with pytest.raises(RuntimeError, match="to be seen"):
        world.get("trials/")


def test_every_kind_of_problem_is_explained_in_the_documentation(api):
    page = api.get("docs/").content.decode()
    for kind in errors.PROBLEMS:
        assert f'id="problem-{kind}"' in page


def test_a_thousand_parameters_are_refused_not_read(world):
    answer = world.client.get("/api/v1/trials/?" + "&".join("status=recruiting" for _ in range(1500)))
    assert (answer.status_code, answer["Content-Type"]) == (400, errors.CONTENT_TYPE)


def test_no_error_may_be_kept_by_a_cache(world):
    assert world.get("trials/", stauts="x")["Cache-Control"] == "no-store"


def test_another_hosts_name_is_a_problem(client, db):
    answer = client.get("/api/v1/trials/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, errors.CONTENT_TYPE)
    assert "evil" not in answer.content.decode()


def test_an_error_before_any_view_is_a_problem_under_api(client, db, monkeypatch):
    def broken(self, request):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("django.middleware.locale.LocaleMiddleware.process_request", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/trials/")
    assert (answer.status_code, answer["Content-Type"]) == (500, errors.CONTENT_TYPE)
    assert "secret" not in answer.content.decode()
