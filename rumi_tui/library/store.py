"""Poems in SQLite, saved as they are written, with all that is needed to write them again. Knows nothing of screens."""

from __future__ import annotations

import datetime
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from models.characters import printable
from models.errors import UNREADABLE, RumiError
from rumi_tui.library.poem import BEGINNING, Branch, KeptPoem, Listed, Passage, check, given_of
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.tables import VERSION, check_columns, migrate, set_aside, version_of
from rumi_tui.sqlite import DAMAGE, keep_little
from rumi_tui.texts.places import read_place
from rumi_tui.verse.words import fold, search_terms

_COLUMNS = "id, written, model, model_sha256, form, text, parent, branches_at, favourite, title, tags, real"
_FAMILY = f"""
WITH RECURSIVE
ancestors (id, parent) AS (
    SELECT id, parent FROM poems WHERE id = ?
    UNION SELECT poems.id, poems.parent FROM poems JOIN ancestors ON poems.id = ancestors.parent
),
family (id) AS (
    SELECT id FROM ancestors
    UNION SELECT poems.id FROM poems JOIN family ON poems.parent = family.id
)
SELECT {_COLUMNS} FROM poems WHERE id IN family AND NOT deleted ORDER BY id
"""


class DamagedPoemError(RumiError):
    """A poem of the library cannot be read; the others can."""


class Library:
    """The poems in one SQLite file; several consoles may have it open.

    A damaged file is set aside under another name, never deleted, and a new one begun. Raises `RumiError` when the file
    cannot be opened, read or written; what was saved before stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set_aside: Path | None = None
        """Where a damaged file went."""
        self.damage = ""
        """Which poems are damaged, in a sentence, of those that were last asked for together; empty for none."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for place in (path.parent, path):  # SQLite may find out only when there is a poem to save
                if place.exists() and not os.access(place, os.W_OK):
                    raise RumiError(f"The library {path} may not be written: change the permissions of {place}.")
            try:
                self._database = self._open()
            except sqlite3.OperationalError:
                raise
            except DAMAGE:
                self.set_aside = set_aside(path)
                self._database = self._open()
            version = version_of(self._database)
        except (*DAMAGE, OSError) as error:
            raise RumiError(
                f"The library {path} cannot be opened ({error}): make room, or move that file away."
            ) from error
        if version != VERSION:
            raise RumiError(
                f"The library {path} is of version {version}, this program reads version {VERSION}: update the program."
            )

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=1.0, isolation_level=None)
        database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            keep_little(database)
            verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            migrate(database)
            if version_of(database) == VERSION:
                check_columns(database)
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
        except DAMAGE:
            database.close()
            raise
        return database

    def begin(
        self,
        model: str,
        model_sha256: str,
        form: str,
        text: str,
        branch: Branch | None = None,
        real: RealVerse | None = None,
    ) -> int:
        """Keeps a new poem that so far holds `text`, of which the beginning may be real verse; returns its id."""
        row = (_now(), model, model_sha256, form, text, *((branch.parent, branch.at) if branch else (None, None)))
        columns = "written, model, model_sha256, form, text, parent, branches_at, real"
        insert = f"INSERT INTO poems ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        return int(self._run(insert, (*row, _as_json(real)))[0][0])

    def save(self, poem: int, text: str, passages: Iterable[Passage], known: tuple[str, int] | None = None) -> bool:
        """Keeps what the poem has become; `passages` are those that are new or have changed.

        A deleted poem that is written on is there again. Where the poem is not as it is `known`, by its text and the
        number of its passages, another console has gone on with it: nothing is saved then, and False given back.
        """
        with self.all_or_nothing():
            if known is not None:
                columns = "text, (SELECT count(*) FROM passages WHERE poem = id)"
                if self._run(f"SELECT {columns} FROM poems WHERE id = ?", (poem,)) != [known]:
                    return False
            self._keep_passages(poem, passages)
            grown = "UPDATE poems SET text = ?, deleted = iif(text = ?, deleted, 0), indexed = 0 WHERE id = ?"
            self._run(grown, (text, text, poem))
        return True

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is done to the library within is done together, or, where an error ends it, not at all.

        Within another one it is a part of that.
        """
        if self._database.in_transaction:
            yield
            return
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            with suppress(*DAMAGE):  # where a disk is full, say: then SQLite undoes it when the file is next opened
                self._database.rollback()
            raise

    def _keep_passages(self, poem: int, passages: Iterable[Passage]) -> None:
        for passage in passages:
            sampling = msgspec.json.encode(passage.sampling).decode()
            said = (passage.ending, passage.metre, passage.rhyme, passage.named_metre)
            limits = (passage.keep, passage.original)
            row = (poem, passage.begins_at, passage.seed, passage.lines, sampling, *said, *limits)
            self._run("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def by_content(self) -> dict[tuple[str, str, str, str], list[int]]:
        """The ids of all poems, deleted ones too, by what they have that no other has: `written`, `model_sha256`,
        `form` and `text`.
        """
        ids: dict[tuple[str, str, str, str], list[int]] = {}
        for id, *content in self._run("SELECT id, written, model_sha256, form, text FROM poems ORDER BY id"):
            written, model_sha256, form, text = content
            ids.setdefault((written, model_sha256, form, text), []).append(id)
        return ids

    def put(self, poem: KeptPoem, branch: Branch | None) -> int:
        """Keeps a poem of another library, as a branch of one of this or by itself; returns its id here."""
        id = self.begin(poem.model, poem.model_sha256, poem.form, poem.text, branch, poem.real)
        self._keep_passages(id, poem.passages)
        self._run("UPDATE poems SET written = ? WHERE id = ?", (poem.written, id))
        self.describe(id, poem)
        return id

    def mend(self, id: int, poem: KeptPoem, branch: Branch | None) -> None:
        """Makes a damaged poem whole by the same one of another library, and lists it; its branches stay its own.

        Where the other one does not know from which it branches, it goes on branching from where it does here.
        """
        here = """
            SELECT parent, branches_at FROM poems
            WHERE id = ? AND parent < id AND branches_at BETWEEN 0 AND length(text)
        """
        known = [(branch.parent, branch.at)] if branch and branch.parent < id else self._run(here, (id,))
        left = known[0] if known else (None, None)
        values = (poem.model, *left, _as_json(poem.real), id)
        self._run("UPDATE poems SET model = ?, parent = ?, branches_at = ?, real = ?, deleted = 0 WHERE id = ?", values)
        self._run("DELETE FROM passages WHERE poem = ?", (id,))
        self._keep_passages(id, poem.passages)
        self.describe(id, poem)

    def describe(self, id: int, poem: KeptPoem) -> None:
        """Takes over what another library tells of a poem: title and tags where it has none here, and a favourite."""
        update = """
        UPDATE poems SET title = iif(title = '', ?1, title), tags = iif(tags = '', ?2, tags),
            favourite = max(favourite, ?3),
            indexed = indexed AND (title != '' OR ?1 = '') AND (tags != '' OR ?2 = '')
        WHERE id = ?4
        """
        title, tags = " ".join(poem.title.split()), " ".join(_tags(" ".join(poem.tags)))
        self._run(update, (title, tags, poem.favourite, id))

    def poems(self, search: str = "") -> list[KeptPoem]:
        """The poems that hold a word with each of these beginnings, the latest first; all of them for no words.

        Titles and tags are searched too. Deleted poems are left out. Capitals, accents and vowel signs make no
        difference.
        """
        return self._whole_poems(self._found(_COLUMNS, search))

    def listed(self, search: str = "") -> list[Listed]:
        """What the poems are listed by that `poems` gives, in the same order: many times quicker."""
        beginning = f"substr(ltrim(text, char(10, 32)), 1, {BEGINNING})"
        rows = self._found(
            f"id, coalesce(julianday(written), 0), favourite, title, parent IS NOT NULL, {beginning}", search
        )
        return [Listed(*row) for row in rows]

    def read(self, ids: Sequence[int]) -> list[KeptPoem]:
        """These poems, in this order; those that are damaged or not there are left out."""
        select = f"SELECT {_COLUMNS} FROM poems WHERE id IN (SELECT value FROM json_each(?))"
        poems = {poem.id: poem for poem in self._whole_poems(self._run(select, (json.dumps(ids),)))}
        return [poems[id] for id in ids if id in poems]

    def _found(self, columns: str, search: str) -> list[Any]:
        """These columns of the poems that `poems` gives."""
        words = search_terms(search)
        select, values = f"SELECT {columns} FROM poems WHERE NOT deleted", tuple[str, ...]()
        if words:
            self._index()
            select += " AND id IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = (" ".join(f'"{word}"*' for word in words),)
        return self._run(f"{select} ORDER BY id DESC", values)

    def _index(self) -> None:
        """Takes the words of the poems that have changed into the index: here, so that saving costs no more for it."""
        with self.all_or_nothing():
            for poem, *texts in self._run("SELECT id, title, tags, text FROM poems WHERE NOT indexed"):
                words = fold("\n".join(texts)).encode("utf-8", "replace").decode()
                self._run("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", (poem, words))
            self._run("UPDATE poems SET indexed = 1 WHERE NOT indexed")

    def prompts(self, count: int) -> list[str]:
        """What the latest poems that began by themselves began with, the latest first; not Rumi's verse."""
        select = "SELECT substr(text, 1, min(begins_at)) FROM poems JOIN passages ON poem = id"
        rows = self._run(
            f"{select} WHERE parent IS NULL AND real = '' AND NOT deleted GROUP BY id ORDER BY id DESC LIMIT ?",
            (count,),
        )
        return [prompt for (prompt,) in rows]

    def name(self, poem: int, title: str, tags: Iterable[str]) -> None:
        """Gives a poem a title and tags; a tag is one word, however several are separated, with or without a #."""
        words = " ".join(_tags(" ".join(tags)))
        values = (" ".join(title.split()), words, poem)
        self._run("UPDATE poems SET title = ?, tags = ?, indexed = 0 WHERE id = ?", values)

    def set_favourite(self, poem: int, favourite: bool) -> None:
        """Marks a poem as one to come back to, or no longer."""
        self._run("UPDATE poems SET favourite = ? WHERE id = ?", (favourite, poem))

    def delete(self, poem: int) -> None:
        """Takes a poem out of all lists; it stays in the file."""
        self._run("UPDATE poems SET deleted = (SELECT 1 + max(deleted) FROM poems) WHERE id = ?", (poem,))

    def bring_back(self, poem: int) -> None:
        """Lists a poem again that was deleted."""
        self._run("UPDATE poems SET deleted = 0 WHERE id = ?", (poem,))

    def undelete(self) -> bool:
        """Brings the poem back that was deleted last, now or in an earlier session; whether there was one."""
        last = "SELECT id FROM poems WHERE deleted ORDER BY deleted DESC, id DESC LIMIT 1"
        return bool(self._run(f"UPDATE poems SET deleted = 0 WHERE id = ({last}) RETURNING id"))

    def poem(self, poem: int) -> KeptPoem:
        """One poem. Raises `RumiError` when it is not there."""
        rows = self._run(f"SELECT {_COLUMNS} FROM poems WHERE id = ?", (poem,))
        if not rows:
            raise RumiError(f"The library has no poem number {poem}.")
        return self._poem(rows[0])

    def poems_with(self, text: str) -> list[KeptPoem]:
        """Those that have this very text, the latest first; no deleted ones, nor damaged ones."""
        return self._whole_poems(
            self._run(f"SELECT {_COLUMNS} FROM poems WHERE text = ? AND NOT deleted ORDER BY id DESC", (text,))
        )

    def lists(self, poem: int) -> bool:
        """Whether there is such a poem, and it is not deleted."""
        return bool(self._run("SELECT 1 FROM poems WHERE id = ? AND NOT deleted", (poem,)))

    def family(self, poem: int) -> list[KeptPoem]:
        """All poems of the tree that a poem stands in, itself included, the oldest first."""
        return self._whole_poems(self._run(_FAMILY, (poem,)))

    def given(self, poem: KeptPoem) -> list[range]:
        """The parts of its text that a person gave, in the order of the text; all else a model wrote."""
        spans, end = list[range](), len(poem.text)
        while True:
            begin = poem.branch.at if poem.branch else 0
            parts = given_of(poem.text, poem.passages)
            spans += [range(max(part.start, begin), min(part.stop, end)) for part in reversed(parts)]
            if poem.branch is None:
                return [span for span in reversed(spans) if span]
            end = min(end, begin)
            poem = self.poem(poem.branch.parent)

    def written(self, poem: KeptPoem) -> list[Passage]:
        """The passages of its text, those before its branch included, in the order of the text."""
        passages, end = list[Passage](), len(poem.text)
        while True:
            passages += [passage for passage in reversed(poem.passages) if passage.begins_at < end]
            if poem.branch is None:
                return passages[::-1]
            end = min(end, poem.branch.at)
            poem = self.poem(poem.branch.parent)

    def bookmarks(self) -> list[str]:
        """The places in Rumi's works that were marked, as they are typed, the latest first; none that is damaged."""
        rows = self._run("SELECT place FROM bookmarks ORDER BY noted DESC, place")
        return [place for (place,) in rows if _is_place(place)]

    def set_bookmark(self, place: str, marked: bool) -> None:
        """Marks a place to come back to, or no longer."""
        self._run("DELETE FROM bookmarks WHERE place = ?", (place,))
        if marked:
            self._run("INSERT INTO bookmarks VALUES (?, ?)", (place, _now("microseconds")))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _whole_poems(self, rows: list[Any]) -> list[KeptPoem]:
        """The poems of some rows; those that are damaged are left out and told in `damage`."""
        poems, damaged = list[KeptPoem](), list[str]()
        for row in rows:
            try:
                poems.append(self._poem(row))
            except DamagedPoemError as error:
                damaged.append(str(error))
        others = f" So {'is' if len(damaged) == 2 else 'are'} {len(damaged) - 1} more." if damaged[1:] else ""
        self.damage = damaged[0] + others if damaged else ""
        return poems

    def _poem(self, row: tuple[int, str, str, str, str, str, int | None, int | None, int, str, str, str]) -> KeptPoem:
        poem, date, model, model_sha256, form, text, parent, branches_at, favourite, title, tags, real = row
        columns = "begins_at, seed, lines, sampling, ending, metre, rhyme, named_metre, keep, original"
        select = f"SELECT {columns} FROM passages WHERE poem = ? ORDER BY begins_at"
        rows = self._run(select, (poem,))
        try:
            passages = [dict(zip(columns.split(", "), values, strict=True)) for values in rows]
            for passage in passages:
                passage["sampling"] = msgspec.json.decode(passage["sampling"])
            kept = KeptPoem(
                id=poem,
                written=date,
                model=printable(model),
                model_sha256=model_sha256,
                form=printable(form),
                text=text,
                passages=msgspec.convert(passages, tuple[Passage, ...]),
                branch=Branch(parent, branches_at) if parent is not None and branches_at is not None else None,
                favourite=bool(favourite),
                title=printable(title),
                tags=_tags(printable(tags)),
                real=msgspec.json.decode(real, type=RealVerse) if real else None,
            )
            check(kept)
        except (*UNREADABLE, RumiError) as error:
            reason = str(error).rstrip(".")
            raise DamagedPoemError(f"Poem number {poem} of the library {self._path} is damaged ({reason}).") from error
        return kept

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except DAMAGE as error:
            raise RumiError(f"The library {self._path} cannot be used ({error}): make room, or repair it.") from error


def _as_json(real: RealVerse | None) -> str:
    return msgspec.json.encode(real).decode() if real else ""


def _tags(typed: str) -> tuple[str, ...]:
    """The tags in what a person typed; older libraries have some with the comma that stood behind them."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[\s,;#،؛]+", typed))))


def _is_place(reference: str) -> bool:
    try:
        read_place(reference)
    except RumiError:
        return False
    return True


def _now(timespec: str = "seconds") -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec=timespec)
