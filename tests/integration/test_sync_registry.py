"""`sync_registry` from a shell; a folder of records is never taken for the directory itself."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.builders import a_centre, a_trial
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.health import sources
from trials.models import RegistryRecord, RegistrySync, StatusStatement, Trial, TrialSite
from trials.sources import sync
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"


def command(*args):
    out = io.StringIO()
    code = 0
    try:
        call_command("sync_registry", *args, stdout=out)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue()


def in_a_folder(folder, *studies):
    for number, one in enumerate(studies):
        content = one if isinstance(one, bytes) else json.dumps(one).encode()
        (folder / f"{number}.json").write_bytes(content)
    return str(folder)


def test_the_command_reads_a_folder_and_prints_what_became_of_it(tmp_path):
    folder = in_a_folder(tmp_path, a_study(), a_study("NCT00000002"))
    code, out = command("ctgov", "--from", folder)
    assert code == 0
    assert "ClinicalTrials.gov: done." in out
    assert "new                   2" in out
    code, out = command("ctgov", "--from", folder)
    assert code == 0
    counts = dict(line.rsplit(maxsplit=1) for line in out.splitlines()[1:])
    assert {name.strip(): int(number) for name, number in counts.items()} == {
        "new": 0, "filled": 0, "disputed": 0, "suggested": 0, "unresolved": 0, "unchanged": 2, "faulty": 0,
        "missing": 0, "new sites": 0, "unresolved sites": 0,
    }  # fmt: skip


def test_a_run_that_is_not_whole_ends_with_3(tmp_path):
    numbers = [f"NCT{number:08}" for number in range(1, 21)]
    sync.follow(CTGOV, answers(*(a_study(number) for number in numbers)))
    folder = in_a_folder(tmp_path, *(a_study(number, status="COMPLETED") for number in numbers))
    code, out = command("ctgov", "--from", folder)
    assert code == 3
    assert "needs a decision" in out
    assert "look at the files, then run the command with --accept." in out
    assert command("ctgov", "--from", folder, "--accept")[0] == 0


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_records_is_refused(tmp_path, folder):
    with pytest.raises(CommandError, match=r"folder|JSON"):
        call_command("sync_registry", "ctgov", "--from", str(tmp_path / folder))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"<html>", "byte 0"), (b'{"protocolSection": {', "Input data was truncated"),
        (b'{"protocolSection": {"identificationModule": {"nctId": 5}}}', "$.protocolSection.identification"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_place_and_way_out_and_the_others_go_on(tmp_path, content, place):
    code, out = command("ctgov", "--from", in_a_folder(tmp_path, content, a_study()))
    assert code == 3
    [told] = [line for line in out.splitlines() if "0.json: " in line]
    assert place in told
    assert "Download this record from ClinicalTrials.gov again, or take the file out" in told
    assert "new                   1" in out
    assert Trial.objects.get().title_en == f"A study called {NUMBER}"
    assert not RegistryRecord.objects.exclude(number=NUMBER).exists()


def test_a_broken_file_about_a_known_trial_is_on_the_editors_list(tmp_path):
    a_trial("KIWI", identifiers=[NUMBER])
    (tmp_path / f"{NUMBER}.json").write_bytes(b"<html>")
    assert command("ctgov", "--from", str(tmp_path))[0] == 3
    assert "malformed" in RegistryRecord.objects.unresolved().get(number=NUMBER).fault


def test_a_file_that_cannot_be_opened_is_told_and_the_others_go_on(tmp_path):
    folder = in_a_folder(tmp_path, a_study())
    (tmp_path / "9.json").mkdir()
    code, out = command("ctgov", "--from", folder)
    assert (code, Trial.objects.count()) == (3, 1)
    assert "9.json: It cannot be opened: Is a directory." in out


def test_of_more_faults_than_are_told_the_number_is():
    run = sync.follow(CTGOV, [FetchedRecord(str(number), b"<html>") for number in range(25)])
    assert (len(run.problems), run.problems[-1]) == (21, "5 more cannot be read either.")


def test_of_two_files_about_one_record_the_last_counts_and_that_is_told(tmp_path):
    folder = in_a_folder(tmp_path, a_study(status="COMPLETED"), a_study(status="RECRUITING"))
    code, out = command("ctgov", "--from", folder)
    assert (code, Trial.objects.get().status) == (0, "recruiting")
    assert "the last by name counts; not read: 0.json." in out
    assert "new                   1" in out


def test_what_a_folder_said_says_that_it_came_from_files_and_of_which_day(tmp_path):
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    command("ctgov", "--from", in_a_folder(tmp_path, a_study(places=[GENT])))
    name = "ClinicalTrials.gov (from files)"
    said = [(one.source, one.day_as_said) for one in StatusStatement.objects.all()]
    assert said == [(name, "2026-02")] * 2
    assert RegistrySync.objects.get().answered_by == name
    assert [one["name"] for one in sources()] == [name]


def test_a_change_in_a_folder_is_of_the_record_s_own_day_and_one_heard_of_the_registry_of_today(tmp_path):
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    changed = a_study(places=[GENT | {"status": "COMPLETED"}], verified="2026-05")
    for studies in ([a_study(places=[GENT])], [changed]):
        command("ctgov", "--from", in_a_folder(tmp_path, *studies))
    site = TrialSite.objects.get()
    assert (site.status, site.verified_on) == ("completed", "2026-05")
    sync.follow(CTGOV, answers(a_study(places=[GENT], verified="2026-06")))
    last = StatusStatement.objects.filter(site=site).latest("pk")
    assert (last.status, last.source, last.said_at) == (
        "recruiting", "ClinicalTrials.gov", timezone.localdate(),
    )  # fmt: skip


def test_an_old_file_overrules_nothing_that_the_registry_said_since(tmp_path):
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    sync.follow(CTGOV, answers(a_study(places=[GENT], verified="2026-05")))
    old = a_study(places=[GENT | {"status": "NOT_YET_RECRUITING"}], verified="2025-01")
    for _turn in range(2):
        command("ctgov", "--from", in_a_folder(tmp_path, old))
    site = TrialSite.objects.get()
    assert (site.status, site.verified_on) == ("recruiting", "2026-05")
    assert StatusStatement.objects.filter(site=site).count() == 2
    RegistryRecord.objects.update(fingerprint="")
    command("ctgov", "--from", in_a_folder(tmp_path, old))
    assert StatusStatement.objects.filter(site=site).count() == 2


def test_records_of_the_demo_registry_in_a_folder_stay_its_own(tmp_path):
    own = a_study() | {"resource": "demo registry"}
    command("ctgov", "--from", in_a_folder(tmp_path, own, a_study("NCT00000002")))
    assert set(StatusStatement.objects.values_list("trial__identifiers__value", "source")) == {
        (NUMBER, "demo registry (from files)"), ("NCT00000002", "ClinicalTrials.gov (from files)"),
    }  # fmt: skip
