"""The themes as they are offered and chosen; `test_pages.py` looks at every page in each of them."""

from __future__ import annotations

from console_support import console, until
from textual.widgets import OptionList

from rumi_tui.console.settings import ENTRIES, SettingsFile
from rumi_tui.console.themes import THEMES


def test_the_settings_offer_the_themes_there_are():
    assert list(ENTRIES["theme"].choices) == [theme.name for theme in THEMES]
    assert ENTRIES["theme"].default == THEMES[0].name
    assert {theme.dark for theme in THEMES} == {True, False}


async def test_the_colours_are_chosen_from_the_palette_and_kept(library, endless_file, tmp_path):
    path = tmp_path / "settings.toml"
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        await pilot.press("ctrl+p", *"lapis")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "lapis")
        assert SettingsFile(path).settings.theme == "lapis"
