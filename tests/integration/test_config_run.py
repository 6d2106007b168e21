"""`make run`, as a person starts and stops it: one registry, its demo loaded by the real worker."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.services import free_port
from tests.support.worker import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def embedded_only():
    if connection.vendor != "sqlite":
        pytest.skip("it makes a registry of its own, on SQLite")


class Run:
    """`make run` in a process of its own, on a folder and a port of its own."""

    def __init__(self, folder: Path, **settings):
        self.folder, self.port = folder / "var", free_port()
        self.out = folder / f"out-{self.port}.txt"
        hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        hidden |= {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        own = {"DATA_DIR": str(self.folder), "PORT": str(self.port), "ENV_FILE": ""} | settings
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=environment | own,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.out.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        wait_until(lambda: "Ready at" in self.said() or self.process.poll() is not None)
        assert f"Ready at http://127.0.0.1:{self.port}/" in self.said()

    def processes(self) -> list[int]:
        """Everybody who works on this registry, found by its folder in their environment."""
        mark = f"DATA_DIR={self.folder}".encode()
        return [pid for pid in all_processes() if mark in read(pid, "environ").split(b"\0")]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)

    def end(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=PATIENCE)


def all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def read(pid: int, what: str) -> bytes:
    """What the kernel tells of a process; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def children_of(parent: int) -> list[int]:
    of = f"\nPPid:\t{parent}\n".encode()
    return [pid for pid in all_processes() if of in read(pid, "status")]


@pytest.fixture
def run(tmp_path):
    """Start a registry: `run(PORT="abc")`; the same folder each time, unless told otherwise."""
    started = []

    def start(folder=tmp_path, **settings) -> Run:
        folder.mkdir(exist_ok=True)
        started.append(Run(folder, **settings))
        return started[-1]

    yield start
    for one in started:
        one.end()


def answer_of(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def rows(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "directory.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def what_is_made(folder: Path) -> list[tuple[str, int]]:
    """What takes long to make, the index and the static files, and when it was made."""
    made = [*(folder / "index").glob("build-*"), folder / "static.stamp"]
    return sorted((path.name, path.stat().st_ino) for path in made)


def test_a_registry_is_started_stopped_and_started_again(run):
    # An index knows the address of its registry; each run here has a port of its own.
    address = {"BASE_URL": "http://127.0.0.1"}
    first = run(**address)
    first.wait_until_ready()
    assert re.search(r"The admin user is “admin”, the password: \S{16}", first.said())
    assert answer_of(first.port, "/readyz") == (200, '{"status": "ready"}')
    found = json.loads(answer_of(first.port, "/api/v1/trials/?q=ewing&page_size=1")[1])
    assert found["results"][0]["acronym"] == "iEuroEwing"
    registry = re.search(r"Following the demo registry at http://127\.0\.0\.1:(\d+)\. ", first.said())
    status, answer = answer_of(int(registry[1]), "/api/v2/studies/NCT04307576")
    assert (status, json.loads(answer)["resource"]) == (200, "demo registry")

    everybody = first.processes()
    assert len(everybody) >= 6
    first.stop()
    wait_until(lambda: not first.processes())
    assert not (first.folder / "demo_registry.url").exists()
    before, made = rows(first.folder), what_is_made(first.folder)

    second = run(**address)
    second.wait_until_ready()
    assert what_is_made(second.folder) == made, "a second start makes nothing anew"
    assert "password" not in second.said()
    assert rows(second.folder) == before

    # A worker that is killed is there again, and all end even when the one who looks after them is killed.
    (supervisor,) = children_of(second.process.pid)
    (worker,) = [pid for pid in children_of(supervisor) if b"\0worker\0" in read(pid, "cmdline")]
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: "The worker ended (by signal 9); starting it again." in second.said())
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not second.processes())


def test_ctrl_c_stops_everything_even_before_it_is_ready(run):
    started = run(LOAD_DEMO="0")
    wait_until(lambda: "Starting" in started.said())
    # A terminal sends it to make and to all that make started.
    os.killpg(started.process.pid, signal.SIGINT)
    started.process.wait(timeout=PATIENCE)
    wait_until(lambda: not started.processes())


def test_a_port_in_use_is_told_in_a_sentence(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run(PORT=str(port))
        assert refused.process.wait(timeout=PATIENCE) != 0
    assert f"Port {port} is in use." in refused.said()
    assert "Traceback" not in refused.said()


def test_a_port_that_is_none_is_told_in_a_sentence(run):
    refused = run(PORT="abc", WEB_WORKERS="many")
    assert refused.process.wait(timeout=PATIENCE) != 0
    assert "PORT: “abc” is not a whole number from 1 to 65535." in refused.said()
    assert "WEB_WORKERS: “many” is not a whole number from 1 to 64." in refused.said()
    assert "Traceback" not in refused.said()


def test_a_database_that_is_away_is_told_in_a_sentence(run):
    away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    refused = run(DATABASE_URL=away, SECRET_KEY="0123456789abcdef0123456789abcdef")
    assert refused.process.wait(timeout=PATIENCE) != 0
    assert "The database does not answer:" in refused.said()
    assert "Traceback" not in refused.said()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused = run(DATA_DIR=str(tmp_path / "file" / "var"))
    assert refused.process.wait(timeout=PATIENCE) != 0
    assert "cannot be written" in refused.said()
    assert "Traceback" not in refused.said()
