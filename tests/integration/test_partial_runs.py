"""A run about some records only says nothing of the registry: what needs a decision goes on waiting."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from directory.core import changes
from tests.builders import a_trial, an_editor
from tests.support.admin_forms import act, admin_url
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials import coverage, discovery, health, tasks
from trials.models import DiscoveredTrial, RegistryDiscovery, RegistrySync, Trial
from trials.models.discovery import CandidateState
from trials.models.registry import SyncStatus
from trials.sources import discovering, sync
from trials.sources.demo_registry.facts import KnownTrials
from trials.sources.demo_registry.server import DemoRegistry

pytestmark = pytest.mark.django_db
NUMBERS = [f"NCT0000{number:04}" for number in range(1, 13)]
CANDIDATE = "NCT09999999"


@pytest.fixture
def registry(settings):
    with DemoRegistry(KnownTrials({}, {})) as serving:
        settings.CTGOV_API_URL, settings.CTIS_API_URL = serving.ctgov_url, serving.ctis_url
        yield serving


@pytest.fixture
def halted(registry):
    """The nightly run found more changed than it takes over: twelve of twelve records, and waits."""
    for number in NUMBERS:
        a_trial(f"T{number[-2:]}", identifiers=[number])
        registry.facts.ctgov[number] = a_study(number)
    sync.follow(CTGOV)
    for number in NUMBERS:
        registry.facts.ctgov[number] = a_study(number, status="COMPLETED")
    run = sync.follow(CTGOV)
    assert run.status == SyncStatus.WAITING
    return run


def bring_in_a_candidate(registry):
    """An editor takes one candidate, and the worker makes a draft of it."""
    registry.facts.ctgov[CANDIDATE] = a_study(CANDIDATE, places=[GENT])
    discovering.discover(CTGOV)
    found = DiscoveredTrial.objects.filter(number=CANDIDATE)
    discovery.take(candidates=found, by=changes.Actor.of(an_editor()))
    tasks.bring_in("ctgov")
    assert Trial.objects.filter(state="draft").count() == 1


def from_files(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(a_study("NCT08888888")))
    call_command("sync_registry", "ctgov", "--from", str(tmp_path))


@pytest.mark.parametrize("way", ["candidate", "files"])
def test_a_newer_run_about_some_records_does_not_hide_one_that_waits(
    client, registry, halted, monkeypatch, tmp_path, way
):
    bring_in_a_candidate(registry) if way == "candidate" else from_files(tmp_path)
    newest = RegistrySync.objects.first()
    assert (newest.pk > halted.pk, newest.status, newest.is_partial) == (True, SyncStatus.DONE, True)
    assert list(RegistrySync.objects.waiting()) == [halted]
    client.force_login(an_editor())
    assert (
        "registry with more changes than are imported automatically" in client.get("/admin/").content.decode()
    )
    sent = []
    monkeypatch.setattr(tasks.follow, "apply_async", lambda *args: sent.append(args))
    act(client, RegistrySync, "go_on", halted)
    assert sent == [(["ctgov"], {"is_accepted": True})]
    assert client.get(admin_url(RegistrySync)).status_code == 200


def test_it_goes_on_to_the_end_after_the_word_of_an_editor(registry, halted):
    bring_in_a_candidate(registry)
    assert sync.follow(CTGOV, is_accepted=True).status == SyncStatus.DONE
    assert not RegistrySync.objects.waiting().exists()


def test_the_health_of_a_registry_is_that_of_runs_that_ask_for_everything(registry, halted):
    before = health._followed()
    assert [one["ok"] for one in before] == [False]
    bring_in_a_candidate(registry)
    assert health._followed() == before


def test_a_search_for_new_trials_in_files_hides_none_that_waits_and_puts_off_none(tmp_path):
    waiting = RegistryDiscovery.objects.begin("ctgov")
    waiting.end(SyncStatus.WAITING, ["20 are gone."])
    week_ago = timezone.now() - dt.timedelta(days=8)
    RegistryDiscovery.objects.update(started_at=week_ago)
    (tmp_path / "one.json").write_text(json.dumps(a_study(CANDIDATE, places=[GENT])))
    call_command("discover_trials", "ctgov", "--from", str(tmp_path))
    assert [one.found for one in DiscoveredTrial.objects.with_trials()] == [CandidateState.PROPOSED]
    assert list(RegistryDiscovery.objects.waiting()) == [waiting]
    assert coverage.certificate()[0].tried_at == week_ago
    assert discovering.is_due("ctgov", timezone.now())


def test_a_registry_of_which_only_files_were_read_is_asked_where_an_editor_says_so(client, monkeypatch):
    pages = [answers(a_study(CANDIDATE, places=[GENT]))]
    run = discovering.discover(CTGOV, pages, is_partial=True)
    sent = []
    monkeypatch.setattr(tasks.discover, "apply_async", lambda *args: sent.append(args))
    client.force_login(an_editor())
    act(client, RegistryDiscovery, "go_on", run)
    assert sent == [(["ctgov"], {"is_accepted": False})]
