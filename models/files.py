"""Files that are either whole or not there. Knows nothing of what is in them."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from models.errors import RumiError, describe
from models.paths import check_file

_TEMPORARY = re.compile(r"\.(.+\.)?[0-9a-f]{16}([._]\w+)?")
"""The names of files that are not whole yet."""


def temporary_name(name: str = "", suffix: str = "") -> str:
    """The name of a file that is not whole yet, or never will be one of its own."""
    return f".{name}{'.' * bool(name)}{secrets.token_hex(8)}{suffix}"


def sweep(folder: Path) -> None:
    """Deletes what a killed process left in a folder that was not whole. Nobody else may be writing there."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name):
                path.unlink()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; when the block ends well, that file takes the place of `path`.

    Whoever could read the old file can read the new one. A crash, an error or a full disk leaves what stood there
    before. Raises `RumiError` when the system refuses, and where something stands that is no file, as /dev/null.
    """
    temporary = path.parent / temporary_name(path.name, path.suffix)
    try:
        if path.exists():
            check_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
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
