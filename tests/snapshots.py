"""Pictures of the console that are compared with stored ones.

A picture is a small SVG: a line of it for each row of the screen, so that a difference can be read as well as seen.
pytest-textual-snapshot is not used because it holds pytest back.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import App

ACCEPT = "RUMI_ACCEPT_SNAPSHOTS"
"""Set in the environment, it makes what is seen the stored picture."""
CELL = (10, 20)
"""Width and height in a picture."""
RICH_CELL = (12.2, 24.4)
"""The same in the SVG that Textual makes, which says everything, in ten times the size."""
SVG = "{http://www.w3.org/2000/svg}"


class Run(NamedTuple):
    """Some cells of a row that look alike."""

    column: int
    look: str
    """Of text its declarations in CSS, of a ground its colour."""
    text: str
    width: int = 0
    """Of a ground; text is as wide as it is."""


def picture(app: App[object]) -> str:
    """The screen of a running app."""
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
            for part in re.finditer(r"\S+(?: \S+)*", text):  # letters may be narrower than their cells
                words[row].append(Run(column + cell_len(text[: part.start()]), look, part[0]))
    return _drawn(width, height, words, grounds)


def _drawn(width: int, height: int, words: list[list[Run]], grounds: list[list[Run]]) -> str:
    names = {run.look: f"l{number}" for number, run in enumerate(_first_of_each_look(words))}
    cells = Counter[str]()
    for run in (run for row in grounds for run in row):
        cells[run.look] += run.width
    ground = max(cells, key=lambda colour: cells[colour], default="")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * CELL[0]} {height * CELL[1]}">',
        "<style>text { font: 16.6px monospace; white-space: pre; unicode-bidi: bidi-override }",
        *(f".{name} {{ {look} }}" for look, name in names.items()),
        "</style>",
        f'<rect width="100%" height="100%" fill="{ground}"/>',
    ]
    for number in range(height):
        top = number * CELL[1]
        shapes = [
            f'<rect x="{run.column * CELL[0]}" y="{top}" width="{run.width * CELL[0]}" height="{CELL[1]}" '
            f'fill="{run.look}"/>'
            for run in _joined(grounds[number])
            if run.look != ground
        ]
        spans = [
            f'<tspan x="{run.column * CELL[0]}" class="{names[run.look]}">{escape(run.text)}</tspan>'
            for run in words[number]
        ]
        text = [f'<text y="{top + 15}">{"".join(spans)}</text>'] if spans else []
        lines.append("".join(shapes + text))
    return "\n".join(line for line in [*lines, "</svg>"] if line) + "\n"


def _first_of_each_look(words: list[list[Run]]) -> list[Run]:
    return list({run.look: run for row in reversed(words) for run in reversed(row)}.values())[::-1]


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].look == run.look and joined[-1].column + joined[-1].width == run.column:
            joined[-1] = joined[-1]._replace(width=joined[-1].width + run.width)
        else:
            joined.append(run)
    return joined


def difference(seen: str, stored: Path) -> str:
    """Why a picture is not the stored one, and what to do; empty where it is. Writes the new one beside the old."""
    new = stored.with_suffix(".new.svg")
    if os.environ.get(ACCEPT):
        stored.parent.mkdir(exist_ok=True)
        stored.write_text(seen, "utf-8")
    if stored.exists() and stored.read_text("utf-8") == seen:
        new.unlink(missing_ok=True)
        return ""
    new.write_text(seen, "utf-8")
    old = stored.read_text("utf-8").splitlines() if stored.exists() else []
    lines = sum((Counter(seen.splitlines()) - Counter(old)).values())
    what = f"{lines} of its lines are new" if old else "there is none yet"
    return f"{stored.name}: {what}; look at {new}, and accept it with {ACCEPT}=1."
