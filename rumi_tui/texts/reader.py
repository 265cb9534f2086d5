"""Rumi's works to read in: whole poems and sections by their place, couplet by couplet in every language.

Only texts with labels (`rumi_tui.texts.labels`) can be read so. They are read once, and their poems kept in a file
(`rumi_tui.texts.shelves`). Knows nothing of screens.
"""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec

from models.errors import RumiError
from models.forms import FREE
from rumi_tui.texts.corpus import NoTextsError, find_sources, read_catalogue
from rumi_tui.texts.joining import whole_poems
from rumi_tui.texts.labels import hash_of_labels
from rumi_tui.texts.places import BOOKS, NAMES, Place, Work
from rumi_tui.texts.shelves import Shelves
from rumi_tui.texts.whole_poem import WholePoem

SHORT_WORKS: tuple[Work, ...] = ("divan", "rubai")
"""Those whose poems stand alone, so that one may be drawn at random."""


class Entry(msgspec.Struct, frozen=True):
    """A line of the contents."""

    place: Place
    titles: dict[str, str]
    """By language; for a poem without a title its first line."""


class Works:
    """The works of a folder of texts. Raises `RumiError` where there are none."""

    def __init__(self, shelves: Shelves) -> None:
        if not any(shelves.places(work) for work in NAMES):
            raise RumiError("These texts do not say where their poems come from: fetch some that do.")
        self._shelves = shelves

    def find(self, place: Place) -> Place:
        """The same place with the poem or section that it is in: the first of a book where only that is named.

        Raises `RumiError` for one that is not here, and names the one before it, or else the first.
        """
        return msgspec.structs.replace(self.poem(place).place, couplet=place.couplet)

    def poem(self, place: Place) -> WholePoem:
        """The poem or section that a place is in. Raises `RumiError` like `find`."""
        if place.number:
            poem = self._shelves.poem(place)
        elif place.couplet:
            poem = self._shelves.with_couplet(place)
        else:
            poem = next(self._shelves.poems(place.work, place.book), None)
        if poem is None or (place.couplet and not poem.couplet(place.couplet)):
            name = f"{place.name[0].upper()}{place.name[1:]}"
            raise RumiError(f"{name} is not in these texts{self._way_out(place)}.")
        return poem

    def poems(self, work: Work) -> Iterator[WholePoem]:
        """All of a work, in their order, one at a time."""
        return self._shelves.poems(work)

    def beside(self, place: Place, step: int) -> Place | None:
        """The poem or section that stands so many after this one, in the order of its work; None past its ends."""
        places = self._shelves.places(place.work)
        number = places.index(place.whole) + step
        return places[number] if 0 <= number < len(places) else None

    def contents(self, place: Place) -> list[Entry]:
        """The sections of the same book, or the poems of the same collection."""
        return [
            Entry(poem.place, poem.titles or _first_line(poem)) for poem in self._shelves.poems(place.work, place.book)
        ]

    def books(self) -> list[Place]:
        """What there are contents of: each book of the Masnavi, and each collection."""
        books = dict.fromkeys(place.book for place in self._shelves.places("masnavi"))
        collections = (self._shelves.places(work)[:1] for work in SHORT_WORKS)
        return [*(Place("masnavi", book) for book in books), *chain.from_iterable(collections)]

    def random(self, draw: random.Random) -> Place:
        """A ghazal or quatrain, all equally likely. Raises `RumiError` where there is none."""
        return draw.choice(self._short_poems())

    def of_the_day(self, day: datetime.date, language: str = "") -> Place:
        """The ghazal or quatrain of a day: the same for all that have the same texts.

        Where a language is named in which there is none, a section of the Masnavi in it, if there is one.
        """
        poems = list(chain.from_iterable(self._shelves.places(work, language) for work in SHORT_WORKS))
        poems = poems or self._shelves.places("masnavi", language) or self._short_poems()
        return poems[int(hashlib.sha256(day.isoformat().encode()).hexdigest(), 16) % len(poems)]

    def _short_poems(self) -> list[Place]:
        poems = list(chain.from_iterable(self._shelves.places(work) for work in SHORT_WORKS))
        if not poems:
            raise RumiError(
                "There are no ghazals or quatrains in these texts: run rumi-corpus fetch (in the console, /fetch)."
            )
        return poems

    def _way_out(self, place: Place) -> str:
        poems = list(self._shelves.poems(place.work, place.book))
        if not poems:
            return ": run rumi-corpus fetch"
        if place.couplet and place.work == "masnavi":
            numbers = [couplet.number for poem in poems for couplet in poem.couplets]
            nearest = min(numbers, key=lambda number: (abs(number - place.couplet), number))
            return f": the nearest couplet of book {BOOKS[place.book - 1]} is {nearest}"
        nearest = min((poem.place.number for poem in poems), key=lambda number: (abs(number - place.number), number))
        if place.couplet and nearest == place.number:
            poem = next(poem for poem in poems if poem.place.number == nearest)
            return f": the nearest couplet of {NAMES[place.work]} {nearest} is {poem.nearest(place.couplet)}"
        return f": the nearest {'section' if place.work == 'masnavi' else NAMES[place.work]} is {nearest}"


def open_works(folder: Path, cache_dir: Path | None = None, make: Callable[[], object] | None = None) -> Works:
    """The works of a folder of texts.

    They are read into a file in the folder `cache_dir`, which holds as long as the texts are the same; by `make` if
    somebody else is to do that. Without such a folder they are kept in memory.
    Raises `RumiError` where there are no texts, or none with labels of Rumi's works.
    """
    if not folder.is_dir():
        raise NoTextsError(folder)
    sources = sorted(find_sources([folder]), key=lambda source: source.form == FREE)  # a translation is free
    authors = {path: facts.author for path, facts in read_catalogue(folder).items()}
    facts = [(source.name, source.sha256, source.language, source.form, authors.get(source.path)) for source in sources]
    labels = [hash_of_labels(source.path) for source in sources]
    key = hashlib.sha256(repr((facts, labels)).encode()).hexdigest()
    path = cache_dir and cache_dir / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}-works.sqlite"
    return Works(Shelves(path, key, partial(whole_poems, sources, authors), make))


def _first_line(poem: WholePoem) -> dict[str, str]:
    return {language: verse.partition("\n")[0] for language, verse in poem.couplets[0].verse.items()}
