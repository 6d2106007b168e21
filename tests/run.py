"""`make test`: every test on SQLite; beside it the journeys and, on PostgreSQL and Redis, every test again.

Again is only run what opens the database: what needs none is the same on both (the mark `once`).

Several runs of pytest, because one process has one database; at once, because a machine has more than one
core, and a browser is waited for. All always run; any failing is a failure.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from tests import services

# Playwright's driver needs the second, which a bare machine has not.
PACKAGES = ("chromium", "libatomic1")
SERVER_SETTINGS = ("DATABASE_URL", "REDIS_URL", "REPLICA_URL", "SECRET_KEY")
# Hundreds of processes are started; none need compile again what another has compiled.
NOT_COMPILED = "PYTHONDONTWRITEBYTECODE"
NO_TESTS = 5  # pytest's word for that


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--browser", choices=("yes", "no"), default="yes")
    arguments.add_argument("rest", nargs="*", help="words for pytest, such as a file")
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.browser == "no":
        say("The journeys in a browser are left out (BROWSER=no).")
    elif not find_browser():
        say(
            f"No browser for the journeys: install Debian's packages {' and '.join(PACKAGES)}, "
            "or leave the journeys out with: make test BROWSER=no"
        )
        return 1
    try:
        with services.postgresql() as database, services.redis() as broker:
            return all_at_once(given, {"DATABASE_URL": database, "REDIS_URL": broker})
    except services.NoService as error:
        say(str(error))
        return 1


def all_at_once(given: argparse.Namespace, servers: dict[str, str]) -> int:
    """Run the parts beside each other; what the later ones say is kept until those before are done."""
    with_browser = given.browser == "yes"
    with (
        tempfile.TemporaryFile() as first_said,
        tempfile.TemporaryFile() as second_said,
        pytest(given.rest, "not journeys", {}) as sqlite,
        (
            pytest(given.rest, "journeys", apart(servers), first_said) if with_browser else nullcontext()
        ) as browser,
        pytest(given.rest, "not journeys and not once", servers, second_said) as postgresql,
    ):
        say("SQLite, the embedded broker; the others run beside it and are shown afterwards")
        sqlite.wait()
        if browser:
            say("The journeys in a browser, on PostgreSQL and Redis")
            show(first_said, browser)
        say("PostgreSQL, Redis")
        show(second_said, postgresql)
    codes = [one.returncode for one in (sqlite, browser, postgresql) if one]
    # A file that was asked for may have none of the tests of a part, but not of all.
    if all(code == NO_TESTS for code in codes):
        return NO_TESTS
    return next((code for code in codes if code not in (0, NO_TESTS)), 0)


def apart(servers: dict[str, str]) -> dict[str, str]:
    """A database and a number of the broker for a part of its own, on the same servers."""
    database, broker = (urlsplit(servers[name]) for name in ("DATABASE_URL", "REDIS_URL"))
    number = (int(broker.path.strip("/") or 0) + 1) % 16
    return {
        "DATABASE_URL": urlunsplit(database._replace(path=f"{database.path.rstrip('/')}_journeys")),
        "REDIS_URL": urlunsplit(broker._replace(path=f"/{number}")),
    }


def show(kept: IO, process: subprocess.Popen) -> None:
    """Write what `process` has said into `kept`, and what it says further, until it has ended."""
    shown, has_ended = 0, False
    while not has_ended:
        has_ended = process.poll() is not None
        text = os.pread(kept.fileno(), os.fstat(kept.fileno()).st_size - shown, shown)
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        shown += len(text)
        time.sleep(0.2)


def say(text: str) -> None:
    print(f"=== {text}", flush=True)


@contextmanager
def pytest(
    words: list[str], chosen: str, servers: dict[str, str], out: IO | None = None
) -> Iterator[subprocess.Popen]:
    """Pytest at work on the tests that `chosen` marks; with nothing of the caller's servers but `servers`."""
    left_out = (*SERVER_SETTINGS, NOT_COMPILED)
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, "-m", "pytest", *(["-m", chosen] if chosen else []), *words]
    command += ["--color=yes"] if sys.stdout.isatty() else []
    process = subprocess.Popen(command, env=environment | servers, stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def find_browser() -> bool:
    """A browser to drive: installed, else Debian's package when we are root, else Playwright's own."""
    if can_drive():
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing Debian's packages {' and '.join(PACKAGES)} for the journeys …")
        hidden(["apt-get", "update", "-q"])
        hidden(["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES])
        if can_drive():
            return True
    say("Fetching Playwright's own browser for the journeys …")
    return hidden([sys.executable, "-m", "playwright", "install", "chromium"]) == 0


def can_drive() -> bool:
    """True when there is a browser, and what steers it can be started."""
    from tests.support import browser

    return browser.executable() is not None and hidden([sys.executable, "-m", "playwright", "--version"]) == 0


def hidden(command: list[str]) -> int:
    null = subprocess.DEVNULL
    return subprocess.call(command, stdin=null, stdout=null, stderr=null)


if __name__ == "__main__":
    sys.exit(main())
