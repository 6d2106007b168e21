"""Sheets read without a process of their own: most tests are about what becomes of them."""

import io
import warnings

from directory.sheets import reading
from directory.sheets.reading import child


def run_here(arguments: list[str], out) -> None:
    """What `reading._run` does, without a process and its limits. A fault of the reader is not hidden."""
    text = io.TextIOWrapper(out, encoding="utf-8")
    try:
        with warnings.catch_warnings():
            # Nobody hears what a process of its own warns of.
            warnings.simplefilter("ignore")
            ended = child.main(*arguments, out=text)
    finally:
        text.detach()
    if ended:
        raise reading.Unreadable("too_large_inside")
