"""Sheets sent by a program: what a key may send, how its run is followed, applied, cancelled."""

import io

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from directory.core import changes
from directory.core.models import Change
from directory.imports import tasks
from directory.imports.models import ImportRun
from directory.partners import keys
from directory.sheets.workbooks import CONTENT_TYPE
from tests.builders import a_centre, a_trial
from trials.models import TrialSite

pytestmark = pytest.mark.django_db

RUN = {
    "id", "kind", "file_name", "status", "rows_total", "rows_done", "percent", "counts", "problems",
    "warnings", "created_at", "finished_at", "created_by", "undo_of",
    "stored",
}  # fmt: skip
SITES = "centre_code,nct_number,status,status_date\nuz-demo,NCT01234567,recruiting,2026-11-20\n"


class Partner:
    """A program with a key."""

    def __init__(self, *scopes, centre=None):
        self.key, text = keys.make(name="Hospital", scopes=scopes, centre=centre, by=changes.SYSTEM)
        self.headers = {"Authorization": f"Api-Key {text}"}
        self.client = Client()

    def send(self, content=SITES, name="sites.csv", **fields):
        file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
        return self.post("", {"file": file} | fields)

    def post(self, path, data=None):
        return self.client.post(f"/api/v1/imports/{path}", data, headers=self.headers)

    def get(self, path, query=None, **headers):
        return self.client.get(f"/api/v1/imports/{path}", query, headers=self.headers | headers)

    def planned(self, content=SITES, **fields):
        answer = self.send(content, **{"kind": "sites"} | fields)
        assert answer.status_code == 202, answer.content
        tasks.plan(answer.json()["id"])
        return answer.json()["id"]


@pytest.fixture
def here():
    centre = a_centre("uz-demo")
    a_trial("BoneOne", identifiers=["NCT01234567"])
    return centre


@pytest.fixture
def hospital(here):
    return Partner("imports", centre=here)


@pytest.fixture
def editors(here):
    return Partner("imports", "read")


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
    return answer.json()


def test_a_sheet_is_received_and_its_run_has_an_address(hospital):
    answer = hospital.send(kind="sites")
    assert answer.status_code == 202
    assert set(answer.json()) == RUN
    assert answer.json()["status"] == "uploaded"
    assert answer["Location"] == f"{settings.BASE_URL}/api/v1/imports/{answer.json()['id']}/"


def test_a_plan_stores_nothing(hospital):
    number = hospital.planned()
    run = hospital.get(f"{number}/").json()
    assert (run["status"], run["percent"], run["counts"]["new"]) == ("planned", 100, 1)
    assert not TrialSite.objects.exists()


def test_an_applied_run_stores_what_was_planned_and_is_in_the_log_under_the_key(hospital):
    number = hospital.planned()
    answer = hospital.post(f"{number}/apply/")
    assert (answer.status_code, answer.json()["status"]) == (202, "applying")
    tasks.apply(number)
    assert hospital.get(f"{number}/").json()["status"] == "applied"
    assert TrialSite.objects.get().status == "recruiting"
    change = Change.objects.filter(kind="site").get()
    assert (change.actor, change.actor_role, change.run) == (hospital.key.user, "coordinator", number)


def test_applying_twice_is_applying_once(hospital):
    number = hospital.planned()
    assert [hospital.post(f"{number}/apply/").status_code for _ in range(2)] == [202, 202]
    tasks.apply(number)
    tasks.apply(number)
    assert Change.objects.filter(kind="site").count() == 1


def test_a_cancelled_run_is_not_applied(hospital):
    number = hospital.planned()
    assert hospital.post(f"{number}/cancel/").json()["status"] == "cancelled"
    body = problem(hospital.post(f"{number}/apply/"), 409)
    assert body["errors"][0]["field"] == "status"
    assert "cancelled" in body["detail"]


def test_a_run_that_is_not_planned_yet_is_not_applied(hospital):
    number = hospital.send(kind="sites").json()["id"]
    problem(hospital.post(f"{number}/apply/"), 409)


def test_an_applied_run_is_not_cancelled(hospital):
    number = hospital.planned()
    hospital.post(f"{number}/apply/")
    tasks.apply(number)
    problem(hospital.post(f"{number}/cancel/"), 409)


def test_the_same_file_twice_leads_to_the_run_under_way(hospital):
    first, second = hospital.send(kind="sites"), hospital.send(kind="sites")
    assert (second.status_code, second.json()["id"]) == (202, first.json()["id"])
    assert ImportRun.objects.count() == 1


# --- Rows ---------------------------------------------------------------------------------------------

MIXED = SITES + "uz-demo,NCT00000002,sometimes,2026-11-20\nnowhere,NCT00000003,recruiting,2026-11-20\n"


def test_each_row_says_what_becomes_of_it(hospital):
    rows = hospital.get(f"{hospital.planned(MIXED)}/rows/").json()
    assert set(rows) == {"count", "next", "previous", "facets", "results"}
    first = rows["results"][0]
    assert set(first) == {"number", "outcome", "record", "changes", "messages"}
    assert (first["number"], first["outcome"]) == (2, "new")
    assert {"field", "old", "new"} == set(first["changes"][0])


def test_a_bad_row_names_column_value_and_way_out(hospital):
    rows = hospital.get(f"{hospital.planned(MIXED)}/rows/", {"outcome": "invalid"}).json()["results"]
    messages = {message["value"]: message for row in rows for message in row["messages"]}
    assert set(messages["sometimes"]) == {"column", "value", "message"}
    assert "recruiting" in messages["sometimes"]["message"]
    assert {row["outcome"] for row in rows} == {"invalid"}


def test_rows_come_in_pages_and_back(editors):
    a_centre("many")
    lines = "".join(f"many,NCT{number:08},recruiting,\n" for number in range(1, 8))
    number = editors.planned("centre_code,nct_number,status,status_date\n" + lines)
    page = editors.get(f"{number}/rows/", {"page_size": 3}).json()
    numbers, pages = [row["number"] for row in page["results"]], [page]
    while page["next"]:
        page = editors.client.get(page["next"], headers=editors.headers).json()
        numbers += [row["number"] for row in page["results"]]
        pages.append(page)
    assert numbers == list(range(2, 9))
    assert page["count"] == 7
    back = editors.client.get(page["previous"], headers=editors.headers).json()
    assert back["results"] == pages[-2]["results"]
    assert editors.client.get(back["next"], headers=editors.headers).json()["results"] == page["results"]


@pytest.mark.parametrize(("query", "field"), [
    ({"outcome": "good"}, "outcome"),
    ({"page_size": "0"}, "page_size"),
    ({"cursor": "nonsense"}, "cursor"),
    ({"cursor": "n-1"}, "cursor"),
    ({"cursor": "n" + "9" * 30}, "cursor"),
    ({"q": "x"}, "q"),
])  # fmt: skip
def test_a_bad_question_about_rows_is_named(hospital, query, field):
    body = problem(hospital.get(f"{hospital.planned()}/rows/", query), 400)
    assert body["errors"][0]["field"] == field


# --- What a key may ------------------------------------------------------------------------------------


def test_rows_of_another_centre_are_refused(hospital):
    a_centre("uz-other")
    number = hospital.planned(SITES + "uz-other,NCT01234567,recruiting,2026-11-20\n")
    hospital.post(f"{number}/apply/")
    tasks.apply(number)
    assert [site.centre.code for site in TrialSite.objects.all()] == ["uz-demo"]


@pytest.mark.parametrize("kind", ["centres", "networks", "trials"])
def test_a_key_of_a_centre_sends_sheets_of_sites_only(hospital, kind):
    body = problem(hospital.send(kind=kind), 403)
    assert body["errors"][0]["field"] == "kind"
    assert not ImportRun.objects.exists()


def test_a_key_of_no_centre_is_an_editors(editors):
    number = editors.planned("code,name_en\nnew-centre,A new centre\n", kind="centres")
    assert editors.get(f"{number}/").json()["created_by"] == "editor"


@pytest.mark.parametrize("step", ["", "rows/"])
def test_a_run_of_another_key_is_not_there(hospital, step):
    other = Partner("imports", centre=a_centre("uz-other"))
    problem(other.get(f"{hospital.planned()}/{step}"), 404)


@pytest.mark.parametrize("step", ["apply/", "cancel/"])
def test_another_key_takes_no_step_with_a_run(hospital, step):
    other, number = Partner("imports", centre=a_centre("uz-other")), hospital.planned()
    problem(other.post(f"{number}/{step}"), 404)
    assert ImportRun.objects.get().status == "planned"


def test_no_name_of_a_person_or_key_is_in_a_run(hospital):
    body = hospital.get(f"{hospital.planned()}/").content.decode()
    assert hospital.key.prefix not in body
    assert hospital.key.user.username not in body


@pytest.mark.parametrize("path", ["1/", "1/rows/"])
def test_reading_runs_needs_a_key(client, path):
    problem(client.get(f"/api/v1/imports/{path}"), 401)


@pytest.mark.parametrize("number", ["0", "999999", "9" * 40])
def test_a_run_that_never_was_is_a_problem(hospital, number):
    problem(hospital.get(f"{number}/"), 404)


# --- What cannot be sent -------------------------------------------------------------------------------


@pytest.mark.parametrize(("fields", "field"), [
    ({"kind": "people"}, "kind"),
    ({"kind": ""}, "kind"),
    ({"colour": "red"}, "colour"),
    ({"dry_run": "maybe"}, "dry_run"),
    ({"sheet": "a\x00b"}, "sheet"),
    ({"kind": ["sites", "trials"]}, "kind"),
])  # fmt: skip
def test_a_bad_field_is_named(editors, fields, field):
    body = problem(editors.send(**fields), 400)
    assert body["errors"][0]["field"] == field
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("data", [{}, {"file": "not a file"}, {"kind": "sites"}])
def test_a_form_without_a_file_says_how_to_send_one(hospital, data):
    body = problem(hospital.post("", data), 400)
    assert any(fault["field"] == "file" for fault in body["errors"])


@pytest.mark.parametrize(("name", "content"), [
    ("sites.pdf", "x"),
    ("sites.csv", ""),
    ("sites", "x"),
])  # fmt: skip
def test_a_file_that_is_no_sheet_is_refused_at_the_door(hospital, name, content):
    body = problem(hospital.send(content, name=name, kind="sites"), 422)
    assert body["type"].endswith("#problem-refused")
    assert body["errors"][0]["field"] == "file"


def test_a_file_that_is_too_large_is_a_413(hospital):
    problem(hospital.send(b"x" * (10 * 2**20 + 1), kind="sites"), 413)
    assert not ImportRun.objects.exists()


def test_a_body_far_too_large_is_not_even_read(hospital):
    answer = hospital.client.post(
        "/api/v1/imports/", b"", content_type="multipart/form-data; boundary=x",
        headers=hospital.headers | {"Content-Length": str(10**9)},
    )  # fmt: skip
    problem(answer, 413)


def test_a_body_in_chunks_is_a_411_that_says_what_to_send(hospital):
    # As gunicorn hands it over: without a length, so that Django would see an empty form.
    answer = hospital.client.generic(
        "POST", "/api/v1/imports/", b"", content_type="multipart/form-data; boundary=x",
        headers=hospital.headers | {"Transfer-Encoding": "chunked"},
    )  # fmt: skip
    body = problem(answer, 411)
    assert body["type"].endswith("#problem-length-required")
    assert body["detail"].startswith("Send Content-Length")


def test_a_key_that_only_imports_reads_what_everybody_reads(hospital):
    answer = hospital.client.get("/api/v1/conditions/", headers=hospital.headers)
    assert answer.status_code == 200


def test_a_file_that_cannot_be_read_fails_with_a_sentence(hospital):
    number = hospital.send(b"PK\x03\x04 no workbook", name="sites.xlsx", kind="sites").json()["id"]
    tasks.plan(number)
    run = hospital.get(f"{number}/").json()
    assert run["status"] == "failed"
    assert len(run["problems"][0]["message"]) > 20


@pytest.mark.parametrize(("content_type", "body", "status"), [
    ("application/json", b"{}", 415),
    ("text/csv", b"a,b", 415),
    ("application/x-www-form-urlencoded", b"a=b", 415),
    ("multipart/form-data", b"no boundary", 400),
    ("multipart/form-data; boundary=x", b"--y\r\n", 400),
])  # fmt: skip
def test_a_body_of_another_kind_is_a_problem(hospital, content_type, body, status):
    answer = hospital.client.post(
        "/api/v1/imports/", body, content_type=content_type, headers=hospital.headers
    )  # fmt: skip
    problem(answer, status)


# --- As HTTP -------------------------------------------------------------------------------------------


def test_a_run_has_a_tag_that_changes_with_it(hospital):
    number = hospital.send(kind="sites").json()["id"]
    first = hospital.get(f"{number}/")
    assert hospital.get(f"{number}/", **{"If-None-Match": first["ETag"]}).status_code == 304
    tasks.plan(number)
    assert hospital.get(f"{number}/", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_what_a_key_sees_is_kept_by_no_shared_cache(hospital):
    answer = hospital.get(f"{hospital.planned()}/rows/")
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"]


def test_a_run_cannot_be_deleted(hospital):
    answer = hospital.client.delete(f"/api/v1/imports/{hospital.planned()}/", headers=hospital.headers)
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


# --- The sheet given back ------------------------------------------------------------------------------


def test_the_report_is_the_sheet_with_outcomes_and_has_a_tag(hospital):
    number = hospital.planned(MIXED)
    answer = hospital.get(f"{number}/report.xlsx", Accept=CONTENT_TYPE)
    assert (answer.status_code, answer["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer["Content-Disposition"] == 'attachment; filename="sites-report.xlsx"'
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0].values)
    assert rows[0] == (*SITES.splitlines()[0].split(","), "Outcome", "Messages")
    assert [row[4] for row in rows[1:]] == ["new", "invalid", "invalid"]
    known = hospital.get(f"{number}/report.xlsx", **{"If-None-Match": answer["ETag"]})
    assert known.status_code == 304
    hospital.post(f"{number}/cancel/")
    assert hospital.get(f"{number}/report.xlsx", **{"If-None-Match": answer["ETag"]}).status_code == 200


def test_the_report_may_have_only_the_bad_rows(hospital):
    answer = hospital.get(f"{hospital.planned(MIXED)}/report.xlsx", {"only": "bad"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0].values)
    assert [row[4:6] for row in rows] == [("Row", "Outcome"), ("3", "invalid"), ("4", "invalid")]


def test_the_report_of_another_key_of_a_run_not_planned_or_oddly_asked_for_is_a_problem(hospital, here):
    number = hospital.send(kind="sites").json()["id"]
    assert "not judged yet" in problem(hospital.get(f"{number}/report.xlsx"), 409)["detail"]
    problem(Partner("imports", centre=a_centre("elsewhere")).get(f"{number}/report.xlsx"), 404)
    tasks.plan(number)
    assert (
        problem(hospital.get(f"{number}/report.xlsx", {"only": "good"}), 400)["errors"][0]["field"] == "only"
    )
    problem(hospital.get(f"{number}/report.xlsx", Accept="text/csv"), 406)
