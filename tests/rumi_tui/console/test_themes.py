from __future__ import annotations

import itertools

import pytest
from console_support import console, press_and_write, until
from rich.cells import cell_len
from textual.widgets import OptionList

from rumi_tui.console.settings import ENTRIES, SettingsFile
from rumi_tui.console.themes import THEMES
from rumi_tui.console.widgets.lens_view import LEVELS, LensView

LEAST = {theme.name: 7.0 if theme.name == "contrast" else 4.5 for theme in THEMES}
PAGES = [(), ("tab",), ("ctrl+s",), ("ctrl+l",), ("f1",), ("f3",), ("f4",), ("f8",), ("ctrl+o",), ("ctrl+k",), ("f2",)]
"""Keys that open the pages, the lens last."""


def luminance(colour) -> float:
    """WCAG 2.2, relative luminance of a colour of Rich."""
    parts = [part / 255 for part in colour.triplet]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other) -> float:
    """WCAG 2.2, contrast ratio of two colours of Rich."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def letters(screen):
    """Every run of letters on a screen, and its style; of a modal one, what lies in front."""
    in_front = [child.region for child in screen.children if child.display] if screen.is_modal else [screen.region]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            ends = (x, x + cell_len(text) - 1)
            if any(character.isalnum() for character in text) and any(
                all(region.contains(end, y) for end in ends) for region in in_front
            ):
                yield text, style
            x = ends[1] + 1


async def go_through_pages(pilot):
    """Shows one page after the other, each with letters on it."""
    for keys in PAGES:
        await pilot.press(*keys)
        if keys == ("f2",):
            await until(pilot, lambda: pilot.app.screen.query_one(LensView)._scores)
        await until(pilot, lambda: any(letters(pilot.app.screen)))
        yield keys, list(letters(pilot.app.screen))
        if pilot.app.screen.is_modal and keys != PAGES[-1]:
            await pilot.press("escape")


def shades(pilot):
    view = pilot.app.screen.query_one(LensView)
    return [view.get_component_rich_style(f"lens--{shade}") for shade in range(len(LEVELS) + 1)]


def test_the_settings_offer_the_themes_there_are():
    assert list(ENTRIES["theme"].choices) == [theme.name for theme in THEMES]
    assert ENTRIES["theme"].default == THEMES[0].name
    assert {theme.dark for theme in THEMES} == {True, False}


@pytest.mark.parametrize("theme", LEAST)
async def test_every_letter_on_every_page_can_be_read(library, endless_file, theme):
    file = SettingsFile()
    file.change("theme", theme)
    async with console(library, endless_file, (120, 40), settings=file, lines="8") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        async for keys, shown in go_through_pages(pilot):
            pale = {text: contrast(style.color, style.bgcolor) for text, style in shown}
            assert {text: ratio for text, ratio in pale.items() if ratio < LEAST[theme]} == {}, keys
        for shade in shades(pilot):
            assert contrast(shade.color, shade.bgcolor) >= LEAST[theme]
        for shade, next_shade in itertools.pairwise(shades(pilot)[1:]):
            pairs = zip(shade.bgcolor.triplet, next_shade.bgcolor.triplet, strict=True)
            assert max(abs(part - next_part) for part, next_part in pairs) >= 20  # of 255, in red, green or blue


async def test_without_colour_letters_show_what_colours_would(library, endless_file, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(library, endless_file, (120, 40), lines="8") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        async for keys, shown in go_through_pages(pilot):
            coloured = [text for text, style in shown if not (style.color.is_default and style.bgcolor.is_default)]
            assert coloured == [], keys
            if pilot.app.screen.query("OptionList:focus"):
                chosen = pilot.app.screen.query_one(OptionList).highlighted is not None
                assert any(style.bold and style.underline for _, style in shown) == chosen, keys
        told_apart = {(style.dim, style.bold, style.underline) for style in shades(pilot)}
        assert len(told_apart) == len(LEVELS) + 1
        cursor = pilot.app.screen.query_one(LensView).get_component_rich_style("lens--cursor")
        assert cursor.reverse


async def test_the_colours_are_chosen_from_the_palette_and_kept(library, endless_file, tmp_path):
    path = tmp_path / "settings.toml"
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        await pilot.press("ctrl+p", *"lapis")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "lapis")
        assert SettingsFile(path).settings.theme == "lapis"
