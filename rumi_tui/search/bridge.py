"""From one language of the texts to the other: glosses, learned once and kept beside the index.

A couplet is known in both languages by its place (`rumi_tui.texts.places`). What stands in one only has no twin here.
Knows nothing of questions.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from models.errors import RumiError
from models.files import replacing
from rumi_tui.search.gloss import Gloss, Learned, learn
from rumi_tui.search.index import Couplet, Index
from rumi_tui.search.persian_words import FUNCTION_WORDS
from rumi_tui.search.spelling import (
    ORIGINAL,
    TOKENIZER,
    TRANSLATION,
    has_persian,
    persian_stem,
    search_words,
    spelled_words,
    stems,
)
from rumi_tui.texts.cache import Row, Weight, damaged, open_current, read_rows

VERSION = 1
"""Of the tables; another version is made again."""
SHOWN = 3
"""Glosses of a word."""
TURNED_ROUND = 5
"""Persian words of an English one."""

_TABLES = f"""
CREATE TABLE facts (key TEXT NOT NULL) STRICT;
CREATE TABLE glosses (
    word TEXT NOT NULL, stemmed INTEGER NOT NULL, rank INTEGER NOT NULL, stem TEXT NOT NULL, english TEXT NOT NULL,
    probability REAL NOT NULL, PRIMARY KEY (word, stemmed, rank)
) STRICT, WITHOUT ROWID;
CREATE TABLE forms (stem TEXT NOT NULL, word TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (stem, word))
STRICT, WITHOUT ROWID;
CREATE TABLE couplets (piece BLOB NOT NULL, original BLOB NOT NULL, twin BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE titles USING fts5 (title, first UNINDEXED, last UNINDEXED, tokenize = '{TOKENIZER}');
"""


class Places(NamedTuple):
    """What is known of every couplet of an index, by its number, which counts from 1: arrays [couplets + 1]."""

    piece: npt.NDArray[np.int32]
    """The number of the poem that it is in, counted through all texts from 1."""
    original: npt.NDArray[np.bool_]
    """Whether it is in the language of the original."""
    twin: npt.NDArray[np.int32]
    """The same couplet in the other language, or itself where it stands in one only."""

    @property
    def translated(self) -> npt.NDArray[np.bool_]:
        """Originals with a translation."""
        return self.original & self._has_twin

    @property
    def is_twin(self) -> npt.NDArray[np.bool_]:
        """Translations of these."""
        return ~self.original & self._has_twin

    @property
    def unplaced(self) -> npt.NDArray[np.bool_]:
        """Translations of which nobody said what they translate."""
        return ~self.original & ~self._has_twin

    @property
    def _has_twin(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.twin != np.arange(len(self.twin)))


class GlossedWord(msgspec.Struct, frozen=True):
    """A word of a Persian line and its likeliest English."""

    word: str
    """As it stands in the line."""
    english: list[str]
    """The likeliest first; none where nothing is known."""

    @property
    def told(self) -> list[str]:
        """The same, or that nothing is known."""
        return self.english or ["(unknown)"]


class Bridge:
    """The glosses and twins of the couplets of an index. Raises `RumiError` where the file cannot be made or read."""

    def __init__(self, index: Index, cache_dir: Path, make: Callable[[], object] | None = None) -> None:
        """Takes what is kept in the folder `cache_dir`.

        What is not there is learned first, which takes seconds; by `make` if somebody else is to do it.
        """
        self.index = index
        self.key = hashlib.sha256(f"{VERSION} {index.key}".encode()).hexdigest()
        self.path = cache_dir / f"{index.path.stem}-bridge.sqlite"
        if not self._open():
            (make or partial(_make, self.path, self.key, index))()
            if not self._open():
                raise RumiError(f"The file {self.path} changed while it was being built: try again.")

    def _open(self) -> bool:
        """Whether the file is there and made of the texts as they are."""
        database = open_current(self.path, self.key)
        if database is None:
            return False
        self._database = database
        return True

    def close(self) -> None:
        """Closes its file, not that of the index."""
        self._database.close()

    def gloss(self, line: str) -> list[GlossedWord]:
        """The likeliest English of each Persian word of a line, `SHOWN` words at most; of grammar from a small list."""
        glosses = []
        for start, end, _ in spelled_words(line):
            words = line[start:end].split(" ")
            if len(words) > 1 and self._known("".join(search_words(line[start:end]))):
                words = [line[start:end]]  # a verb apart from its prefix
            for word in filter(has_persian, words):
                spelling = "".join(search_words(word))
                english = FUNCTION_WORDS.get(spelling) or [gloss.english for gloss in self.glosses(spelling)[:SHOWN]]
                glosses.append(GlossedWord(word, list(english)))
        return glosses

    def glosses(self, word: str) -> list[Gloss]:
        """The English words that a Persian one is translated by, the likeliest first.

        Those of its stem where the word never stood in a translated couplet; none where that did not either.
        """
        return self._known(word) or self._known(persian_stem(word), stemmed=True)

    def _known(self, word: str, stemmed: bool = False) -> list[Gloss]:
        select = "SELECT stem, english, probability FROM glosses WHERE word = ? AND stemmed = ? ORDER BY rank"
        return [Gloss(*row) for row in self._run(tuple[str, str, Weight], select, word, stemmed)]

    def persian(self, english: str) -> dict[str, float]:
        """The Persian words that an English one translates, `TURNED_ROUND` at most, with their shares.

        It is the glosses turned round.
        """
        select = """
        SELECT word, probability * (SELECT sum(count) FROM forms WHERE forms.word = glosses.word) AS weight FROM glosses
        WHERE stem = ? AND stemmed = 0 AND weight > 0 ORDER BY weight DESC LIMIT ?
        """
        weights = dict(self._run(tuple[str, Weight], select, stems([english])[english], TURNED_ROUND))
        total = sum(weights.values())
        return {word: weight / total for word, weight in weights.items()}

    def forms(self, word: str) -> list[str]:
        """The Persian words of the texts that have the same stem, the most frequent first."""
        select = "SELECT word FROM forms WHERE stem = ? ORDER BY count DESC"
        return [form for (form,) in self._run(tuple[str], select, persian_stem(word))]

    def twin(self, couplet: int) -> int | None:
        """The same couplet in the other language."""
        twin = int(self.places.twin[couplet])
        return twin if twin != couplet else None

    @cached_property
    def places(self) -> Places:
        """What is known of all couplets."""
        try:
            arrays = self._run(tuple[bytes, bytes, bytes], "SELECT piece, original, twin FROM couplets")
            ((piece, original, twin),) = arrays
            places = Places(np.frombuffer(piece, "<i4"), np.frombuffer(original, np.bool_), np.frombuffer(twin, "<i4"))
            sizes = {len(places.piece), len(places.original), len(places.twin), self.index.size(None) + 1}
            if len(sizes) > 1 or not np.isin(places.twin, np.arange(len(original))).all():
                raise ValueError("couplets are missing")
        except ValueError as error:
            raise damaged(self.path, str(error)) from error
        return places

    def titles(self, word: str) -> list[tuple[int, int, float]]:
        """The first and the last couplet of pieces that hold a word in their title, and its weight by BM25."""
        select = "SELECT CAST(first AS INTEGER), CAST(last AS INTEGER), -bm25(titles) FROM titles WHERE titles MATCH ?"
        are_said = "AND first IS NOT NULL AND last IS NOT NULL"  # which a table for full text cannot demand
        return self._run(tuple[int, int, Weight], f"{select} {are_said}", f'"{word}"')

    def _run(self, row: type[Row], statement: str, *values: object) -> list[Row]:
        return read_rows(self._database, self.path, row, statement, *values)


def _make(path: Path, key: str, index: Index) -> None:
    couplets = index.couplets()
    verses = {couplet.id: couplet.verse for couplet in couplets}
    twins = _twins(couplets)
    places = _places(couplets, twins)
    learned = learn((verses[couplet], verses[twin]) for couplet, twin in twins)
    forms = _forms(couplet.verse for couplet in couplets if couplet.language == ORIGINAL)
    try:
        with replacing(path) as temporary, contextlib.closing(sqlite3.connect(temporary)) as database, database:
            database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
            database.execute("INSERT INTO facts VALUES (?)", (key,))
            database.executemany("INSERT INTO glosses VALUES (?, ?, ?, ?, ?, ?)", _rows(learned))
            database.execute("CREATE INDEX by_stem ON glosses (stem)")
            database.executemany("INSERT INTO forms VALUES (?, ?, ?)", forms)
            database.execute("CREATE INDEX by_word ON forms (word)")
            database.execute("INSERT INTO couplets VALUES (?, ?, ?)", [array.tobytes() for array in places])
            database.executemany("INSERT INTO titles VALUES (?, ?, ?)", _titles(couplets))
    except sqlite3.Error as error:
        raise RumiError(f"The file {path} cannot be built ({error}): make some room.") from error


def _twins(couplets: Iterable[Couplet]) -> list[tuple[int, int]]:
    """The numbers of the couplets that stand in both languages, the original first."""
    by_place: dict[str, dict[str, int]] = defaultdict(dict)
    for couplet in couplets:
        if couplet.reference and couplet.language:
            by_place[couplet.reference].setdefault(couplet.language, couplet.id)
    both = (each for each in by_place.values() if ORIGINAL in each and TRANSLATION in each)
    return [(each[ORIGINAL], each[TRANSLATION]) for each in both]


def _places(couplets: Sequence[Couplet], twins: Iterable[tuple[int, int]]) -> Places:
    size = couplets[-1].id + 1 if couplets else 1
    places = Places(np.zeros(size, "<i4"), np.zeros(size, np.bool_), np.arange(size, dtype="<i4"))
    for number, (_, piece) in enumerate(groupby(couplets, lambda couplet: (couplet.file, couplet.poem)), 1):
        for couplet in piece:
            places.piece[couplet.id] = number
            places.original[couplet.id] = couplet.language == ORIGINAL
    for original, translation in twins:
        places.twin[[original, translation]] = translation, original
    return places


def _titles(couplets: Iterable[Couplet]) -> Iterator[tuple[str, int, int]]:
    """Of each piece that has one in its own language, with the numbers of its first and last couplet."""
    for _, piece in groupby(couplets, lambda couplet: (couplet.file, couplet.poem)):
        first, *others = piece
        if title := first.section.get(first.language or ""):
            yield " ".join(search_words(title)), first.id, others[-1].id if others else first.id


def _rows(learned: Learned) -> Iterator[tuple[str, int, int, str, str, float]]:
    for stemmed, table in enumerate(learned):
        for word, glosses in table.items():
            for rank, gloss in enumerate(glosses):
                yield word, stemmed, rank, *gloss


def _forms(verses: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    counts: dict[str, int] = defaultdict(int)
    for verse in verses:
        for word in search_words(verse):
            counts[word] += 1
    for word, count in counts.items():
        yield persian_stem(word), word, count
