"""`python3 requirements/install.py production|dev`: make .venv and install a locked set, when it changed.

Needs nothing but Python's own library. A set is installed again only when its lock differs from the one
installed last, so a second start needs no network.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"


def main(name: str) -> int:
    if sys.version_info < (3, 11):
        return fault(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    lock = HERE / f"{name}.txt"
    # Two first starts in one folder take turns.
    with lock.open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_installed(name):
            return 0
        if not works() and not make_venv():
            return fault(
                "A virtual environment cannot be made. On Debian: apt-get install python3-venv, then again."
            )
        print(f"Installing {lock.relative_to(HERE.parent)} into .venv …", flush=True)
        if install(lock) != 0:
            return fault("The packages could not be installed; the reason is above.")
        for done in (name, *contained(name)):
            stamp(done).write_text(digest(done))
    return 0


def fault(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def digest(name: str) -> str:
    return hashlib.sha256((HERE / f"{name}.txt").read_bytes()).hexdigest()


def stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def is_installed(name: str) -> bool:
    return works() and stamp(name).exists() and stamp(name).read_text() == digest(name)


def works() -> bool:
    """A .venv that was copied or moved has a Python that does not start."""
    return PYTHON.exists() and run(PYTHON, "-m", "pip", "--version", quiet=True) == 0


def make_venv() -> bool:
    if run(sys.executable, "-m", "venv", "--clear", VENV, quiet=True) == 0:
        return True
    # Debian keeps ensurepip in a package of its own.
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        run("apt-get", "update", "-q", quiet=True)
        run("apt-get", "install", "-y", "-q", "python3-venv", quiet=True)
        return run(sys.executable, "-m", "venv", "--clear", VENV, quiet=True) == 0
    return False


def install(lock: Path) -> int:
    options = ["--quiet", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    return run(PYTHON, "-m", "pip", "install", *options, "-r", lock)


def contained(name: str) -> list[str]:
    """The sets whose every pin is in `name` too: they need no installation of their own."""
    have = pins(name)
    return [other for other in ("base", "production") if other != name and pins(other) <= have]


def pins(name: str) -> set[str]:
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}


def run(*command, quiet: bool = False) -> int:
    hidden = subprocess.DEVNULL if quiet else None
    return subprocess.call([str(word) for word in command], stdout=hidden, stderr=hidden)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
