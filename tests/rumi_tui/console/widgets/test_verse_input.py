from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from rumi_tui.bidi import to_cells
from rumi_tui.console.widgets.ordered import OrderedRow
from rumi_tui.console.widgets.verse_input import LONGEST, VerseInput

ORDER = OrderedRow.of
MIXED = ["چراغ دریا", "نان A B C گفت", "گل (AB) ۱۲ نان", "amber گل نان ember", "می\u200cروم گُل"]


class Typing(App[None]):
    CSS = "VerseInput { border: none; padding: 0; height: 1; width: 30; }"

    def __init__(self, text: str = "", mode: str = "app") -> None:
        super().__init__()
        self.text, self.mode = text, mode

    def compose(self) -> ComposeResult:
        yield VerseInput(self.mode, self.text, select_on_focus=False)


def box(pilot: Pilot) -> VerseInput:
    return pilot.app.query_one(VerseInput)


def row(pilot: Pilot) -> str:
    return box(pilot).render_line(0).text


@pytest.mark.parametrize("text", MIXED)
async def test_what_is_typed_is_drawn_as_on_the_page(text):
    async with Typing().run_test(size=(40, 5)) as pilot:
        await pilot.press(*text.replace("\u200c", ""))
        box(pilot).value = text
        assert row(pilot).strip() == "".join(cell.text for cell in to_cells(text, "app"))
        assert len(row(pilot)) - len(row(pilot).rstrip()) <= 1 or text.startswith("a")


async def test_a_line_is_put_in_order_once_for_all_that_a_key_asks_of_it(monkeypatch):
    orderings = []

    def of(line, *rest):
        orderings.append(line)
        return ORDER(line, *rest)

    monkeypatch.setattr(OrderedRow, "of", of)
    async with Typing("گل").run_test(size=(40, 5)) as pilot:
        orderings.clear()  # as wide as it is, once it has its place
        await pilot.press("ن", "left", "right")
        await pilot.pause()
        assert row(pilot).strip() == "".join(cell.text for cell in to_cells("گلن", "app"))
    assert orderings == ["گلن"]


async def test_of_a_whole_text_that_was_pasted_a_field_holds_the_beginning():
    text = "reed flute " * 10_000
    async with Typing(text).run_test(size=(40, 5)) as pilot:
        assert box(pilot).value == text[:LONGEST]
        box(pilot).cursor_position = 4
        box(pilot).post_message(events.Paste(text))
        await pilot.pause()
        assert box(pilot).value == ("reed" + text)[:LONGEST]
        assert box(pilot).cursor_position == LONGEST


async def test_a_hint_that_does_not_fit_says_so():
    async with Typing("").run_test(size=(40, 5)) as pilot:
        box(pilot).placeholder = "a number, a word or nothing at all"
        await pilot.pause()
        assert row(pilot).rstrip() == "a number, a word or nothing…"
        box(pilot).placeholder = "random"
        await pilot.pause()
        assert row(pilot).rstrip() == "random"


@pytest.mark.parametrize("mode", ["terminal", "off"])
async def test_where_the_terminal_puts_lines_in_order_it_is_given_them_as_typed(mode):
    async with Typing("گل AB", mode).run_test(size=(40, 5)) as pilot:
        assert row(pilot).strip() == "گل AB"


async def test_english_is_drawn_and_walked_through_as_ever():
    async with Typing("amber").run_test(size=(40, 5)) as pilot:
        assert row(pilot).rstrip() == "amber"
        await pilot.press("left", "left", "x", "home", "y", "shift+right", "z")
        assert box(pilot).value == "yzmbxer"


@pytest.mark.parametrize("text", MIXED)
async def test_the_arrows_go_as_the_eye_does_and_the_mouse_to_what_it_points_at(text):
    async with Typing(text).run_test(size=(40, 5)) as pilot:
        cells = to_cells(text, "app")
        onwards, back = ("right", "left") if text.startswith("a") else ("left", "right")
        places = [cell.begin for cell in (cells if onwards == "right" else reversed(cells))] + [len(text)]
        box(pilot).cursor_position = places[0]
        for place in [*places[1:], places[-1]]:
            await pilot.press(onwards)
            assert box(pilot).cursor_position == place
        for place in reversed(places[:-1]):
            await pilot.press(back)
            assert box(pilot).cursor_position == place
        indent = len(row(pilot)) - len(row(pilot).lstrip())
        for x, cell in enumerate(cells):
            await pilot.click(VerseInput, offset=(indent + x, 0))
            assert box(pilot).cursor_position == cell.begin


async def test_what_is_selected_is_replaced_and_left_towards_the_arrow():
    async with Typing("گل نان").run_test(size=(40, 5)) as pilot:
        await pilot.press("home", "shift+left", "shift+left", "left")
        assert box(pilot).cursor_position == 2
        await pilot.press("home", "shift+left", "shift+left", "right")
        assert box(pilot).cursor_position == 0
        await pilot.press("shift+left", "shift+left", *"دل")
        assert box(pilot).value == "دل نان"


async def test_of_more_than_fits_the_part_around_the_cursor_is_seen():
    text = "چراغ دریا سنگ باران کاغذ پنجره آینه درخت"
    async with Typing(text).run_test(size=(40, 5)) as pilot:
        box(pilot).focus()
        cells = [cell.text for cell in to_cells(text, "app")]
        await pilot.press("home")
        await pilot.pause()
        assert row(pilot).rstrip().endswith("".join(cells[-20:]))
        await pilot.press("end")
        await pilot.pause()
        assert row(pilot).lstrip().startswith("".join(cells[:20]))


@pytest.mark.parametrize("mode", ["app", "terminal"])
async def test_arrows_lead_where_the_eye_does_whoever_orders_the_line(mode):
    async with Typing("گل و نان", mode).run_test(size=(40, 5)) as pilot:
        await pilot.press("home", "left")
        assert box(pilot).cursor_position == 1
        await pilot.press("ctrl+left")
        assert box(pilot).cursor_position == 3
        await pilot.press("right", "ctrl+right")
        assert box(pilot).cursor_position == 0
