"""The secret key of the embedded profile: made once, kept under DATA_DIR."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


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
