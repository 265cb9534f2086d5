from __future__ import annotations

import pytest
from console_support import console, until
from textual.widgets import OptionList, Static

from rumi_tui.bidi import to_display
from rumi_tui.console.app import RumiApp
from rumi_tui.console.first_run import LINE, OrderApp
from rumi_tui.console.screens.tour import TourScreen, pages
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.prompt import Prompt


@pytest.mark.parametrize("size", [(20, 8), (80, 24)])
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "app"),
        (["down", "enter"], "terminal"),
        (["up", "enter"], "auto"),
        (["escape"], "auto"),
        (["ctrl+q"], None),
    ],
)
async def test_what_looks_right_is_chosen_by_its_look(size, keys, answer):
    app = OrderApp("ink")
    async with app.run_test(size=size) as pilot:
        samples = [str(option.prompt).strip() for option in app.screen.query_one(OptionList).options]
        assert samples[:2] == [to_display(LINE, mode, 0) for mode in ("app", "terminal")]
        assert samples[0] != samples[1]
        await pilot.press(*keys)
    assert app.return_value == answer


def heading(pilot):
    return str(pilot.app.screen.query_one("#heading", Static).content)


async def test_whoever_is_welcomed_is_shown_the_tour(library, endless_file):
    app = RumiApp(library, str(endless_file), "app", SettingsFile(), welcome=True)
    try:
        async with app.run_test() as pilot:
            titles = [title for title, _ in pages(app._keys)]
            await until(pilot, lambda: isinstance(app.screen, TourScreen) and titles[0] in heading(pilot))
            for key, number in (("left", 0), ("right", 1), ("enter", 2), ("left", 1), ("space", 2)):
                await pilot.press(key)
                await until(pilot, lambda number=number: titles[number] in heading(pilot))
            await pilot.press("right")
            await until(pilot, lambda: isinstance(app.screen, WriteScreen))
            await pilot.press("ctrl+q")
    finally:
        await app.writer.close()


async def test_the_tour_can_be_taken_again_and_tells_the_keys_that_hold(library, endless_file):
    file = SettingsFile()
    file.change("keys.lens", "f11")
    async with console(library, endless_file, settings=file) as pilot:
        await pilot.press(*"/tour", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        await pilot.press("right")
        assert "F11 is the lens" in str(pilot.app.screen.query_one("#words", Static).content)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_what_is_typed_over_the_tour_begins_a_poem(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"/tour", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        await pilot.press("T")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("h", "e", "space", "s")
        await until(pilot, lambda: pilot.app.screen.query_one(Prompt).text == "The s")
