"""A folder that belongs to one process at a time. Knows nothing of what is in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import RumiError

LOCK = ".running"
"""A file in the folder on Windows, which goes with the process; elsewhere the folder itself is locked."""


@contextmanager
def locked(folder: Path, busy: str) -> Iterator[None]:
    """Holds a lock of the system on a folder, which ends with the process, however that ends.

    Raises `RumiError` with the sentence `busy` where another process holds it.
    """
    if sys.platform == "win32":
        try:
            lock = os.open(folder / LOCK, os.O_CREAT | os.O_EXCL | os.O_TEMPORARY)
        except FileExistsError as error:
            raise RumiError(busy) from error
    else:
        import fcntl

        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise RumiError(busy) from error
        except OSError:  # some folders of other machines know no locks
            pass
    try:
        yield
    finally:
        os.close(lock)
