"""The folder of a run, which belongs to one process at a time. Knows nothing of what is in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import RumiError, describe
from models.files import sweep


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Makes a folder, and takes it away again, if it is empty, when what is done in it is refused or interrupted."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RumiError(f"Could not make the folder {folder} ({describe(error)}).") from error
    try:
        yield
    except (RumiError, KeyboardInterrupt):
        with suppress(OSError):
            folder.rmdir()
        raise


@contextmanager
def taken(folder: Path, is_new: bool) -> Iterator[None]:
    """Keeps a folder, which is made where it is not there, for this process, and sweeps what a killed one left in it.

    Raises `RumiError` where another process has it, or it `is_new` and not empty.
    """
    with new_folder(folder), _locked(folder):
        sweep(folder)
        if is_new and any(path.name != LOCK for path in folder.iterdir()):
            raise RumiError(f"{folder} already holds something: go on with --resume {folder}, or name a new folder.")
        yield


LOCK = ".running"
"""A file in the folder on Windows, which goes with the process; elsewhere the folder itself is locked."""


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds a lock of the system, which ends with the process, however that ends."""
    busy = RumiError(f"Another rumi-train is at work in {folder}: wait for its end, or name a new folder.")
    if sys.platform == "win32":
        try:
            lock = os.open(folder / LOCK, os.O_CREAT | os.O_EXCL | os.O_TEMPORARY)
        except FileExistsError as error:
            raise busy from error
    else:
        import fcntl

        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise busy from error
        except OSError:  # some folders of other machines know no locks
            pass
    try:
        yield
    finally:
        os.close(lock)
