"""Files in the cache folder that are made of the texts and hold while these stay as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from models.errors import RumiError
from rumi_tui.sqlite import DAMAGE, keep_little

Row = TypeVar("Row")
Weight = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
"""A share, a count or a score by BM25. Far more than any of them is damage, and infinity ends in what is no number."""


def open_current(path: Path, key: str, check_same_thread: bool = True) -> sqlite3.Connection | None:
    """The database at a path, to be read; None where it is missing, damaged, or made of other texts than `key` says.

    It may be used by other threads than this one where that is not checked.
    """
    if not path.is_file():
        return None
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=check_same_thread)
    except DAMAGE:
        return None
    try:
        keep_little(database)
        is_current = database.execute("SELECT key FROM facts").fetchone() == (key,)
    except DAMAGE:
        is_current = False
    if is_current:
        return database
    database.close()
    return None


def read_rows(database: sqlite3.Connection, path: Path, row: type[Row], statement: str, *values: object) -> list[Row]:
    """What a statement finds in the file at a path, each row of a type such as `tuple[int, str]`.

    Raises `RumiError` where the file is damaged; then a value need not be what its column holds.
    """
    try:
        return msgspec.convert(database.execute(statement, values).fetchall(), list[row])  # type: ignore[valid-type]
    except (*DAMAGE, msgspec.ValidationError) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, reason: str) -> RumiError:
    """What is told of a file that cannot be read."""
    return RumiError(f"The file {path} cannot be read ({reason}): delete it and try again.")
