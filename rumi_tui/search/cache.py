"""Files in the cache folder that are made of the texts and hold while these stay as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rumi_tui.sqlite import DAMAGE


def open_current(path: Path, key: str) -> sqlite3.Connection | None:
    """The database at a path, to be read; None where it is missing, damaged, or made of other texts than `key` says."""
    if not path.is_file():
        return None
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except DAMAGE:
        return None
    try:
        is_current = database.execute("SELECT key FROM facts").fetchone() == (key,)
    except DAMAGE:
        is_current = False
    if is_current:
        return database
    database.close()
    return None
