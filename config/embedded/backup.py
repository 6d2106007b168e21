"""`python -m config.embedded.backup save|restore FILE`: a registry in one file, taken while it runs.

The file is a tar: `database.sqlite3` (by SQLite's backup, never a copy of the live file, which is torn
more often than not) or `database.dump` (pg_dump), `uploads/`, and in the embedded profile `secret_key`, on
which the hashes of API keys depend. The search index and static files are made again from these.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from config import setup
from config.embedded.run import CannotRun, claim

# No member may leave the folder; the first releases of Python 3.11 do not know how.
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


class CannotDo(Exception):
    """Why there is no backup, or nothing was restored: a sentence."""


def save(target: Path) -> int:
    """Write the registry to `target`, which appears only when it is whole. Returns its size in bytes."""
    if target.exists():
        raise CannotDo(f"{target} exists. Name a file that does not.")
    with _beside(target) as folder:
        _save_database(folder)
        draft = folder / "backup.tar.gz"
        with tarfile.open(draft, "w:gz") as tar:
            for part in _parts(folder):
                tar.add(part, arcname=part.name)
        draft.chmod(0o600)
        os.replace(draft, target)
    return target.stat().st_size


@contextmanager
def _beside(target: Path):
    """A folder on the same disk as `target`, so that putting it in place is one rename."""
    if not target.parent.is_dir():
        raise CannotDo(f"The folder {target.parent} does not exist.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        yield Path(folder)


def _parts(folder: Path) -> list[Path]:
    kept = [settings.MEDIA_ROOT, settings.DATA_DIR / "secret_key", settings.DEMO_MARKER]
    return [*folder.glob("database.*"), *(part for part in kept if part.exists())]


def _save_database(folder: Path) -> None:
    if connection.vendor == "postgresql":
        _postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={folder / 'database.dump'}")
        return
    with (
        closing(sqlite3.connect(f"file:{_database_file()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(folder / "database.sqlite3")) as copy,
    ):
        live.backup(copy)


def restore(source: Path) -> None:
    """Put back what `save` wrote, into a registry that is not running and holds nothing."""
    if not source.is_file():
        raise CannotDo(f"{source} is not a file.")
    lock = claim(settings.DATA_DIR)
    with lock, tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as name:
        folder = Path(name)
        try:
            with tarfile.open(source) as tar:
                tar.extractall(folder, **SAFELY)  # noqa: S202 - see SAFELY
        except tarfile.TarError as error:
            raise CannotDo(f"{source} is not a backup of a registry ({error}).") from None
        if not list(folder.glob("database.*")):
            raise CannotDo(f"{source} is not a backup of a registry: no database is in it.")
        _restore_database(folder)
        for part in folder.iterdir():
            _put(part, settings.DATA_DIR / part.name)
    # The index is that of another day; it is built again from the database.
    shutil.rmtree(settings.INDEX_DIR, ignore_errors=True)


def _restore_database(folder: Path) -> None:
    vendor = "postgresql" if (folder / "database.dump").exists() else "sqlite"
    if vendor != connection.vendor:
        raise CannotDo(f"The backup is of {vendor}, this registry is on {connection.vendor}.")
    if vendor == "postgresql":
        if connection.introspection.table_names():
            raise CannotDo("The database is not empty. Restore into a new one (createdb).")
        _postgresql("pg_restore", "--no-owner", "--exit-on-error", str(folder / "database.dump"))
        (folder / "database.dump").unlink()
        return
    file = _database_file()
    if file.exists():
        raise CannotDo(f"{file} exists. Restore into another DATA_DIR, or move that one away.")
    os.replace(folder / "database.sqlite3", file)


def _put(part: Path, target: Path) -> None:
    if part.is_dir():
        shutil.copytree(part, target, dirs_exist_ok=True)
    else:
        os.replace(part, target)


def _database_file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _postgresql(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on our database; the password is not on its command line."""
    if shutil.which(program) is None:
        raise CannotDo(f"{program} is missing. On Debian: apt-get install postgresql-client.")
    described = connection.settings_dict
    place = {"PGHOST": described["HOST"], "PGPORT": str(described["PORT"] or ""), "PGUSER": described["USER"]}
    environment = os.environ | place | {"PGPASSWORD": described["PASSWORD"], "PGDATABASE": described["NAME"]}
    if program == "pg_restore":
        words = ("--dbname", described["NAME"], *words)
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotDo(f"{program} failed: {done.stderr.strip()}")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m config.embedded.backup")
    arguments.add_argument("what", choices=("save", "restore"))
    arguments.add_argument("file")
    given = arguments.parse_args()
    if not given.file:
        print(f"Name the file: make {'backup' if given.what == 'save' else 'restore'} BACKUP=registry.tar.gz")
        return 1
    setup.start()
    file = Path(given.file).resolve()
    try:
        if given.what == "save":
            print(f"{file}: {save(file):,} bytes.")
        else:
            restore(file)
            print("Restored. The next start builds the search index.")
    except (CannotDo, CannotRun, sqlite3.Error) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
