"""What long-lived processes do to stay small."""

import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Give the system the memory that was freed in between.

    The C library of most Linux systems keeps it otherwise, up to a hundred MiB after an index was built.
    """
    if _trim:
        _trim(0)
