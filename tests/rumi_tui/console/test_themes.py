"""The themes as they are offered and chosen; `test_pages.py` looks at every page in each of them."""

from __future__ import annotations

import pytest
from console_support import console, until
from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Ground
from textual.theme import Theme
from textual.widgets import OptionList

from rumi_tui.console.settings import ENTRIES, SettingsFile
from rumi_tui.console.themes import DESCRIPTIONS, THEMES
from rumi_tui.console.themes.few_colours import CHOICE, GREYISH, FewColours, contrast, fit


def test_the_settings_offer_the_themes_there_are():
    assert list(ENTRIES["theme"].choices) == [theme.name for theme in THEMES] == list(DESCRIPTIONS)
    assert ENTRIES["theme"].default == THEMES[0].name
    assert {theme.dark for theme in THEMES} == {True, False}


TEXTS = ("foreground", "text-primary", "text-accent", "text-success", "text-warning", "text-error", "text-muted")
FAINT = "text-disabled"
GROUNDS = ("background", "surface", "panel")


@pytest.mark.parametrize("depth", CHOICE)
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_letters_can_be_read_in_256_and_in_16_colours(theme: Theme, depth: str) -> None:
    colours = theme.to_color_system().generate() | theme.variables
    for ground in GROUNDS:
        for name in (*TEXTS, FAINT):
            text, behind = (Color.parse(colours[each][:7]).triplet for each in (name, ground))
            assert text is not None
            assert behind is not None
            drawn = [colour.get_truecolor() for colour in fit(text, behind, depth)]
            assert contrast(*drawn) >= (3 if name == FAINT else 4.5), f"{name} on {ground}: {drawn}"


@pytest.mark.parametrize("depth", CHOICE)
def test_grounds_take_on_no_colour_that_they_have_not(depth: str) -> None:
    for theme in THEMES:
        colours = theme.to_color_system().generate()
        for name in GROUNDS:
            ground = Color.parse(colours[name]).triplet
            drawn = fit(ground, ground, depth)[1].get_truecolor()
            is_blue = theme.name == "lapis"
            assert (max(drawn) - min(drawn) > GREYISH) == is_blue, f"{name} of {theme.name}: {drawn}"
            assert (sum(drawn) > 3 * 128) == (not theme.dark)


def test_a_row_is_drawn_in_the_colours_that_the_terminal_has_and_keeps_its_looks() -> None:
    style = Style(color="#7a4a21", bgcolor="#f6f0e3", bold=True)
    for depth, kind in (("256", ColorType.EIGHT_BIT), ("standard", ColorType.STANDARD)):
        row = [Segment("verse", style), Segment(" "), Segment("x", Style(underline=True))]
        first, second, third = FewColours(depth).apply(row, Ground.parse("#f6f0e3"))
        assert (first.text, first.style.bold, first.style.color.type, first.style.bgcolor.type) == (
            *("verse", True),
            *(kind, kind),
        )
        assert second == row[1]
        assert (third.style.underline, third.style.bgcolor) == (True, first.style.bgcolor)


async def test_the_colours_are_chosen_from_the_palette_and_kept(library, endless_file, tmp_path):
    path = tmp_path / "settings.toml"
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        await pilot.press("ctrl+p", *"lapis")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "lapis")
        assert SettingsFile(path).settings.theme == "lapis"
