"""Rumi's works in one SQLite file, from which each poem is read when it is asked for.

The file can be made again from the texts, and is when they change: under another name, and then put in place, so
several programs may do so at once.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from models.errors import RumiError
from models.files import replacing
from rumi_tui.sqlite import DAMAGE
from rumi_tui.texts.cache import damaged, open_current, read_rows
from rumi_tui.texts.places import Place, Work
from rumi_tui.texts.whole_poem import WholePoem

VERSION = 1
"""Of the tables and of what is in them; another version is made again."""
MEMORY = ":memory:"

_TABLES = """
CREATE TABLE facts (key TEXT NOT NULL) STRICT;
CREATE TABLE poems (
    id INTEGER PRIMARY KEY, work TEXT NOT NULL, book INTEGER NOT NULL, number INTEGER NOT NULL,
    languages TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, poem BLOB NOT NULL,
    UNIQUE (work, book, number)
) STRICT;
"""


class Shelves:
    """Poems by their place, in their order. Raises `RumiError` where they cannot be read or kept.

    May be used by one thread after another.
    """

    def __init__(
        self,
        path: Path | None,
        key: str,
        poems: Callable[[], Iterable[WholePoem]],
        make: Callable[[], object] | None = None,
    ) -> None:
        """Opens the file at a path, whose `key` says what it is made of.

        Where it is not there or of another key, it is made first of the `poems`, by `make` if somebody else is to do
        it. Without a path they are kept in memory.
        """
        key = f"{VERSION} {key}"
        self._path = path or Path(MEMORY)
        self._database = _in_memory(key, poems) if path is None else _opened(path, key, poems, make)
        weakref.finalize(self, self._database.close)

    def poem(self, place: Place) -> WholePoem | None:
        """The poem or section of a place; None where it is not here."""
        where = "book = ? AND number = ?"
        return next(self._poems(place.work, where, place.book, place.number), None)

    def with_couplet(self, place: Place) -> WholePoem | None:
        """The first of a book that has the couplet of a place; None where none has."""
        where = "book = ? AND ? BETWEEN first AND last"
        found = self._poems(place.work, where, place.book, place.couplet)
        return next((poem for poem in found if poem.couplet(place.couplet)), None)

    def poems(self, work: Work, book: int | None = None) -> Iterator[WholePoem]:
        """All of a work, or of one of its books, one at a time."""
        return self._poems(work) if book is None else self._poems(work, "book = ?", book)

    def places(self, work: Work, language: str = "") -> list[Place]:
        """Where the poems of a work stand, or those of them that are here in a language."""
        statement = "SELECT book, number, languages FROM poems WHERE work = ? ORDER BY id"
        rows = read_rows(self._database, self._path, tuple[int, int, str], statement, work)
        return [Place(work, book, number) for book, number, languages in rows if language in ("", *languages.split())]

    def _poems(self, work: Work, where: str = "TRUE", *values: object) -> Iterator[WholePoem]:
        statement = f"SELECT poem FROM poems WHERE work = ? AND {where} ORDER BY id"
        try:
            for (packed,) in self._database.execute(statement, (work, *values)):
                yield msgspec.msgpack.decode(packed, type=WholePoem)
        except (*DAMAGE, msgspec.MsgspecError, TypeError) as error:
            raise damaged(self._path, str(error)) from error


def _opened(
    path: Path, key: str, poems: Callable[[], Iterable[WholePoem]], make: Callable[[], object] | None
) -> sqlite3.Connection:
    if (database := open_current(path, key, check_same_thread=False)) is None:
        (make or partial(_write, path, key, poems))()
        database = open_current(path, key, check_same_thread=False)
    if database is None:
        raise RumiError(f"The works in {path} changed while they were being read: try again.")
    return database


def _in_memory(key: str, poems: Callable[[], Iterable[WholePoem]]) -> sqlite3.Connection:
    database = sqlite3.connect(MEMORY, check_same_thread=False)
    _fill(database, key, poems())
    return database


def _write(path: Path, key: str, poems: Callable[[], Iterable[WholePoem]]) -> None:
    try:
        with replacing(path) as temporary, closing(sqlite3.connect(temporary)) as database, database:
            database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            _fill(database, key, poems())
    except sqlite3.Error as error:
        raise RumiError(f"The works cannot be kept in {path} ({error}): make some room.") from error


def _fill(database: sqlite3.Connection, key: str, poems: Iterable[WholePoem]) -> None:
    database.executescript(_TABLES)
    database.execute("INSERT INTO facts VALUES (?)", (key,))
    columns = "work, book, number, languages, first, last, poem"
    rows = (
        (
            *(poem.place.work, poem.place.book, poem.place.number, " ".join(poem.languages)),
            *(poem.couplets[0].number, poem.couplets[-1].number, msgspec.msgpack.encode(poem)),
        )
        for poem in poems
    )
    database.executemany(f"INSERT INTO poems ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
