"""The English Masnavi out of its two raw sources, a transcribed book and a scanned one. Knows nothing of files."""

from __future__ import annotations

import re

from models.tokenizer import normalise
from rumi_tui.texts.extract import SHORTEST, Poems, pieces

PIECE = 24
"""Lines of a narrative that make one poem."""

_FOOTNOTE_OR_NUMBER = re.compile(r"\[\d+\]|\s{2,}\d+$")

_PAGE_HEAD = re.compile(r"The Masnavi|Book (One|Two|Three|Four|Five|Six)|[_\d\s]+|[a-z]")
_NO_VERSE = re.compile(r"STORY\b|Notes?:|PROLOGUE|EPILOGUE|Book [IV]+\.?$|\d+ ?\.")
_LINE_BEGINS = re.compile(r"[\W_]*[A-Z]")
WRAPS_AT = 45
"""Characters: a printed line at least so long may go on in the next."""
WRAPPED = 25
"""Characters: what goes on is at most so long."""
PROSE = 0.3
"""A paragraph of which more lines than this share begin with a small letter is prose."""


def redhouse(raw: str) -> Poems:
    """J. W. Redhouse, The Mesnevi, book I, 1881: the indented lines from the reed-flute on, without what is no verse.

    Numbers in the margin, marks of footnotes and of italics go; a line that was too long for the page is whole again.
    A poem ends with its tale.
    """
    poems: Poems = []
    tale: list[str] = []
    in_verse = False
    for line in raw.splitlines():
        in_verse = in_verse or line.startswith("    From reed-flute")
        if not in_verse or not line.strip():
            continue
        verse = normalise(_FOOTNOTE_OR_NUMBER.sub("", line.rstrip()).replace("_", "").strip())
        indent = len(line) - len(line.lstrip())
        if indent == 4:
            tale.append(verse)
        elif 4 < indent < 10 and tale:
            tale[-1] += f" {verse}"
        else:
            poems += pieces(tale, PIECE)
            tale = []
            if "THE END" in line or line.startswith("["):
                break
    return [*poems, *pieces(tale, PIECE)]


def whinfield(raw: str) -> Poems:
    """E. H. Whinfield, Masnavi i Ma'navi, 1898, from a scan: the paragraphs of verse between prose and notes.

    Verse is told from prose by its lines, which begin with capitals. Page heads go, lines that were too long for the
    page are whole again. A sentence alone before verse is a heading, and fewer than `SHORTEST` lines between other
    things are no poem.
    """
    poems: Poems = []
    run: list[str] = []
    for paragraph in _paragraphs(raw):
        small = sum(not _LINE_BEGINS.match(line) for line in paragraph)
        if _NO_VERSE.match(paragraph[0]) or small > PROSE * len(paragraph):
            poems += _long_enough(run)
            run = []
        elif run or len(paragraph) > 1 or not paragraph[0].endswith("."):
            run += paragraph
    return poems + _long_enough(run)


def _paragraphs(raw: str) -> Poems:
    """The lines between blank ones; what a printed line had no room for is put back on it."""
    paragraphs: Poems = [[]]
    for line in raw.splitlines():
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


def _long_enough(run: list[str]) -> Poems:
    return pieces(run, PIECE) if len(run) >= SHORTEST else []
