"""The console for a screen reader."""

from __future__ import annotations

import unicodedata

from console_support import field, letters, line, obeyed, on_the_page, run, until
from rich.segment import Segment
from textual.color import Color

from rumi_tui.console.app import RumiApp
from rumi_tui.console.plain import PlainFilter
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.page import Page
from rumi_tui.engine.messages import Tried, Wrote
from rumi_tui.engine.written import Step


def shown(pilot) -> list[str]:
    """The rows of the screen, as they are handed to the terminal."""
    return ["".join(text for text, *_ in strip) for strip in pilot.app.screen._compositor.render_strips()]


def strange(text: str) -> set[str]:
    """Signs that a voice would read aloud one by one: all but letters, digits, blanks, ASCII and usual punctuation."""
    return {each for each in text if not each.isascii() and unicodedata.category(each)[0] not in "LMPNZ"}


def test_no_frame_block_or_star_passes_and_every_cell_stays() -> None:
    row = "╭──╮ ▌verse█▏ ★ ● ✗ a · b ❦ دل‌ها"
    [segment] = PlainFilter().apply([Segment(row)], Color(0, 0, 0))
    assert len(segment.text) == len(row)
    assert strange(segment.text) == set("\N{ZERO WIDTH NON-JOINER}")
    assert segment.text.split() == ["verse", "*", "*", "!", "a", ",", "b", "دل‌ها"]


async def test_a_poem_comes_line_by_line_and_every_change_is_told_in_words(library, endless_file) -> None:
    settings = SettingsFile()
    settings.change("screen-reader", "on")
    settings.change("keep", "off")
    app = RumiApp(library, str(endless_file), "off", settings)
    async with run(app, (80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#form") and isinstance(field(pilot, "form").value, str))
        await obeyed(pilot, "/lines 3")
        await until(pilot, lambda: line(pilot) == "lines is 3 now")
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: "stopped at 3 lines" in line(pilot))
        [kept] = library.poems()
        assert on_the_page(pilot) == letters(kept.text)
        rows = shown(pilot)
        page, text = app.screen.query_one(Page), on_the_page(pilot)
        page.append(Wrote([Step("\nmo", -1.0)]))
        page.append(Wrote([Step("th", -1.0)]))
        page.show_try(None, Tried("candle"))
        assert on_the_page(pilot) == text
        page.append(Wrote([Step("\nem", -1.0)]))
        assert on_the_page(pilot) == f"{text}moth"
        assert line(pilot) == "line 4 is written"
        assert strange("".join(rows)) == set()
        assert next(row for row in rows if "amber" in row).startswith(" amber")
        assert any("Ctrl+R" in row for row in rows)
        assert app.screen.query_one(KeyRow).display
        assert not field(pilot, "prompt").cursor_blink
        await obeyed(pilot, "/screen-reader off")
        await until(pilot, lambda: "next start" in line(pilot))
        await pilot.press("ctrl+l")
        await until(
            pilot, lambda: isinstance(app.screen, LibraryScreen) and any("Poems" in row for row in shown(pilot))
        )
        assert strange("".join(shown(pilot))) == set()
