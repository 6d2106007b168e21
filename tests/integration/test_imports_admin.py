"""The pages of imports: hand in, watch, read the plan, confirm or cancel."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from directory.core import changes
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun, RowOutcome
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor
from tests.sheets import a_csv, a_file, a_workbook, applied, planned, received
from trials.actions import state_status
from trials.models import TrialSite
from trials.sheets import SiteSheet

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
    assert "it will start soon" in text
    assert "http-equiv" in text
    assert "<script>" not in text
    assert " style=" not in text


def test_the_same_sheet_again_leads_to_the_first_import_and_says_so(client, world):
    signed_in(client, an_editor())
    for _ in range(2):
        answer = client.post(ADD, {"kind": "sites", "file": a_file(a_csv(row("uz-gent")))}, follow=True)
    assert ImportRun.objects.count() == 1
    now = f"{timezone.localtime(ImportRun.objects.get().created_at):%H:%M}"
    assert f"You already uploaded this file ({now}): this is its import." in answer.content.decode()


def test_the_same_sheet_again_is_planned_again_and_says_so(client, world):
    user = an_editor()
    run = planned(a_csv(row("uz-gent")), user=user)
    signed_in(client, user)
    file = a_file(a_csv(row("uz-gent")))
    text = client.post(ADD, {"kind": "sites", "file": file}, follow=True).content.decode()
    now = f"{timezone.localtime(run.created_at):%H:%M}"
    assert f"You already uploaded this file ({now}): a new plan has been made." in text
    assert ImportRun.objects.get().status == "uploaded"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "sites"}, "This field is required."),
        ({"kind": "patients", "file": ("s.csv", b"a\n1\n")}, "patients is not one of the available choices"),
        ({"kind": "sites", "file": ("s.pdf", b"x")}, "“s.pdf”: this file type is not supported"),
        ({"kind": "sites", "file": ("s.csv", b"")}, "The file is empty."),
        ({"kind": "sites", "file": ("s.csv", b"x" * (10 * 2**20 + 1))}, "the maximum is 10 MB"),
        ({"kind": "sites", "file": ("s.csv", b"a\n"), "sheet": "x\x01"}, "characters that cannot be stored"),
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
    assert "<del>Recruiting</del>" in text
    assert "<ins>Suspended</ins>" in text
    today, before = timezone.localdate(), timezone.localdate() - dt.timedelta(days=40)
    assert f"<del>{before:%d/%m/%Y}</del>" in text
    assert f"<ins>{today:%d/%m/%Y}</ins>" in text
    assert ">A · Hospital uz-gent</a>" in text
    assert "a@uz-gent" in text
    assert "The plan: 0 new, 1 update, 1 unchanged." in text
    assert "“nowhere” is not a known centre" in text
    assert "Store all good rows" in text
    assert "1 row is left out." in text
    assert reverse("admin:trials_trialsite_change", args=[TrialSite.objects.first().pk]) in text


def test_updates_of_the_status_are_found_among_those_of_its_date(client, world):
    rows = [row("uz-gent"), row("uza", status="recruiting")]
    run = planned(a_csv(*rows), user=(user := an_editor()))
    page = signed_in(client, user).get(page_of(run) + "?outcome=status").context["page"]
    assert [one.number for one in page.page.object_list] == [2]
    [tab] = [tab for tab in page.tabs if tab.is_current]
    assert (str(tab.label), tab.count) == ("status changes", 1)


def test_a_name_that_is_not_listed_is_not_on_the_page_of_a_coordinator(client, world):
    gent, uza = world
    a_trial("SECRETDRAFT7", slug="nct07777777", state="draft", at=[uza], identifiers=["NCT07777777"])
    rows = [{"centre_code": "uz-gent", "nct_number": "NCT07777777"}, row("uz-gent")]
    run = planned(a_csv(*rows), user=(user := a_coordinator(gent)))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "SECRETDRAFT7" not in text
    assert "NCT07777777 · Hospital uz-gent" in text


def test_a_plan_made_again_is_not_confirmed_from_an_old_page(client, world):
    user = an_editor()
    run = planned(a_csv(row("uz-gent")), user=user)
    old = f'name="plan" value="{run.attempt}"'
    assert old in signed_in(client, user).get(page_of(run)).content.decode()
    planned(a_csv(row("uz-gent")), user=user)
    url = reverse("admin:imports_importrun_confirm", args=[run.pk])
    answer = client.post(url, {"plan": str(run.attempt)}, follow=True)
    assert "Read the new plan first." in answer.content.decode()
    assert ImportRun.objects.get().status == "planned"


def test_what_moved_is_planned_again_by_a_button(client, world):
    user = an_editor()
    run = planned(a_csv(row("uz-gent")), user=user)
    actions.confirm(run=run, user=user, queue=False)
    site = TrialSite.objects.get(centre=world[0])
    state_status(site=site, status="completed", by=changes.Actor.of(user))
    apply_run(run)
    again = reverse("admin:imports_importrun_again", args=[run.pk])
    assert again in signed_in(client, user).get(page_of(run)).content.decode()
    answer = client.post(again)
    new = ImportRun.objects.exclude(pk=run.pk).get()
    assert (answer["Location"], new.status) == (page_of(new), "uploaded")
    assert client.get(again).status_code == 405


def test_a_sheet_that_says_what_is_known_does_not_wait_for_anybody(client, world):
    run = planned(a_csv({"code": "uza", "city": "Gent"}), kind="centres", user=(user := an_editor()))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "Nothing to store: the directory already has everything in this sheet." in text
    assert "Store all good rows" not in text
    assert "nothing to store" in client.get(LIST).content.decode()
    assert "wait for confirmation" not in client.get("/admin/").content.decode()


def test_a_sheet_of_which_no_row_can_be_taken_says_so(client, world):
    run = planned(a_csv(row("uz-gent", status="sometimes")), user=(user := an_editor()))
    text = signed_in(client, user).get(page_of(run)).content.decode()
    assert "Nothing was stored: no row can be stored as it is." in text
    assert "Import a corrected sheet" in text
    assert "wait for confirmation" not in client.get("/admin/").content.decode()


# The page to hand in


def test_the_columns_are_in_the_template_s_order_with_what_they_take(client, world):
    text = signed_in(client, a_coordinator(world[0])).get(ADD).content.decode()
    places = [text.index(f"<code>{name}</code>") for name in SiteSheet._meta.fields]
    assert places == sorted(places)
    assert "<code>centre_code</code> <strong>required</strong>" in text
    assert text.count("one of these is required") == 3
    assert "a date, day first: 03/06/2026" in text
    assert "code, like uz-gent, or its name" in text
    assert "one of: not_yet_recruiting, recruiting" in text
    assert "detected from the columns" not in text.casefold()
    assert "detected from the columns" in signed_in(client, an_editor()).get(ADD).content.decode()


def test_an_example_is_downloaded_of_what_one_may_hand_in(client, world):
    signed_in(client, a_coordinator(world[0]))
    answer = client.get(f"{ADD}../template/sites.csv".replace("add/../", ""))
    assert answer["Content-Disposition"] == 'attachment; filename="sites.csv"'
    assert answer.content == SiteSheet.template()
    for kind in ("trials", "patients"):
        assert client.get(reverse("admin:imports_importrun_template", args=[kind, "csv"])).status_code == 404
    signed_in(client, an_editor())
    assert client.get(reverse("admin:imports_importrun_template", args=["trials", "csv"])).status_code == 200


def test_the_page_says_what_is_read_of_the_files_of_registries(client, world):
    text = signed_in(client, an_editor()).get(ADD).content.decode()
    assert "<code>Location(s) and recruitment status</code>" in text
    assert "Contact Email" not in text
    signed_in(client, a_coordinator(world[0]))
    assert "Files of registries" not in client.get(ADD).content.decode()


def test_a_name_of_a_sheet_that_cannot_be_is_said_beside_it(client):
    signed_in(client, an_editor())
    answer = client.post(ADD, {"kind": "sites", "file": a_file(b"a\n"), "sheet": "x\x01"})
    assert list(answer.context["form"].errors) == ["sheet"]


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
    apply_run(ImportRun.objects.get())
    text = client.get(page_of(run)).content.decode()
    assert "Stored: 0 new, 1 updated." in text
    assert "1 row was left out; you find it below, with the reason." in text


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
