"""What an editor does with candidates in the admin, and from a shell; what a coordinator never sees."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.builders import a_coordinator, a_trial, an_editor
from tests.support.admin_forms import act, admin_url
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials import tasks
from trials.models import DiscoveredTrial, RegistryDiscovery, RegistryRecord
from trials.models.registry import SyncStatus
from trials.sources.discovering import discover

pytestmark = pytest.mark.django_db
NUMBERS = ["NCT00000001", "NCT00000002", "NCT00000003"]
TOLD = (
    "trials listed by registries and that are not here", "registry of whose list of new trials too much",
    "trial whose record is no longer in its registry",
)  # fmt: skip


@pytest.fixture
def editor(client):
    user = an_editor()
    client.force_login(user)
    return user


@pytest.fixture
def candidates():
    """Three trials that ClinicalTrials.gov lists in Ghent; one of them is here."""
    discover(CTGOV, [answers(*(a_study(number, places=[GENT]) for number in NUMBERS))])
    a_trial("HERE", identifiers=[NUMBERS[0]])
    return list(DiscoveredTrial.objects.candidates().order_by("number"))


@pytest.fixture
def sent(monkeypatch):
    found = []
    for task in (tasks.bring_in, tasks.discover):
        monkeypatch.setattr(task, "apply_async", lambda *args, task=task: found.append((task.name, *args)))
    return found


def listed(client, **query):
    return [one.number for one in client.get(admin_url(DiscoveredTrial), query).context["cl"].result_list]


def test_the_queue_holds_the_candidates_and_each_says_why(client, editor, candidates):
    assert sorted(listed(client, found="candidate")) == NUMBERS[1:]
    assert listed(client, found="here") == NUMBERS[:1]
    assert sorted(listed(client)) == NUMBERS
    for value in ("draft", "withdrawn", "taken", "declined", "gone"):
        assert listed(client, found=value) == []
    page = client.get(admin_url(candidates[0], "change")).content.decode()
    assert "ClinicalTrials.gov lists it in Belgium: UZ Gent, Ghent: recruiting" in page
    assert f'href="https://clinicaltrials.gov/study/{NUMBERS[1]}"' in page


def test_the_start_page_leads_to_each_queue(client, editor, candidates):
    RegistryDiscovery.objects.begin("ctis").end(SyncStatus.WAITING, ["gone"])
    trial = a_trial("GONE", identifiers=["NCT00000009"])
    RegistryRecord.objects.create(
        registry="ctgov", number="NCT00000009", trial=trial, missing_since=trial.created_at
    )
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one not in page] == []
    assert f"{admin_url(DiscoveredTrial)}?found=candidate" in page
    response = client.get(admin_url(RegistryRecord), {"missing": "yes"})
    assert [one.number for one in response.context["cl"].result_list] == ["NCT00000009"]


def test_several_are_taken_at_once_and_their_drafts_are_on_the_way(client, editor, candidates, sent):
    response = act(client, DiscoveredTrial, "take", *DiscoveredTrial.objects.all())
    assert sent == [("trials.tasks.bring_in", ["ctgov"], {})]
    assert "2 trials are taken" in client.get(response.url).content.decode()
    found = DiscoveredTrial.objects.get(pk=candidates[0].pk)
    assert (found.decision, found.decided_by, found.decided_role) == ("taken", editor, "editor")
    page = client.get(admin_url(found, "change")).content.decode()
    assert "The registry has not sent the record yet." in page
    RegistryRecord.objects.create(registry="ctgov", number=found.number, problem="It may be a double.")
    assert "It may be a double." in client.get(admin_url(found, "change")).content.decode()


def test_a_worker_that_is_away_is_told_and_the_decision_stands(client, editor, candidates, monkeypatch):
    def away(*_args):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.bring_in, "apply_async", away)
    response = act(client, DiscoveredTrial, "take", candidates[0])
    assert "the worker cannot be reached now" in client.get(response.url).content.decode()
    assert DiscoveredTrial.objects.get(pk=candidates[0].pk).decision == "taken"


def test_several_are_declined_for_one_written_reason(client, editor, candidates):
    page = act(client, DiscoveredTrial, "decline", *DiscoveredTrial.objects.all()).content.decode()
    assert all(number in page for number in NUMBERS[1:])
    assert NUMBERS[0] not in page, "what is here cannot be declined"
    page = act(client, DiscoveredTrial, "decline", *candidates, confirmed="yes", reason=" ").content.decode()
    assert "This field is required." in page
    response = act(client, DiscoveredTrial, "decline", *candidates, confirmed="yes", reason="Of adults.")
    assert "2 trials are declined." in client.get(response.url).content.decode()
    assert set(DiscoveredTrial.objects.values_list("number", "decision_reason")) == {
        (NUMBERS[0], ""), (NUMBERS[1], "Of adults."), (NUMBERS[2], "Of adults."),
    }  # fmt: skip
    assert sorted(listed(client, found="declined")) == NUMBERS[1:]
    page = act(client, DiscoveredTrial, "decline", *candidates).content.decode()
    assert "None of these needs a decision." in page


def test_a_hostile_title_is_only_text(client, editor):
    title = {"briefTitle": "<script>alert(1)</script>"}
    discover(CTGOV, [answers(a_study(places=[GENT], identification=title))])
    found = DiscoveredTrial.objects.get()
    for url in (admin_url(DiscoveredTrial), admin_url(found, "change"), "/en/quality/"):
        assert "<script>alert" not in client.get(url).content.decode()


def test_a_halted_search_goes_on_when_an_editor_says_so(client, editor, sent):
    waiting = RegistryDiscovery.objects.begin("ctgov")
    waiting.end(SyncStatus.WAITING, ["20 are gone."])
    done = RegistryDiscovery.objects.begin("ctis")
    done.end(SyncStatus.DONE, [])
    assert "20 are gone." in client.get(admin_url(waiting, "change")).content.decode()
    act(client, RegistryDiscovery, "go_on", waiting, done)
    assert sorted(sent, key=str) == [
        ("trials.tasks.discover", ["ctgov"], {"is_accepted": True}),
        ("trials.tasks.discover", ["ctis"], {"is_accepted": False}),
    ]


def test_a_coordinator_sees_none_of_it(client, candidates):
    client.force_login(a_coordinator())
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one in page] == []
    for record in (candidates[0], RegistryDiscovery.objects.get()):
        assert client.get(admin_url(record)).status_code == 403
    act(client, DiscoveredTrial, "decline", *candidates, confirmed="yes", reason="Mine.")
    assert not DiscoveredTrial.objects.filter(decision="declined").exists()


# From a shell


def command(*args):
    out = io.StringIO()
    try:
        call_command("discover_trials", *args, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_reads_a_folder_and_prints_what_it_found(tmp_path):
    for number in NUMBERS:
        (tmp_path / f"{number}.json").write_text(json.dumps(a_study(number, places=[GENT])))
    code, out = command("ctgov", "--from", str(tmp_path))
    assert (code, out.splitlines()[0]) == (0, "ClinicalTrials.gov: done.")
    assert "  proposed        3" in out
    code, out = command("ctgov", "--from", str(tmp_path), "--json")
    assert json.loads(out)["proposed"] == 0


def test_the_command_says_what_is_wrong(tmp_path, settings):
    with pytest.raises(CommandError, match="There is no JSON file"):
        call_command("discover_trials", "ctgov", "--from", str(tmp_path))
    (tmp_path / "1.json").write_text("<html>")
    code, out = command("ctgov", "--from", str(tmp_path))
    assert (code, "1: " in out, "faulty          1" in out) == (0, True, True)
    RegistryDiscovery.objects.begin("ctgov")
    with pytest.raises(CommandError, match="being asked at this moment"):
        call_command("discover_trials", "ctgov", "--from", str(tmp_path))
