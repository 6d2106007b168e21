"""A copy of the house in which a recipe of the documentation is followed, with a database of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.env import BASE_DIR

# Nothing of these tests' own data, databases and settings.
_OURS = ("TEST_DATA_DIR", "DJANGO_SETTINGS_MODULE", "REPLICA_URL", "SECRET_KEY")
_KEPT = ("directory", "trials", "centres", "config", "tests", "bench", "docs", "manage.py", "pyproject.toml")


def a_copy_of_the_house(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    for name in _KEPT:
        source = BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def run(folder: Path, *command: str) -> str:
    """What a Python `command` prints in the copy, on SQLite; it must end well."""
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    environment |= {"DATA_DIR": str(folder / "var"), "DATABASE_URL": "", "REDIS_URL": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *command], cwd=folder, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
