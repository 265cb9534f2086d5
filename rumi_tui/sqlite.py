"""What the files of SQLite have in common: those of the library, and those in the cache folder."""

from __future__ import annotations

import sqlite3

DAMAGE = (sqlite3.Error, UnicodeError, OverflowError, MemoryError)
"""What is raised where such a file is damaged.

What SQLite says of the damage quotes the file, and need be no text; and a table whose definition it cannot make out
looks to it like a lack of memory.
"""
