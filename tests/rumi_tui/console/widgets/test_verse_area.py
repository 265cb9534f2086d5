from __future__ import annotations

import pytest
from support import verse
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from rumi_tui.bidi import to_cells
from rumi_tui.console.widgets.verse_area import VerseArea

PERSIAN = "چراغ دریا"


class Typing(App[None]):
    CSS = "VerseArea { border: none; padding: 0; height: 1fr; }"

    def __init__(self, text: str = "", mode: str = "app") -> None:
        super().__init__()
        self.text, self.mode = text, mode

    def compose(self) -> ComposeResult:
        yield VerseArea(self.mode, self.text)


def area(pilot: Pilot) -> VerseArea:
    return pilot.app.query_one(VerseArea)


def row(pilot: Pilot, y: int = 0) -> str:
    return area(pilot).render_line(y).text


@pytest.mark.parametrize("mode", ["app", "terminal", "off"])
async def test_persian_is_shown_as_on_the_page_while_it_is_typed(mode):
    async with Typing(mode=mode).run_test(size=(30, 5)) as pilot:
        await pilot.press(*PERSIAN)
        assert area(pilot).text == PERSIAN
        assert row(pilot).strip() == "".join(cell.text for cell in to_cells(PERSIAN, mode))
        assert len(row(pilot)) == 30
        assert row(pilot).startswith("  ")


async def test_english_begins_on_the_left():
    async with Typing().run_test(size=(30, 5)) as pilot:
        await pilot.press(*"amber")
        assert row(pilot).rstrip() == "amber"


async def test_the_arrows_move_as_the_eye_does():
    async with Typing(f"{PERSIAN}\namber").run_test(size=(30, 5)) as pilot:
        places = [area(pilot).cursor_index]
        for key in ("left", "left", "right", "ctrl+left"):
            await pilot.press(key)
            places.append(area(pilot).cursor_index)
        assert places == [0, 1, 2, 1, len("چراغ")]
        await pilot.press("down", "home", "right", "right", "left")
        assert area(pilot).cursor_index == len(PERSIAN) + 2


async def test_every_letter_can_be_clicked_on():
    async with Typing(PERSIAN).run_test(size=(30, 5)) as pilot:
        edge = len(row(pilot).rstrip())
        for place in range(len(PERSIAN)):
            await pilot.click(VerseArea, offset=(edge - 1 - place, 0))
            assert area(pilot).cursor_index == place
        await pilot.click(VerseArea, offset=(0, 0))
        assert area(pilot).cursor_index == len(PERSIAN)


async def test_the_cursor_and_what_is_selected_can_be_seen():
    async with Typing(PERSIAN).run_test(size=(30, 5)) as pilot:
        plain = [segment.style for segment in area(pilot).render_line(0)]
        await pilot.press("left")
        moved = [segment.style for segment in area(pilot).render_line(0)]
        await pilot.press("shift+left", "shift+left")
        assert area(pilot).selected_text == PERSIAN[1:3]
        selected = [segment.style for segment in area(pilot).render_line(0)]
        assert plain != moved != selected


@pytest.mark.parametrize("width", [20, 24, 80])
async def test_a_long_line_is_broken_and_none_of_it_is_lost(width):
    text = verse(2, language="fa").replace("\n", " ").strip()
    async with Typing(text).run_test(size=(width, 40)) as pilot:
        rows = [row(pilot, y) for y in range(40)]
        assert max(map(len, rows)) <= width
        shown = "".join("".join(rows).split())
        assert len(shown) == len(text.replace(" ", ""))
