"""`make test`: every test on SQLite, and beside it every test and the journeys on PostgreSQL and Redis.

Two runs of pytest, because one process has one database; at once, because a machine has more than one core.
Both always run; either failing is a failure.
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
from contextlib import contextmanager
from typing import IO

from tests import services

# Playwright's driver needs the second, which a bare machine has not.
PACKAGES = ("chromium", "libatomic1")
SERVER_SETTINGS = ("DATABASE_URL", "REDIS_URL", "REPLICA_URL", "SECRET_KEY")
# Hundreds of processes are started; none need compile again what another has compiled.
NOT_COMPILED = "PYTHONDONTWRITEBYTECODE"


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
            return both(given, {"DATABASE_URL": database, "REDIS_URL": broker})
    except services.NoService as error:
        say(str(error))
        return 1


def both(given: argparse.Namespace, servers: dict[str, str]) -> int:
    """Run the halves beside each other; what the second says is kept until the first is done."""
    with_browser = given.browser == "yes"
    with (
        tempfile.TemporaryFile() as kept,
        pytest(given.rest, "not journeys", {}) as first,
        pytest(given.rest, "" if with_browser else "not journeys", servers, kept) as second,
    ):
        say("1 of 2: SQLite, the embedded broker; the second runs beside it and is shown afterwards")
        first.wait()
        say("2 of 2: PostgreSQL, Redis" + (", a browser" if with_browser else ""))
        show(kept, second)
    return first.returncode or second.returncode


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
