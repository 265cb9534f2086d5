"""Memory that a process keeps. Knows nothing of what is kept in it."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Names of glibc's `mallopt` (malloc.h)."""
_NEVER = 2**31 - 1


def keep_freed_memory() -> None:
    """Tells the C library to use freed memory again rather than to give it back to the system.

    A step of training asks for the same hundreds of megabytes as the step before. By default glibc returns each large
    tensor when it is freed, and the system clears every page anew. Does nothing where the C library is another.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _NEVER)
