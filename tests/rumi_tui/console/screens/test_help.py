from __future__ import annotations

import re

from console_support import console, help_text, until
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Static

from rumi_tui.console.actions import EVERYWHERE, WRITING
from rumi_tui.console.keymap import KEPT_BY_BROWSERS, spoken
from rumi_tui.console.screens.help import IN_BROWSER, HelpScreen, Sheet
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.slash_commands import completions, described


async def test_help_lists_every_action_and_closes(library, endless_file):
    async with console(library, endless_file) as pilot:
        for key in ("escape", "f1"):
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            text = await help_text(pilot)
            for action in (*WRITING, *EVERYWHERE):
                assert action.help in text
            await pilot.press(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_help_lists_every_command_that_can_be_typed(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        shown = await help_text(pilot)
        assert {re.sub(r"^/keys\..*", "/keys.NAME", line.split()[0]) for line in completions()} <= set(shown.split())
        assert all(" ".join(setting) in shown for setting in described())


class InBrowser(HeadlessDriver):
    """The driver of the tests, which says that a browser shows the console."""

    is_web = True


async def test_in_a_browser_help_and_keys_do_without_what_a_browser_keeps(library, endless_file, monkeypatch):
    monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver", InBrowser)
    async with console(library, endless_file) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        rows = "\n".join(" ".join(row) for row in pilot.app.screen.query(Sheet).first().entries)
        assert not any(spoken(key) in rows for key in KEPT_BY_BROWSERS)
        assert all(spoken(key) in rows for key in ("alt+j", "alt+k", "alt+q"))
        assert any(str(words.content) == IN_BROWSER for words in pilot.app.screen.query(Static))
        await pilot.press("alt+q")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_what_belongs_together_stands_in_one_row_where_there_is_room_and_below_another_where_not(
    library, endless_file
):
    async with console(library, endless_file) as pilot:
        await pilot.press("f1")
        await help_text(pilot)
        wide = pilot.app.screen.query(Sheet).first().region.height
        await pilot.resize_terminal(30, 24)
        await until(pilot, lambda: pilot.app.screen.query(Sheet).first().region.height > 2 * wide)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: pilot.app.screen.query(Sheet).first().region.height == wide)
