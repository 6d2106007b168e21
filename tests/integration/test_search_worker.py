"""The real worker keeps the index, in its own process, while this one reads it."""

import time

import pytest

from directory.core import changes
from directory.core.changes import SYSTEM
from directory.search import follow, service
from tests import builders as b

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def found(q):
    return [hit.key for hit in service.find(service.Ask(q=q)).hits]


def wait_until(condition, seconds):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "nothing came"
        time.sleep(0.02)
    return time.monotonic() - began


def rename(trial, acronym):
    with changes.recording(SYSTEM) as log:
        log.watch(trial)
        trial.acronym = acronym
        trial.save()


def test_what_is_committed_here_is_found_within_two_seconds_and_again_after_a_kill(worker):
    trial = b.a_trial("KALIO")
    rename(trial, "NOVAK")
    wait_until(lambda: service.ready() is None and found("novak") == ["kalio"], 20)

    rename(trial, "MELIS")
    assert wait_until(lambda: found("melis") == ["kalio"], 10) < 2

    worker.kill()
    rename(trial, "TUNDRA")
    time.sleep(0.5)
    assert found("tundra") == []
    worker.start()
    wait_until(lambda: found("tundra") == ["kalio"], 20)


def test_while_the_worker_follows_another_process_may_rebuild(worker):
    trial = b.a_trial("KALIO")
    rename(trial, "NOVAK")
    wait_until(lambda: service.ready() is None and found("novak") == ["kalio"], 20)
    before = service.version()
    service.rebuild()
    assert service.version() != before
    rename(trial, "MELIS")
    wait_until(lambda: found("melis") == ["kalio"], 10)
    with follow.locked("leader", wait=False) as leads:
        assert not leads
