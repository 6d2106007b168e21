"""The supervisor: whoever dies is started again, all stop together, nothing is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import run
from config.embedded.supervisor import Child, Supervisor
from tests.services import free_port
from tests.support.worker import wait_until

ROOT = Path(__file__).parents[2]
# A process that starts one of its own, writes both ids, and ends on SIGTERM as a server does.
SERVER = """
import os, subprocess, sys, time
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as out:
    out.write(f"{os.getpid()} {helper.pid}\\n")
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    made = Supervisor(said.append)
    yield made
    made.stop()


def a_server(tmp_path, name="web"):
    ids = tmp_path / f"{name}.ids"
    return Child(name, [sys.executable, "-c", SERVER, str(ids)], tmp_path / "logs" / f"{name}.log"), ids


def started(ids: Path, times: int = 1) -> list[int]:
    """The process ids of the `times`-th start, its own and its helper's, once written."""
    lines = wait_until(lambda: ids.exists() and (t := ids.read_text().splitlines()) and len(t) >= times and t)
    return [int(number) for number in lines[times - 1].split()]


def is_alive(pid: int) -> bool:
    """A zombie, ended but not yet collected by its parent, is not alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def monitor_until(supervisor, condition):
    def look():
        supervisor.monitor()
        return condition()

    return wait_until(look, every=0.05)


def test_a_child_that_dies_is_started_again(supervisor, tmp_path, said):
    child, ids = a_server(tmp_path)
    supervisor.start(child)
    first, helper = started(ids)
    os.kill(first, signal.SIGKILL)
    monitor_until(supervisor, lambda: len(ids.read_text().splitlines()) == 2)
    assert "The web ended (by signal 9); starting it again." in said[0]
    assert not is_alive(helper), "what it had started must not live on beside its successor"


def test_a_child_that_keeps_dying_is_started_less_and_less_often(supervisor, tmp_path, said):
    child = Child("worker", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "worker.log")
    supervisor.start(child)
    monitor_until(supervisor, lambda: child.failures == 3)
    assert "starting it again." in said[0]
    assert "starting it again in 1 s" in said[1]
    assert "starting it again in 2 s" in said[2]


def test_a_child_that_lived_long_is_forgiven(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("config.embedded.supervisor.STEADY_SECONDS", 0)
    child = Child("worker", [sys.executable, "-c", "pass"], tmp_path / "worker.log", failures=4)
    supervisor.start(child)
    monitor_until(supervisor, lambda: child.failures == 1)


def test_nothing_is_left_when_it_stops(supervisor, tmp_path):
    web, web_ids = a_server(tmp_path, "web")
    worker, worker_ids = a_server(tmp_path, "worker")
    supervisor.start(web, worker)
    everyone = started(web_ids) + started(worker_ids)
    assert all(is_alive(pid) for pid in everyone)
    supervisor.stop()
    wait_until(lambda: not any(is_alive(pid) for pid in everyone))


def test_a_child_that_will_not_listen_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("config.embedded.supervisor.STOP_SECONDS", 0.5)
    child = Child("worker", [sys.executable, "-c", DEAF], tmp_path / "worker.log")
    supervisor.start(child)
    wait_until(lambda: "deaf" in child.log_tail())
    supervisor.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_children_end_when_the_supervisor_is_killed(tmp_path):
    """Even `kill -9`, which leaves it no time to stop anyone."""
    ids = tmp_path / "web.ids"
    code = (
        "import sys, time; from config.embedded.supervisor import *; from pathlib import Path\n"
        f"Supervisor().start(Child('web', [sys.executable, '-c', {SERVER!r}, {str(ids)!r}], "
        f"Path({str(tmp_path / 'web.log')!r})))\ntime.sleep(600)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    child, _helper = started(ids)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not is_alive(child))
    os.kill(_helper, signal.SIGKILL)


def test_the_end_of_a_log_tells_why(supervisor, tmp_path):
    child = Child("web", [sys.executable, "-c", "print('no such table')"], tmp_path / "web.log")
    supervisor.start(child)
    wait_until(child.has_ended)
    assert child.log_tail() == "no such table"


def test_a_log_that_has_grown_large_is_put_aside(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("config.embedded.supervisor.LOG_BYTES", 10)
    log = tmp_path / "web.log"
    log.write_text("a line of yesterday\n")
    supervisor.start(Child("web", [sys.executable, "-c", "print('today')"], log))
    wait_until(lambda: "today" in log.read_text())
    assert (tmp_path / "web.old.log").read_text() == "a line of yesterday\n"


@pytest.fixture
def handlers():
    """Those of signals are as they were, afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_signals_ask_for_the_end(supervisor, tmp_path, handlers):
    supervisor.listen()
    supervisor.start(a_server(tmp_path)[0])
    os.kill(os.getpid(), signal.SIGTERM)
    wait_until(lambda: supervisor.asked_to_stop)


def test_before_there_are_children_a_signal_breaks_off_what_is_being_done(supervisor, handlers):
    supervisor.listen()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    assert supervisor.asked_to_stop


def test_a_signal_that_python_drops_stops_a_start_all_the_same(tmp_path, monkeypatch, handlers):
    class Forgotten:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)

    def prepare():
        """As an import does that is interrupted while it forgets an object."""
        Forgotten()
        prepared.append(True)
        return False

    def children(_env, _demo):
        raise AssertionError("It was asked to stop before it started anything.")

    prepared, dropped = [], []
    for name, value in {"DATA_DIR": tmp_path, "PORT": free_port(), "ENV_FILE": ""}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(sys, "unraisablehook", lambda one: dropped.append(one.exc_type))
    monkeypatch.setattr(run, "set_pdeathsig", lambda: None)
    monkeypatch.setattr(run, "claim", lambda _data_dir: None)
    monkeypatch.setattr(run, "prepare", prepare)
    monkeypatch.setattr(run, "children", children)
    assert run.main() == 130
    assert prepared
    assert dropped == [KeyboardInterrupt]
