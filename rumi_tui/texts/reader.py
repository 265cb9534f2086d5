"""Rumi's works to read in: whole poems and sections by their place, couplet by couplet in every language.

Only texts with labels (`rumi_tui.texts.labels`) can be read so. Their files are read when the first of their poems is
asked for. Knows nothing of screens.
"""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import msgspec

from models.errors import RumiError
from models.forms import FREE
from rumi_tui.texts.corpus import NoTextsError, Poem, Source, TextFacts, find_sources, read_catalogue
from rumi_tui.texts.labels import labels_path, read_labels
from rumi_tui.texts.places import BOOKS, NAMES, Place, Work, place_of, title_of
from rumi_tui.verse.languages import LANGUAGES

SHORT_WORKS: tuple[Work, ...] = ("divan", "rubai")
"""Those whose poems stand alone, so that one may be drawn at random."""


class NumberedCouplet(msgspec.Struct, frozen=True, kw_only=True):
    """A couplet in all its languages."""

    number: int
    """In the Masnavi through the whole book, elsewhere in the poem; from 1."""
    verse: dict[str, str]
    """Its lines by language (ISO 639-1 code), as far as there are some."""


class WholePoem(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the Masnavi, a ghazal or a quatrain."""

    place: Place
    forms: dict[str, str]
    """By language, each one of `models.forms.FORMS`."""
    titles: dict[str, str]
    """By language, as far as there are some."""
    metre: str
    """Its feet, and the name of the metre in brackets where it has one; empty where nobody said."""
    rhyme: str
    """The letters that all its rhyming lines end with; empty where nobody said, or each couplet has its own."""
    couplets: tuple[NumberedCouplet, ...]
    """In their order; numbers may be missing."""
    authors: dict[str, str]
    """Who wrote or translated what stands here, by language, as far as that is said."""

    @property
    def form(self) -> str:
        """Of the original, or of the translation where there is nothing else."""
        return next(iter(self.forms.values()))

    @property
    def languages(self) -> list[str]:
        """Those that stand here, the original first."""
        return list(self.forms)

    def couplet(self, number: int) -> NumberedCouplet | None:
        """The couplet of this number; None where it is not here."""
        return next((couplet for couplet in self.couplets if couplet.number == number), None)

    def place_of(self, couplet: NumberedCouplet) -> Place:
        """Where one of its couplets stands."""
        return msgspec.structs.replace(self.place, couplet=couplet.number)

    def only_in(self, language: str) -> WholePoem:
        """What of it is in a language. Raises `RumiError` where nothing is."""
        couplets = tuple(
            NumberedCouplet(number=couplet.number, verse={language: couplet.verse[language]})
            for couplet in self.couplets
            if language in couplet.verse
        )
        if not couplets:
            name = LANGUAGES[language].name if language in LANGUAGES else repr(language)
            raise RumiError(f"There is no {name} of {self.place.name} in these texts.")
        forms, titles, authors = (
            {language: each[language]} if language in each else {} for each in (self.forms, self.titles, self.authors)
        )
        return msgspec.structs.replace(self, forms=forms, titles=titles, authors=authors, couplets=couplets)

    def nearest(self, number: int) -> int:
        """The number of the couplet that is here and nearest to this one, the earlier one in doubt."""
        return min((couplet.number for couplet in self.couplets), key=lambda other: (abs(other - number), other))


class Entry(msgspec.Struct, frozen=True):
    """A line of the contents."""

    place: Place
    titles: dict[str, str]
    """By language; for a poem without a title its first line."""


class _Shelf(Mapping[Place, WholePoem]):
    """The poems of a work by their place, in their order, each packed until it is asked for: half of the memory."""

    def __init__(self, poems: Iterable[WholePoem]) -> None:
        self._packed: dict[Place, bytes] = {}
        self._first_with: dict[int, dict[int, Place]] = {}
        """By the book, and by the number of a couplet that is in it."""
        for poem in poems:
            self._packed[poem.place] = msgspec.msgpack.encode(poem)
            first_with = self._first_with.setdefault(poem.place.book, {})
            for couplet in poem.couplets:
                first_with.setdefault(couplet.number, poem.place)

    def __getitem__(self, place: Place) -> WholePoem:
        return msgspec.msgpack.decode(self._packed[place], type=WholePoem)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def first_with(self, book: int, couplet: int) -> Place | None:
        """The first poem or section of a book that has a couplet of this number; None where none has."""
        return self._first_with.get(book, {}).get(couplet)


class Works:
    """The works of a folder of texts. Raises `RumiError` where no text there has labels of Rumi's works.

    A text is of the work that its first label names; what it has of another is left out.
    """

    def __init__(self, sources: Sequence[Source], facts: dict[Path, TextFacts]) -> None:
        """The texts, the original before its translations, and what is known of them."""
        self._sources: dict[Work, list[Source]] = {}
        self._authors = {path: each.author for path, each in facts.items()}
        self._poems: dict[Work, _Shelf] = {}
        for source in sources:
            path = labels_path(source.path)
            label = next(read_labels(path), None) if source.language and path.is_file() else None
            if label is not None and (place := place_of(label.id)):
                self._sources.setdefault(place.work, []).append(source)
        if not self._sources:
            raise RumiError("These texts do not say where their poems come from: fetch some that do.")

    def find(self, place: Place) -> Place:
        """The same place with the poem or section that it is in: the first of a book where only that is named.

        Raises `RumiError` for one that is not here, and names the one before it, or else the first.
        """
        poems = self._of(place.work)
        if place.number:
            found = place.whole if place.whole in poems else None
        elif place.couplet:
            found = poems.first_with(place.book, place.couplet)
        else:
            found = next((other for other in poems if other.book == place.book), None)
        if found is None or (place.couplet and not poems[found].couplet(place.couplet)):
            name = f"{place.name[0].upper()}{place.name[1:]}"
            raise RumiError(f"{name} is not in these texts{self._way_out(place)}.")
        return msgspec.structs.replace(found, couplet=place.couplet)

    def poem(self, place: Place) -> WholePoem:
        """The poem or section that a place is in. Raises `RumiError` like `find`."""
        return self._of(place.work)[self.find(place).whole]

    def poems(self, work: Work) -> Iterator[WholePoem]:
        """All of a work, in their order, one at a time."""
        return iter(self._of(work).values())

    def beside(self, place: Place, step: int) -> Place | None:
        """The poem or section that stands so many after this one, in the order of its work; None past its ends."""
        places = list(self._of(place.work))
        number = places.index(place.whole) + step
        return places[number] if 0 <= number < len(places) else None

    def contents(self, place: Place) -> list[Entry]:
        """The sections of the same book, or the poems of the same collection."""
        return [Entry(poem.place, poem.titles or _first_line(poem)) for poem in self._in_order(place)]

    def books(self) -> list[Place]:
        """What there are contents of: each book of the Masnavi, and each collection."""
        books = dict.fromkeys(place.book for place in self._of("masnavi"))
        collections = [next(iter(self._of(work))) for work in SHORT_WORKS if self._of(work)]
        return [*(Place("masnavi", book) for book in books), *collections]

    def random(self, draw: random.Random) -> Place:
        """A ghazal or quatrain, all equally likely. Raises `RumiError` where there is none."""
        return draw.choice(self._short_poems())

    def of_the_day(self, day: datetime.date, language: str = "") -> Place:
        """The ghazal or quatrain of a day: the same for all that have the same texts.

        Where a language is named in which there is none, a section of the Masnavi in it, if there is one.
        """
        poems = self._in_language("divan", language) + self._in_language("rubai", language)
        poems = poems or self._in_language("masnavi", language) or self._short_poems()
        return poems[int(hashlib.sha256(day.isoformat().encode()).hexdigest(), 16) % len(poems)]

    def _in_language(self, work: Work, language: str) -> list[Place]:
        """The poems of a work that stand in a language, or all of them where none is named."""
        return [place for place, poem in self._of(work).items() if not language or language in poem.forms]

    def _short_poems(self) -> list[Place]:
        poems = list(chain.from_iterable(self._of(work) for work in SHORT_WORKS))
        if not poems:
            raise RumiError(
                "There are no ghazals or quatrains in these texts: run rumi-corpus fetch (in the console, /fetch)."
            )
        return poems

    def _of(self, work: Work) -> _Shelf:
        """The poems of a work, in their order."""
        if work not in self._poems:
            parts: dict[Place, list[tuple[Source, Poem]]] = {}
            for source in self._sources.get(work, []):
                for poem in source.poems:
                    if (place := place_of(poem.label.id)) and place.work == work:
                        parts.setdefault(place, []).append((source, poem))
            self._poems[work] = _Shelf(self._joined(place, parts.pop(place)) for place in sorted(parts))
        return self._poems[work]

    def _joined(self, place: Place, parts: Sequence[tuple[Source, Poem]]) -> WholePoem:
        """One poem out of its pieces in all languages."""
        verses: dict[int, dict[str, str]] = {}
        titles: dict[str, str] = {}
        authors: dict[str, str] = {}
        forms: dict[str, str] = {}
        for source, poem in parts:
            language, label, lines = source.language or "", poem.label, poem.text.split("\n")
            authors.setdefault(language, self._authors.get(source.path, ""))
            forms.setdefault(language, poem.form)
            if title := title_of(label.title):
                titles.setdefault(language, title)
            for count, start in enumerate(range(0, len(lines), 2), 1):
                couplet = place_of(label.id, count)
                assert couplet is not None
                verses.setdefault(couplet.couplet, {}).setdefault(language, "\n".join(lines[start : start + 2]))
        return WholePoem(
            place=place,
            forms=forms,
            titles=titles,
            metre=next((poem.label.metre for _, poem in parts if poem.label.metre), ""),
            rhyme=next((poem.label.rhyme for _, poem in parts if poem.label.rhyme), ""),
            couplets=tuple(NumberedCouplet(number=number, verse=verses[number]) for number in sorted(verses)),
            authors={language: author for language, author in authors.items() if author},
        )

    def _in_order(self, place: Place) -> list[WholePoem]:
        poems = self._of(place.work)
        return [poems[other] for other in poems if other.book == place.book]

    def _way_out(self, place: Place) -> str:
        poems = self._in_order(place)
        if not poems:
            return ": run rumi-corpus fetch"
        if place.couplet and place.work == "masnavi":
            numbers = [couplet.number for poem in poems for couplet in poem.couplets]
            nearest = min(numbers, key=lambda number: (abs(number - place.couplet), number))
            return f": the nearest couplet of book {BOOKS[place.book - 1]} is {nearest}"
        nearest = min((poem.place.number for poem in poems), key=lambda number: (abs(number - place.number), number))
        if place.couplet and nearest == place.number:
            poem = self._of(place.work)[place.whole]
            return f": the nearest couplet of {NAMES[place.work]} {nearest} is {poem.nearest(place.couplet)}"
        return f": the nearest {'section' if place.work == 'masnavi' else NAMES[place.work]} is {nearest}"


def open_works(folder: Path) -> Works:
    """The works of a folder of texts, kept for the next who asks as long as the texts are the same.

    Raises `RumiError` where it holds no texts, or none with labels.
    """
    if not folder.is_dir():
        raise NoTextsError(folder)
    sources = sorted(find_sources([folder]), key=lambda source: source.form == FREE)  # a translation is free
    labels = [labels_path(source.path) for source in sources]
    states = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in labels if path.is_file())
    return _open_works(folder, tuple(sources), states)


@lru_cache(maxsize=1)
def _open_works(folder: Path, sources: tuple[Source, ...], _: tuple[tuple[Path, int, int], ...]) -> Works:
    return Works(sources, read_catalogue(folder))


def _first_line(poem: WholePoem) -> dict[str, str]:
    return {language: verse.partition("\n")[0] for language, verse in poem.couplets[0].verse.items()}
