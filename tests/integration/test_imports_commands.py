"""`import_sheet` and `load_demo` as a person at a shell meets them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from centres.models import Centre, Membership
from directory.core import changes
from directory.imports.models import ImportRun
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor
from tests.sheets import a_csv
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return an_editor("ed")


def called(tmp_path, content, *options, name="sheet.csv"):
    """Exit code and what was printed."""
    file = tmp_path / name
    file.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_sheet", str(file), *options, stdout=out, stderr=err)
    return ended.value.code, out.getvalue() + err.getvalue()


def test_a_plan_prints_counts_and_stores_nothing(tmp_path, editor):
    content = a_csv({"code": "uz-gent", "name_en": "Ghent"})
    code, said = called(tmp_path, content, "--user", "ed")
    assert (code, said) == (0, "sheet.csv (centres): planned, nothing stored: 1 new.\n")
    assert not Centre.objects.exists()
    assert not ImportRun.objects.exists()


def test_apply_stores_and_the_history_names_the_run(tmp_path, editor):
    a_site(a_trial("A", slug="a"), a_centre("uz-gent"), status="recruiting", said=40)
    content = a_csv({"centre_code": "uz-gent", "acronym": "A", "status": "suspended"})
    code, said = called(tmp_path, content, "--user", "ed", "--apply")
    assert code == 0
    assert "applied: 1 update" in said
    assert TrialSite.objects.get().status == "suspended"
    assert changes.history("site", "a@uz-gent")[0].run == ImportRun.objects.get().pk


def test_a_plan_that_must_ask_first_prints_what_and_is_not_good(tmp_path, editor):
    content = a_csv({"House": "uz-gent", "Where to ring": "x", "nct_number": "NCT04307576"})
    code, said = called(tmp_path, content, "--user", "ed", "--kind", "sites")
    assert code == 4
    assert "Which column is “centre_code”?" in said
    assert called(tmp_path, content, "--user", "ed", "--kind", "sites", "--apply")[0] == 4
    assert changes.last_seq() == 0


def test_every_bad_row_is_printed_with_row_column_value_and_way_out(tmp_path, editor):
    rows = [
        {"code": "uz-gent", "name_en": "Ghent"},
        {"code": "b", "name_en": "", "phone": "1"},
        {"code": "c"},
    ]
    code, said = called(tmp_path, a_csv(*rows), "--user", "ed", "--apply")
    assert code == 3
    assert "Row 3, “phone” (invalid): “1” is not a telephone number." in said
    assert "Row 3, “name_en” (invalid)" in said
    assert "Row 4, “name_en” (invalid)" in said
    assert Centre.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"%PDF-1.7", "a.csv"),
        (b"a,b\n1,2\n", "a.csv"),
        (b"a,b\n1,2\n", "a.pdf"),
        (b"PK\x03\x04", "a.xlsx"),
    ],
)
def test_a_refused_file_ends_with_4_and_a_sentence(tmp_path, editor, content, name):
    code, said = called(tmp_path, content, "--user", "ed", name=name)
    assert code == 4
    assert said.strip().endswith((".", "]"))
    assert not ImportRun.objects.exists()


def test_json_is_one_document_with_everything(tmp_path, editor):
    content = a_csv({"code": "uz-gent", "name_en": "Ghent", "x": "1"}, {"code": "c"})
    code, said = called(tmp_path, content, "--user", "ed", "--json")
    told = json.loads(said)
    assert (code, told["kind"], told["status"], told["rows_total"]) == (3, "centres", "planned", 2)
    assert (told["counts"]["new"], told["counts"]["invalid"]) == (1, 1)
    assert told["bad_rows"][0]["number"] == 3
    assert told["warnings"][0]["columns"] == ["x"]


DATED = {"network": "suhopl", "centre": "uz-gent", "since": "03/04/2026"}


def test_a_question_that_must_be_answered_ends_with_4_and_how_to_answer_it(tmp_path, editor):
    a_centre("uz-gent")
    code, said = called(tmp_path, a_csv(DATED), "--user", "ed", "--apply")
    assert code == 4
    assert "Are the dates of “since” day first or month first?" in said
    assert "--answer 'date:since=dmy'   day first (“03/04/2026” is 3 April 2026)" in said
    assert not Membership.objects.exists()
    assert not ImportRun.objects.exists()


def test_an_answer_is_given_at_the_shell(tmp_path, editor):
    a_centre("uz-gent")
    code, said = called(tmp_path, a_csv(DATED), "--user", "ed", "--apply", "--answer", "date:since=mdy")
    assert (code, "applied: 1 new" in said) == (0, True)
    assert Membership.objects.get().since.isoformat() == "2026-03-04"


@pytest.mark.parametrize("answer", ["date:until=dmy", "date:since=ymd"])
def test_an_answer_to_nothing_or_that_is_none_is_refused(tmp_path, editor, answer):
    a_centre("uz-gent")
    code, _said = called(tmp_path, a_csv(DATED), "--user", "ed", "--apply", "--answer", answer)
    assert code == 4
    assert not Membership.objects.exists()
    assert not ImportRun.objects.exists()


def test_an_answer_without_a_value_is_told(tmp_path, editor):
    with pytest.raises(CommandError, match="KEY=VALUE"):
        call_command("import_sheet", str(tmp_path / "x.csv"), "--user", "ed", "--answer", "date")


def test_a_coordinator_s_sheet_is_judged_by_the_coordinator_s_rights(tmp_path):
    gent, _uza = a_centre("uz-gent"), a_centre("uza")
    a_trial("A", slug="a")
    a_coordinator(gent, username="co")
    rows = [{"centre_code": code, "acronym": "A", "status": "recruiting"} for code in ("uz-gent", "uza")]
    code, said = called(tmp_path, a_csv(*rows), "--user", "co", "--apply")
    assert code == 3
    assert "Row 3, “centre_code” (invalid): “uza” is not your centre." in said
    assert TrialSite.objects.get().centre == gent


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("nobody", "no user “nobody”"),
        ("plain", "neither an editor nor a coordinator"),
        (None, "no superuser yet"),
    ],
)
def test_who_may_not_import_is_told(tmp_path, user, says):
    a_user("plain")
    file = tmp_path / "a.csv"
    file.write_bytes(a_csv({"code": "x"}))
    with pytest.raises(CommandError, match=says):
        call_command("import_sheet", str(file), *(["--user", user] if user else []))


def test_a_file_that_is_not_there_is_told(tmp_path, editor):
    with pytest.raises(CommandError, match="cannot be read") as told:
        call_command("import_sheet", str(tmp_path / "none.csv"), "--user", "ed")
    assert told.value.returncode == 4


def test_a_dry_run_leaves_somebody_else_s_waiting_plan_alone(tmp_path, editor):
    from tests.sheets import planned

    content = a_csv({"code": "uz-gent", "name_en": "Ghent"})
    waiting = planned(content, kind="centres", user=editor)
    code, _said = called(tmp_path, content, "--user", "ed", "--kind", "centres")
    assert code == 0
    assert ImportRun.objects.get().pk == waiting.pk


def test_the_demo_is_loaded_listed_and_loading_it_again_changes_nothing(settings, tmp_path):
    settings.DEMO_MARKER = tmp_path / "demo.loaded"
    call_command("load_demo", "--in-process")
    assert settings.DEMO_MARKER.exists()
    assert Trial.objects.listed().count() == 131
    assert Centre.objects.listed().count() == 9
    assert set(TrialSite.objects.values_list("verified_by", flat=True)) == {"registry", ""}
    seq = changes.last_seq()
    call_command("load_demo", "--in-process")
    assert changes.last_seq() == seq
