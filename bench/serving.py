"""A real server to measure, and a load on it from a process of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

SECONDS, CONNECTIONS = 3, 4


@contextmanager
def server(*, workers: int = 1, paths: Sequence[str], **given: str) -> Iterator[str]:
    """The application and the baselines behind gunicorn; yields its address once `paths` answer.

    `given` are further settings of its environment.
    """
    port = free_port()
    environment = os.environ | {
        "PORT": str(port),
        "API_ANONYMOUS_PER_MINUTE": "1000000",
        "PAGES_PER_MINUTE": "1000000",
        "DJANGO_SETTINGS_MODULE": "bench.baselines.settings",
        "LOG_LEVEL": "WARNING",
        **given,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "config/server.py", "-w", str(workers)]
    command.append("config.wsgi")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for path in paths:
            wait_for(address + path, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def worker() -> Iterator[int]:
    """A Celery worker of the environment's profile; yields its process id once it is ready."""
    log = Path(settings.DATA_DIR, "worker.log")
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO"]
    command += ["-P", settings.CELERY_WORKER_POOL, "--without-gossip", "--without-mingle"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | {"LOG_LEVEL": "INFO"}, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 60
        while " ready." not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The worker did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url: str, process: subprocess.Popen) -> None:
    """Until `url` answers with 200; raises when the server ends or never does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=20):
                return
        except OSError as error:
            last = error
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with {process.returncode}.")
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer: {last}")


def requests_a_second(url: str) -> float:
    return by_wrk(url) if shutil.which("wrk") else by_python(url)


def by_wrk(url: str) -> float:
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{SECONDS}s", "--timeout", "20s", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{url} answered with errors:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def by_python(url: str) -> float:
    command = [sys.executable, "-m", "bench.baselines.client", url, str(CONNECTIONS), str(SECONDS)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
