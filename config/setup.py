"""The steps that bring a registry up to date before it runs; each does nothing when nothing is to be done.

`python -m config.setup` does the ones that a machine of a larger installation needs after an upgrade.
"""

import hashlib
import os

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connections

from config import messages


class DatabaseAway(Exception):
    """The database cannot be reached."""


def start() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()


def migrate() -> None:
    try:
        connections["default"].ensure_connection()
    except OperationalError as error:
        raise DatabaseAway(str(error).strip()) from None
    call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> bool:
    """Collect the static files when a source of them has changed. True when it did."""
    stamp, print_ = settings.DATA_DIR / "static.stamp", _fingerprint()
    if (
        stamp.exists()
        and stamp.read_text() == print_
        and (settings.STATIC_ROOT / "staticfiles.json").exists()
    ):
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    stamp.write_text(print_)
    return True


def _fingerprint() -> str:
    """Changes with any static file's path, size or time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            stat = os.stat(storage.path(path))
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def first_admin(password: str) -> str | None:
    """Make the user `admin` with `password`; None in a registry that has an administrator."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    if users.filter(is_superuser=True).exists() or users.filter(username="admin").exists():
        return None
    users.create_superuser("admin", password=password)
    return password


def demo_is_wanted() -> bool:
    """True in a registry that holds nothing yet, and where loading the demo was cut off."""
    from directory.core.models import Change

    if settings.DEMO_MARKER.exists():
        return False
    begun = settings.DATA_DIR / "demo.begun"
    if not begun.exists() and Change.objects.exists():
        return False
    begun.touch()
    return True


if __name__ == "__main__":
    messages.compile_all()
    start()
    migrate()
    collect_static()
