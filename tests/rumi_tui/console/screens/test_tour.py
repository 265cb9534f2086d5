from __future__ import annotations

from console_support import console, run, until
from textual import events
from textual.widgets import Static

from rumi_tui.console.app import RumiApp
from rumi_tui.console.keymap import BY_COMMAND
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.tour import TourScreen, pages
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.prompt import Prompt


def heading(pilot):
    return str(pilot.app.screen.query_one("#heading", Static).content)


def test_no_page_leaves_a_key_open():
    for title, text in pages({command: action.key for command, action in BY_COMMAND.items()}):
        assert title
        assert not {"{", "}"} & set(text)


async def test_whoever_is_welcomed_is_shown_the_tour(library, endless_file):
    app = RumiApp(library, str(endless_file), "app", SettingsFile(), welcome=True)
    async with run(app) as pilot:
        titles = [title for title, _ in pages(app._keys)]
        await until(pilot, lambda: isinstance(app.screen, TourScreen) and titles[0] in heading(pilot))
        shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert titles[0] in shown
        assert "keep the form" not in shown  # nothing of the page below stands half covered around it
        for key, number in (("left", 0), ("right", 1), ("enter", 2), ("left", 1), ("space", 2)):
            await pilot.press(key)
            await until(pilot, lambda number=number: titles[number] in heading(pilot))
        await pilot.press("right")
        await until(pilot, lambda: isinstance(app.screen, WriteScreen))


async def test_the_tour_can_be_taken_again_and_tells_the_keys_that_hold(library, endless_file):
    file = SettingsFile()
    file.change("keys.lens", "f11")
    async with console(library, endless_file, settings=file) as pilot:
        await pilot.press(*"/tour", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        await pilot.press("right")
        assert "F11 opens the lens" in str(pilot.app.screen.query_one("#words", Static).content)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_what_is_typed_over_the_tour_begins_a_poem_in_place_of_what_is_proposed(library, endless_file):
    async with console(library, endless_file) as pilot:
        pilot.app.screen.query_one(Prompt).take_up("My heart is", (0, 0), is_sent=True)
        await pilot.press(*"/tour", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        await pilot.press("T")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("h", "e", "space", "s")
        await until(pilot, lambda: pilot.app.screen.query_one(Prompt).text == "The s")


async def test_a_click_turns_the_page(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        for title, _ in pages(pilot.app._keys):
            await until(pilot, lambda title=title: title in heading(pilot))
            await pilot.click("#words")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_an_enter_right_behind_what_is_typed_over_the_tour_sends_it(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourScreen))
        for key in "/help":
            pilot.app.post_message(events.Key("slash" if key == "/" else key, key))
        pilot.app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
