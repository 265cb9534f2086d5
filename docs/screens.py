"""Draws the pictures of the console in docs/screens, from the running program and the models that ship.

Every verse in them is the machine's. `make screens` runs this.
"""

from __future__ import annotations

import asyncio
import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from screenshot import screenshot
from textual.pilot import Pilot
from textual.widgets import Select

from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.library.store import Library

FOLDER = Path(__file__).parent / "screens"
SIZE = (100, 28)
POEMS = [
    ("en", "free", 8, "The soul is", 31),
    ("fa", "ghazal", 10, "", 15),
    ("fa", "rubai", 4, "", 26),
    ("en", "free", 8, "The soul is", 32),
]
"""Model, form, lines, beginning and seed of what is written for the pictures."""


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
        (FOLDER / f"{name}.svg").write_text(screenshot(app, in_reading_order=True), "utf-8")

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
    await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and app.screen.query_one(Choices).option_count)
    save("library")
    await pilot.press("escape")
    await until(pilot, lambda: not isinstance(app.screen, LibraryScreen))
    await pilot.press("f2")
    await until(pilot, shows("as open as"))
    await pilot.press(*["right"] * 29)
    await pilot.pause(0.5)
    save("lens")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    os.environ["COLORTERM"] = "truecolor"  # the colours of the themes, whatever the terminal has
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "poems.sqlite")
        app = RumiApp(library, POEMS[0][0], "app")
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.screen.query("#prompt"))
            await draw(pilot, library)
            await app.action_quit()


if __name__ == "__main__":
    asyncio.run(main())
