from __future__ import annotations

import gc
import weakref

from console_support import console, until
from textual import events
from textual.strip import Strip
from textual.widgets import OptionList

from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.palette import Palette
from rumi_tui.console.screens.verses import VersesScreen
from rumi_tui.console.screens.write import WriteScreen


async def test_the_palette_opens_over_a_page_that_lies_on_a_palette(library, endless_file):
    async with console(library, endless_file) as pilot:
        for key, name in (("ctrl+p", Palette), ("f1", HelpScreen), ("ctrl+p", Palette)):
            await pilot.press(key)
            await until(pilot, lambda name=name: isinstance(pilot.app.screen, name))
        for name in (HelpScreen, Palette, WriteScreen):
            await pilot.press("escape")
            await until(pilot, lambda name=name: isinstance(pilot.app.screen, name))


async def test_the_palette_does_one_thing_and_leaves_the_page_below_it(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count)
        for _ in range(2):
            pilot.app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_what_a_list_drew_is_let_go_of_with_it(library, endless_file):
    drawn = []
    async with console(library, endless_file) as pilot:
        for _ in range(4):
            await pilot.press("ctrl+p")
            await until(pilot, lambda: pilot.app.screen.query_one(OptionList).show_vertical_scrollbar)
            await pilot.pause()
            palette = weakref.ref(pilot.app.screen)
            await pilot.press("escape")
            await until(pilot, lambda palette=palette: (gc.collect(), palette())[1] is None)
            drawn.append(sum(type(each) is Strip for each in gc.get_objects()))
    assert drawn[3] - drawn[1] < 10  # a bar to scroll with has a row for each of the list
