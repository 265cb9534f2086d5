from __future__ import annotations

import pytest
from console_support import console
from textual.app import App
from textual.widgets import OptionList

from rumi_tui.console.widgets.choices import Choices, SelectBox


class Lists(App[None]):
    def compose(self):
        yield SelectBox([("lantern", 1), ("river", 2)], value=2)
        yield Choices("lantern", "river")


@pytest.mark.parametrize("key", ["page_up", "page_down"])
async def test_a_page_key_before_the_list_is_laid_out_is_passed_over(key):
    async with Lists().run_test(size=(40, 12)) as pilot:
        opened = pilot.app.query_one(SelectBox).query_one(OptionList)
        assert not opened.scrollable_content_region
        highlighted = opened.highlighted
        assert highlighted is not None
        getattr(opened, f"action_{key}")()
        assert opened.highlighted == highlighted


async def test_page_keys_move_in_a_list_that_is_shown():
    async with Lists().run_test(size=(40, 12)) as pilot:
        choices = pilot.app.query_one(Choices)
        choices.focus()
        await pilot.press("down", "pagedown")
        assert choices.highlighted == 1
        await pilot.press("pageup")
        assert choices.highlighted == 0


async def test_choosing_from_a_list_that_opens():
    async with Lists().run_test(size=(40, 12)) as pilot:
        choice = pilot.app.query_one(SelectBox)
        choice.focus()
        await pilot.press("enter", "up", "enter")
        assert choice.value == 1
        assert not choice.expanded


async def test_every_list_of_the_console_is_of_this_kind(library, endless_file):
    async with console(library, endless_file) as pilot:
        lists = list(pilot.app.screen.query(OptionList))
        assert lists
        assert all(isinstance(each, Choices) for each in lists)
