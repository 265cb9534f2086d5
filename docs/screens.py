"""Draws the pictures of the console in docs/screens, from the running program and the models that ship.

Every verse in them is the machine's. `make screens` runs this.
"""

from __future__ import annotations

import asyncio
import functools
import html
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Select

from rumi_tui.console.app import RumiApp
from rumi_tui.library.store import Library

FOLDER = Path(__file__).parent / "screens"
SIZE = (100, 28)
RIGHT_TO_LEFT_MARK = "\u200f"
"""At the end of such text it keeps punctuation there, in a picture whose rows run from the left."""
CELL = 12.2
"""Units of a cell's width in the SVG that Textual makes."""
POEMS = [
    ("en", "couplet", 8, "The sea", 5),
    ("fa", "ghazal", 10, "شب", 29),
    ("fa", "rubai", 4, "دریا", 32),
    ("en", "couplet", 12, "The soul is", 7),
]
"""Model, form, lines, beginning and seed of what is written for the pictures."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufeff]+(?: [\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufeff]+)*")
TEXT = re.compile(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*" clip-path="[^"]*">([^<]*)</text>')


class Piece(NamedTuple):
    """Some text of a row that looks alike."""

    row: str
    """Its place from the top, as the SVG has it."""
    column: int
    look: str
    """Its class."""
    text: str

    @property
    def end(self) -> int:
        """The column after it."""
        return self.column + cell_len(self.text)


def picture(app: App[str]) -> str:
    """The screen as SVG that fetches no font.

    The console has put right-to-left text in visual order, letter shapes and all. Here it goes back into its own
    order, for whatever shows the picture to set it as it sets such text, beginning where it begins on the screen.
    """
    svg = app.export_screenshot(title="rumi-tui", simplify=True)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="[^"]*-line-.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    pieces = [
        Piece(y, column, look, part)
        for look, x, y, text in TEXT.findall(svg)
        for column, part in _parts(round(float(x) / CELL), html.unescape(text).replace("\xa0", " "))
    ]
    texts = [
        _drawn_leftwards(list(group)) if leftwards else "".join(map(_drawn, group))
        for leftwards, run in groupby(pieces, lambda piece: RIGHT_TO_LEFT.search(piece.text) is not None)
        for group in (_adjoining(list(run)) if leftwards else [run])
    ]
    first = TEXT.search(svg)
    assert first is not None
    return svg[: first.start()] + "".join(texts) + TEXT.sub("", svg[first.start() :])


def _parts(column: int, text: str) -> Iterator[tuple[int, str]]:
    """Words with their columns; right-to-left ones by themselves, with the single blanks between and beside them."""
    for part in re.finditer(rf" ?{RIGHT_TO_LEFT.pattern} ?|\S+(?: \S+)*?(?= ?{RIGHT_TO_LEFT.pattern}|\s*$|  )", text):
        yield column + cell_len(text[: part.start()]), part[0]


def _adjoining(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Pieces without a gap between them."""
    group: list[Piece] = []
    for piece in pieces:
        if group and (group[-1].row, group[-1].end) != (piece.row, piece.column):
            yield group
            group = []
        group.append(piece)
    yield group


def _drawn(piece: Piece) -> str:
    text = html.escape(piece.text).replace(" ", "\xa0")
    length = CELL * cell_len(piece.text)
    return (
        f'<text class="{piece.look}" x="{CELL * piece.column:g}" y="{piece.row}" textLength="{length:g}">{text}</text>'
    )


def _drawn_leftwards(pieces: list[Piece]) -> str:
    right = pieces[-1].end - (len(pieces[-1].text) - len(pieces[-1].text.rstrip()))
    spans = "".join(
        f'<tspan class="{piece.look}">{html.escape(unicodedata.normalize("NFKC", piece.text[::-1]))}</tspan>'
        for piece in reversed(pieces)
    )
    return f'<text text-anchor="end" x="{CELL * right:g}" y="{pieces[0].row}">{spans}{RIGHT_TO_LEFT_MARK}</text>'


async def until(pilot: Pilot[str], condition: Callable[[], object]) -> None:
    """Waits until something is so, and all is drawn."""
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.05)
    await pilot.pause(0.5)


def is_written(library: Library, count: int) -> bool:
    """Whether so many poems are there, and the last is done."""
    poems = library.poems()
    return len(poems) == count and poems[0].passages[-1].ending is not None


async def draw(pilot: Pilot[str], library: Library) -> None:
    """Writes the poems and draws each screen on the way."""
    app = pilot.app

    def shows(words: str) -> Callable[[], bool]:
        return lambda: words in app.export_screenshot(simplify=True).replace("&#160;", " ")

    def save(name: str) -> None:
        (FOLDER / f"{name}.svg").write_text(picture(app), "utf-8")

    async def submit(line: str) -> None:
        await pilot.press(*line, "enter")
        await pilot.pause(0.2)

    for number, (model, form, lines, beginning, seed) in enumerate(POEMS, start=1):
        await submit(f"/model {model}")
        await until(pilot, lambda: isinstance(app.screen.query_one("#form", Select).value, str))
        for setting in (f"/form {form}", f"/lines {lines}", f"/seed {seed}"):
            await submit(setting)
        await submit(beginning)
        await until(pilot, functools.partial(is_written, library, number))
        await pilot.press(*["backspace"] * len(beginning))
        await pilot.pause(0.5)
        save(f"{form}-{model}")
    await pilot.press("ctrl+l")
    await until(pilot, shows("Poems kept"))
    save("library")
    await pilot.press("escape", "f2")
    await until(pilot, shows("entropy"))
    await pilot.press(*["right"] * 34)
    await pilot.pause(0.5)
    save("lens")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "poems.sqlite")
        app = RumiApp(library, POEMS[0][0], "app")
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.screen.query("#prompt"))
            await draw(pilot, library)
            await app.action_quit()


if __name__ == "__main__":
    asyncio.run(main())
