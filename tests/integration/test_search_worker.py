"""The real worker keeps the index, in its own process, while this one reads it."""

import time

import pytest

from directory.core import changes
from directory.core.changes import SYSTEM
from directory.search import follow, service
from tests import builders as b
from tests.support.worker import wait_until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def found(q):
    return [hit.key for hit in service.find(service.Ask(q=q)).hits]


def rename(trial, acronym):
    with changes.recording(SYSTEM) as log:
        log.watch(trial)
        trial.acronym = acronym
        trial.save()


def test_what_is_committed_here_is_found_and_again_after_a_kill(worker):
    trial = b.a_trial("KALIO")
    rename(trial, "NOVAK")
    wait_until(lambda: service.ready() is None and found("novak") == ["kalio"])

    rename(trial, "MELIS")
    wait_until(lambda: found("melis") == ["kalio"])

    worker.kill()
    rename(trial, "TUNDRA")
    time.sleep(0.5)
    assert found("tundra") == []
    worker.start()
    wait_until(lambda: found("tundra") == ["kalio"])


def test_while_the_worker_follows_another_process_may_rebuild(worker):
    trial = b.a_trial("KALIO")
    rename(trial, "NOVAK")
    wait_until(lambda: service.ready() is None and found("novak") == ["kalio"])
    before = service.version()
    service.rebuild()
    assert service.version() != before
    rename(trial, "MELIS")
    wait_until(lambda: found("melis") == ["kalio"])
    with follow.locked("leader", wait=False) as leads:
        assert not leads
