"""J. W. Redhouse's English of the Masnavi, book I, out of a transcribed book. Knows nothing of files."""

from __future__ import annotations

import re

from models.tokenizer import normalise
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.narrative import in_pieces, lines_of_book

_FOOTNOTE_OR_NUMBER = re.compile(r"\[\d+\]|\s{2,}\d+$")


def redhouse(content: bytes) -> list[Poem]:
    """J. W. Redhouse, The Mesnevi, book I, 1881: the indented lines from the reed-flute on, without what is no verse.

    Numbers in the margin, marks of footnotes and of italics go; a line that was too long for the page is whole again.
    A poem ends with its tale. Raises `RumiError` for what is no text.
    """
    poems: list[Poem] = []
    tale: list[str] = []
    in_verse = False
    for line in lines_of_book(content):
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
            poems += in_pieces(tale, "couplet")
            tale = []
            if "THE END" in line or line.startswith("["):
                break
    return [*poems, *in_pieces(tale, "couplet")]
