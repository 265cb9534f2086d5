"""What the C library does with memory that is freed: keeps it for the next request, or gives it back to the system.

All functions ask glibc (see the manual pages of `mallopt` and `malloc_trim`), and do nothing where the C library is
another.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -3, -4, -8
"""As in malloc.h."""
_NEVER = 2**31 - 1
LARGE_BYTES = 1 << 20


def keep_freed_memory() -> None:
    """Has freed memory used again.

    A step of training asks for the same hundreds of megabytes as the step before. By default glibc returns each large
    tensor when it is freed, and the system clears every page anew.
    """
    _ask("mallopt", _MMAP_MAX, 0)
    _ask("mallopt", _TRIM_THRESHOLD, _NEVER)


def give_back_freed_memory() -> None:
    """Has what is freed in blocks of `LARGE_BYTES` and more given back at once.

    A poem takes tens of megabytes, another amount each time. By default glibc serves blocks of a size that was freed
    before, up to 32 MB, from a heap that grows with every size that does not fit into its holes.
    """
    _ask("mallopt", _MMAP_THRESHOLD, LARGE_BYTES)


def use_one_heap() -> None:
    """Has the threads of this process share one heap, from those on that begin after this.

    By default glibc gives each thread a heap, up to eight for each processor, and none uses what is free in another.
    """
    _ask("mallopt", _ARENA_MAX, 1)


def give_back_what_is_free() -> None:
    """Gives back the memory that is free by now.

    By default glibc does so only at the end of its heap: one small block there keeps all that was freed before it.
    """
    _ask("malloc_trim", 0)


def _ask(function: str, *arguments: int) -> None:
    if sys.platform == "linux" and (asked := getattr(ctypes.CDLL(None), function, None)):
        asked(*arguments)
