"""Places in Rumi's works: how they are numbered, named to a person, and typed by one. Knows nothing of files or verse.

The numbers are those of ganjoor.net. Couplets of the Masnavi are counted through each book, the sections of a book too;
ghazals and quatrains are counted through their collection, and the couplets of each from 1.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from models.characters import quoted
from models.errors import RumiError

Work = Literal["masnavi", "divan", "rubai"]

BOOKS = ("I", "II", "III", "IV", "V", "VI")
"""Of the Masnavi, as they are numbered in print."""
NAMES: dict[Work, str] = {"masnavi": "Masnavi", "divan": "ghazal", "rubai": "quatrain"}
SITE = "https://ganjoor.net/moulavi"
WAYS = "masnavi/1/2 (book, section), masnavi/3:1259 (book, couplet), ghazal 100 or quatrain 55"
"""How a place can be typed, for a refusal."""

_LABEL = re.compile(
    r"masnavi/(?P<book>[1-6])/(?P<number>[1-9]\d{0,4})/(?P<first>[1-9]\d{0,4})-\d{1,5}"
    r"|(?P<work>divan|rubai)/(?P<poem>[1-9]\d{0,4})"
)
_COUPLET = r"(?:\s*[:/]\s*|[\s,]*\bcouplets?\s*)(\d{1,5})(?:-\d{1,5})?"
_MASNAVI = re.compile(
    r"(?:masnavi|mathnawi|مثنوی)[\s/,]*(?:book\s*|daftar)?([1-6۱-۶]|iv|vi?|i{1,3})"
    rf"(?:(?:[\s/,]+|[\s,]*section\s*)(?:sh)?(\d{{1,5}}))?(?:{_COUPLET})?"
)
_POEM = re.compile(
    r"(?:shams/)?(?:(?P<divan>divan|ghazals?|ghazalsh|غزل|دیوان)|(?:rubai|rubaiyat|quatrains?|robaeesh|رباعی))"
    rf"[\s/,]*(?:sh)?(?P<number>\d{{1,5}})(?:{_COUPLET})?"
)
_NUMBER_AS_TITLE = re.compile(r"(?:بخش|غزل|رباعی) (?:شمارهٔ )?\d+(?: - )?")


class Place(msgspec.Struct, frozen=True, order=True):
    """A poem, a section, or a couplet in it. Places are in the order of the works."""

    work: Work
    book: int = 0
    """Of the Masnavi, from 1; 0 elsewhere."""
    number: int = 0
    """Of the section, the ghazal or the quatrain; 0 where only the couplet of a book is known."""
    couplet: int = 0
    """In the Masnavi through the whole book, elsewhere in the poem; 0 for the whole."""

    @property
    def whole(self) -> Place:
        """The poem or section that it is in."""
        return msgspec.structs.replace(self, couplet=0)

    @property
    def name(self) -> str:
        """For a person: `Masnavi III, couplet 1259`."""
        if self.work == "masnavi":
            part = f", couplet {self.couplet}" if self.couplet else f", section {self.number}" if self.number else ""
            return f"{NAMES[self.work]} {BOOKS[self.book - 1]}{part}"
        return f"{NAMES[self.work]} {self.number}{f', couplet {self.couplet}' if self.couplet else ''}"

    @property
    def reference(self) -> str:
        """The shortest that `read_place` reads: `masnavi/3:1259`."""
        parts = [self.work, self.book, self.number]
        if self.work == "masnavi" and self.couplet:
            parts[2] = 0
        return "/".join(str(part) for part in parts if part) + (f":{self.couplet}" if self.couplet else "")

    @property
    def address(self) -> str:
        """Of the poem, section or book at ganjoor.net."""
        if self.work == "masnavi":
            return f"{SITE}/masnavi/daftar{self.book}{f'/sh{self.number}' if self.number else ''}"
        return f"{SITE}/shams/{'ghazalsh' if self.work == 'divan' else 'robaeesh'}/sh{self.number}"


def place_of(label: str, couplet: int = 0) -> Place | None:
    """The place that the id of a label stands for, or a couplet of that piece, counted in it from 1.

    None for an id of another kind.
    """
    if not (match := _LABEL.fullmatch(label)):
        return None
    if match["work"]:
        return Place("divan" if match["work"] == "divan" else "rubai", 0, int(match["poem"]), couplet)
    first = int(match["first"])
    return Place("masnavi", int(match["book"]), int(match["number"]), first + couplet - 1 if couplet else 0)


def read_place(typed: str) -> Place:
    """The place that a person means: a reference, a name, an id of a label or an address of ganjoor.net.

    Raises `RumiError` where it is none, or one that no book has.
    """
    words = re.sub(r"^(?:https?://)?(?:www\.)?ganjoor\.net/moulavi/", "", " ".join(typed.lower().split())).strip(" /#")
    if match := _MASNAVI.fullmatch(words):
        book, number, couplet = match.groups()
        book_number = int(book) if book.isdecimal() else BOOKS.index(book.upper()) + 1
        place = Place("masnavi", book_number, int(number or 0), int(couplet or 0))
    elif match := _POEM.fullmatch(words):
        place = Place("divan" if match["divan"] else "rubai", 0, int(match["number"]), int(match[3] or 0))
        if not place.number:
            raise RumiError(f"{NAMES[place.work].capitalize()}s are numbered from 1.")
    else:
        raise RumiError(f"{quoted(typed[:40])} is not a place in Rumi's works: type one like {WAYS}.")
    return place


def title_of(title: str) -> str:
    """The title of a label without the number that stands before it; empty where it is nothing but that."""
    return _NUMBER_AS_TITLE.sub("", title, count=1) if _NUMBER_AS_TITLE.match(title) else title
