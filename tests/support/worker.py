"""A real Celery worker beside the tests, on the tests' own database, broker and data folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from config.celery import app


class Worker:
    """A worker process that can be stopped, killed and started again."""

    def __init__(self):
        self.log = Path(settings.DATA_DIR, "worker.log")
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start and wait until it takes tasks; raises with the log's end when it does not."""
        self.log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO"]
        command += ["-P", settings.CELERY_WORKER_POOL, "-c", "2"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=out, stderr=out, start_new_session=True
            )
        self._wait_until_ready()

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "LOG_LEVEL": "INFO",
        }

    def _wait_until_ready(self) -> None:
        wait_until(lambda: self._is_ready() or not self.is_running())
        if self._is_ready():
            return
        self.stop()
        raise RuntimeError(f"The worker did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def _is_ready(self) -> bool:
        return " ready." in self.log.read_text(errors="replace")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a machine that loses power: at once, tasks and all."""
        self._end(signal.SIGKILL)

    def _end(self, how: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        finally:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def database_url() -> str:
    """The database that the tests are on, as the worker's DATABASE_URL."""
    described = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{described['NAME']}"
    user = f"{described['USER']}:{described['PASSWORD']}" if described["PASSWORD"] else described["USER"]
    return f"postgres://{user}@{described['HOST']}:{described['PORT'] or 5432}/{described['NAME']}"


def empty_the_queue() -> None:
    """What an earlier test left to do is not done in the next."""
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge(settings.CELERY_TASK_DEFAULT_QUEUE)


# Seconds after which something is given up: far more than it takes, on a machine that is busy too.
PATIENCE = 180


def wait_until(condition, *, every: float = 0.05):
    """The first true value of `condition()`; fails when there is none, however patient one is."""
    given_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < given_up_at:
        if value := condition():
            return value
        time.sleep(every)
    raise AssertionError(f"It did not happen within {PATIENCE} seconds.")
