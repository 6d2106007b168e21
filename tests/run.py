"""`make test`: every test on SQLite, then every test and the journeys on PostgreSQL and Redis.

Two runs of pytest, because one process has one database. Both always run; either failing is a failure.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys

from tests import services

SERVER_SETTINGS = ("DATABASE_URL", "REDIS_URL", "REPLICA_URL", "SECRET_KEY")


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
            "No browser for the journeys: install Debian's package `chromium`, "
            "or leave the journeys out with: make test BROWSER=no"
        )
        return 1
    from config import messages

    messages.compile_all()
    say("1 of 2: SQLite, the embedded broker")
    first = pytest(given.rest, "not journeys", {})
    try:
        with services.postgresql() as database, services.redis() as broker:
            say("2 of 2: PostgreSQL, Redis" + (", a browser" if given.browser == "yes" else ""))
            servers = {"DATABASE_URL": database, "REDIS_URL": broker}
            second = pytest(given.rest, "" if given.browser == "yes" else "not journeys", servers)
    except services.NoService as error:
        say(str(error))
        return 1
    return first or second


def say(text: str) -> None:
    print(f"=== {text}", flush=True)


def pytest(words: list[str], chosen: str, servers: dict[str, str]) -> int:
    """Run pytest on the tests that `chosen` marks; with nothing of the caller's servers but `servers`."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVER_SETTINGS}
    command = [sys.executable, "-m", "pytest", *(["-m", chosen] if chosen else []), *words]
    return subprocess.call(command, env=environment | servers)


def find_browser() -> bool:
    """A browser to drive: installed, else Debian's package when we are root, else Playwright's own."""
    from tests.support import browser

    if browser.executable():
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Debian's package chromium for the journeys …")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        subprocess.call(["apt-get", "update", "-q"], **quiet)
        options = ["-y", "-q", "--no-install-recommends"]
        subprocess.call(["apt-get", "install", *options, "chromium"], **quiet)
        if browser.executable():
            return True
    say("Fetching Playwright's own browser for the journeys …")
    return subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"]) == 0


if __name__ == "__main__":
    sys.exit(main())
