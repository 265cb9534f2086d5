"""The tables of the library and how they came to be. Knows nothing of poems."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from itertools import chain
from pathlib import Path

MIGRATIONS = (
    (
        """
        CREATE TABLE poems (
            id INTEGER PRIMARY KEY,
            written TEXT NOT NULL,
            model TEXT NOT NULL,
            model_sha256 TEXT NOT NULL,
            form TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE passages (
            poem INTEGER NOT NULL REFERENCES poems (id),
            begins_at INTEGER NOT NULL,
            seed INTEGER NOT NULL,
            lines INTEGER,
            sampling TEXT NOT NULL,
            ending TEXT,
            PRIMARY KEY (poem, begins_at)
        ) STRICT, WITHOUT ROWID
        """,
    ),
    (
        "ALTER TABLE poems ADD COLUMN parent INTEGER REFERENCES poems (id)",
        "ALTER TABLE poems ADD COLUMN branches_at INTEGER",
        "ALTER TABLE poems ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE poems ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0",
        """
        CREATE VIRTUAL TABLE words USING fts5 (
            text, content = 'poems', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
        )
        """,
        "INSERT INTO words (words) VALUES ('rebuild')",
        """
        CREATE TRIGGER poem_begun AFTER INSERT ON poems BEGIN
            INSERT INTO words (rowid, text) VALUES (new.id, new.text);
        END
        """,
        """
        CREATE TRIGGER poem_grown AFTER UPDATE OF text ON poems WHEN old.text IS NOT new.text BEGIN
            INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
            INSERT INTO words (rowid, text) VALUES (new.id, new.text);
        END
        """,
    ),
    (
        "DROP TRIGGER poem_begun",
        "DROP TRIGGER poem_grown",
        "DROP TABLE words",
        "CREATE VIRTUAL TABLE words USING fts5 (text)",
        "ALTER TABLE poems ADD COLUMN title TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE poems ADD COLUMN tags TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE poems ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
    ),
    (
        "ALTER TABLE passages ADD COLUMN metre TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passages ADD COLUMN rhyme TEXT NOT NULL DEFAULT ''",
    ),
    (
        "ALTER TABLE passages ADD COLUMN named_metre TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passages ADD COLUMN keep TEXT NOT NULL DEFAULT 'off'",
    ),
    (
        "ALTER TABLE poems ADD COLUMN real TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE bookmarks (place TEXT PRIMARY KEY, noted TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ),
    ("ALTER TABLE passages ADD COLUMN original INTEGER",),
)
"""What leads from each version of the tables to the next; a library of an older program goes through those it lacks."""
VERSION = len(MIGRATIONS)
"""Of the tables, in `user_version`."""


def migrate(database: sqlite3.Connection) -> None:
    """Brings the tables to `VERSION`; those of a later one stay as they are."""
    if version_of(database) >= VERSION:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")  # another console may be doing the same
        if (version := version_of(database)) < VERSION:
            for statement in chain.from_iterable(MIGRATIONS[version:]):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")


def check_columns(database: sqlite3.Connection) -> None:
    """Raises `sqlite3.DatabaseError` where the tables of `VERSION` have other columns, types or triggers than ours.

    What any value may stand in would otherwise be found out one value at a time. Views, and tables beside ours, are a
    person's own.
    """
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        migrate(new)
        if _columns(database) != _columns(new):
            raise sqlite3.DatabaseError("its tables are not those of this program")


def _columns(database: sqlite3.Connection) -> list[tuple[object, ...]]:
    ours = "('poems', 'passages', 'bookmarks')"
    select = f"""
    SELECT tables.name, strict, columns.name, columns.type, "notnull", pk
    FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.name IN {ours} ORDER BY tables.name, cid
    """
    triggers = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN {ours} ORDER BY name"
    return [*database.execute(select), *database.execute(triggers)]


def version_of(database: sqlite3.Connection) -> int:
    """Of the tables; 0 where there are none."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def set_aside(path: Path) -> Path:
    """Gives a damaged file, and what SQLite keeps beside it, another name."""
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    aside = path.with_name(f"{path.stem}-damaged-{now}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside
