from __future__ import annotations

import pytest
from console_support import console
from textual.app import App
from textual.widgets import OptionList

from rumi_tui.console.widgets.choices import Choices, SelectBox


class Lists(App[None]):
    def compose(self):
        yield SelectBox([("lantern", 1), ("river", 2), ("reed", 3)], value=2, allow_blank=False)
        yield Choices("lantern", "river")


@pytest.mark.parametrize("key", ["page_up", "page_down"])
async def test_a_page_key_before_the_list_is_laid_out_is_passed_over(key):
    async with Lists().run_test(size=(40, 12)) as pilot:
        choices = Choices("lantern", "river")
        choices.highlighted = 1
        choices.display = False
        await pilot.app.mount(choices)
        assert not choices.scrollable_content_region
        getattr(choices, f"action_{key}")()
        assert choices.highlighted == 1


async def test_page_keys_move_in_a_list_that_is_shown():
    async with Lists().run_test(size=(40, 12)) as pilot:
        choices = pilot.app.query_one(Choices)
        choices.focus()
        await pilot.press("down", "pagedown")
        assert choices.highlighted == 1
        await pilot.press("pageup")
        assert choices.highlighted == 0


@pytest.mark.parametrize(("key", "row"), [("pageup", 0), ("pagedown", 2)])
async def test_a_page_key_in_a_box_goes_to_an_end_of_its_list_even_before_the_list_is_drawn(key, row):
    async with Lists().run_test(size=(40, 12)) as pilot:
        box = pilot.app.query_one(SelectBox)
        opened = box.query_one(OptionList)
        box.focus()
        await pilot.pause()
        box.action_show_overlay()
        assert not opened.scrollable_content_region
        pilot.app.simulate_key(key)
        await pilot.press("enter")
        assert box.value == row + 1


async def test_a_page_key_leaves_a_box_whose_list_is_closed_as_it_is():
    async with Lists().run_test(size=(40, 12)) as pilot:
        box = pilot.app.query_one(SelectBox)
        box.focus()
        await pilot.press("pagedown")
        assert not box.expanded
        assert box.query_one(OptionList).highlighted == 1
        assert box.value == 2


async def test_choosing_from_a_list_that_opens():
    async with Lists().run_test(size=(40, 12)) as pilot:
        choice = pilot.app.query_one(SelectBox)
        choice.focus()
        await pilot.press("enter", "up", "enter")
        assert choice.value == 1
        assert not choice.expanded


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (20, 8)])
async def test_an_open_list_stands_a_terminal_of_any_size(size):
    async with Lists().run_test(size=(40, 12)) as pilot:
        box = pilot.app.query_one(SelectBox)
        box.focus()
        await pilot.press("enter")
        await pilot.resize_terminal(*size)
        await pilot.press("down", "enter")
        assert box.value == 3


async def test_every_list_and_every_box_of_the_console_is_of_this_kind(library, endless_file):
    async with console(library, endless_file) as pilot:
        lists = list(pilot.app.screen.query(OptionList))
        assert lists
        assert all(isinstance(each, Choices) or isinstance(each.parent, SelectBox) for each in lists)
