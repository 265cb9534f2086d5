"""The screen of a running app as a small SVG, a line of it for each row, so that a difference can be read and seen.

`docs/screens.py` draws the pictures of the documents with it, and the tests those that they compare.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.app import App

CELL = (10, 20)
"""Width and height in a picture."""
BASELINE = 15
"""Below the top of a cell."""
MARGIN = 10
"""Around the screen."""
RICH_CELL = (12.2, 24.4)
"""A cell in the SVG that Textual makes, which says everything, in ten times the size."""
SVG = "{http://www.w3.org/2000/svg}"
RIGHT_TO_LEFT_MARK = "\u200f"
"""At the end of such text it keeps punctuation there, in a picture whose rows run from the left."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufeff]+(?: [\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufeff]+)*")
PARTS = re.compile(rf" ?{RIGHT_TO_LEFT.pattern} ?|\S+(?: \S+)*?(?= ?{RIGHT_TO_LEFT.pattern}|\s*$|  )")
"""Words; right-to-left ones by themselves, with the single blanks between and beside them."""


class Run(NamedTuple):
    """Some cells of a row that look alike."""

    column: int
    look: str
    """Of text its declarations in CSS, of a ground its colour."""
    text: str
    width: int

    @property
    def end(self) -> int:
        """The column after it."""
        return self.column + self.width

    @property
    def is_right_to_left(self) -> bool:
        """Whether it has letters of a right-to-left script."""
        return RIGHT_TO_LEFT.search(self.text) is not None


def screenshot(app: App[Any], in_reading_order: bool = False) -> str:
    """What the app shows.

    The console has put right-to-left text in the order of the screen, letter shapes and all, and so it is drawn. In
    reading order it goes back into its own, for whatever shows the picture to set it as it sets such text, beginning
    where it begins on the screen.
    """
    root = ElementTree.fromstring(app.export_screenshot(simplify=True))
    looks = dict(re.findall(r"\.[\w-]+-(r\d+) \{ (.*?) \}", root.findtext(f"{SVG}style") or ""))
    width, height = app.size
    words: list[list[Run]] = [[] for _ in range(height)]
    grounds: list[list[Run]] = [[] for _ in range(height)]
    *_, screen = root.findall(f"{SVG}g")
    for element in screen.iter():
        column = round(float(element.get("x", 0)) / RICH_CELL[0])
        row = int(float(element.get("y", 0)) / RICH_CELL[1])
        if element.tag == f"{SVG}rect":
            cells = round(float(element.get("width", 0)) / RICH_CELL[0])
            grounds[row].append(Run(column, element.get("fill", ""), "", cells))
        elif element.tag == f"{SVG}text":
            look = looks[element.get("class", "").rpartition("-")[2]]
            text = (element.text or "").replace("\xa0", " ")
            for part in PARTS.finditer(text):
                words[row].append(Run(column + cell_len(text[: part.start()]), look, part[0], cell_len(part[0])))
    return _drawn(width * CELL[0], height * CELL[1], words, grounds, in_reading_order)


def _drawn(width: int, height: int, words: list[list[Run]], grounds: list[list[Run]], in_reading_order: bool) -> str:
    cells = Counter[str]()
    for run in (run for row in grounds for run in row):
        cells[run.look] += run.width
    ground = max(cells, key=lambda colour: cells[colour], default="")
    order = "" if in_reading_order else "; unicode-bidi: bidi-override"
    whole = f'width="{width + 2 * MARGIN}" height="{height + 2 * MARGIN}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 2 * MARGIN} {height + 2 * MARGIN}">',
        f"<style>text {{ font: 16.6px monospace; white-space: pre{order} }}</style>",
        f'<rect {whole} rx="8" fill="{ground}"/>',
        f'<g transform="translate({MARGIN} {MARGIN})">',
    ]
    for number, (row_grounds, row_words) in enumerate(zip(grounds, words, strict=True)):
        top = number * CELL[1]
        shapes = [
            f'<rect x="{run.column * CELL[0]}" y="{top}" width="{run.width * CELL[0]}" height="{CELL[1]}" '
            f'fill="{run.look}"/>'
            for run in _joined(row_grounds)
            if run.look != ground
        ]
        texts = _texts(row_words, top + BASELINE, in_reading_order)
        lines.append("".join([*shapes, *texts]))
    return "\n".join(line for line in [*lines, "</g></svg>"] if line) + "\n"


def _texts(words: list[Run], y: int, in_reading_order: bool) -> Iterator[str]:
    for leftwards, runs in groupby(words, lambda run: in_reading_order and run.is_right_to_left):
        if leftwards:
            yield from (_leftwards(group, y) for group in _adjoining(runs))
        else:
            yield from (_rightwards(run, y) for run in runs)


def _rightwards(run: Run, y: int) -> str:
    """Letters may be narrower than their cells, so a run is stretched; not one whose letters join."""
    length = "" if run.is_right_to_left or run.width == 1 else f' textLength="{run.width * CELL[0]}"'
    return f'<text x="{run.column * CELL[0]}" y="{y}"{length} style="{run.look}">{escape(run.text)}</text>'


def _leftwards(runs: list[Run], y: int) -> str:
    last = runs[-1]
    right = last.end - (len(last.text) - len(last.text.rstrip()))
    looks = groupby(reversed(runs), lambda run: run.look)
    spans = "".join(
        f'<tspan style="{look}">{escape("".join(_in_reading_order(run.text) for run in group))}</tspan>'
        for look, group in looks
    )
    return f'<text text-anchor="end" x="{right * CELL[0]}" y="{y}">{spans}{RIGHT_TO_LEFT_MARK}</text>'


def _in_reading_order(text: str) -> str:
    """Letters that stand from left to right as they are read; a joiner follows the letter that it stands behind."""
    return unicodedata.normalize("NFKC", "".join(reversed(re.findall("[^\u200c]\u200c*", text))))


def _adjoining(runs: Iterator[Run]) -> Iterator[list[Run]]:
    """Runs without a gap between them."""
    group: list[Run] = []
    for run in runs:
        if group and group[-1].end != run.column:
            yield group
            group = []
        group.append(run)
    yield group


def _joined(grounds: list[Run]) -> list[Run]:
    """Adjoining grounds of one colour as one."""
    joined: list[Run] = []
    for run in grounds:
        if joined and joined[-1].look == run.look and joined[-1].end == run.column:
            joined[-1] = joined[-1]._replace(width=joined[-1].width + run.width)
        else:
            joined.append(run)
    return joined
