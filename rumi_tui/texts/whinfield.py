"""E. H. Whinfield's English of the Masnavi, abridged, out of a scanned book. Knows nothing of files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.tokenizer import normalise
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.narrative import SHORTEST, in_pieces, lines_of_book

_PAGE_HEAD = re.compile(r"The Masnavi|Book (One|Two|Three|Four|Five|Six)|[_\d\s]+|[a-z]")
_NO_VERSE = re.compile(r"STORY\b|Notes?:|PROLOGUE|EPILOGUE|Book [IV]+\.?$|\d+ ?\.")
_LINE_BEGINS = re.compile(r"[\W_]*[A-Z]")
WRAPS_AT = 45
"""Characters: a printed line at least so long may go on in the next."""
WRAPPED = 25
"""Characters: what goes on is at most so long."""
PROSE = 0.3
"""A paragraph of which more lines than this share begin with a small letter is prose."""


def whinfield(content: bytes) -> list[Poem]:
    """E. H. Whinfield, Masnavi i Ma'navi, 1898, from a scan: the paragraphs of verse between prose and notes.

    Verse is told from prose by its lines, which begin with capitals. Page heads go, lines that were too long for the
    page are whole again. A sentence alone before verse is a heading, and fewer than `SHORTEST` lines between other
    things are no poem. Raises `RumiError` for what is no text.
    """
    poems: list[Poem] = []
    run: list[str] = []
    for paragraph in _paragraphs(lines_of_book(content)):
        small = sum(not _LINE_BEGINS.match(line) for line in paragraph)
        if _NO_VERSE.match(paragraph[0]) or small > PROSE * len(paragraph):
            poems += _long_enough(run)
            run = []
        elif run or len(paragraph) > 1 or not paragraph[0].endswith("."):
            run += paragraph
    return poems + _long_enough(run)


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    """The lines between blank ones; what a printed line had no room for is put back on it."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        text = normalise(line.strip())
        if _PAGE_HEAD.fullmatch(text):
            continue
        text = re.sub("^1 (?=[a-z])", "I ", text)
        last = next((paragraph for paragraph in reversed(paragraphs) if paragraph), None)
        if last and text and _goes_on(last[-1], text):
            last[-1] = last[-1][:-1] + text if last[-1].endswith("-") else f"{last[-1]} {text}"
        elif text:
            paragraphs[-1].append(text)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _goes_on(line: str, text: str) -> bool:
    wrapped = text[0].islower() or len(text) <= WRAPPED // 2
    return len(line) >= WRAPS_AT and line[-1] not in ".,;:!?\"'" and len(text) <= WRAPPED and wrapped


def _long_enough(run: list[str]) -> list[Poem]:
    return in_pieces(run, "free") if len(run) >= SHORTEST else []
