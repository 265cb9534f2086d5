"""Persian poems out of the collection of ganjoor.net, one JSON file a poem. Knows nothing of folders or addresses.

Only what stands in couplets is taken: refrains between stanzas and remarks are left out, as is a half without its
other. So the couplets of a book of the Masnavi are counted as the collection counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from models.errors import UNREADABLE, RumiError
from models.tokenizer import normalise
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.labels import Label

PIECE = 16
"""Couplets of a section of the Masnavi that make one poem, about: it is cut into equal pieces nearest to that."""

_DROPPED = re.compile(r"[^\w\s\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200c،؟!]|[\d_A-Za-z]")
_BLANKS_AT_JOINERS = re.compile(" *(\u200c+) *")


class _Verse(msgspec.Struct, rename="pascal"):
    position: str
    text: str


class _Metre(msgspec.Struct, rename="pascal"):
    rhythm: str = ""


class _File(msgspec.Struct, rename="pascal"):
    """What is read of a poem of the collection."""

    title: str
    verses: list[_Verse]
    metre: _Metre | None = None
    rhyme_letters: str | None = None


@dataclass(frozen=True)
class Section:
    """A poem of the collection, or a section of the Masnavi."""

    number: int
    """From 1, as in the addresses of ganjoor.net."""
    title: str
    metre: str
    """Its feet, and its name in brackets; empty where the collection gives none."""
    rhyme: str
    first: int
    """The number of its first couplet among all that were read with it."""
    couplets: list[tuple[str, str]]


def read_sections(files: Sequence[bytes]) -> list[Section]:
    """The poems of a folder of the collection, in the order of their numbers. Raises `RumiError` for other files."""
    sections = []
    first = 1
    for number, content in enumerate(files, 1):
        try:
            file = msgspec.json.decode(content, type=_File)
        except UNREADABLE as error:
            raise RumiError(
                f"Poem {number} of the collection is not laid out as before ({error}): "
                "look for a newer version of the program."
            ) from error
        couplets = list(_couplets(file.verses))
        metre = " ".join(file.metre.rhythm.split()) if file.metre else ""
        rhyme = file.rhyme_letters or ""
        sections.append(Section(number, " ".join(file.title.split()), metre, rhyme, first, couplets))
        first += len(couplets)
    return sections


def masnavi(*books: Sequence[bytes]) -> list[Poem]:
    """The Masnavi, its sections in pieces; takes the files of each book."""
    return [
        _poem(piece, f"masnavi/{book}/{section.number}/{first}-{first + len(piece) - 1}", "couplet", section)
        for book, files in enumerate(books, 1)
        for section in read_sections(files)
        for first, piece in pieces(section)
    ]


def divan(files: Sequence[bytes]) -> list[Poem]:
    """The ghazals of the Divan-e Shams."""
    return [
        _poem(section.couplets, f"divan/{section.number}", "ghazal", section)
        for section in read_sections(files)
        if section.couplets
    ]


def rubaiyat(files: Sequence[bytes]) -> list[Poem]:
    """The quatrains."""
    return [
        _poem(section.couplets, f"rubai/{section.number}", "rubai", section)
        for section in read_sections(files)
        if len(section.couplets) == 2
    ]


def pieces(section: Section) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A section in pieces of about `PIECE` couplets, each with the number of its first couplet."""
    count = len(section.couplets)
    parts = max(1, round(count / PIECE)) if count else 0
    for part in range(parts):
        start, end = count * part // parts, count * (part + 1) // parts
        yield section.first + start, section.couplets[start:end]


def _couplets(verses: Iterable[_Verse]) -> Iterator[tuple[str, str]]:
    right = ""
    for verse in verses:
        line = spell(verse.text)
        if verse.position == "Left" and right and line:
            yield right, line
        right = line if verse.position == "Right" else ""


def spell(text: str) -> str:
    """A hemistich in the spelling of our texts: letters, vowel signs, joiners, and of all punctuation ، ؟ and !."""
    line = normalise(" ".join(text.split()))
    line = _BLANKS_AT_JOINERS.sub(r"\1", normalise(_DROPPED.sub("", line)))
    return line.strip("\u200c")


def _poem(couplets: Iterable[tuple[str, str]], place: str, form: str, section: Section) -> Poem:
    text = "\n".join(line for couplet in couplets for line in couplet)
    label = Label(id=place, title=section.title, metre=section.metre, rhyme="" if form == "couplet" else section.rhyme)
    return Poem(text, form, label)
