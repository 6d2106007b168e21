"""A sheet handed in on the linked page: the plan first, of that centre alone, then the same answer."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.core.models import Change
from directory.core.roles import Role
from directory.imports import actions as imports
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run
from directory.vouching import actions
from directory.vouching.models import Enquiry, SheetAnswer, unconfirmed
from tests.builders import a_centre, a_coordinator, a_professional, a_site, a_trial, an_editor, says
from tests.sheets import a_csv, applied, reverse_of
from tests.support.at_once import at_once
from tests.support.traces import logged
from tests.support.vouching import TODAY, a_link, a_world, fresh
from tests.support.worker import wait_until
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    centre, sites = a_world(3)
    return centre, sites, *a_link(centre)


def upload_of(address):
    return address.replace("/sites/", "/upload/")


def hand_in(client, address, content, name="sheet.csv"):
    """The answer to the upload, and the run that it made, planned as a worker does."""
    file = SimpleUploadedFile(name, content)
    answer = client.post(upload_of(address), {"file": file})
    run = ImportRun.objects.order_by("pk").last()
    if run and answer.status_code == 302 and run.status == "uploaded":
        plan_run(run)
        run.refresh_from_db()
    return answer, run


def a_row(site, **cells):
    return {"centre_code": site.centre.code, "acronym": site.trial.acronym} | cells


def confirm(client, answer, run, step="confirm"):
    """The second click, and what the worker does then."""
    given = client.post(answer["Location"], {"step": step, "plan": run.attempt})
    run.refresh_from_db()
    if run.status == "applying":
        apply_run(run)
        run.refresh_from_db()
    return given


def downloaded(client, address):
    return client.get(address.replace("/sites/", "/sheet/")).content


def edited(content, change):
    """The workbook with `change(row)` done to each row, a dict by header."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    for cells in sheet.iter_rows(min_row=2):
        row = {name: cell.value for name, cell in zip(header, cells, strict=True)}
        change(row)
        for name, cell in zip(header, cells, strict=True):
            cell.value = row[name]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# The same answer


def test_the_downloaded_sheet_handed_in_as_it_is_confirms_what_no_registry_contradicts(world, client):
    _centre, [first, second, disputed], enquiry, address = world
    says(disputed, "completed", said=2, by=Role.REGISTRY)
    answer, run = hand_in(client, address, downloaded(client, address), "sheet.xlsx")
    assert answer["Location"] == f"{upload_of(address)}{run.pk}/"
    assert (run.status, run.counts["update"]) == ("planned", 2)
    page = " ".join(client.get(answer["Location"]).content.decode().split())
    assert "2 rows would be stored." in page
    assert "in the role of the centre's coordinator, by link" in page
    assert not StatusStatement.objects.filter(said_at=TODAY()).exists()
    confirm(client, answer, run)
    assert run.status == "applied"
    for site in map(fresh, (first, second)):
        assert (site.status, site.verified_at, site.verified_by) == ("recruiting", TODAY(), Role.COORDINATOR)
    assert fresh(disputed).disputed
    assert [one.pk for one in unconfirmed(enquiry.sites(), enquiry.asked_on)] == [disputed.pk]
    enquiry.refresh_from_db()
    assert enquiry.answered_at is not None
    assert "Thank you. 2 rows are stored." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("implied_by", ["", WHOLE_TRIAL])
def test_a_sheet_as_it_is_confirms_what_a_registry_said_the_same_day(world, client, implied_by):
    _centre, sites, enquiry, address = world
    for site in sites:
        site.statements.all().delete()
        says(site, "suspended", by=Role.REGISTRY, source="CTIS", implied_by=implied_by)
    answer, run = hand_in(client, address, downloaded(client, address), "sheet.xlsx")
    assert (run.status, run.counts["update"]) == ("planned", 3)
    page = " ".join(client.get(answer["Location"]).content.decode().split())
    assert "verified by" in page
    confirm(client, answer, run)
    for site in map(fresh, sites):
        found = site.status, site.verified_at, site.verified_by, site.status_source, site.implied_by
        assert found == ("suspended", TODAY(), Role.COORDINATOR, "", "")
    assert not unconfirmed(enquiry.sites(), enquiry.asked_on)
    _again, second = hand_in(client, address, downloaded(client, address), "sheet.xlsx")
    assert second.counts["unchanged"] == 3


def test_a_corrected_row_is_an_answer_and_an_editor_can_undo_it(world, client):
    _centre, [site, *_others], _enquiry, address = world
    user = world[2].user

    def corrected(row):
        if row["acronym"] == site.trial.acronym:
            row |= {"status": "suspended", "cohort_open": "no"}

    answer, run = hand_in(client, address, edited(downloaded(client, address), corrected), "sheet.xlsx")
    page = client.get(answer["Location"]).content.decode()
    assert "<del>Recruiting</del> → <ins>Suspended</ins>" in page
    confirm(client, answer, run)
    assert (fresh(site).status, fresh(site).cohort_open) == ("suspended", False)
    assert (run.role, run.centre, run.created_by) == (Role.COORDINATOR, world[0], user)
    assert set(Change.objects.values_list("actor_role", "actor", "run")) == {("coordinator", user.pk, run.pk)}
    assert SheetAnswer.objects.get().enquiry == world[2]
    editor = an_editor()
    undone = imports.confirm(run=reverse_of(run, editor), user=editor, queue=False)
    apply_run(undone)
    assert (fresh(site).status, fresh(site).cohort_open) == ("recruiting", None)
    assert "An editor has undone" in client.get(answer["Location"]).content.decode()


def test_a_row_that_ends_a_contradiction_is_shown_before_it_does(world, client):
    _centre, [site, *_others], _enquiry, address = world
    says(site, "completed", said=2, by=Role.REGISTRY)
    answer, run = hand_in(client, address, a_csv(a_row(site, status="recruiting")))
    page = " ".join(client.get(answer["Location"]).content.decode().split())
    assert "1 row ends a contradiction with a newer source. Look at it first:" in page
    assert "<strong>Trial 0</strong>: A registry says: Completed (" in page
    assert "<strong>disputed</strong>: <del>yes</del> → <ins>no</ins>" in page
    confirm(client, answer, run)
    assert not fresh(site).disputed


def test_a_contradiction_that_came_after_the_download_is_not_ended_unseen(world, client):
    _centre, [site, *_others], _enquiry, address = world
    content = downloaded(client, address)
    registry_says(site, "completed")
    answer, run = hand_in(client, address, content, "sheet.xlsx")
    assert run.counts["update"] == 2
    page = " ".join(client.get(answer["Location"]).content.decode().split())
    assert "1 is left out, for the reason beside it." in page
    assert "What was changed by others after you downloaded the sheet is left out, too" in page
    confirm(client, answer, run)
    assert fresh(site).disputed


def registry_says(site, status):
    """As a registry's import does, with its change in the log."""
    from directory.core import changes
    from trials.actions import state_status

    state_status(site=fresh(site), status=status, by=changes.Actor(Role.REGISTRY), source="CTIS")


# Of that centre alone


def test_rows_of_other_centres_are_refused_by_name_and_nothing_is_told_of_them(world, client):
    other = a_centre("uza", name="Antwerp")
    theirs = a_site(a_trial("Canary trial"), other, status="suspended", said=3, contact_role="Canary desk")
    answer, run = hand_in(
        client, world[-1],
        a_csv(a_row(theirs, status="recruiting"), a_row(world[1][0], status="suspended")),
    )  # fmt: skip
    page = client.get(answer["Location"]).content.decode()
    assert "“uza” is not your centre. Remove the row." in page
    told = page.partition("Row by row")[2]
    assert not {word for word in ("Canary desk", "Suspended</del>", "Antwerp") if word in told}
    confirm(client, answer, run)
    assert (fresh(theirs).status, fresh(world[1][0]).status) == ("suspended", "suspended")
    assert fresh(theirs).verified_at < TODAY()


def test_a_coordinator_of_two_centres_answers_for_the_one_of_the_link(world, client):
    other = a_centre("uza")
    theirs = a_site(world[1][0].trial, other, said=40)
    world[2].user.coordinations.create(centre=other)
    answer, run = hand_in(client, world[-1], a_csv(a_row(theirs, status="suspended")))
    assert "is not your centre" in client.get(answer["Location"]).content.decode()
    assert run.counts["update"] == 0


def test_a_sheet_of_one_link_is_opened_by_no_other(world, client):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    strangers = [a_link(a_centre("uza"))[1], a_link(world[0])[1]]
    for address in strangers:
        plan = f"{upload_of(address)}{run.pk}/"
        assert client.get(plan).status_code == 404
        assert client.post(plan, {"step": "confirm", "plan": run.attempt}).status_code == 404
    someone_elses = applied(a_csv(a_row(world[1][1], status="suspended")), user=world[2].user)
    assert client.get(f"{upload_of(world[-1])}{someone_elses.pk}/").status_code == 404
    assert client.get(f"{upload_of(world[-1])}{10**30}/").status_code == 404
    run.refresh_from_db()
    assert run.status == "planned"
    assert client.get(answer["Location"]).status_code == 200


def test_persons_addresses_and_consents_are_not_taken_from_a_link(world, client):
    site = world[1][0]
    person = a_professional("Known Person")
    type(site).objects.filter(pk=site.pk).update(contact_person=person)
    cells = {
        "status": "suspended", "contact_name": "Known Person", "contact_email": "x@example.org",
        "pi_name": "Other Person", "consent_to_publish": "yes", "url": "https://evil.example.org",
    }  # fmt: skip
    answer, run = hand_in(client, world[-1], a_csv(a_row(site, **cells)))
    assert (
        "Not taken from a sheet that comes by a mailed link"
        in client.get(answer["Location"]).content.decode()
    )
    confirm(client, answer, run)
    person.refresh_from_db()
    assert (person.consent_given_on, person.email) == (None, "")
    assert (fresh(site).status, fresh(site).url, fresh(site).investigator) == ("suspended", "", None)


def test_an_unlisted_trial_goes_to_the_editors(world, client):
    row = {"centre_code": "uz-gent", "nct_number": "NCT01234567", "acronym": "NEW", "status": "recruiting"}
    answer, run = hand_in(client, world[-1], a_csv(row))
    assert "the row goes to the editors, who list trials" in client.get(answer["Location"]).content.decode()
    confirm(client, answer, run)
    assert fresh(world[1][0]).trial.state == "listed"
    assert run.status == "applied"


# In the reader's language


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "nl",
            ["“uza” is niet uw centrum. Verwijder de rij.", "“soms” is geen geldige waarde.", "1 rij zou"],
        ),
        (
            "fr",
            ["« uza » n’est pas votre centre. Retirez la ligne.", "« soms » n’est pas valable.", "1 ligne"],
        ),
        (
            "de",
            ["„uza“ ist nicht Ihr Zentrum. Entfernen Sie die Zeile.", "„soms“ ist nicht gültig.", "1 Zeile"],
        ),
    ],
)
def test_the_plan_speaks_the_language_of_the_page(world, client, language, sentences):
    theirs, address = a_site(a_trial("Other"), a_centre("uza")), world[-1].replace("/en/", f"/{language}/")
    rows = a_csv(
        a_row(theirs, status="recruiting"),
        a_row(world[1][0], status="soms"),
        a_row(world[1][1], status="suspended"),
    )
    answer, run = hand_in(client, address, rows)
    page = client.get(answer["Location"]).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert [one for one in sentences if one not in page] == []
    confirm(client, answer, run)
    assert Enquiry.objects.get().language == language


# What may be wrong with it


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("sheet.exe", b"x", "this file type is not supported"),
        ("sheet.csv", b"", "The file is empty."),
        ("sheet.csv", b"a" * (10 * 2**20 + 1), "the maximum is 10 MB"),
    ],
)
def test_a_file_that_is_refused_at_the_door_is_told_why(world, client, name, content, sentence):
    answer, run = hand_in(client, world[-1], content, name)
    assert (answer.status_code, run) == (422, None)
    assert sentence in answer.content.decode()
    assert not SheetAnswer.objects.exists()


def test_no_file_is_told_and_so_is_a_step_that_there_is_not(world, client):
    answer = client.post(upload_of(world[-1]), {"file": "no file"})
    assert (answer.status_code, "Choose the file of the sheet first." in answer.content.decode()) == (
        422,
        True,
    )
    answer, _run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    for step in ("", "undo", "\x00"):
        assert client.post(answer["Location"], {"step": step}).status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"PK\x03\x04 not really", "The workbook is damaged"),
        ("a.csv", b"centre_code;acronym\n", "has a header (row 1) but no rows below it"),
        ("a.csv", b"who;what\nx;y\n", "Which column is “centre_code”?"),
        (
            "a.csv",
            b"acronym,title,conditions,status\nA,T,Ia,recruiting\n",
            "You may upload sheets of trial sites",
        ),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why_and_stores_nothing(world, client, name, content, sentence):
    answer, _run = hand_in(client, world[-1], content, name)
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert 'value="confirm"' not in page.content.decode()
    assert client.post(answer["Location"], {"step": "confirm", "plan": "1"}).status_code == 422
    assert not Change.objects.exists()


def test_headers_that_nobody_knows_are_asked_about_and_answered_on_the_page(world, client):
    site = world[1][0]
    content = a_csv({"Where": "uz-gent", "acronym": site.trial.acronym, "status": "suspended"})
    answer, run = hand_in(client, world[-1], content)
    page = client.get(answer["Location"]).content.decode()
    assert "Answer before this can be stored" in page
    assert 'value="confirm"' not in page
    [question] = [one for one in run.questions if one["needed"]]
    value = question["options"][0]["value"]
    given = {"step": "answer", "plan": run.attempt, "key-1": question["key"], "answer-1": value}
    assert client.post(answer["Location"], given).status_code == 302
    run.refresh_from_db()
    plan_run(run)
    run.refresh_from_db()
    confirm(client, answer, run)
    assert fresh(site).status == "suspended"


def test_while_it_is_read_the_page_says_so_and_looks_again(world, client):
    file = SimpleUploadedFile("s.csv", a_csv(a_row(world[1][0], status="suspended")))
    answer = client.post(upload_of(world[-1]), {"file": file})
    page = client.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "The sheet is being read and compared." in page
    plan_run(ImportRun.objects.get())
    assert "hx-trigger" not in client.get(answer["Location"]).content.decode()


def test_a_sheet_may_be_given_up(world, client):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    confirm(client, answer, run, step="cancel")
    assert run.status == "cancelled"
    assert "Cancelled: nothing was stored." in client.get(answer["Location"]).content.decode()
    assert client.post(answer["Location"], {"step": "confirm", "plan": run.attempt}).status_code == 422
    assert Enquiry.objects.get().answered_at is None


def test_a_plan_that_was_made_anew_is_not_confirmed_unread(world, client):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    refused = client.post(answer["Location"], {"step": "confirm", "plan": run.attempt - 1})
    assert refused.status_code == 422
    assert "planned again after you opened its plan" in refused.content.decode()
    run.refresh_from_db()
    assert run.status == "planned"


# Attacks


def test_looking_at_a_plan_stores_nothing_however_a_scanner_looks(world, client):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    for address in (answer["Location"], upload_of(world[-1]), world[-1].replace("/sites/", "/sheet/")):
        for method in ("get", "head", "options"):
            getattr(Client(), method)(address)
        assert Client().put(address).status_code == 405
    run.refresh_from_db()
    assert run.status == "planned"
    assert not StatusStatement.objects.filter(said_at=TODAY()).exists()


@pytest.mark.parametrize("ends", ["expires_at", "revoked_at"])
def test_a_link_that_ended_between_plan_and_confirmation_stores_nothing(world, client, ends):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    Enquiry.objects.update(**{ends: timezone.now()})
    assert confirm(client, answer, run).status_code == 410
    assert client.get(answer["Location"]).status_code == 410
    assert client.post(upload_of(world[-1]), {"file": SimpleUploadedFile("s.csv", b"x")}).status_code == 410
    assert (run.status, fresh(world[1][0]).status) == ("planned", "recruiting")


def test_a_link_that_is_revoked_in_the_very_moment_stores_nothing(world, client, monkeypatch):
    from directory.vouching import sheet_of_centre

    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    monkeypatch.setattr(sheet_of_centre, "why_closed", lambda enquiry: "revoked")
    client.post(answer["Location"], {"step": "confirm", "plan": run.attempt})
    client.post(upload_of(world[-1]), {"file": SimpleUploadedFile("s.csv", b"x")})
    run.refresh_from_db()
    assert (run.status, ImportRun.objects.count()) == ("planned", 1)


def test_a_page_of_another_site_cannot_hand_in(world):
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(upload_of(world[-1]), {"file": SimpleUploadedFile("s.csv", b"x")}).status_code == 403


def test_neither_file_nor_secret_is_in_a_log(world, client):
    secret = world[-1].split(":")[1].split(".")[0]
    with logged() as out:
        answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
        client.get(answer["Location"])
        confirm(client, answer, run)
    assert "request_finished" in out.getvalue()
    assert secret not in out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.each("--race-rounds", 3)
def test_two_confirmations_and_an_answer_at_once_have_one_effect_each(request):
    centre, [site, other] = a_world(2)
    address = a_link(centre)[1]
    for turn in range(request.config.getoption("--race-rounds")):
        status = ("suspended", "recruiting")[turn % 2]
        answer, run = hand_in(
            Client(), address, a_csv(a_row(site, status=status, cohort_open=("no", "yes")[turn % 2]))
        )
        before = StatusStatement.objects.filter(site=other).count()

        def one(index, answer=answer, run=run, status=status):
            if index % 2:
                return Client().post(answer["Location"], {"step": "confirm", "plan": run.attempt}).status_code
            return Client().post(address, {f"{other.pk}-seen": "x", f"{other.pk}-said": status}).status_code

        assert at_once(one, 4) == [302] * 4
        run.refresh_from_db()
        # A worker that an earlier test left at work may be quicker.
        assert run.status in ("applying", "applied")
        apply_run(run)
        wait_until(ImportRun.objects.filter(pk=run.pk, status="applied").exists)
        assert (fresh(site).status, fresh(other).status) == (status, status)
        assert StatusStatement.objects.filter(site=other).count() == before + 1


def test_the_admin_tells_which_sheets_came_by_a_link(world, client):
    answer, run = hand_in(client, world[-1], a_csv(a_row(world[1][0], status="suspended")))
    confirm(client, answer, run)
    client.force_login(an_editor())
    page = reverse("admin:imports_importrun_change", args=[run.pk])
    detail = client.get(reverse("admin:vouching_enquiry_change", args=[world[2].pk])).content.decode()
    assert f'<a href="{page}">sheet.csv (#{run.pk})</a>: applied' in detail
    assert "by an e-mailed link" in client.get(page).content.decode()
    theirs = applied(a_csv(a_row(world[1][1], status="suspended")), user=a_coordinator(world[0]))
    page = reverse("admin:imports_importrun_change", args=[theirs.pk])
    assert "by an e-mailed link" not in client.get(page).content.decode()


def test_the_same_sheet_again_leads_to_its_plan_also_by_the_next_link(world, client):
    content = a_csv(a_row(world[1][0], status="suspended"))
    _answer, run = hand_in(client, world[-1], content)
    actions.ask_now(coordination=world[2].user.coordinations.get())
    later = reverse("web:vouch", args=[Enquiry.objects.latest("number").new_token()])
    answer, same = hand_in(client, later, content)
    assert (same.pk, SheetAnswer.objects.filter(run=run).count()) == (run.pk, 2)
    assert client.get(answer["Location"]).status_code == 200
