"""Every page at every size: nothing breaks, and what matters most stays in sight."""

from __future__ import annotations

import pytest
from console_support import console, letters, on_the_page, press_and_write, until

from rumi_tui.console.widgets.lens_view import LensView
from rumi_tui.console.widgets.poem_view import PoemView

SIZES = [(20, 8), (24, 8), (40, 12), (80, 24), (300, 100)]
PAGES = {
    "ctrl+l": "LibraryScreen",
    "f3": "TreeScreen",
    "ctrl+s": "ExportScreen",
    "f1": "HelpScreen",
    "f4": "SettingsScreen",
    "f12": "TourScreen",
    "f2": "LensScreen",
}


def in_sight(pilot, widget):
    """How many columns and rows of a widget are on the screen."""
    seen = widget.region.intersection(pilot.app.screen.region)
    return (seen.width, seen.height) if widget.display else (0, 0)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_page_has_room(library, endless_file, size):
    async with console(library, endless_file, size, lines="6") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert on_the_page(pilot) == letters(kept.text)
        width, height = in_sight(pilot, pilot.app.screen.query_one(PoemView))
        assert width >= size[0] - 2
        assert height >= 3
        assert in_sight(pilot, pilot.app.screen.query_one("#prompt"))[1] >= 1
        for key, name in PAGES.items():
            await pilot.press(key)
            await until(pilot, lambda name=name: type(pilot.app.screen).__name__ == name)
            screen = pilot.app.screen
            if name == "LensScreen":
                await until(pilot, lambda: pilot.app.screen.query_one(LensView)._scores)
            focused = screen.focused or screen.query("VerticalScroll").first()
            await until(pilot, lambda focused=focused: min(in_sight(pilot, focused)))
            assert in_sight(pilot, focused)[0] >= 16, name
            await pilot.press("escape")
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "WriteScreen")


async def test_every_page_takes_every_change_of_size(library, endless_file):
    async with console(library, endless_file, lines="6") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        for key, name in PAGES.items():
            await pilot.press(key)
            await until(pilot, lambda name=name: type(pilot.app.screen).__name__ == name)
            for size in (*SIZES, (1, 1), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
            await pilot.press("escape")
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "WriteScreen")
