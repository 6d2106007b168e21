"""A registry that really runs, behind nginx where there is one: what is left in its logs and tables.

Each request carries words that nobody may find again, wherever this run writes anything down.
"""

import os
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from django.db import connection

from config.env import BASE_DIR
from tests.services import free_port
from tests.support import nginx
from tests.support.worker import wait_until

pytestmark = pytest.mark.timeout(900)
SEARCH, PATIENT, PASSWORD = "search-canary", "patient-canary", "password-canary"
TOKEN, KEY, SESSION = "12:token-canary", "keycanary0." + "k" * 40, "session-canary-0123456789abcdef"
# Where the client says it is; the proxy in front is believed.
ADDRESS = "203.0.113.77"
CANARIES = (SEARCH, PATIENT, PASSWORD, "token-canary", "keycanary", "session-canary", ADDRESS)
# What a run may keep: mails are for whoever they are addressed to, and the index is of what is public.
NOT_LOGS = ("mail", "static", "index")


@pytest.fixture
def folder(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("it makes a registry of its own, on SQLite")
    return tmp_path


@pytest.fixture
def run(folder):
    """The supervisor with web, worker and scheduler; an access log is asked for too."""
    port, out = free_port(), folder / "supervisor.log"
    hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "TEST_DATA_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {
        "DATA_DIR": str(folder / "var"), "PORT": str(port), "ENV_FILE": "", "TRUSTED_PROXIES": "1",
        "GUNICORN_CMD_ARGS": "--access-logfile -", "LOG_LEVEL": "DEBUG",
        "ALLOWED_HOSTS": f"127.0.0.1,{nginx.NAME}",
    }  # fmt: skip
    (folder / "var").mkdir(mode=0o755)
    # An empty registry, so that no demo is loaded.
    (folder / "var/demo.loaded").touch()
    with out.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded.run"],
            cwd=BASE_DIR, env=environment, stdout=log, stderr=log,
            preexec_fn=lambda: os.umask(0o022),
        )  # fmt: skip
    wait_until(lambda: "Ready at" in out.read_text() or process.poll() is not None)
    assert process.poll() is None, out.read_text()
    yield port
    process.terminate()
    process.wait(60)


def ask(port, method, path, *, body=None, **headers):
    """The status of an answer; what is asked comes from `ADDRESS`."""
    forwarded = {"X-Forwarded-For": ADDRESS, "Referer": f"http://127.0.0.1/en/trials/?q={SEARCH}"}
    cookie = {"Cookie": f"sessionid={SESSION}; csrftoken={'a' * 32}"}
    data = urllib.parse.urlencode(body).encode() if body else None
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data, forwarded | cookie | headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def requests_of_a_day(port):
    """Statuses of what visitors, programs and guessers ask, and of what goes wrong."""
    typed = {"username": PASSWORD, "password": PASSWORD, "csrfmiddlewaretoken": "a" * 32}
    key = {"Authorization": f"Api-Key {KEY}"}
    return [
        ask(port, "GET", f"/en/trials/?q={SEARCH}"),
        ask(port, "GET", f"/api/v1/trials/?q={SEARCH}", **key),
        ask(port, "GET", f"/api/v1/trials/?{SEARCH}=1"),
        ask(port, "POST", "/en/match/", body={"text": PATIENT, "age": PATIENT}),
        ask(port, "GET", f"/nothing/?q={SEARCH}"),
        ask(port, "GET", f"//evil.example/?q={SEARCH}"),
        ask(port, "GET", f"/en/trials/?q={SEARCH}{'x' * 100_000}"),
        ask(port, "GET", f"/healthz?q={SEARCH}", Host="another.example"),
        *[ask(port, "GET", f"/en/watch/{link}/{TOKEN}/") for link in ("confirm", "stop", "mine")],
        *[ask(port, "POST", f"/en/watch/{link}/{TOKEN}/") for link in ("confirm", "stop", "mine")],
        *[ask(port, "GET", f"/en/vouch/{link}/{TOKEN}/") for link in ("sites", "sheet")],
        ask(port, "POST", f"/en/vouch/sites/{TOKEN}/", body={"all": "1"}),
        *[ask(port, "POST", "/admin/login/", body=typed) for _turn in range(9)],
    ]


def written(folder):
    """All files that are logs or data of this run, by name, as bytes."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not (parts[0] == "var" and parts[1] in NOT_LOGS):
            yield "/".join(parts), path


def test_nothing_of_a_visitor_is_left_in_any_log_or_table(folder, run):
    proxied = nginx.running(folder / "nginx", run) if nginx.NGINX else nullcontext()
    (folder / "nginx").mkdir()
    statuses = requests_of_a_day(run)
    with proxied as proxy:
        if proxy is not None:
            for path in (f"/en/trials/?q={SEARCH}", f"/en/watch/stop/{TOKEN}/", "/admin/login/"):
                proxy.get(path, Referer=f"https://{nginx.NAME}/?q={SEARCH}")
            assert "/en/watch/stop/..." in proxy.logs("/admin/login/")
    assert {200, 401, 404, 410, 414, 429} <= set(statuses)
    assert 500 not in statuses
    with closing(sqlite3.connect(folder / "var/directory.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    lines = [(name, line) for name, path in written(folder) for line in path.read_bytes().split(b"\n")]
    assert not [(name, line) for name, line in lines for word in CANARIES if word.encode() in line]
    web = (folder / "var/logs/web.log").read_text()
    # The lines are there: what was looked through is a log.
    assert web.count("request_finished") >= len(statuses)
    assert web.count("gunicorn.access") >= len(statuses)
    # Nor the address of this machine, where no proxy names another.
    assert '"127.0.0.1' not in web


def test_nobody_else_on_the_machine_reads_what_a_run_leaves(folder, run):
    ask(run, "GET", "/en/trials/")
    top = folder / "var"
    open_to_others = [
        str(path.relative_to(top))
        for path in top.rglob("*")
        if is_open(path) and all(map(is_open, above(path, top)))
    ]
    assert open_to_others == []


def is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)


def above(path: Path, top: Path) -> list[Path]:
    """The folders between `path` and `top`: a closed one closes all that is in it."""
    return [parent for parent in path.parents if parent.is_relative_to(top) and parent != top]
