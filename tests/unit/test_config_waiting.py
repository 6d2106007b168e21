"""What `make run` says while all of it starts: what is being made, how far it is, and no failure."""

import signal
import weakref
from types import SimpleNamespace

import pytest

from config.embedded import run
from config.embedded.supervisor import Child, Supervisor

LOADING = "the demo registry is being loaded: trials.csv, row {} of 131"


@pytest.fixture
def said(monkeypatch):
    """What is said where `/readyz` gives the reasons of each `(second, reasons)`, look after look."""

    def of(*looks):
        lines, now = [], SimpleNamespace(second=0.0, missing={})
        monkeypatch.setattr(run.time, "monotonic", lambda: now.second)
        monkeypatch.setattr(run, "reasons", lambda _env: now.missing)
        monkeypatch.setattr(run, "say", lines.append)
        waiting = run.Waiting(SimpleNamespace(port=8123))
        for now.second, now.missing in looks:
            waiting.look()
        return lines

    return of


def test_what_is_missing_while_it_starts_is_being_made(said):
    lines = said(
        (10, {"web": "the web server does not answer"}),
        (11, {"index": "The search index has not been built yet. Run `manage.py reindex`."}),
        (12, {}),
        (13, {"web": "the web server does not answer"}),
    )
    assert lines == [
        "Starting: the web server is being started.", "Starting: the search index is being built.",
        "Ready at http://127.0.0.1:8123/",
    ]  # fmt: skip


def test_how_far_the_demo_is_is_told_now_and_then(said):
    looks = [(10 + tenth / 10, {"demo": LOADING.format(tenth)}) for tenth in range(0, 80, 4)]
    lines = said(*looks)
    assert lines == [f"Starting: {LOADING.format(row)}." for row in (0, 32, 64)]


def test_a_reason_of_another_kind_is_told_as_it_is(said):
    assert said((10, {"broker": "the broker does not answer"})) == ["Starting: the broker does not answer."]


def test_a_child_that_never_starts_ends_it_with_the_end_of_its_log(tmp_path):
    log = tmp_path / "worker.log"
    log.write_text("no such module\n")
    worker = Child("worker", [], log, failures=run.GIVE_UP_AFTER - 1)
    supervisor = Supervisor(say=print)
    supervisor.children += [Child("web", [], tmp_path / "web.log"), worker]
    run.give_up_on_failures(supervisor)
    worker.failures += 1
    with pytest.raises(run.CannotRun, match=r"The worker does not start\. .*:\nno such module"):
        run.give_up_on_failures(supervisor)


@pytest.fixture
def signals_put_back():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_in_a_moment_that_python_drops_ends_it_all_the_same(monkeypatch, tmp_path, signals_put_back):
    def prepare():
        imported = Supervisor()
        callback = weakref.ref(imported, lambda _ref: signal.raise_signal(signal.SIGINT))
        del imported  # what is raised in the callback goes nowhere
        assert callback() is None

    started = []
    monkeypatch.setattr(run.environment, "load", lambda: SimpleNamespace(port=1, data_dir=tmp_path))
    monkeypatch.setattr(run, "set_pdeathsig", lambda: None)
    monkeypatch.setattr(run, "check_port", lambda _port: None)
    monkeypatch.setattr(run, "claim", lambda _folder: None)
    monkeypatch.setattr(run, "prepare", prepare)
    monkeypatch.setattr(run, "children", lambda *_: started.append("children") or [])
    monkeypatch.setattr(run, "monitor", lambda *_: 0)
    assert (run.main(), started) == (130, [])
