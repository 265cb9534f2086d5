"""Files that are either whole or not there. Knows nothing of what is in them."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from models.errors import RumiError, describe
from models.paths import check_file

_TEMPORARY = re.compile(r"\.(.+\.)?[0-9a-f]{16}([._]\w+)?")
"""The names of files that are not whole yet."""
STALE_SECONDS = 24 * 3600
"""A file that is not whole and that nobody has written to for so long never will be."""


def temporary_name(name: str = "", suffix: str = "") -> str:
    """The name of a file that is not whole yet, or never will be one of its own."""
    return f".{name}{'.' * bool(name)}{secrets.token_hex(8)}{suffix}"


def _temporary_names(path: Path) -> re.Pattern[str]:
    """The names of files that are to take the place of `path`."""
    return re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}{re.escape(path.suffix)}")


def sweep(folder: Path, names: re.Pattern[str] = _TEMPORARY, seconds: float = 0.0) -> None:
    """Deletes what killed processes left in a folder that was not whole, if it was last changed so long ago.

    A date as far in the future, as after a clock was turned back, counts as much. Without `seconds`, nobody else may be
    writing there.
    """
    now = time.time()
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if names.fullmatch(path.name) and abs(now - path.stat().st_mtime) >= seconds:
                path.unlink()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; when the block ends well, that file takes the place of `path`.

    Whoever could read the old file can read the new one. A crash, an error or a full disk leaves what stood there
    before. What a killed process left of such a file goes with the next one, a day later. Raises `RumiError` when the
    system refuses, and where something stands that is no file, as /dev/null.
    """
    temporary = path.parent / temporary_name(path.name, path.suffix)
    try:
        if path.exists():
            check_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent, _temporary_names(path), STALE_SECONDS)
        temporary.touch(exist_ok=False)
        mode = (path if path.exists() else temporary).stat().st_mode
        yield temporary
        temporary.chmod(stat.S_IRUSR | stat.S_IWUSR)  # whatever put a file of its own in that place
        with temporary.open("rb+") as file:  # Windows syncs only what can be written
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(path)
    except OSError as error:
        raise RumiError(f"Could not write {path} ({describe(error)}): the old file is unchanged.") from error
    finally:
        with contextlib.suppress(OSError):  # as where its folder could not be made
            temporary.unlink()
