"""The worker that tests are given is a real one, on the tests' own database and broker."""

import pytest
from django.conf import settings

from config.celery import app
from tests.support.worker import database_url, wait_until

pytestmark = pytest.mark.worker


def handed_over() -> None:
    app.send_task("directory.imports.tasks.sweep")


def task_lines(worker) -> int:
    return worker.log.read_text(errors="replace").count("task_succeeded")


def test_a_task_that_is_handed_over_is_done(worker):
    before = task_lines(worker)
    handed_over()
    wait_until(lambda: task_lines(worker) > before)


def test_a_worker_that_was_killed_can_be_started_again(worker):
    worker.kill()
    assert not worker.is_running()
    handed_over()
    worker.start()
    wait_until(lambda: task_lines(worker) > 0)


def test_the_worker_is_on_the_database_of_the_tests(worker):
    assert database_url().rpartition("/")[2].startswith("test")
    assert "tests-" in settings.CELERY_TASK_DEFAULT_QUEUE
    assert settings.DATABASES["default"]["NAME"]
