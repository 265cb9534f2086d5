from __future__ import annotations

import datetime

import pytest
from console_support import console, field, line, on_the_page, press_and_write, status, told, until
from textual.containers import VerticalScroll
from textual.widgets._toast import Toast

from rumi_tui.console import notices
from rumi_tui.console.notices import Notice, Notices
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.messages import MessagesScreen, NoticeList
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets import status_line
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.status_line import ERROR_SIGN, StatusLine

LONG = "There is no metre 'x' here: " + "choose one of these, " * 30
SIZES = [(20, 8), (40, 12), (80, 24), (300, 100)]


def rows(pilot) -> list[str]:
    return [row.rstrip() for row in pilot.app.screen.query_one(NoticeList).texts()]


@pytest.mark.parametrize("size", SIZES)
async def test_no_message_covers_the_prompt_or_the_poem(library, endless_file, size):
    async with console(library, endless_file, size, lines="4") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        screen, poem = pilot.app.screen, on_the_page(pilot)
        regions = {kind: screen.query_one(kind).region for kind in (PoemView, Prompt)}
        for severity in ("error", "information", "warning"):
            pilot.app.notify(LONG, severity=severity)
            await until(pilot, lambda: line(pilot).removeprefix(ERROR_SIGN).startswith("There"))
            assert not screen.query(Toast)
            assert screen.query_one(StatusLine).region.height == 1
            for kind, region in regions.items():
                assert screen.query_one(kind).region == region
                for y in range(region.y, region.bottom):
                    widget, _ = screen.get_widget_at(region.right - 1, y)
                    assert kind in map(type, widget.ancestors_with_self)
            assert on_the_page(pilot) == poem


async def test_an_error_has_a_sign_that_news_have_not(library, endless_file):
    async with console(library, endless_file) as pilot:
        pilot.app.notify("Saved as \x1bamber.txt")
        assert (line(pilot), pilot.app.screen.query_one(StatusLine).has_class("-error")) == (
            "Saved as \ufffdamber.txt",
            False,
        )
        pilot.app.notify("The disk is full.", severity="error")
        await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}The disk is full.")
        assert pilot.app.screen.query_one(StatusLine).has_class("-error")


async def test_a_long_message_begins_on_the_line_and_is_read_in_full_on_the_page_of_messages(library, endless_file):
    async with console(library, endless_file) as pilot:
        pilot.app.notify("The first.")
        pilot.app.notify(LONG, severity="error")
        await until(
            pilot, lambda: line(pilot).startswith(f"{ERROR_SIGN}There is no metre") and line(pilot).endswith("… Alt+N")
        )
        assert len(line(pilot)) <= field(pilot, "status").size.width
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen) and rows(pilot))
        first, *others = rows(pilot)
        times = [f"{notice.time:%H:%M:%S}  " for notice in pilot.app.notices]
        assert first == f"{times[0]}The first."
        assert others[0].startswith(times[1] + ERROR_SIGN)
        assert all(row.startswith(" " * 10) for row in others[1:])
        assert " ".join(row[10:] for row in others).split() == f"{ERROR_SIGN}{LONG}".split()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_the_page_of_messages_opens_at_the_latest_by_command_and_by_click(library, endless_file):
    async with console(library, endless_file, (40, 12)) as pilot:
        for number in range(50):
            pilot.app.notify(f"Message {number}.")
        await pilot.press(*"/messages", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen))
        area = pilot.app.screen.query_one(VerticalScroll)
        await until(pilot, lambda: area.is_vertical_scroll_end and area.scroll_offset.y > 0)
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.click(StatusLine)
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen))


async def test_there_may_be_no_message_yet(library, endless_file):
    async with console(library, endless_file, (20, 8)) as pilot:
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen))
        assert not pilot.app.screen.query(NoticeList)


async def test_how_a_poem_went_is_among_the_messages(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        assert told(pilot, is_error=False) == [status(pilot)]


async def test_the_key_on_the_line_is_the_one_that_was_set(library, endless_file):
    async with console(library, endless_file) as pilot:
        pilot.app.settings_file.change("keys.messages", "f10")
        pilot.app._hold(pilot.app.settings_file.settings)
        for screen in (WriteScreen, HelpScreen):
            await until(pilot, lambda screen=screen: isinstance(pilot.app.screen, screen))
            pilot.app.notify(LONG)
            await until(pilot, lambda: line(pilot).endswith("… F10"))
            await pilot.press("f1")


async def test_what_a_dialog_tells_stands_below_it_until_it_was_read(library, endless_file, monkeypatch):
    async with console(library, endless_file) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        pilot.app.screen.notify("That cannot be.", severity="error")
        monkeypatch.setattr(status_line, "STANDS_SECONDS", 1e9)
        await pilot.press("down")
        await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}That cannot be.")
        monkeypatch.setattr(status_line, "STANDS_SECONDS", 0)
        await pilot.press("down")
        assert not pilot.app.screen.query_one(StatusLine).display
        pilot.app.screen.notify("Nor that.", severity="error")
        await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}Nor that.")
        assert pilot.app.screen.query_one(StatusLine).region.height == 1
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert status(pilot) == ""


async def test_what_happens_on_the_page_is_told_there_too_while_a_dialog_is_open(library, endless_file):
    async with console(library, endless_file) as pilot:
        page = pilot.app.screen
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        page.notify("The disk is full.", severity="error")
        await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}The disk is full.")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}The disk is full.")
        assert told(pilot) == ["The disk is full."]


async def test_what_is_told_on_the_way_out_ends_nothing(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert not pilot.app.screen.query(StatusLine)
        pilot.app.exit()
        pilot.app.notify("The lantern went out.", severity="error")
        assert told(pilot)[-1] == "The lantern went out."


async def test_a_hint_gives_way_to_what_is_told_after_it(library, endless_file):
    async with console(library, endless_file, (120, 40)) as pilot:
        field(pilot, "temperature").focus()
        await until(pilot, lambda: status(pilot).startswith("0 to 5"))
        field(pilot, "temperature").value = "hot"
        await pilot.press("enter")
        await until(pilot, lambda: status(pilot).startswith(ERROR_SIGN))
        assert "hot" in status(pilot)


async def test_ctrl_c_tells_how_to_leave(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+c")
        field(pilot, "model").focus()
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Ctrl+Q" in status(pilot))
        assert "[" not in status(pilot)


def test_a_session_without_end_forgets_its_first_messages(monkeypatch):
    monkeypatch.setattr(notices, "MOST", 3)
    told_so_far = Notices()
    for number in range(5):
        told_so_far.add(str(number), is_error=False)
    assert [notice.text for notice in told_so_far] == ["2", "3", "4"]


async def test_brackets_and_several_lines_are_shown_as_they_are(library, endless_file):
    async with console(library, endless_file, (20, 8)) as pilot:
        notice = Notice(datetime.datetime(2026, 1, 2, 3, 4, 5), "[b]a[/b]\nand more", is_error=True)
        pilot.app.notices.append(notice)
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen) and pilot.app.screen.query(NoticeList))
        await until(pilot, lambda: rows(pilot) == ["03:04:05", f"{ERROR_SIGN}[b]a[/b]", "and more"])


async def test_only_the_messages_in_sight_are_drawn(library, endless_file, monkeypatch):
    drawn = []
    draw_row = NoticeList.draw_row
    monkeypatch.setattr(NoticeList, "draw_row", lambda self, row: drawn.append(row) or draw_row(self, row))
    async with console(library, endless_file, (80, 24)) as pilot:
        for number in range(notices.MOST):
            pilot.app.notices.add(f"Message {number}.", is_error=False)
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen) and drawn)
        await until(pilot, lambda: drawn[-1].notice is pilot.app.notices[-1])
        assert len(set(drawn)) <= 2 * pilot.app.size.height
        assert pilot.app.screen.query_one(NoticeList).size.height == notices.MOST


async def test_messages_are_marked_with_the_mouse(library, endless_file):
    async with console(library, endless_file, (80, 24)) as pilot:
        pilot.app.notify("The disk is full.")
        await pilot.press("alt+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen) and pilot.app.screen.query(NoticeList))
        pilot.app.screen.query_one(NoticeList).text_select_all()
        assert pilot.app.screen.get_selected_text().endswith("The disk is full.")
        assert pilot.app.screen.query_one(NoticeList).render_line(0).text.rstrip().endswith("The disk is full.")
