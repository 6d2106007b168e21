"""By program: questions answered, rows decided, a run undone, a sheet sent twice under one key."""

import json

import pytest
from django.urls import reverse

from directory.imports import tasks
from directory.imports.models import ImportRun
from tests.builders import a_centre, a_trial
from tests.integration.test_api_imports import RUN, SITES, Partner
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
OPEN_DATES = "centre_code,nct_number,status,status_date\nuz-demo,NCT01234567,recruiting,03/04/2026\n"


@pytest.fixture
def here():
    centre = a_centre("uz-demo")
    a_trial("BoneOne", identifiers=["NCT01234567"])
    return centre


class Program(Partner):
    def __init__(self):
        super().__init__("imports")

    def send_json(self, path, body, **headers):
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(
            f"/api/v1/imports/{path}", text, content_type="application/json", headers=self.headers | headers
        )

    def apply(self, number, **query):
        address = f"{number}/apply/" + (f"?mode={query['mode']}" if query else "")
        answer = self.post(address)
        if answer.status_code == 202:
            tasks.apply(number)
        return answer


def test_an_open_question_keeps_a_run_from_being_applied_until_it_is_answered(here):
    program = Program()
    number = program.planned(OPEN_DATES)
    [asked] = program.get(f"{number}/questions/").json()["questions"]
    assert (asked["key"], asked["needed"], asked["answer"]) == ("date:status_date", True, None)
    refused = program.apply(number)
    assert refused.status_code == 409
    assert "day first or month first" in refused.json()["detail"]
    value = asked["options"][1]["value"]
    answer = program.send_json(f"{number}/questions/", {"answers": {asked["key"]: value}})
    assert (answer.status_code, set(answer.json())) == (202, RUN)
    tasks.plan(number)
    assert program.apply(number).status_code == 202
    assert TrialSite.objects.get().verified_at.isoformat() == "2026-03-04"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"answers": {"date:status_date": "ymd"}}, 409, "“ymd” is not an answer"),
        ({"answers": {"date:other": "dmy"}}, 409, "does not ask “date:other”"),
        ({"answers": {}}, 400, "answers"),
        ({"answers": {"date:status_date": 3}}, 400, "answers"),
        ({"anwsers": {}}, 400, "anwsers"),
        ([], 400, "object"),
        ("{", 400, "JSON"),
    ],
)
def test_answers_that_are_none_are_refused_by_name(here, body, status, told):
    program = Program()
    number = program.planned(OPEN_DATES)
    answer = program.send_json(f"{number}/questions/", body)
    assert answer.status_code == status, answer.content
    assert told in answer.content.decode()
    assert ImportRun.objects.get().status == "planned"


def test_a_row_left_out_is_not_stored_and_one_taken_back_is(here):
    a_trial("BoneTwo", identifiers=["NCT07654321"])
    program = Program()
    number = program.planned(SITES + "uz-demo,NCT07654321,recruiting,2026-11-20\n")
    answer = program.send_json(f"{number}/decisions/", {"leave": [2, 3], "take": []})
    assert (answer.status_code, answer.json()) == (200, {"decided": 2})
    assert program.send_json(f"{number}/decisions/", {"take": [3]}).json() == {"decided": 1}
    program.apply(number)
    assert [site.trial.slug for site in TrialSite.objects.all()] == ["bonetwo"]


def test_a_row_that_cannot_be_stored_is_not_taken_and_nothing_else_decided(here):
    program = Program()
    number = program.planned(SITES + "nowhere-at-all,NCT01234567,recruiting,2026-11-20\n")
    answer = program.send_json(f"{number}/decisions/", {"leave": [2], "take": [3]})
    assert answer.status_code == 409
    assert "cannot be stored whatever is decided: 3" in answer.json()["detail"]
    assert set(ImportRun.objects.get().rows.values_list("decision", flat=True)) == {""}


@pytest.mark.parametrize("body", [{"take": "2"}, {"take": [-1]}, {"take": [True]}, {"leave": [10**9]}])
def test_numbers_that_are_none_are_refused(here, body):
    program = Program()
    number = program.planned()
    assert program.send_json(f"{number}/decisions/", body).status_code == 400


def test_all_or_nothing(here):
    program = Program()
    number = program.planned(SITES + "nowhere-at-all,NCT01234567,recruiting,2026-11-20\n")
    refused = program.apply(number, mode="all")
    assert refused.status_code == 409
    assert not TrialSite.objects.exists()
    assert program.apply(number, mode="perhaps").status_code == 400
    assert ImportRun.objects.get().status == "planned"


def test_a_run_is_undone_and_says_so(here):
    program = Program()
    number = program.planned()
    program.apply(number)
    assert TrialSite.objects.exists()
    answer = program.post(f"{number}/undo/")
    undo = answer.json()
    assert (answer.status_code, undo["undo_of"], set(undo)) == (202, number, RUN)
    assert answer["Location"].endswith(reverse("api:import", args=[undo["id"]]))
    tasks.plan(undo["id"])
    assert program.get(f"{undo['id']}/rows/").json()["results"][0]["changes"][0]["field"] == "record"
    program.post(f"{undo['id']}/apply/")
    assert program.get(f"{number}/").json()["status"] == "undoing"
    tasks.apply(undo["id"])
    assert program.get(f"{number}/").json()["status"] == "undone"
    assert not TrialSite.objects.exists()
    assert program.post(f"{number}/undo/").status_code == 409


def test_a_plan_cannot_be_undone(here):
    program = Program()
    assert program.post(f"{program.planned()}/undo/").status_code == 409


@pytest.mark.parametrize("path", ["undo/", "questions/", "decisions/"])
def test_somebody_else_s_run_does_not_exist(here, path):
    number = Program().planned()
    other = Partner("imports", centre=a_centre("other"))
    answer = other.client.post(
        f"/api/v1/imports/{number}/{path}", "{}", content_type="application/json", headers=other.headers
    )
    assert answer.status_code == 404


# Idempotency-Key


def sent(program, key, content=SITES):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("sites.csv", content.encode())
    headers = program.headers | {"Idempotency-Key": key}
    return program.client.post("/api/v1/imports/", {"file": file, "kind": "sites"}, headers=headers)


def test_the_same_key_leads_to_the_same_run_also_when_that_has_ended(here):
    program = Program()
    first = sent(program, "monday")
    tasks.plan(first.json()["id"])
    program.apply(first.json()["id"])
    again = sent(program, "monday")
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (
        202,
        first.json()["id"],
        "applied",
    )
    assert ImportRun.objects.count() == 1
    other = sent(program, "tuesday")
    assert other.json()["id"] != first.json()["id"]


def test_a_key_stands_for_one_file(here):
    program = Program()
    sent(program, "monday")
    answer = sent(program, "monday", SITES.replace("recruiting", "suspended"))
    assert answer.status_code == 422
    assert "“monday” was used for another file" in answer.json()["detail"]
    assert ImportRun.objects.count() == 1


def test_another_program_s_key_is_another_key(here):
    first, second = Program(), Program()
    assert sent(first, "monday").json()["id"] != sent(second, "monday").json()["id"]


@pytest.mark.parametrize("key", ["x" * 101, "é"])
def test_a_key_that_cannot_be_kept_is_refused(here, key):
    assert sent(Program(), key).status_code == 400
    assert not ImportRun.objects.exists()
