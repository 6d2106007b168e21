"""`python -m config.tether COMMAND …`: become COMMAND, told to end (SIGTERM) when our parent dies.

The supervisor starts its children through this, so that even `kill -9` of it leaves no orphan.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tether() -> None:
    """Ask the kernel for SIGTERM when the parent dies. Only Linux can; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    tether()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell: the words are the supervisor's own
