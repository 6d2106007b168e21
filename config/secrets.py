"""What this user alone may read: all state in DATA_DIR, and the secret key of the embedded profile there."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

OURS_ALONE = 0o077
# Made by a release that did not see to it, or before this process did.
FOLDERS = ("beat", "broker", "index", "logs", "mail", "uploads")
FILES = ("*.sqlite3*", "run.lock", "demo.*")


def keep_private(data_dir: Path) -> None:
    """Nobody else on the machine reads what this process makes from now on, nor what is there already.

    DATA_DIR itself is left alone: it may be a folder that holds other things too.
    """
    os.umask(OURS_ALONE)
    data_dir.mkdir(parents=True, exist_ok=True)
    there = [data_dir / name for name in FOLDERS]
    there += [path for pattern in FILES for path in data_dir.glob(pattern)]
    for path in there:
        # Somebody else's is theirs to close; a journal of SQLite may go meanwhile.
        with suppress(FileNotFoundError, PermissionError):
            path.chmod(path.stat().st_mode & ~OURS_ALONE)


def secret_key(data_dir: Path) -> str:
    """The key of this registry, made when there is none; processes that start together agree on one."""
    file = data_dir / "secret_key"
    with suppress(FileNotFoundError):
        return file.read_text(encoding="ascii").strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=data_dir, prefix=".secret_key")
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(48))
    # A link fails where another process was first; its key then counts.
    with suppress(FileExistsError):
        os.link(draft, file)
    os.unlink(draft)
    return file.read_text(encoding="ascii").strip()
