"""Paths as people give them: what they mean, and whether a file is there that can be read to its end.

Knows nothing of what the files hold, but that it tells a checkpoint from others.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from models.errors import RumiError

WEIGHTS = "model.safetensors"
"""In the folder of a run: the best weights so far, a checkpoint to export, evaluate or start from."""

LONGEST_PATH = 4096
"""Characters: as many as Linux takes bytes, and no system more."""

_ENDLESS = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFCHR: "it is a device",
    stat.S_IFBLK: "it is a device",
    stat.S_IFIFO: "it is a pipe",
    stat.S_IFSOCK: "it is a socket",
}
"""What may stand in the place of a file, and has no end or nothing to read."""


def given_path(typed: str | Path) -> Path:
    """The path that a person means: `~` is their folder, also where no shell saw it, as in `--out=~/x`.

    Raises `RumiError` for the folder of nobody here, and for what no path can hold.
    """
    if len(str(typed)) > LONGEST_PATH:
        raise RumiError(f"No path has more than {LONGEST_PATH:,} characters.")
    if "\0" in str(typed):
        raise RumiError(f"No path holds a NUL character, as {typed} does.")
    try:
        path = Path(typed).expanduser()
        path.stat()
    except RuntimeError as error:
        raise RumiError(f"There is nobody here whose folder {typed} could be in: write it in full.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:  # which no question about a path survives
            raise RumiError(f"The path {typed} is longer than this system can have.") from error
    return path


def what_is_no_file(path: Path) -> str:
    """What else stands at a path, as part of a sentence; empty for a file. Raises `OSError` where nothing is there."""
    try:
        return _ENDLESS.get(stat.S_IFMT(path.stat().st_mode), "")
    except ValueError as error:  # a character that no path can hold
        raise OSError(errno.EINVAL, str(error)) from error


def check_file(path: Path, largest: int | None = None) -> None:
    """Raises `OSError`, which says why, where something else stands than a file of at most `largest` bytes.

    A folder has nothing to read, and a device or a pipe may never end, or begin.
    """
    if no_file := what_is_no_file(path):
        raise OSError(errno.EINVAL, no_file)
    if largest is not None and path.stat().st_size > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest >> 20} MiB")


def weights_path(path: Path) -> Path:
    """The checkpoint at a path: the file itself, or the best weights of the run in a folder."""
    return path / WEIGHTS if path.is_dir() else path


def is_checkpoint(path: Path) -> bool:
    """Whether a path is meant for a checkpoint: by its name, or because what stands there is a safetensors file."""
    path = weights_path(path)
    if path.suffix == ".safetensors":
        return True
    try:
        check_file(path)
        with path.open("rb") as file:
            return file.read(9)[8:] == b"{"  # after the length of the header, in eight bytes
    except OSError:
        return False
