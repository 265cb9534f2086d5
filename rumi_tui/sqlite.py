"""What the files of SQLite have in common: those of the library, and those in the cache folder."""

from __future__ import annotations

import sqlite3

DAMAGE = (sqlite3.Error, UnicodeError, OverflowError, MemoryError)
"""What is raised where such a file is damaged.

What SQLite says of the damage quotes the file, and need be no text; and a table whose definition it cannot make out
looks to it like a lack of memory.
"""

KEPT_KIB = 256
"""Of a file."""


def keep_little(database: sqlite3.Connection) -> None:
    """Has a connection keep `KEPT_KIB` in memory.

    With two megabytes, as it would by itself, it is no quicker: the system keeps the file too.
    """
    database.execute(f"PRAGMA cache_size = -{KEPT_KIB}")
