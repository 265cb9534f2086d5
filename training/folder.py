"""The folder of a run, which belongs to one process at a time. Knows nothing of what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import RumiError, describe
from models.files import sweep
from models.lock import LOCK, locked


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
    busy = f"Another rumi-train is at work in {folder}: wait for its end, or name a new folder."
    with new_folder(folder), locked(folder, busy):
        sweep(folder)
        if is_new and any(path.name != LOCK for path in folder.iterdir()):
            raise RumiError(f"{folder} already holds something: go on with --resume {folder}, or name a new folder.")
        yield
