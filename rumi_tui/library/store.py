"""Poems in SQLite, saved as they are written, with all that is needed to write them again. Knows nothing of screens.

A poem grows in passages: the first begins after what the person typed, each further one goes on from where the poem
stood. A passage is written again by giving its settings and seed to the same model file after the text before it.
Poems are trees: a branch is a poem of its own that shares the beginning of another.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from models.errors import RumiError
from models.tokenizer import normalise
from rumi_tui.engine.generate import Ending
from rumi_tui.engine.sampling import Sampling

_MIGRATIONS = (
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
)
"""What leads from each version of the tables to the next; a library of an older program goes through those it lacks."""
VERSION = len(_MIGRATIONS)
"""Of the tables, in `user_version`."""

_FAMILY = """
WITH RECURSIVE
ancestors (id, parent) AS (
    SELECT id, parent FROM poems WHERE id = ?
    UNION SELECT poems.id, poems.parent FROM poems JOIN ancestors ON poems.id = ancestors.parent
),
family (id) AS (
    SELECT id FROM ancestors
    UNION SELECT poems.id FROM poems JOIN family ON poems.parent = family.id
)
SELECT * FROM poems WHERE id IN family AND NOT deleted ORDER BY id
"""


class Branch(msgspec.Struct, frozen=True):
    """Where a poem leaves another."""

    parent: int
    """The other poem."""
    at: int
    """How many characters they have in common; there the person chose otherwise."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a poem that was written in one go."""

    begins_at: int
    """Characters of the poem that came before it."""
    seed: int
    lines: int | None
    """The limit it was written under, see `Request.lines`."""
    sampling: Sampling
    ending: Ending | None = None
    """Why it stopped; None where it was stopped, or is not done."""


class KeptPoem(msgspec.Struct, frozen=True, kw_only=True):
    """A poem of the library."""

    id: int
    written: str
    """When it was begun, ISO 8601 in UTC."""
    model: str
    """`en`, `fa` or the path of the model file."""
    model_sha256: str
    """Of the model file."""
    form: str
    text: str
    passages: tuple[Passage, ...]
    """In the order of the text."""
    branch: Branch | None = None
    """None for a poem that began by itself."""
    favourite: bool = False


class Library:
    """The poems in one SQLite file; several consoles may have it open.

    Raises `RumiError` when the file cannot be opened, read or written; what was saved before stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            self._migrate()
            if self._version() == VERSION:
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = NORMAL")
                return
        except (sqlite3.Error, OSError) as error:
            raise RumiError(f"The library {path} cannot be opened ({error}): free or move that file.") from error
        raise RumiError(f"The library {path} has version {self._version()}, this program reads {VERSION}: update it.")

    def _migrate(self) -> None:
        if self._version() < VERSION:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")  # another console may be doing the same
                for statement in chain.from_iterable(_MIGRATIONS[self._version() :]):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    def begin(self, model: str, model_sha256: str, form: str, text: str, branch: Branch | None = None) -> int:
        """Keeps a new poem that so far holds `text`, and returns its id."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        row = (now, model, model_sha256, form, text, *((branch.parent, branch.at) if branch else (None, None)))
        columns = "written, model, model_sha256, form, text, parent, branches_at"
        insert = f"INSERT INTO poems ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"
        return int(self._run(insert, row)[0][0])

    def save(self, poem: int, text: str, passages: Iterable[Passage]) -> None:
        """Keeps what the poem has become; `passages` are those that are new or have changed.

        A deleted poem that is written on is there again.
        """
        with self._database:
            self._run("BEGIN IMMEDIATE")
            for passage in passages:
                sampling = msgspec.json.encode(passage.sampling).decode()
                row = (poem, passage.begins_at, passage.seed, passage.lines, sampling, passage.ending)
                self._run("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?, ?)", row)
            self._run("UPDATE poems SET text = ?, deleted = deleted AND text = ? WHERE id = ?", (text, text, poem))
            self._run("COMMIT")

    def poems(self, search: str = "") -> list[KeptPoem]:
        """The poems that hold a word with each of these beginnings, the latest first; all of them for no words.

        Deleted ones are left out. Capitals and accents make no difference; a Persian vowel sign parts a word in two.
        """
        words = re.findall(r"\w+", normalise(search))
        if not words:
            rows = self._run("SELECT * FROM poems WHERE NOT deleted ORDER BY id DESC")
        else:
            select = "SELECT * FROM poems WHERE NOT deleted AND id IN (SELECT rowid FROM words WHERE words MATCH ?)"
            rows = self._run(f"{select} ORDER BY id DESC", (" ".join(f'"{word}"*' for word in words),))
        return [self._poem(row) for row in rows]

    def prompts(self, count: int) -> list[str]:
        """What the latest poems that began by themselves began with, the latest first."""
        select = "SELECT substr(text, 1, min(begins_at)) FROM poems JOIN passages ON poem = id"
        rows = self._run(
            f"{select} WHERE parent IS NULL AND NOT deleted GROUP BY id ORDER BY id DESC LIMIT ?", (count,)
        )
        return [prompt for (prompt,) in rows]

    def set_favourite(self, poem: int, favourite: bool) -> None:
        """Marks a poem as one to come back to, or no longer."""
        self._run("UPDATE poems SET favourite = ? WHERE id = ?", (favourite, poem))

    def set_deleted(self, poem: int, deleted: bool) -> None:
        """Takes a poem out of all lists, or back into them; it stays in the file."""
        self._run("UPDATE poems SET deleted = ? WHERE id = ?", (deleted, poem))

    def poem(self, poem: int) -> KeptPoem:
        """One poem. Raises `RumiError` when it is not there."""
        rows = self._run("SELECT * FROM poems WHERE id = ?", (poem,))
        if not rows:
            raise RumiError(f"The library holds no poem number {poem}.")
        return self._poem(rows[0])

    def family(self, poem: int) -> list[KeptPoem]:
        """All poems of the tree that a poem stands in, itself included, the oldest first."""
        return [self._poem(row) for row in self._run(_FAMILY, (poem,))]

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _poem(self, row: tuple[int, str, str, str, str, str, int | None, int | None, int, int]) -> KeptPoem:
        poem, written, model, model_sha256, form, text, parent, branches_at, favourite, _ = row
        select = "SELECT begins_at, seed, lines, sampling, ending FROM passages WHERE poem = ? ORDER BY begins_at"
        try:
            passages = tuple(
                Passage(
                    begins_at=begins_at,
                    seed=seed,
                    lines=lines,
                    sampling=msgspec.json.decode(sampling, type=Sampling),
                    ending=ending,
                )
                for begins_at, seed, lines, sampling, ending in self._run(select, (poem,))
            )
        except msgspec.MsgspecError as error:
            raise RumiError(f"Poem number {poem} of the library {self._path} is damaged ({error}).") from error
        return KeptPoem(
            id=poem,
            written=written,
            model=model,
            model_sha256=model_sha256,
            form=form,
            text=text,
            passages=passages,
            branch=Branch(parent, branches_at) if parent is not None and branches_at is not None else None,
            favourite=bool(favourite),
        )

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise RumiError(f"The library {self._path} cannot be used ({error}): free or mend that file.") from error
