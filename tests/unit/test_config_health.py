"""`/healthz` and `/readyz`."""

import pytest
from django.db import OperationalError

from config import health
from directory.imports.models import ImportRun


@pytest.fixture
def all_well(monkeypatch):
    """Checks that find nothing; a test gives those that do."""

    def set_(*checks):
        monkeypatch.setattr(health, "CHECKS", list(checks))

    return set_


def failing():
    return "the index is being built"


def fine():
    return None


def test_a_process_that_is_up_says_so(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_no_check_finds_anything(client, all_well):
    all_well(fine)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_not_ready_names_each_reason(client, all_well):
    all_well(failing, fine)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": {"failing": "the index is being built"}}


def test_the_database_of_the_tests_answers(db):
    assert health.database() is None


def test_a_database_that_does_not_answer_is_a_reason(monkeypatch):
    def away():
        raise OperationalError("could not connect: password=hunter2")

    monkeypatch.setattr(health.connection, "cursor", away)
    assert health.database() == "the database does not answer"


def test_the_broker_of_the_tests_answers():
    assert health.broker() is None


def test_a_broker_without_its_folder_is_a_reason(settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    settings.BROKER_DIR = tmp_path / "nothing"
    assert health.broker() == "the broker's folder is missing"


def test_a_redis_that_does_not_answer_is_a_reason(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert health.broker() == "the broker does not answer"


@pytest.mark.django_db
def test_not_ready_while_the_demo_is_being_loaded(settings, tmp_path):
    settings.LOAD_DEMO = True
    settings.DEMO_MARKER = tmp_path / "demo.loaded"
    assert health.demo() == "the demo registry is being loaded"
    ImportRun.objects.create(file_name="trials.csv", kind="trials", size=1, rows_done=60, rows_total=131)
    assert health.demo() == "the demo registry is being loaded: trials.csv, row 60 of 131"
    settings.DEMO_MARKER.touch()
    assert health.demo() is None


def test_a_registry_without_a_demo_does_not_wait_for_one(settings, tmp_path):
    settings.LOAD_DEMO = False
    settings.DEMO_MARKER = tmp_path / "demo.loaded"
    assert health.demo() is None


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_is_only_read(client, method):
    assert getattr(client, method)("/healthz").status_code == 405
