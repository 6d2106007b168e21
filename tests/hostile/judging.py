"""What became of a file: its class as the table knows it, what was said, and what reading it took."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from directory.imports import actions
from directory.sheets import reading
from tests.sheets import messages, planned

from .files import ACCEPT, ASK, FILE, ROW, File


@dataclass(frozen=True)
class Ending:
    """`actual` is a class of the table, or `error` for a fault of ours."""

    actual: str
    said: list[str]
    rows: int
    seconds: float

    def fits(self, file: File) -> bool:
        told = any(file.says in one for one in self.said) or not file.says
        return self.actual == file.expected and told and file.rows in (None, self.rows)


def ending(content: bytes, name: str, user) -> Ending:
    """What planning makes of a file of sites."""
    begun = time.monotonic()
    try:
        run = planned(content, name=name, user=user)
    except actions.Refused as refused:
        return Ending(FILE, [one["message"] for one in refused.problems], 0, time.monotonic() - begun)
    seconds = time.monotonic() - begun
    said = [one["message"] for one in (*run.problems, *run.warnings, *run.questions)] + messages(run)
    if "failed" in [one["code"] for one in run.problems]:
        actual = "error"
    elif run.status == "failed":
        actual = FILE
    elif run.open_questions:
        actual = ASK
    else:
        actual = ROW if run.bad else ACCEPT
    found = Ending(actual, said, run.rows.count(), seconds)
    run.delete()  # the same bytes under another name are another file here
    return found


def memory(path: Path, name: str) -> float:
    """The most MiB that the reading process had in memory, seen every few milliseconds."""
    command = [sys.executable, "-m", "directory.sheets.reading.child", "read", str(path), name, "", ""]
    most = 0
    with subprocess.Popen(
        command, cwd=reading._ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        status = Path(f"/proc/{child.pid}/status")
        while child.poll() is None:
            for line in status.read_text().splitlines():
                if line.startswith("VmHWM"):
                    most = max(most, int(line.split()[1]))
            time.sleep(0.003)
    return most / 1024
