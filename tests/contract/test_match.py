"""`POST match/`: a patient's profile judged, and kept nowhere."""

import io
import json
import logging
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from directory.api.v1 import match
from directory.eligibility.service import BANDS
from directory.search import service
from tests.builders import a_centre, a_trial

JSON = "application/json"
PROFILE = {
    "conditions": ["IVa"], "text": "", "age": "31m", "stage": "relapsed", "alterations": ["ALK"],
    "sex": "female", "near": "4000", "within": 150, "countries": ["BE", "nl"],
}  # fmt: skip


def post(body, **kwargs):
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return Client().post("/api/v1/match/", data, content_type=kwargs.pop("content_type", JSON), **kwargs)


@pytest.fixture
def registry(db, index_dir):
    ghent = a_centre("uz-gent")
    a_trial("BEACON2", conditions=["IVa"], stages=["relapsed"], min_days=365, criteria_as_of="2024-06",
            source="ClinicalTrials.gov", at=[a_centre("saint-luc", latitude=50.85, longitude=4.45,
            postal_code="1200")])  # fmt: skip
    a_trial("Open question", conditions=["IVa"], no_limits=["age"], alterations=["ALK"], at=[ghent])
    a_trial("Leukaemia", conditions=["Ia"], stages=["relapsed"], at=[ghent])
    service.rebuild()


def test_the_three_bands_have_the_shape_of_the_contract(registry):
    answer = post(PROFILE)
    assert answer.status_code == 200
    body = answer.json()
    assert {name: [one["trial"] for one in body[name]] for name in BANDS} == {
        "matches": ["beacon2"], "undetermined": ["open-question"], "excluded": ["leukaemia"],
    }  # fmt: skip
    assert body["counts"] == {"matches": 1, "undetermined": 1, "excluded": 1}
    [one] = body["matches"]
    assert list(one) == [
        "trial", "acronym", "criteria", "nearest_site", "nearest_abroad", "not_recorded", "treats", "step",
    ]  # fmt: skip
    assert set(one["nearest_site"]) == {"centre", "distance_km", "status", "freshness"}
    names = ["name", "verdict", "reason", "basis", "source", "as_of"]
    assert all(list(each) == names for each in one["criteria"])
    assert list(body)[:6] == ["matches", "undetermined", "excluded", "counts", "read", "unread"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [{}, b"", {"text": None, "conditions": []}])
def test_everything_may_be_left_out(registry, body):
    found = post(body).json()
    assert sum(found["counts"].values()) == 3
    assert found["counts"]["matches"] == 0


def test_what_was_read_in_the_words_is_told_in_the_language_asked_for(registry):
    body = post({"text": "recidief neuroblastoom vreemd", "lang": "nl"}).json()
    assert {(one["kind"], one["value"]) for one in body["read"]} == {
        ("stage", "relapsed"), ("condition", "IVa"),
    }  # fmt: skip
    assert "neuroblastoom" in [one["label"] for one in body["read"]]
    assert body["unread"] == ["vreemd"]


def test_a_reason_is_wholly_in_the_language_asked_for(db, index_dir):
    a_trial("Girls", sex="female", min_days=5_000, at=[a_centre("uz-gent")])
    service.rebuild()
    [one] = post({"age": "31m", "sex": "male", "lang": "nl"}).json()["excluded"]
    reasons = {each["name"]: each["reason"] for each in one["criteria"]}
    assert reasons["age"].startswith("31 maanden: buiten de grenzen")
    assert reasons["sex"] == "Neemt alleen op: Vrouwelijk."


def test_each_verdict_says_on_what_it_rests_and_who_says_so(registry):
    body = post(PROFILE).json()
    [beacon2], [asked] = body["matches"], body["undetermined"]
    told = {one["name"]: one for one in beacon2["criteria"]}
    assert (told["age"]["basis"], told["age"]["source"], told["age"]["as_of"]) == (
        "recorded", "ClinicalTrials.gov", "2024-06",
    )  # fmt: skip
    assert (told["recruitment"]["basis"], told["recruitment"]["source"]) == ("recorded", None)
    assert beacon2["not_recorded"] == ["lines", "alterations", "alterations_excluded", "sex"]
    told = {one["name"]: one for one in asked["criteria"]}
    assert (told["age"]["verdict"], told["age"]["basis"]) == ("met", "no_limit")
    assert (told["stage"]["verdict"], told["stage"]["basis"], told["stage"]["source"]) == (
        "unknown", "not_recorded", None,
    )  # fmt: skip
    assert asked["not_recorded"] == ["lines", "alterations_excluded", "sex"]


def test_what_is_open_here_what_would_decide_and_what_excludes_most_are_told(registry):
    body = post(PROFILE).json()
    # For an alteration that the patient has, before what is for the disease alone.
    assert body["open_here"] == ["open-question", "beacon2"]
    assert body["ways"] == [{"name": "diagnosis", "count": 1}]
    assert [one["step"] for one in body["matches"]] == [None]
    [step] = [one["step"] for one in body["undetermined"]]
    assert (step["kind"], step["value"], step["found"]) == ("ask", "stage", None)
    young = post(PROFILE | {"age": "11m"}).json()
    [step] = [one["step"] for one in young["excluded"] if one["trial"] == "beacon2"]
    assert step["kind"] == "date"
    assert step["text"].endswith("at the latest, when the patient has turned 1.")
    assert all(one["treats"] and one["nearest_abroad"] is None for one in body["matches"])


def test_a_list_holds_at_most_the_limit_and_the_count_is_of_all(registry):
    body = post({"limit": 1}).json()
    assert max(len(body[band]) for band in BANDS) == 1
    assert sum(body["counts"].values()) == 3


BAD = [
    ({"age": "abc"}, "age", "“abc” is not an age"),
    ({"age": "-3"}, "age", "“-3”"),
    ({"age": "200y"}, "age", "200y"),
    ({"near": "0000"}, "near", "0000"),
    ({"within": 10}, "within", "near"),
    ({"near": "4000", "within": -1}, "within", "-1"),
    ({"stage": "sometimes"}, "stage", "“sometimes” is not a stage"),
    ({"sex": "x"}, "sex", "“x” is not a sex"),
    ({"conditions": ["IVz"]}, "conditions", "“IVz” is not an ICCC-3 code"),
    ({"conditions": "IVa" * 200}, "conditions", "is not an ICCC-3 code"),
    ({"countries": ["Belgium"]}, "countries", "“Belgium” is not a country"),
    ({"lines": 99}, "lines", "whole number from 0 to 20"),
    ({"lines": 1.5}, "lines", "1.5"),
    ({"limit": 0}, "limit", "whole number from 1 to 200"),
    ({"text": "x" * 10_000}, "text", "10000 characters"),
    ({"text": "a\u0000b"}, "text", "control character"),
    ({"alterations": ["ALK\u0000"]}, "alterations", "control character"),
    ({"alterations": ["A" * 101]}, "alterations", "101 characters"),
    ({"alterations": [1]}, "alterations", "list of texts"),
    ({"age": ["1", "2"]}, "age", "one text"),
    ({"age": True}, "age", "one text"),
    ({"text": {"a": 1}}, "text", "one text"),
    ({"name": "x"}, "name", "“name” is not a field here"),
]


@pytest.mark.parametrize(("body", "field", "sentence"), BAD)
def test_a_bad_value_is_named_with_its_field(registry, body, field, sentence):
    answer = post(body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    [fault] = answer.json()["errors"]
    assert fault["field"] == field
    assert sentence in fault["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"age": NaN}', b"null"])
def test_what_is_no_json_object_is_refused_without_quoting_it(registry, body):
    answer = post(body)
    assert answer.status_code == 400
    assert "Send an object like" in answer.json()["detail"]


@pytest.mark.parametrize("text", ["AND OR NOT (((", "%", '"', "\u202eabc", "🙂", "   "])
def test_odd_words_are_only_words(registry, text):
    assert post({"text": text}).status_code == 200


def test_the_door_is_for_json_of_a_reasonable_size_and_posts_only(registry):
    assert post("age=3", content_type="application/x-www-form-urlencoded").status_code == 415
    assert post({"text": "x" * 70_000}).status_code == 413
    assert Client().get("/api/v1/match/").status_code == 405
    assert post(PROFILE, query_params={"age": "3"}).status_code == 400


@pytest.mark.parametrize("length", ["abc", "-1", "٣"])
def test_a_length_that_is_no_number_is_refused(registry, length):
    answer = post({}, CONTENT_LENGTH=length)
    assert answer.status_code == 400
    assert "Content-Length" in answer.json()["detail"]


def test_any_stage_is_no_stage_of_a_patient(registry):
    assert post({"stage": "any"}).json()["counts"] == post({}).json()["counts"]


def test_a_page_of_another_origin_may_not_post(registry):
    answer = Client().options(
        "/api/v1/match/", headers={"origin": "https://other.example", "access-control-request-method": "POST"}
    )
    assert "POST" not in answer.get("Access-Control-Allow-Methods", "")


# Privacy

CANARY = "kanarie7f3a"
TYPED = {
    "text": f"{CANARY} neuroblastoma", "alterations": [f"{CANARY}ALK"], "age": "944d", "near": "4000",
    "within": 77.125, "stage": "relapsed",
}  # fmt: skip
WRONG = {"text": CANARY, "age": CANARY, "near": CANARY, "stage": CANARY, CANARY: CANARY, "sex": CANARY}


@pytest.fixture
def traces(monkeypatch, tmp_path):
    """Everything that this process logs, as text, formatted as it is in production."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.getLogger().handlers[0].formatter if logging.getLogger().handlers else None)
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    yield out
    logging.getLogger().removeHandler(handler)


def everything_kept() -> str:
    """The database, the cache and every file below DATA_DIR, as far as they can be read as text."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept.append(str(cursor.fetchall()))
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file() and path.stat().st_size < 20_000_000:
            kept.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(kept)


def test_a_profile_leaves_no_trace_in_logs_database_cache_or_files(registry, traces):
    assert post(TYPED).status_code == 200
    assert post(WRONG).status_code == 400
    assert CANARY not in traces.getvalue()
    assert CANARY not in everything_kept()
    assert CANARY not in str(getattr(cache, "_cache", ""))


@pytest.mark.parametrize("broken", [(match.eligibility, "match"), (match, "_values"), (match, "_body")])
def test_an_error_nobody_foresaw_leaves_none_either(registry, traces, monkeypatch, broken):
    def fails(*_args, **_kwargs):
        raise sqlite3.OperationalError(f"no such column: {CANARY}")

    monkeypatch.setattr(*broken, fails)
    client = Client(raise_request_exception=False)
    answer = client.post("/api/v1/match/", json.dumps(TYPED), content_type=JSON)
    assert answer.status_code == 500
    assert "OperationalError" in traces.getvalue()
    assert CANARY not in answer.content.decode()
    assert CANARY not in traces.getvalue()


def test_the_search_for_traces_finds_what_is_kept(registry, traces):
    a_trial(CANARY)
    logging.getLogger("some.logger").warning("somebody typed %s", CANARY)
    assert CANARY in everything_kept()
    assert CANARY in traces.getvalue()
