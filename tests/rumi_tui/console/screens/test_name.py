from __future__ import annotations

import pytest
from console_support import console, field, press_and_write, until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rumi_tui.console.screens.name import NameScreen
from rumi_tui.console.screens.write import WriteScreen


async def test_a_poem_on_the_page_is_given_a_title(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+o", *"Lamp", "enter")
        await until(pilot, lambda: library.poem(kept.id).title == "Lamp")
        await until(pilot, lambda: "Lamp" in header(pilot))


def header(pilot: Pilot) -> str:
    """What stands above the page."""
    return str(field(pilot, "title", Static).content)


async def test_the_title_of_the_poem_stands_above_the_page(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        assert "R U M I" in header(pilot)
        kept = await press_and_write(pilot, library, "enter")
        library.name(kept.id, "[b]Lamp", [])
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen) and "[b]Lamp" in header(pilot))
        await pilot.press("ctrl+l", "ctrl+o", "end", "s", "enter", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen) and "[b]Lamps" in header(pilot))
        await press_and_write(pilot, library, "ctrl+r")
        assert "R U M I" in header(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "[b]Lamps" in header(pilot))


@pytest.mark.parametrize(("key", "title", "tags"), [("enter", "Lamps", ("red", "blue")), ("escape", "Lamp", ("red",))])
async def test_enter_keeps_what_was_changed_of_a_name_and_escape_does_not(library, endless_file, key, title, tags):
    poem = library.begin(str(endless_file), "0" * 64, "couplet", "amber")
    library.name(poem, "Lamp", ["red"])
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, NameScreen))
        assert (field(pilot, "title", Input).value, field(pilot, "tags", Input).value) == ("Lamp", "red")
        await pilot.press("end", "s", "tab", "end", "comma", "space", *"blue", key)
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: (library.poem(poem).title, library.poem(poem).tags) == (title, tags))
