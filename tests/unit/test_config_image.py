"""What goes into the repository and into an image: no settings with secrets, and all that runs."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from config.env import BASE_DIR

FOLDERS = re.compile(r"^COPY (?!--from)(.+) (\S+)$", re.MULTILINE)


def copied():
    """What the image is given from the project's folder, the first stage aside."""
    text = (BASE_DIR / "deploy/Dockerfile").read_text().split("\nFROM ")[-1]
    return [source for sources, _target in FOLDERS.findall(text) for source in sources.split()]


def test_the_image_is_given_folders_by_name_and_none_that_holds_settings():
    assert copied()
    for source in copied():
        assert (BASE_DIR / source).exists()
        assert source.strip("./") not in ("", "deploy", "var", "tests", "bench")


@pytest.mark.parametrize("file", [".env", "deploy/.env"])
def test_settings_with_secrets_are_neither_committed_nor_sent_to_the_builder(file):
    patterns = {
        line for name in (".gitignore", ".dockerignore") for line in (BASE_DIR / name).read_text().split()
    }
    assert {".env", "**/.env"} <= patterns
    if (BASE_DIR / ".git").exists():
        ignored = subprocess.run(["git", "check-ignore", "-q", file], cwd=BASE_DIR, check=False)
        assert ignored.returncode == 0


def test_what_the_image_is_given_is_enough_to_run(tmp_path):
    for source in copied():
        place = BASE_DIR / source
        copy = shutil.copytree if place.is_dir() else shutil.copy
        copy(place, tmp_path / source)
    hidden = {"DJANGO_SETTINGS_MODULE", "TEST_DATA_DIR", "DATABASE_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"DATA_DIR": str(tmp_path / "data"), "ENV_FILE": "", "PYTHONPATH": ""}
    command = [sys.executable, "-W", "ignore", "manage.py", "check"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
