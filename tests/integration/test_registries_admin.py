"""What an editor does about registries: lets a halted run go on, takes or declines texts, sees faults."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from directory.core.models import Change
from tests.builders import a_coordinator, a_trial, an_editor
from tests.support.admin_forms import act, admin_url
from tests.support.studies import CTGOV, a_study, answers
from trials import tasks
from trials.models import RecruitmentEvent, RegistryRecord, RegistrySync, TextSuggestion, Trial
from trials.models.registry import SyncStatus
from trials.sources import sync
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
TOLD = (
    "text that a registry has otherwise", "record of a registry that was not taken over",
    "registry that changed more than a run takes over by itself", "trial whose status a registry disputes",
)  # fmt: skip
MODELS = (RecruitmentEvent, RegistryRecord, RegistrySync, TextSuggestion)


@pytest.fixture
def editor(client):
    user = an_editor()
    client.force_login(user)
    return user


@pytest.fixture
def suggested():
    """A trial whose title the registry has otherwise."""
    trial = a_trial("KIWI", identifiers=[NUMBER], title_en="Our own\ntitle")
    sync.follow(CTGOV, answers(a_study()))
    return trial


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_page_opens(client, editor, suggested, model):
    RecruitmentEvent.objects.create(trial=suggested, happened="opened")
    assert client.get(admin_url(model)).status_code == 200
    assert client.get(admin_url(model.objects.first(), "change")).status_code == 200


def test_a_difference_is_shown_line_by_line(client, editor, suggested):
    page = client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()
    assert "<del>Our own</del>" in page
    assert f"<ins>A study called {NUMBER}</ins>" in page


def test_a_hostile_text_is_only_text(client, editor):
    a_trial("KIWI", identifiers=[NUMBER])
    sync.follow(CTGOV, answers(a_study(identification={"briefTitle": "<script>alert(1)</script>"})))
    page = client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_text_is_taken_with_its_change_on_record(client, editor, suggested):
    changes = Change.objects.count()
    act(client, TextSuggestion, "take", TextSuggestion.objects.get())
    suggested.refresh_from_db()
    assert suggested.title_en == f"A study called {NUMBER}"
    change = Change.objects.latest("seq")
    assert (Change.objects.count(), change.actor_role) == (changes + 1, "editor")
    assert [name for name, *_ in change.fields()] == ["title_en"]
    suggestion = TextSuggestion.objects.get()
    assert (suggestion.state, suggestion.decided_by) == ("taken", "editor")


def test_a_text_is_declined_and_not_suggested_again(client, editor, suggested):
    act(client, TextSuggestion, "decline", TextSuggestion.objects.get())
    suggested.refresh_from_db()
    assert suggested.title_en == "Our own\ntitle"
    sync.follow(CTGOV, answers(a_study(verified="2026-03")))
    assert TextSuggestion.objects.get().state == "declined"


def test_what_is_decided_is_decided_once(client, editor, suggested):
    suggestion = TextSuggestion.objects.get()
    act(client, TextSuggestion, "decline", suggestion)
    act(client, TextSuggestion, "take", suggestion)
    suggestion.refresh_from_db()
    assert suggestion.state == "declined"
    suggested.refresh_from_db()
    assert suggested.title_en == "Our own\ntitle"


def test_many_texts_are_taken_at_once(client, editor):
    for number in range(1, 6):
        a_trial(f"KIWI-{number}", identifiers=[f"NCT0000000{number}"], title_en="Ours", summary_en="Ours")
    sync.follow(CTGOV, answers(*(a_study(f"NCT0000000{number}") for number in range(1, 6))))
    assert TextSuggestion.objects.open().count() == 10
    act(client, TextSuggestion, "take", *TextSuggestion.objects.all())
    assert not Trial.objects.filter(title_en="Ours").exists()
    assert not Trial.objects.filter(summary_en="Ours").exists()


def test_a_halted_run_goes_on_when_an_editor_says_so(client, editor, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.follow, "apply_async", lambda *args: sent.append(args))
    waiting = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    act(client, RegistrySync, "go_on", waiting)
    assert sent == [(["ctgov"], {"is_accepted": True})]


def test_a_run_that_does_not_wait_is_not_asked_again(client, editor, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.follow, "apply_async", lambda *args: sent.append(args))
    done = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.DONE)
    response = act(client, RegistrySync, "go_on", done)
    assert sent == []
    assert b"waits for an editor" in client.get(response.url).content


def test_a_broker_that_is_away_is_told(client, editor, monkeypatch):
    def away(*_args):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.follow, "apply_async", away)
    waiting = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    response = act(client, RegistrySync, "go_on", waiting)
    assert "The worker cannot be reached" in client.get(response.url).content.decode()


def test_the_first_page_tells_an_editor_what_waits(client, editor, suggested):
    RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    RegistryRecord.objects.filter(number=NUMBER).update(fault="It is HTML.")
    Trial.objects.update(disputed=True)
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one not in page] == []


def test_a_coordinator_is_told_nothing_of_it(client, suggested):
    RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    client.force_login(a_coordinator())
    Trial.objects.update(disputed=True)
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one in page] == []


# From a shell


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
    assert "new             2" in out
    code, out = command("ctgov", "--from", folder)
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()[1:]] == ["0", "0", "0", "0", "0", "2", "0", "0"]


def test_a_run_that_is_not_whole_ends_with_3(tmp_path):
    numbers = [f"NCT{number:08}" for number in range(1, 21)]
    sync.follow(CTGOV, answers(*(a_study(number) for number in numbers)))
    folder = in_a_folder(tmp_path, *(a_study(number, status="COMPLETED") for number in numbers))
    code, out = command("ctgov", "--from", folder)
    assert code == 3
    assert "waits for an editor" in out
    assert command("ctgov", "--from", folder, "--accept")[0] == 0


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_records_is_refused(tmp_path, folder):
    with pytest.raises(CommandError, match=r"folder|JSON"):
        call_command("sync_registry", "ctgov", "--from", str(tmp_path / folder))


def test_a_record_that_is_no_record_is_named_by_its_file(tmp_path):
    code, out = command("ctgov", "--from", in_a_folder(tmp_path, b"<html>"))
    assert (code, "0: " in out, "faulty          1" in out) == (0, True, True)
    assert sync.follow(CTGOV, [FetchedRecord("0", b"<html>")]).counts["faulty"] == 1
