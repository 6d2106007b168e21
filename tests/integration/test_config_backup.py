"""A registry that was saved while it ran can be put back, whole, somewhere else."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.db import connection

from config.embedded import backup
from config.embedded.run import claim

ROOT = Path(__file__).parents[2]
COUNT = (
    "from config import setup; setup.start()\n"
    "from directory.core.models import Change\n"
    "print(Change.objects.filter(key='uz-gent').count())"
)


def a_change():
    from directory.core.models import Change

    Change.objects.create(kind="centre", key="uz-gent", op="create", after={"é": 1}, actor_role="system")


@pytest.fixture
def registry(settings, tmp_path, transactional_db):
    """A registry with one change, an uploaded file and a secret, whose state is under `tmp_path/var`."""
    settings.DATA_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.DATA_DIR / "uploads"
    settings.INDEX_DIR = settings.DATA_DIR / "index"
    settings.DEMO_MARKER = settings.DATA_DIR / "demo.loaded"
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / "sheet.csv").write_text("acronym\n")
    (settings.DATA_DIR / "secret_key").write_text("not to be lost")
    a_change()
    return settings.DATA_DIR


def only_on(vendor):
    if connection.vendor != vendor:
        pytest.skip(f"the {vendor} half")


def needs_pg_dump():
    """PostgreSQL's own program refuses a server newer than itself."""
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump on this machine")
    said = subprocess.check_output(["pg_dump", "--version"], text=True)
    if int(re.search(r"(\d+)", said)[1]) < connection.pg_version // 10_000:
        pytest.skip("its pg_dump is older than the server")


@pytest.fixture
def database_file(monkeypatch):
    """SQLite's file of the tests, which settings do not name."""
    only_on("sqlite")
    monkeypatch.setattr(backup, "_database_file", lambda: Path(connection.settings_dict["NAME"]))


def test_a_backup_holds_the_registry_and_nothing_that_can_be_made_again(registry, database_file, tmp_path):
    (registry / "index").mkdir()
    size = backup.save(tmp_path / "registry.tar.gz")
    assert size > 1000
    with tarfile.open(tmp_path / "registry.tar.gz") as tar:
        names = tar.getnames()
    assert sorted(names) == ["database.sqlite3", "secret_key", "uploads", "uploads/sheet.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry.tar.gz", "var"]


def test_what_was_saved_is_there_after_a_restore(registry, database_file, tmp_path, settings, monkeypatch):
    backup.save(tmp_path / "registry.tar.gz")
    settings.DATA_DIR = tmp_path / "other"
    settings.INDEX_DIR = tmp_path / "other" / "index"
    settings.INDEX_DIR.mkdir(parents=True)
    monkeypatch.setattr(backup, "_database_file", lambda: tmp_path / "other" / "directory.sqlite3")
    backup.restore(tmp_path / "registry.tar.gz")
    assert not settings.INDEX_DIR.exists()
    assert (tmp_path / "other" / "uploads" / "sheet.csv").read_text() == "acronym\n"
    assert (tmp_path / "other" / "secret_key").read_text() == "not to be lost"
    assert counted_in(f"sqlite:///{tmp_path / 'other' / 'directory.sqlite3'}", tmp_path / "other") == 1


def counted_in(database_url, data_dir) -> int:
    """The changes that a process of its own finds there."""
    import os

    environment = os.environ | {"DATABASE_URL": database_url, "DATA_DIR": str(data_dir), "ENV_FILE": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": ""}
    del environment["DJANGO_SETTINGS_MODULE"]
    done = subprocess.run(
        [sys.executable, "-c", COUNT], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_a_restore_never_writes_over_a_registry(registry, database_file, tmp_path):
    backup.save(tmp_path / "registry.tar.gz")
    with pytest.raises(backup.CannotDo, match="exists"):
        backup.restore(tmp_path / "registry.tar.gz")


def test_a_running_registry_is_not_restored(registry, tmp_path):
    (tmp_path / "registry.tar.gz").touch()
    with claim(registry), pytest.raises(backup.CannotRun, match="is in use by another run"):
        backup.restore(tmp_path / "registry.tar.gz")


def test_a_backup_never_writes_over_another(registry, tmp_path):
    (tmp_path / "registry.tar.gz").touch()
    with pytest.raises(backup.CannotDo, match="Name a file that does not"):
        backup.save(tmp_path / "registry.tar.gz")


def test_a_file_that_is_no_backup_is_told(registry, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(backup.CannotDo, match="is not a backup"):
        backup.restore(tmp_path / "photo.jpg")


def test_a_registry_on_postgresql_is_saved_and_restored(registry, tmp_path, settings):
    only_on("postgresql")
    needs_pg_dump()
    backup.save(tmp_path / "registry.tar.gz")
    with pytest.raises(backup.CannotDo, match="not empty"):
        backup.restore(tmp_path / "registry.tar.gz")
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute('CREATE DATABASE "restored"')
    try:
        connection.close()
        connection.settings_dict["NAME"] = "restored"
        backup.restore(tmp_path / "registry.tar.gz")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_change WHERE key = 'uz-gent'")
            assert cursor.fetchone() == (1,)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute('DROP DATABASE "restored"')
