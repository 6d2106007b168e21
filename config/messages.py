"""Compile the message catalogues (`python -m config.messages`), without gettext's own programs.

A bare machine has no msgfmt. A catalogue is compiled only when its source is newer, and put in place as a
whole, so that processes that start together do not read each other's half.
"""

import os
import tempfile
from pathlib import Path

import polib

from config.env import BASE_DIR

PARTS = ("directory", "trials", "centres")


def sources() -> list[Path]:
    """Every catalogue of ours."""
    return sorted(
        file for part in PARTS for file in (BASE_DIR / part).glob("**/locale/*/LC_MESSAGES/django.po")
    )


def compile_all() -> int:
    """Compile what is out of date. Returns how many catalogues that was."""
    stale = [file for file in sources() if _is_stale(file)]
    for file in stale:
        _compile(file)
    return len(stale)


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    catalogue = polib.pofile(str(source), encoding="utf-8")
    handle, draft = tempfile.mkstemp(dir=source.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as opened:
        opened.write(catalogue.to_binary())
    os.chmod(draft, 0o644)
    os.replace(draft, source.with_suffix(".mo"))


if __name__ == "__main__":
    print(f"{compile_all()} catalogues compiled.")
