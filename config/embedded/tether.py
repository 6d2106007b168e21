"""`python -m config.embedded.tether PARENT COMMAND …`: become COMMAND, told to end when process PARENT dies.

It is told by SIGTERM. The supervisor starts its children through this, so that even `kill -9` of it leaves
no orphan.
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
    # It may have died before we asked.
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell: the words are the supervisor's own
