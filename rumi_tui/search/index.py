"""The couplets of a folder of texts in one SQLite file, found by their words. Knows nothing of questions.

A couplet is two lines of a poem, the first and the second, the third and the fourth; a last line may be alone. Words
are compared as `rumi_tui.search.spelling` spells them, and by their English stem.
The order is that of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), as FTS5 computes it.

The file can be made again from the texts, and is when they change: under another name, and then put in place, so
several programs may do so at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.errors import RumiError
from models.files import replacing
from rumi_tui.search.query import Query, Span
from rumi_tui.search.spelling import TOKENIZER, is_stemmed, other_spellings, search_words
from rumi_tui.sqlite import DAMAGE
from rumi_tui.texts.cache import Row, Weight, damaged, open_current, read_rows
from rumi_tui.texts.corpus import NoTextsError, Poem, Source, find_sources, read_catalogue
from rumi_tui.texts.labels import hash_of_labels
from rumi_tui.texts.places import Place, place_of, title_of
from rumi_tui.verse.languages import language_name

VERSION = 4
"""Of the tables; another version is made again."""
PAGE = 10
"""Couplets."""
OTHERS_WEIGH = 0.5
"""What a couplet holds in another spelling, beside what it holds as it is asked for."""
TITLE_LENGTH = 100
"""Characters of the title of a section where it is told with a couplet; some run over many lines."""

_TABLES = f"""
CREATE TABLE facts (key TEXT NOT NULL) STRICT;
CREATE TABLE texts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, language TEXT, form TEXT NOT NULL, title TEXT NOT NULL,
    author TEXT NOT NULL
) STRICT;
CREATE TABLE poems (
    text INTEGER NOT NULL REFERENCES texts (id), poem INTEGER NOT NULL, label TEXT NOT NULL, title TEXT NOT NULL,
    PRIMARY KEY (text, poem)
) STRICT, WITHOUT ROWID;
CREATE TABLE couplets (
    id INTEGER PRIMARY KEY, text INTEGER NOT NULL REFERENCES texts (id), poem INTEGER NOT NULL,
    couplet INTEGER NOT NULL, verse TEXT NOT NULL
) STRICT;
CREATE TABLE stemmed (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (verse, others, content = '', tokenize = '{TOKENIZER}');
"""
_COUPLET = """
SELECT couplets.id, texts.name, texts.title, author, language, form, poem, couplet, verse, label
FROM couplets JOIN texts ON texts.id = text JOIN poems USING (text, poem)
"""
_FOUND = """
FROM words JOIN couplets ON couplets.id = words.rowid JOIN texts ON texts.id = text
WHERE words MATCH ?1 AND (?2 IS NULL OR language = ?2)
"""


class _CoupletRow(NamedTuple):
    """A row of `_COUPLET`."""

    id: int
    file: str
    title: str
    author: str
    language: str | None
    form: str
    poem: int
    couplet: int
    verse: str
    label: str


class Couplet(msgspec.Struct, frozen=True, kw_only=True):
    """A couplet and where it stands."""

    id: int
    """In this index, in the order of the texts."""
    file: str
    title: str
    """Empty where nobody said."""
    author: str
    language: str | None
    form: str
    poem: int
    """The number of its poem in the file, from 1."""
    couplet: int
    """Its number in the poem, from 1."""
    verse: str
    """Two lines, or one."""
    place: str
    """Where it stands, for a person."""
    reference: str
    """The same as `rumi_tui.texts.places.read_place` reads it; empty where the text has no labels."""
    address: str
    """Where the poem or section can be seen on the web; empty where that is not known."""
    section: dict[str, str]
    """The title of its section by language, as far as there is one."""

    @property
    def titles(self) -> list[str]:
        """Those of its section, no longer than `TITLE_LENGTH`."""
        return [textwrap.shorten(title, TITLE_LENGTH, placeholder=" …") for title in self.section.values()]


class Quotation(msgspec.Struct, frozen=True):
    """A couplet that was found, and those around it."""

    couplet: Couplet
    before: str
    """The verse before it in the same poem, or nothing."""
    after: str
    translation: str = ""
    """The couplet in the other language of the texts, where it is there."""
    marks: list[Span] = []
    """Where the couplet holds what was searched for."""

    def quoted(self, mark: Callable[[str], str] = str) -> str:
        """The couplet and its translation between the lines around it, which stand back.

        What was searched for stands as `mark` gives it.
        """
        verse, end = "", len(self.couplet.verse)
        for start, stop in reversed(self.marks):
            verse = mark(self.couplet.verse[start:stop]) + self.couplet.verse[stop:end] + verse
            end = start
        couplet = "\n".join(filter(None, [self.couplet.verse[:end] + verse, self.translation]))
        around = [(self.before, "    "), (couplet, "  > "), (self.after, "    ")]
        return "\n".join(textwrap.indent(verse, margin) for verse, margin in around if verse)


class ResultPage(msgspec.Struct, frozen=True):
    """A part of what was found."""

    found: int
    """Couplets in all."""
    pages: int
    passages: list[Quotation]


class Index:
    """The couplets of a folder, found by words or by number.

    Raises `RumiError` when the folder holds no texts, or the file cannot be made or read.
    """

    def __init__(self, folder: Path, cache_dir: Path, make: Callable[[], object] | None = None) -> None:
        """Opens the index of a folder of texts in the folder `cache_dir`.

        What is not there is made first, by `make` if somebody else is to do it.
        """
        if not folder.is_dir():
            raise NoTextsError(folder)
        sources = find_sources([folder])
        titles = {path: (facts.title, facts.author) for path, facts in read_catalogue(folder).items()}
        facts = [(source.name, source.sha256, source.language, source.form) for source in sources]
        labels = [hash_of_labels(source.path) for source in sources]
        self.key = hashlib.sha256(repr((VERSION, facts, labels, sorted(titles.values()))).encode()).hexdigest()
        """Stands for all that the index is made of."""
        self.path = cache_dir / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.sqlite"
        if not self._open():
            (make or partial(_make, self.path, self.key, sources, titles))()
            if not self._open():
                raise RumiError(f"The index {self.path} changed while it was being built: try again.")

    def _open(self) -> bool:
        """Whether the file is there, made of the texts as they are, and has all couplets."""
        database = open_current(self.path, self.key)
        if database is None:
            return False
        with contextlib.suppress(*DAMAGE):
            if database.execute("SELECT count(*) = ifnull(max(id), 0) FROM couplets").fetchone() == (1,):
                self._database = database
                return True
        database.close()
        return False

    def search(self, words: str, language: str | None = None, page: int = 1) -> ResultPage:
        """The couplets that hold all that a `Query` asks for, the best first; in one language, if it is given.

        Raises `RumiError` when it asks for nothing, or no text is in the language.
        """
        query = Query(words, self._that_begin)
        self.check_language(language)
        ((total,),) = self._run(tuple[int], f"SELECT count(*) {_FOUND}", query.match, language)
        passages = [self.quotation(id) for id in self._best(query.match, language, PAGE, PAGE * (page - 1))]
        marks = query.marks([passage.couplet.verse for passage in passages])
        marked = [msgspec.structs.replace(each, marks=spans) for each, spans in zip(passages, marks, strict=True)]
        return ResultPage(total, -(-total // PAGE), marked)

    def ranked(self, words: Sequence[str], language: str | None, count: int) -> list[int]:
        """The couplets that hold any of the words, by BM25, the best first."""
        return self._best(" OR ".join(f'"{word}"' for word in words), language, count, 0) if words else []

    def weights(self, word: str) -> list[tuple[int, float]]:
        """The couplets of all languages that hold a word, and what it weighs in each by BM25."""
        select = f"SELECT rowid, -bm25(words, 1, {OTHERS_WEIGH}) FROM words WHERE words MATCH ?"
        weights = self._run(tuple[int, Weight], select, f'"{word}"')
        self._check_numbers(couplet for couplet, _ in weights)
        return weights

    def check_language(self, language: str | None) -> None:
        """Raises `RumiError` for one that no text is in."""
        if language is not None and not self.size(language):
            raise RumiError(f"No text here is in {language_name(language)}: name another language, or none.")

    def size(self, language: str | None) -> int:
        """How many couplets there are; in one language, if it is given."""
        count = "SELECT count(*) FROM couplets JOIN texts ON texts.id = text WHERE ?1 IS NULL OR language = ?1"
        return self._run(tuple[int], count, language)[0][0]

    def quotation(self, couplet: int) -> Quotation:
        """A couplet and those around it, by its number."""
        middle = next(iter(self._couplets("WHERE couplets.id = ?", couplet)), None)
        if middle is None:
            raise damaged(self.path, f"it has no couplet {couplet}")
        around = {
            other.couplet: other.verse
            for other in self._couplets("WHERE couplets.id IN (?, ?)", couplet - 1, couplet + 1)
            if (other.file, other.poem) == (middle.file, middle.poem)
        }
        return Quotation(middle, around.get(middle.couplet - 1, ""), around.get(middle.couplet + 1, ""))

    def poem_around(self, couplet: int) -> list[Couplet]:
        """All couplets of the poem that a couplet, by its number in this index, is in."""
        return self._couplets("WHERE (text, poem) = (SELECT text, poem FROM couplets WHERE id = ?)", couplet)

    def couplets(self, language: str | None = None) -> list[Couplet]:
        """All couplets, in the order of the texts; in one language, if it is given."""
        return self._couplets("WHERE ? IS NULL OR language = ?", language, language)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _that_begin(self, beginning: str) -> list[str]:
        """The words of the texts that `is_stemmed` and that begin so."""
        select = "SELECT word FROM stemmed WHERE word >= ?1 AND word < ?1 || char(0x10ffff)"
        return [word for (word,) in self._run(tuple[str], select, beginning)]

    def _best(self, match: str, language: str | None, count: int, offset: int) -> list[int]:
        select = f"SELECT couplets.id {_FOUND} ORDER BY bm25(words, 1, {OTHERS_WEIGH}), couplets.id LIMIT ?3 OFFSET ?4"
        best = [couplet for (couplet,) in self._run(tuple[int], select, match, language, count, offset)]
        self._check_numbers(best)
        return best

    def _couplets(self, where: str, *values: object) -> list[Couplet]:
        rows = self._run(_CoupletRow, f"{_COUPLET} {where} ORDER BY couplets.id", *values)
        self._check_numbers(row.id for row in rows)
        return [self._couplet(row) for row in rows]

    def _check_numbers(self, couplets: Iterable[int]) -> None:
        """Raises `RumiError` where one is no number of a couplet: whoever asks has a place for each of those."""
        if not all(1 <= couplet <= self._size for couplet in couplets):
            raise damaged(self.path, "it has couplets beyond the last one")

    @cached_property
    def _size(self) -> int:
        return self.size(None)

    def _couplet(self, row: _CoupletRow) -> Couplet:
        place = place_of(row.label, row.couplet)
        return Couplet(
            id=row.id,
            file=row.file,
            title=row.title,
            author=row.author,
            language=row.language,
            form=row.form,
            poem=row.poem,
            couplet=row.couplet,
            verse=row.verse,
            place=place.name if place else f"{row.title or row.file}, poem {row.poem}, couplet {row.couplet}",
            reference=place.reference if place else "",
            address=place.address if place else "",
            section=self._section_titles.get(place.whole, {}) if place else {},
        )

    @cached_property
    def _section_titles(self) -> dict[Place, dict[str, str]]:
        """By section and language."""
        titles: dict[Place, dict[str, str]] = {}
        select = "SELECT label, language, poems.title FROM poems JOIN texts ON texts.id = text WHERE poems.title != ''"
        for label, language, title in self._run(tuple[str, str | None, str], select):
            if language and (place := place_of(label)):
                titles.setdefault(place, {}).setdefault(language, title)
        return titles

    def _run(self, row: type[Row], statement: str, *values: object) -> list[Row]:
        return read_rows(self._database, self.path, row, statement, *values)


def _make(path: Path, key: str, sources: Sequence[Source], titles: dict[Path, tuple[str, str]]) -> None:
    """Writes the index of the texts."""
    try:
        with replacing(path) as temporary, contextlib.closing(sqlite3.connect(temporary)) as database, database:
            database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
            database.execute("INSERT INTO facts VALUES (?)", (key,))
            for number, source in enumerate(sources):
                row = (number, source.name, source.language, source.form, *titles.get(source.path, ("", "")))
                database.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)", row)
                for poem_number, poem in enumerate(source.poems, 1):
                    label = (number, poem_number, poem.label.id, title_of(poem.label.title))
                    database.execute("INSERT INTO poems VALUES (?, ?, ?, ?)", label)
                    rows = ((number, poem_number, couplet, verse) for couplet, verse in _couplets_of(poem))
                    database.executemany("INSERT INTO couplets (text, poem, couplet, verse) VALUES (?, ?, ?, ?)", rows)
            stemmed: set[str] = set()

            def spelling(verse: str) -> str:
                words = search_words(verse)
                stemmed.update(filter(is_stemmed, words))
                return " ".join(words)

            database.create_function("spelling", 1, spelling)
            database.create_function("others", 1, other_spellings, deterministic=True)
            spellings = "SELECT id, spelling(verse), others(verse) FROM couplets"
            database.execute(f"INSERT INTO words (rowid, verse, others) {spellings}")
            database.execute("INSERT INTO words (words) VALUES ('optimize')")
            database.executemany("INSERT INTO stemmed VALUES (?)", ((word,) for word in sorted(stemmed)))
    except sqlite3.Error as error:
        raise RumiError(f"The index {path} cannot be built ({error}): make some room.") from error


def _couplets_of(poem: Poem) -> Iterator[tuple[int, str]]:
    """The number of each couplet, and its lines."""
    lines = poem.text.split("\n")
    for number, start in enumerate(range(0, len(lines), 2), 1):
        yield number, "\n".join(lines[start : start + 2])
