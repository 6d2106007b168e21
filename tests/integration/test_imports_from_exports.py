"""Lists of the admin as sheets: exported, edited, handed in; exactly the edits come back."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.models import Affiliation, Centre, Membership, Network, Professional
from directory.adminsite import exports
from directory.core import changes
from directory.core.models import Change
from directory.core.roles import Role
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.choices import Decision
from directory.imports.kinds import all_kinds
from tests.builders import (
    a_centre,
    a_coordinator,
    a_network,
    a_professional,
    a_site,
    a_trial,
    a_user,
    an_editor,
)
from tests.sheets import applied, messages, outcomes, planned
from trials.actions import state_status
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db

MODELS = {"centres": Centre, "networks": Network, "trials": Trial, "sites": TrialSite}
KINDS = list(MODELS)
ODD = ["=1+1", "'=1+1", "''-2", "+32 9", "-5", "@a", "＝SUM(1)", "'t Zand", "zürich œuvre 😀 Ł", "_x0041_"]


@pytest.fixture
def world():
    gent = a_centre(
        "uz-gent", aliases=["UZG"], languages=["nl", "fr"], phone="+3293322111", street="=1+1", name_nl="'=x"
    )
    uza = a_centre("uza", latitude=None, longitude=None, city="'t Zand", university="@home")
    a_network("itcc", members=[(gent, "reference"), uza])
    Membership.objects.filter(centre=uza).update(since=dt.date(2020, 1, 2), care=["-1", "=2"])
    for number, text in enumerate(ODD):
        a_trial(
            f"T{number}", slug=f"t{number}", title_en=f"A study of {text}", sponsor=text, groups=[text],
            summary_en=f"{text}\n\n  two;\tthree \n{text}", status_as_of="2024-06",
        )  # fmt: skip
    trial = a_trial(
        "A", slug="a", identifiers=["NCT00000001", "2024-510578-25-00", "AALL1"], conditions=["VIIIc", "Ia"],
        phases=["phase1", "phase2"], min_days=0, max_days=6574, parent=Trial.objects.get(slug="t0"),
        stages=["relapsed"], opened_in_belgium="2024-06-05",
    )  # fmt: skip
    person = a_professional("Demo Person", consent=True, email="d@example.org", phone="+3293322111")
    Affiliation.objects.create(professional=person, centre=gent, function="trial contact")
    a_site(trial, gent, said=40, contact_person=person, opened_on="2025-03", url="https://example.org/=1")
    a_site(trial, uza, status=None, investigator=a_professional("Other Person"))
    return trial


def exported(client, kind, *, user=None, form="xlsx", language="en", query=""):
    client.force_login(user or an_editor())
    opts = MODELS[kind]._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_export"
    answer = client.get(reverse(name, args=[language, form]) + query)
    assert answer.status_code == 200
    return answer.getvalue()


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def edited(content, edits):
    """The workbook with some cells changed, `{(record's first cell, header): cell}`."""
    book = opened(content)
    page = book.worksheets[0]
    places = {cell.value: cell.column for cell in page[1]}
    for (first, header), cell in edits.items():
        [row] = [row for row in page.iter_rows(min_row=2) if row[0].value == first]
        page.cell(row[0].row, places[header], cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(content):
    head, *rows = [list(row) for row in opened(content).worksheets[0].values]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_edited_changes_nothing(client, world, kind, form, language):
    content = exported(client, kind, form=form, language=language)
    seq, before = changes.last_seq(), list(MODELS[kind].objects.order_by("pk").values())
    run = planned(content, kind="", name=f"x.{form}", user=an_editor())
    assert [one.changes for one in run.rows.all() if one.changes] == []
    assert (run.kind, run.status, run.problems, run.warnings) == (kind, "applied", [], [])
    assert run.questions == []
    assert (run.counts["unchanged"], messages(run)) == (run.rows_total, [])
    assert run.rows_total == {"centres": 2, "networks": 2, "trials": 11, "sites": 2}[kind]
    assert (changes.last_seq(), run.stored) == (seq, {})
    assert list(MODELS[kind].objects.order_by("pk").values()) == before


@pytest.mark.parametrize("number", ["2018-001795-38", "ISRCTN45535982", "DRKS00023783"])
def test_a_trial_with_one_number_and_no_acronym_is_found_again(client, world, number):
    a_site(a_trial("", slug="nameless", identifiers=[number]), Centre.objects.get(code="uz-gent"), said=40)
    run = planned(exported(client, "sites", form="csv"), kind="sites", user=an_editor())
    assert (run.counts["unchanged"], run.rows_total) == (3, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_list_without_drop_downs_comes_back_as_well(client, world, kind, monkeypatch):
    monkeypatch.setattr(exports, "MOST_WITH_HELP", 0)
    content = exported(client, kind)
    assert opened(content).sheetnames == [kind]
    run = planned(content, kind="", name="x.xlsx", user=an_editor())
    assert (run.counts["unchanged"], messages(run), run.warnings) == (run.rows_total, [], [])


def test_it_is_the_template_with_the_version_last(client, world):
    content = exported(client, "sites", language="nl")
    book = opened(content)
    assert book.sheetnames == ["sites", "Notes", "Lists"]
    sheet = all_kinds()["sites"].sheet
    headers = [column.header("nl") for column in sheet.in_order()]
    assert [cell.value for cell in book["sites"][1]] == [*headers, "record_version"]
    row = rows_of(content)[0]
    assert row["status"] == "Rekruteert"
    assert isinstance(row["statusdatum"], dt.datetime)
    assert row["startdatum"] == "2025-03"
    assert row["record_version"] == f"v{changes.last_seq()}"
    assert book["sites"].data_validations.dataValidation


def test_three_edited_cells_are_exactly_three_changes(client, world):
    content = exported(client, "trials")
    edits = {("T0", "sponsor"): "Édité", ("T3", "url"): "https://example.org", ("A", "phase"): "Phase 2"}
    seq = changes.last_seq()
    run = applied(edited(content, edits), kind="trials", name="t.xlsx", user=an_editor())
    assert (run.counts["update"], run.counts["unchanged"], run.bad) == (3, 8, 0)
    found = {(row.record, one["field"]): one["new"] for row in run.rows.all() for one in row.changes}
    assert found == {
        ("t0", "sponsor"): "Édité",
        ("t3", "url"): "https://example.org",
        ("a", "phase"): "phase2",
    }
    written = [[name for name, _old, _new in one.fields()] for one in Change.objects.filter(seq__gt=seq)]
    assert sorted(written) == [["phases"], ["sponsor"], ["url"]]


# What was edited since


def conflict(run):
    [row] = run.rows.filter(outcome="conflict")
    return row


def test_a_field_edited_since_the_export_is_held_back_and_says_by_whom(client, world):
    content = exported(client, "trials")
    fix = b"acronym,sponsor\nT1,By an editor\n"
    editor = an_editor()
    first = applied(fix, kind="trials", user=editor)
    edits = {("T1", "sponsor"): "Mine", ("T2", "sponsor"): "Nobody's"}
    run = planned(edited(content, edits), kind="trials", name="t.xlsx", user=editor)
    row = conflict(run)
    assert (row.record, row.may_be_taken, run.counts["update"]) == ("t1", True, 1)
    [said] = row.messages
    assert (said["column"], said["value"]) == ("sponsor", "Mine")
    assert said["message"].startswith("Edited after this row was exported (editor, ")
    assert f"(import {first.pk})" in said["message"]
    assert row.changes == [{"field": "sponsor", "old": "By an editor", "new": "Mine"}]


def test_it_is_stored_where_the_person_takes_it_and_only_there(client, world):
    content = exported(client, "trials")
    user = an_editor()
    applied(b"acronym,sponsor\nT1,Theirs\nT2,Theirs\n", kind="trials", user=user)
    edits = {("T1", "sponsor"): "Mine", ("T2", "sponsor"): "Mine"}
    run = planned(edited(content, edits), kind="trials", name="t.xlsx", user=user)
    run.rows.filter(record="t1").update(decision=Decision.TAKE)
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied"
    sponsors = Trial.objects.filter(slug__in=("t1", "t2")).order_by("slug")
    assert list(sponsors.values_list("sponsor", flat=True)) == ["Mine", "Theirs"]


def test_a_cell_nobody_edited_does_not_undo_what_was_edited_since(client, world):
    content, user = exported(client, "trials"), an_editor()
    fix = b"acronym,sponsor,age_max,opened_in_belgium\nA,,17,2024-07\nT1,Theirs,,\n"
    applied(fix, kind="trials", user=user)
    run = planned(
        edited(content, {("A", "url"): "https://example.org"}), kind="trials", name="t.xlsx", user=user
    )
    assert dict(run.rows.values_list("record", "outcome"))["t1"] == "unchanged"
    row = run.rows.get(record="a")
    assert row.changes == [{"field": "url", "old": "", "new": "https://example.org"}]
    assert (row.outcome, {one["column"] for one in row.messages}) == (
        "update", {"age_max", "opened_in_belgium"},
    )  # fmt: skip
    assert "as it was exported; the registry was edited since, by role editor" in row.messages[0]["message"]
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    trial = Trial.objects.get(slug="a")
    assert (trial.max_days, trial.opened_in_belgium, trial.url) == (6573, "2024-07", "https://example.org")
    assert Trial.objects.get(slug="t1").sponsor == "Theirs"


def test_another_field_edited_since_is_no_conflict(client, world):
    content = exported(client, "trials")
    applied(b"acronym,sponsor\nT1,Theirs\n", kind="trials", user=an_editor())
    content = edited(content, {("T1", "url"): "https://example.org", ("T1", "sponsor"): "Theirs"})
    run = planned(content, kind="trials", name="t.xlsx", user=an_editor())
    assert run.counts["update"] == 1


@pytest.mark.parametrize(
    ("kind", "fix", "first", "header", "cell"),
    [
        ("centres", b"code,aliases\nuza,UZA\n", "uza", "aliases", "Antwerp"),
        (
            "networks", b"network,network_name,centre,role\nitcc,Other,uz-gent,reference\n",
            "itcc", "network_name", "Mine",
        ),
        ("trials", b"acronym,conditions,other_ids\nA,IVa,AALL2\n", "A", "other_ids", "AALL1; AALL3"),
        ("trials", b"acronym,conditions\nA,IVa\n", "A", "conditions", "Ia"),
        ("sites", b"centre_code,acronym,start_date\nuz-gent,A,2025-04\n", "uz-gent", "start_date", "2025-05"),
        (
            "sites",
            b"centre_code,acronym,contact_email,consent_to_publish\nuz-gent,A,new@example.org,yes\n",
            "uz-gent", "contact_email", "mine@example.org",
        ),
    ],
)  # fmt: skip
def test_every_kind_knows_what_was_edited_since(client, world, kind, fix, first, header, cell):
    if kind == "networks":
        Membership.objects.exclude(centre__code="uz-gent").delete()
        fix = (
            fix.replace(b"uza", b"uz-gent")
            .replace(b"centre\n", b"centre,role\n")
            .replace(b"gent\n", b"gent,reference\n")
        )
    content = exported(client, kind)
    done = applied(fix, kind=kind, user=an_editor())
    assert done.counts["update"] == 1, messages(done)
    run = planned(edited(content, {(first, header): cell}), kind=kind, name="t.xlsx", user=an_editor())
    row = conflict(run)
    assert header in {one["column"] for one in row.messages if one["message"].startswith("Edited since")}


def test_a_status_stated_since_is_a_conflict(client, world):
    gent = Centre.objects.get(code="uz-gent")
    user = a_coordinator(gent)
    content = exported(client, "sites", user=user)
    site = TrialSite.objects.get(centre=gent)
    state_status(site=site, status="suspended", by=changes.Actor(Role.EDITOR))
    today = timezone.localdate().isoformat()
    edits = {("uz-gent", "status"): "completed", ("uz-gent", "status_date"): today}
    run = planned(edited(content, edits), name="t.xlsx", user=user)
    assert "by role editor on" in str(conflict(run).messages)


@pytest.mark.parametrize("version", ["yesterday", "v99999999999", "v-1"])
def test_what_is_no_version_is_said_and_the_row_is_judged_without(world, version):
    content = f"acronym,sponsor,record_version\nT1,Mine,{version}\n".encode()
    run = planned(content, kind="trials", user=an_editor())
    assert outcomes(run) == {2: "update"}
    assert messages(run) == [
        "2 record_version: This version is not known here, so edits after the export cannot be detected."
    ]


def test_asking_what_was_edited_since_costs_the_same_for_any_number_of_rows(client, world):
    content = exported(client, "trials")

    def queries(names):
        edits = {(name, "sponsor"): f"Mine {name}" for name in names}
        with CaptureQueriesContext(
            connection,
        ) as captured:
            planned(edited(content, edits), kind="trials", name=f"{len(names)}.xlsx", user=an_editor())
        return len(captured)

    assert queries(["T1", "T2"]) == queries([f"T{number}" for number in range(1, 9)])


# Who gets what


def test_a_coordinator_exports_their_own_sites_and_no_stranger(client, world):
    gent, uza = Centre.objects.get(code="uz-gent"), Centre.objects.get(code="uza")
    site = TrialSite.objects.get(centre=gent)
    site.investigator = Professional.objects.get(name="Other Person")
    site.save()
    a_site(a_trial("Draft", state="draft"), gent)
    user = a_coordinator(gent)
    [row] = rows_of(exported(client, "sites", user=user))
    assert (row["centre_code"], row["acronym"], row["contact_name"]) == ("uz-gent", "A", "Demo Person")
    assert row["pi_name"] is None
    run = planned(exported(client, "sites", user=user), name="x.xlsx", user=user)
    assert run.has_stored_nothing
    assert run.counts["unchanged"] == 1
    assert uza.code not in str(rows_of(exported(client, "sites", user=user)))


def test_a_coordinator_s_export_tells_nothing_that_their_pages_do_not(client, world):
    gent = Centre.objects.get(code="uz-gent")
    user = a_coordinator(gent)
    Trial.objects.filter(slug="t0").update(state="draft")
    hidden = a_centre("hidden", state="draft", aliases=["Hidden alias"])
    Centre.objects.get(code="uza").aliases.create(text="Antwerp alias")
    Membership.objects.create(network=Network.objects.get(), centre=hidden)
    told = "".join(exported(client, kind, user=user, form="csv").decode() for kind in ("trials", "centres"))
    assert "\r\nT0;" not in told
    assert ";t0;" not in told
    assert "hidden" not in told.casefold()
    assert "Antwerp alias" not in told
    assert "UZG" in told


def test_nobody_without_a_role_exports(client, world):
    address = reverse("admin:trials_trialsite_export", args=["en", "csv"])
    assert client.get(address).status_code == 302
    client.force_login(a_user())
    assert client.get(address).status_code in (302, 403)


def test_what_the_list_finds_is_what_is_exported(client, world):
    rows = csv.DictReader(
        io.StringIO(
            exported(client, "trials", form="csv", query="?q=A&status=recruiting").decode("utf-8-sig")
        ),
        delimiter=";",
    )
    assert len(list(rows)) == 11
    assert [row["acronym"] for row in rows_of(exported(client, "trials", query="?q=T7"))] == ["T7"]
    client.force_login(an_editor())
    page = client.get(reverse("admin:trials_trial_changelist") + "?q=T7").content.decode()
    assert reverse("admin:trials_trial_export", args=["nl", "xlsx"]) + "?q=T7" in page


@pytest.mark.parametrize("query", ["?nonsense=1", "?status=%00", "?state__exact=x&p=999"])
def test_an_odd_address_is_no_error(client, world, query):
    client.force_login(an_editor())
    answer = client.get(reverse("admin:trials_trial_export", args=["en", "csv"]) + query)
    assert answer.status_code in (200, 302, 400)
    for args in (["xx", "csv"], ["en", "pdf"]):
        assert client.get(reverse("admin:trials_trial_export", args=args)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_asks_the_same_number_of_questions_for_any_number_of_rows(client, world, kind):
    user = an_editor()
    exported(client, kind, user=user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            exported(client, kind, user=user, form="csv")
        assert not [one for one in captured if one["sql"].startswith(('INSERT INTO "c', 'UPDATE "c'))]
        return len(captured)

    few = queries()
    for number in range(5):
        centre = a_centre(aliases=[f"alias {number}"])
        a_network(members=[centre])
        a_site(a_trial(identifiers=[f"NCT0000009{number}"], conditions=["Ia"]), centre)
    assert queries() == few
