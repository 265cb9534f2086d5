from __future__ import annotations

import pytest
from console_support import console, field, help_text, press_and_write, unkept, until
from textual.widgets import OptionList

from models.errors import RumiError
from rumi_tui.console import keymap
from rumi_tui.console.actions import EVERYWHERE, WRITING
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import ENTRIES
from rumi_tui.console.widgets.footer import KeyRow


def settings_with(**keys):
    file = unkept()
    for command, key in keys.items():
        file.change(f"keys.{command.replace('_', '-')}", key)
    return file


def test_every_action_has_a_command_of_its_own_and_its_default_key_may_be_set():
    assert len(keymap.BY_COMMAND) == len((*WRITING, *EVERYWHERE))
    keymap.check({command: action.key for command, action in keymap.BY_COMMAND.items()})


def test_in_a_browser_no_command_has_a_key_that_the_browser_keeps():
    keys = keymap.in_force({}, in_browser=True)
    assert not keymap.KEPT_BY_BROWSERS.intersection(keys.values())
    keymap.check(keys)
    assert {command for command, key in keymap.in_force({}).items() if key in keymap.KEPT_BY_BROWSERS} == {
        command for command, key in keys.items() if key != keymap.in_force({})[command]
    }


def test_a_key_that_was_set_holds_in_a_browser_too():
    keys = keymap.in_force({"again": "alt+j", "next-model": "alt+x"}, in_browser=True)
    assert (keys["again"], keys["next-branch"], keys["next-model"]) == ("alt+j", "ctrl+n", "alt+x")


@pytest.mark.parametrize("key", ["f11", "shift+f3", "ctrl+backslash", "alt+x", "ctrl+alt+k"])
def test_keys_that_type_nothing_can_be_set(key):
    keymap.check({"again": key})


async def test_a_changed_key_does_it_and_the_old_one_no_longer(library, endless_file):
    async with console(library, endless_file, settings=settings_with(again="f11", quit="alt+b"), lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("ctrl+r", "ctrl+q")
        await pilot.pause()
        assert len(library.poems()) == 1
        await press_and_write(pilot, library, "f11")
        assert len(library.poems()) == 2
        await pilot.press("alt+b")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_two_keys_can_change_places(library, endless_file):
    file = settings_with(library="alt+x", tree="ctrl+l")
    with pytest.raises(RumiError, match=r"keys\.tree and keys\.library cannot both be"):
        file.change("keys.library", None)
    file.change("keys.library", "f3")
    async with console(library, endless_file, settings=file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "TreeScreen")
        await pilot.press("ctrl+l")  # which also leads back
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("f3")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "LibraryScreen")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_help_footer_and_palette_tell_the_changed_keys(library, endless_file):
    async with console(library, endless_file, (120, 40), settings=settings_with(again="f11", help="f10")) as pilot:
        await press_and_write(pilot, library, "enter")
        await until(pilot, lambda: "f11" in [key.key for key in pilot.app.screen.query_one(KeyRow).keys])
        commands = {command.title: command.help for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert commands["Again"].endswith(" F11")
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        text = await help_text(pilot)
        assert "F11" in text
        assert "Ctrl+R" not in text
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_a_key_is_changed_in_the_console_and_holds_at_once(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        pilot.app.screen.query_one(OptionList).highlighted = list(ENTRIES).index("keys.again")
        await pilot.press("enter")
        field(pilot, "value").value = "f11"
        await pilot.press("enter", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await press_and_write(pilot, library, "f11")
