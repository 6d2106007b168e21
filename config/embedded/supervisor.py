"""Keeps a few processes running under one roof: a child that dies is started again, all stop together.

Why not the package `supervisor`: its children outlive a killed supervisor, it cannot wait for readiness,
and it needs a configuration file for what is three lines here (docs/adr/0003).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 10 * 1024 * 1024
# A child that lived this long had started well; its next failure counts as a first one.
STEADY_SECONDS = 30
LONGEST_PAUSE = 30
STOP_SECONDS = 15


@dataclass
class Child:
    """One process to keep alive, in a session of its own, so that Ctrl-C reaches the supervisor alone."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "config.embedded.pdeathsig", str(os.getpid()), *self.command]
        environment = {**os.environ, **self.environment}
        self.started_at = time.monotonic()
        with _opened(self.log) as out:
            self.process = subprocess.Popen(
                command, env=environment, start_new_session=True, stdout=out, stderr=out
            )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def has_failed(self) -> bool:
        return self.process is not None and bool(self.process.poll())

    def signal_group(self, number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def log_tail(self) -> str:
        """The end of its log, for whoever must find out why it ended."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Supervisor:
    """Start with `start`, look after with `monitor` (again and again), end with `stop`."""

    def __init__(self, say: Callable[[str], None] = print):
        self.children: list[Child] = []
        self.asked_to_stop = False
        self._say = say

    def listen(self) -> None:
        """SIGTERM, SIGINT and SIGHUP ask for the end; a second one does not hurry it.

        Before there are children, what is being done is broken off. Python drops an exception that is raised
        while it forgets an object, as it does in the midst of imports: then `asked_to_stop` alone tells.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked_to_stop = True
        if not self.children:
            raise KeyboardInterrupt

    def start(self, *children: Child) -> None:
        for child in children:
            self.children.append(child)
            child.start()

    def monitor(self) -> None:
        """Start again whoever has died, at once the first time, then after 1, 2, 4 … 30 seconds."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None and now >= child.start_again_at:
                child.start()
            elif child.has_ended():
                self._plan_restart(child, now)

    def _plan_restart(self, child: Child, now: float) -> None:
        assert child.process is not None
        code = child.process.returncode
        # What it started itself must not live on beside its successor.
        child.signal_group(signal.SIGKILL)
        child.failures = 1 if now - child.started_at > STEADY_SECONDS else child.failures + 1
        pause = 0 if child.failures == 1 else min(2 ** (child.failures - 2), LONGEST_PAUSE)
        child.process, child.start_again_at = None, now + pause
        again = f"starting it again in {pause} s" if pause else "starting it again"
        self._say(f"The {child.name} ended ({_how(code)}); {again}. Its log: {child.log}")

    def stop(self) -> None:
        """Ask all to end, wait, and kill what is left with all that it started."""
        running = [(child, child.process) for child in self.children if child.process is not None]
        for _child, process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _child, process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
        for child, process in running:
            child.signal_group(signal.SIGKILL)
            process.wait()


def _opened(log: Path) -> BinaryIO:
    """The log to append to; one that has grown large is put aside first, and the one before it goes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with code {code}"
