"""The beginning of a file that is on its way: kept when the transfer breaks, and gone on behind (RFC 9110, ranges).

Knows nothing of addresses or of progress.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import requests

from rumi_tui.texts.causes import storage_error


class PartialFile:
    """`NAME.part` beside the place of `NAME`. Its methods raise `RumiError` where the folder cannot be written."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._path = target.with_name(f"{target.name}.part")

    @property
    def size(self) -> int:
        """Bytes that are here."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def write(self, at: int, content: bytes) -> None:
        """Puts bytes in their place; they are on the disk whatever ends this program."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()
            with self._path.open("r+b") as file:
                file.seek(at)
                file.write(content)
        except OSError as error:
            raise storage_error(error, self._path.parent) from error

    def place(self, sha256: str) -> bool:
        """Puts the file in its place, if it is the one that is known by this hash; gives back whether it is."""
        try:
            with self._path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    return False
            os.replace(self._path, self._target)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise storage_error(error, self._path.parent) from error
        return True

    def remove(self) -> None:
        """Has the file begin anew."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, self._path.parent) from error


def rest_wanted(size: int) -> dict[str, str]:
    """Headers that ask for what stands behind so many bytes of a file, as it is."""
    return {"Range": f"bytes={size}-", "Accept-Encoding": "identity"} if size else {}


def is_useless(response: requests.Response, size: int, total: int) -> bool:
    """Whether a host that was asked so cannot send what is missing of a file of `total` bytes, or sends other bytes."""
    if response.status_code != requests.codes.partial_content:
        return response.status_code == requests.codes.range_not_satisfiable
    is_rest = response.headers.get("Content-Range") == f"bytes {size}-{total - 1}/{total}"
    return not is_rest or "Content-Encoding" in response.headers
