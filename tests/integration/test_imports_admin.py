"""The pages of imports: hand in, watch, read the plan, confirm or cancel."""

import pytest
from django.urls import reverse

from directory.imports import pipeline
from directory.imports.models import ImportRun, RowOutcome
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor
from tests.sheets import a_csv, a_file, a_workbook, applied, planned, received
from trials.models import TrialSite

pytestmark = pytest.mark.django_db

ADD = "/admin/imports/importrun/add/"
LIST = "/admin/imports/importrun/"


@pytest.fixture
def world():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    trial = a_trial("A", slug="a")
    a_site(trial, gent, said=40), a_site(trial, uza, said=40)
    return gent, uza


def row(code, **cells):
    return {"centre_code": code, "acronym": "A", "status": "suspended"} | cells


def page_of(run):
    return reverse("admin:imports_importrun_change", args=[run.pk])


def signed_in(client, user):
    client.force_login(user)
    return client


def test_a_sheet_is_handed_in_and_its_page_opens(client, world):
    signed_in(client, an_editor())
    answer = client.post(ADD, {"kind": "", "file": a_file(a_csv(row("uz-gent")), "s.csv")})
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(run))
    text = client.get(page_of(run)).content.decode()
    assert "waiting for a worker" in text
    assert "http-equiv" in text
    assert "<script>" not in text
    assert " style=" not in text


def test_the_same_sheet_again_leads_to_the_first_import_and_says_so(client, world):
    signed_in(client, an_editor())
    for _ in range(2):
        answer = client.post(ADD, {"kind": "sites", "file": a_file(a_csv(row("uz-gent")))}, follow=True)
    assert ImportRun.objects.count() == 1
    assert "already on its way" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "sites"}, "This field is required."),
        ({"kind": "patients", "file": ("s.csv", b"a\n1\n")}, "patients is not one of the available choices"),
        ({"kind": "sites", "file": ("s.pdf", b"x")}, "“s.pdf” is not a kind of file that is read"),
        ({"kind": "sites", "file": ("s.csv", b"")}, "The file is empty."),
        ({"kind": "sites", "file": ("s.csv", b"x" * (10 * 2**20 + 1))}, "at most 10 MB are read"),
        ({"kind": "sites", "file": ("s.csv", b"a\n"), "sheet": "x\x01"}, "characters that cannot be kept"),
        ({"kind": "sites", "file": ("s.csv", b"a\n"), "sheet": "x\x00"}, "Null characters are not allowed"),
    ],
)
def test_what_is_refused_is_said_on_the_page(client, fields, says):
    signed_in(client, an_editor())
    if "file" in fields:
        name, content = fields["file"]
        fields = fields | {"file": a_file(content, name)}
    answer = client.post(ADD, fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_plan_shows_each_row_with_old_and_new_and_what_is_wrong(client, world):
    rows = [row("uz-gent"), row("nowhere"), row("uza", status="recruiting", status_date="2020-01-01")]
    run = planned(a_csv(*rows), user=(user := an_editor()))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "<del>recruiting</del>" in text
    assert "<ins>suspended</ins>" in text
    assert "“nowhere” is not a known centre" in text
    assert "Store all good rows" in text
    assert "1 row is left out." in text
    assert reverse("admin:trials_trialsite_change", args=[TrialSite.objects.first().pk]) in text


def test_rows_are_filtered_by_outcome_found_and_paged(client):
    user = an_editor()
    rows = [{"code": f"c-{n}", "name_en": f"Hôpital {n}" if n != 7 else ""} for n in range(120)]
    run = planned(a_csv(*rows), kind="centres", user=user)
    signed_in(client, user)

    def numbers(query):
        page = client.get(page_of(run) + query).context["page"].page
        return [one.number for one in page.object_list]

    assert numbers("") == list(range(2, 52))
    assert numbers("?p=3") == list(range(102, 122))
    assert numbers("?outcome=invalid") == [9]
    assert numbers("?q=needs+a+name_en") == [9]
    assert numbers("?q=H%C3%B4pital+88") == [90]
    assert numbers("?q=c-119") == [121]
    assert numbers("?q=110") == [110, 112]
    assert numbers("?q=nothing") == []
    assert numbers("?outcome=invented&p=nonsense&q=%00") == list(range(2, 52))


def test_confirming_applies_and_the_banner_counts_what_was_stored(client, world):
    run = planned(a_csv(row("uz-gent"), row("nowhere")), user=(user := an_editor()))
    signed_in(client, user)
    answer = client.post(reverse("admin:imports_importrun_confirm", args=[run.pk]))
    assert answer["Location"] == page_of(run)
    pipeline.apply(ImportRun.objects.get())
    text = client.get(page_of(run)).content.decode()
    assert "Stored: 0 new, 1 updated." in text
    assert "1 row was left out; it is below with the reason." in text


def test_cancelling_ends_it(client, world):
    run = planned(a_csv(row("uz-gent")), user=(user := an_editor()))
    signed_in(client, user).post(reverse("admin:imports_importrun_cancel", args=[run.pk]))
    assert "Cancelled; nothing was stored." in client.get(page_of(run)).content.decode()
    answer = client.post(reverse("admin:imports_importrun_confirm", args=[run.pk]), follow=True)
    assert "this can no longer be done" in answer.content.decode()


def test_looking_changes_nothing(client, world):
    run = planned(a_csv(row("uz-gent")), user=(user := an_editor()))
    signed_in(client, user)
    for name in ("confirm", "cancel"):
        assert client.get(reverse(f"admin:imports_importrun_{name}", args=[run.pk])).status_code == 405
    assert ImportRun.objects.get().status == "planned"


def test_a_failed_file_says_why_and_what_to_do(client):
    run = planned(b"name\nx\n", kind="centres", user=(user := an_editor()))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "The column “code” is missing." in text
    assert "Import a corrected sheet" in text


def test_progress_is_a_fragment_until_the_run_stands_still(client):
    run = received(a_csv({"code": "a", "name_en": "A"}), kind="centres", user=(user := an_editor()))
    url = reverse("admin:imports_importrun_progress", args=[run.pk])
    signed_in(client, user)
    ImportRun.objects.update(status="planning", rows_total=200, rows_done=50)
    text = client.get(url).content.decode()
    assert '<progress value="25" max="100"' in text
    assert "50 of 200 rows" in text
    ImportRun.objects.update(status="planned")
    assert client.get(url)["HX-Refresh"] == "true"


def test_coordinators_see_their_own_imports_and_upload_sites_only(client, world):
    gent, uza = world
    mine, theirs = a_coordinator(gent), a_coordinator(uza)
    run = planned(a_csv(row("uza", url="https://canary.example.org")), user=theirs)
    signed_in(client, mine)
    assert "sheet.csv" not in client.get(LIST).content.decode()
    for name in ("change", "progress"):
        assert client.get(reverse(f"admin:imports_importrun_{name}", args=[run.pk])).status_code == 404
    for name in ("confirm", "cancel"):
        assert client.post(reverse(f"admin:imports_importrun_{name}", args=[run.pk])).status_code == 404
    assert client.get(ADD).context["form"].fields["kind"].choices == [("sites", "Trial sites")]
    assert client.post(ADD, {"kind": "trials", "file": a_file(b"acronym\nA\n")}).status_code == 422
    assert client.post(ADD, {"kind": "sites", "file": a_file(a_csv(row("uza")))}).status_code == 302


def test_without_a_role_nothing_is_seen(client):
    user = a_user(is_staff=True)
    run = applied(a_csv({"code": "a", "name_en": "A"}), kind="centres")
    signed_in(client, user)
    for url in (ADD, LIST, page_of(run)):
        assert client.get(url).status_code == 403


def test_an_empty_list_says_how_to_begin(client):
    text = signed_in(client, an_editor()).get(LIST).content.decode()
    assert "Nothing has been imported yet." in text


def test_a_plan_that_waits_is_on_the_first_page(client):
    planned(a_csv({"code": "a", "name_en": "A"}), kind="centres", user=(user := an_editor()))
    assert "wait for confirmation" in signed_in(client, user).get("/admin/").content.decode()


@pytest.mark.parametrize("kind", ["centres", "networks", "trials", "sites"])
def test_the_records_of_each_kind_are_linked(client, world, kind):
    content = {
        "centres": a_csv({"code": "uz-gent", "city": "Ghent"}),
        "networks": a_csv({"network": "itcc", "centre": "uz-gent"}),
        "trials": a_csv({"acronym": "A", "sponsor": "S"}),
        "sites": a_csv(row("uz-gent")),
    }[kind]
    run = applied(content, kind=kind, user=(user := an_editor()))
    page = signed_in(client, user).get(page_of(run)).context["page"].page
    assert client.get(page.object_list[0].record_url).status_code == 200


def test_the_page_of_a_large_plan_needs_few_queries(client, django_assert_max_num_queries):
    user = an_editor()
    run = planned(a_csv(*({"code": f"c-{n}", "name_en": "A"} for n in range(300))), kind="centres", user=user)
    signed_in(client, user)
    with django_assert_max_num_queries(12):
        assert client.get(page_of(run)).status_code == 200
    assert RowOutcome.objects.count() == 300


def test_a_workbook_with_several_sheets_says_which_was_read(client):
    content = a_workbook({"code": "a", "name_en": "A"}, sheet="Data", more={"Notes": [["x"]]})
    run = planned(content, kind="centres", name="b.xlsx", user=(user := an_editor()))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "Only the sheet “Data” was read. The file also has: Notes." in text
