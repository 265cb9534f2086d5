"""Draws the pictures of the console in docs/screens, from the running program and the models that ship.

Every verse in them is the machine's. `make screens` runs this.
"""

from __future__ import annotations

import asyncio
import functools
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from rumi_tui.app import RumiApp
from rumi_tui.bidi import is_right_to_left
from rumi_tui.library.store import Library

FOLDER = Path(__file__).parent / "screens"
SIZE = (100, 28)
CELL = 12.2
"""Units of a cell's width in the SVG that Textual makes."""
POEMS = [
    ("fa", "rubai", 4, "", 11),
    ("en", "couplet", 10, "The sea", 5),
    ("fa", "ghazal", 8, "", 3),
    ("en", "couplet", 12, "The soul is", 7),
]
"""Model, form, lines, beginning and seed of what is written for the pictures."""


def picture(app: App[object]) -> str:
    """The screen as SVG that fetches no font. Right-to-left text, set by the viewer, stands where it ends."""
    svg = app.export_screenshot(title="rumi-tui", simplify=True)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r'<text ([^>]*?)x="([\d.]+)" ([^>]*?)textLength="([\d.]+)" ([^>]*)>([^<]*)</text>', _placed, svg)


def _placed(match: re.Match[str]) -> str:
    before, x, between, length, after, text = match.groups()
    if text.isascii() or not re.search("[\u0600-\u06ff]", text):
        return match[0]
    if not is_right_to_left(text):
        return f'<text {before}x="{x}" {between}{after}>{text}</text>'
    words = text.replace("&#160;", " ")
    right = float(x) + float(length) - CELL * (len(words) - len(words.rstrip()))
    words = words.strip()
    return "".join(
        f'<text {before}x="{right - CELL * half.start():g}" {between}{after} direction="rtl">{half[0]}</text>'
        for half in re.finditer(r"\S+(?: \S+)*", words)
    )


async def until(pilot: Pilot[object], condition: Callable[[], object]) -> None:
    """Waits until something is so, and all is drawn."""
    while not condition():
        await pilot.pause(0.05)
    await pilot.pause(0.5)


def is_written(library: Library, count: int) -> bool:
    """Whether so many poems are there, and the last is done."""
    poems = library.poems()
    return len(poems) == count and poems[0].passages[-1].ending is not None


async def draw(pilot: Pilot[object], library: Library) -> None:
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
        await until(pilot, shows("couplet"))
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
        app = RumiApp(library, POEMS[0][0], "terminal")
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.screen.query("#prompt"))
            await draw(pilot, library)
            await app.action_quit()


if __name__ == "__main__":
    asyncio.run(main())
