"""`python -m config.embedded.pdeathsig PARENT COMMAND …`: become COMMAND, ended with its parent.

The kernel sends SIGTERM (PR_SET_PDEATHSIG) when process PARENT dies. The supervisor starts its children
through this, so that even `kill -9` of it leaves no orphan.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def set_pdeathsig() -> None:
    """Ask the kernel for SIGTERM when the parent dies. Only Linux can; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    set_pdeathsig()
    # A parent that died before the call above sends no signal.
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell: the words are the supervisor's own
