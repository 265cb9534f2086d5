from __future__ import annotations

import pytest
from support import verse
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from rumi_tui.bidi import to_cells, to_display
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


MIXED = ["نان A B C گفت", "گل (AB) ۱۲ نان", "amber گل نان ember", "A (گل) B", "گل «نان» ❤\ufe0f AB"]


@pytest.mark.parametrize("text", MIXED)
async def test_a_mixed_line_is_drawn_as_on_the_page(text):
    async with Typing(text).run_test(size=(40, 5)) as pilot:
        assert row(pilot).strip() == to_display(text, "app", 0).strip()


@pytest.mark.parametrize("text", MIXED)
@pytest.mark.parametrize("mode", ["app", "terminal"])
async def test_the_arrows_go_through_a_mixed_line_as_it_stands_on_the_screen(text, mode):
    async with Typing(text, mode).run_test(size=(40, 5)) as pilot:
        first = to_cells(text, "app")
        onwards, back = ("left", "right") if first[-1].begin == 0 else ("right", "left")
        cells = [*(reversed(first) if onwards == "left" else first)]
        places = [cell.begin for cell in cells] + [len(text)]
        area(pilot).move_cursor((0, places[0]))
        for place in places[1:]:
            await pilot.press(onwards)
            assert area(pilot).cursor_index == place
        await pilot.press(onwards)
        assert area(pilot).cursor_index == len(text)
        for place in reversed(places[:-1]):
            await pilot.press(back)
            assert area(pilot).cursor_index == place
        await pilot.press(back)
        assert area(pilot).cursor_index == 0


@pytest.mark.parametrize("text", MIXED)
async def test_every_letter_of_a_mixed_line_can_be_clicked_on_and_shows_the_cursor(text):
    async with Typing(text).run_test(size=(40, 5)) as pilot:
        indent = len(row(pilot)) - len(row(pilot).lstrip())
        for x, cell in enumerate(to_cells(text, "app")):
            if "\ufe0f" in text and x > row(pilot).strip().index("❤"):
                break  # what comes after stands two cells on
            await pilot.click(VerseArea, offset=(indent + x, 0))
            assert area(pilot).cursor_index == cell.begin
            assert under_cursor(pilot) == cell.text


def under_cursor(pilot: Pilot) -> str:
    style = area(pilot).get_component_rich_style("text-area--cursor")
    drawn = [
        segment for segment in area(pilot).render_line(0) if segment.style and segment.style.bgcolor == style.bgcolor
    ]
    return "".join(segment.text for segment in drawn)


async def test_the_cursor_is_seen_wherever_it_stands_and_steps_over_what_has_no_cell():
    text = "می\u200cروم گُل"
    async with Typing(text).run_test(size=(30, 5)) as pilot:
        for column in range(len(text) + 1):
            area(pilot).move_cursor((0, column))
            assert under_cursor(pilot)
        area(pilot).move_cursor((0, 1))
        await pilot.press("left")
        assert area(pilot).cursor_index == 3


async def test_letters_go_in_where_the_cursor_stands_in_a_mixed_line():
    async with Typing("گل AB نان").run_test(size=(30, 5)) as pilot:
        area(pilot).move_cursor((0, 4))
        await pilot.press("x", "left", "y")
        assert area(pilot).text == "گل AyxB نان"


async def test_no_override_that_was_pasted_reaches_the_screen():
    async with Typing("گل\u202e نان\u2066").run_test(size=(30, 5)) as pilot:
        assert row(pilot).strip() == "".join(cell.text for cell in to_cells("گل نان", "app"))


async def test_a_broken_mixed_line_keeps_its_direction():
    text = "گل amber barley candle drum ember fennel"
    async with Typing(text).run_test(size=(20, 10)) as pilot:
        rows = [row(pilot, y) for y in range(3)]
        assert all(len(row) == 20 and row.startswith(" ") for row in rows)
        assert [row.split() for row in rows][1:] == [["candle", "drum", "ember"], ["fennel"]]
        assert rows[0].split()[:-1] == ["amber", "barley"]


@pytest.mark.parametrize("lines", [4, 12])
async def test_what_fills_the_area_is_taken_back_and_brought_back(lines):
    text = "\n".join(["amber"] * lines)
    async with Typing().run_test(size=(30, 5)) as pilot:
        pilot.app.copy_to_clipboard(text)
        for key, expected in (
            ("ctrl+v", text),
            ("ctrl+z", ""),
            ("ctrl+y", text),
            ("f7", text),  # selects all
            ("delete", ""),
            ("ctrl+z", text),
            ("ctrl+y", ""),
        ):
            await pilot.press(key)
            assert area(pilot).text == expected
            assert area(pilot).cursor_location[0] < area(pilot).document.line_count
