from __future__ import annotations

import itertools
import re

import pytest
from console_support import (
    SIZES,
    console,
    field,
    letters,
    on_the_page,
    press_and_write,
    until,
)
from rich.cells import cell_len
from support import calls_of, verse

from rumi_tui.bidi import to_cells, to_display
from rumi_tui.console.widgets.poem_view import PoemView


@pytest.mark.parametrize("size", SIZES)
async def test_a_persian_poem_is_set_from_the_right(library, endless_file, size):
    lines = ["چراغ دریا سنگ", "باران کاغذ", "آینه"]
    async with console(library, endless_file, size) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines), [range(len(lines[0]))], "free")
        first = view.scroll_offset.y
        rows = [view.render_line(row - first).text for row in range(len(lines))]
        assert [row.strip() for row in rows] == [to_display(line, "app", 0) for line in lines]
        assert len({cell_len(row.rstrip()) for row in rows}) == 1
        assert size[0] / 2 < cell_len(rows[0].rstrip()) < size[0]
        assert {cell_len(row) for row in rows} == {view.size.width}


async def test_lines_that_belong_together_stand_together(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        for form, blank in (("couplet", [2, 5]), ("free", [])):
            view.show("a\nb\nc\nd\ne", (), form)
            rows = [view.render_line(row).text.strip() for row in range(view.virtual_size.height)]
            assert [number for number, row in enumerate(rows) if not row] == blank
            assert "".join(rows) == "abcde"


async def test_controls_in_a_poem_never_reach_the_screen(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("am\x1b[2Jber\u202e\nchr\x07\r", [range(3)], "free")
        view.append("\x9b2J\u2066end")
        assert on_the_page(pilot) == "am[2Jberchr2Jend"


async def test_two_hemistichs_stand_side_by_side_where_there_is_room(library, endless_file):
    lines = ["چراغ دریا سنگ", "باران کاغذ", "آینه درخت", "خاک"]
    shown = [to_display(line, "app", 0) for line in lines]
    async with console(library, endless_file, (80, 24)) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines[:1]), (), "ghazal")
        view.append("\n" + "\n".join(lines[1:3]))
        view.append("\n" + lines[3])
        rows = [view.render_line(row).text for row in range(view.virtual_size.height)]
        assert [row.rstrip().split("    ")[-1].strip() for row in rows] == [shown[0], shown[2]]
        assert [row.strip().split("    ")[0] for row in rows] == [shown[1], shown[3]]
        assert len({cell_len(row.rstrip()) for row in rows}) == 1
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: view.virtual_size.height == 5)
        rows = [view.render_line(row).text.strip() for row in range(view.virtual_size.height)]
        assert rows == [shown[0], shown[1], "", shown[2], shown[3]]


async def test_what_the_person_gave_has_a_colour_of_its_own(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        accent = view.get_component_rich_style("poem--prompt").color
        for line, given in (("amber candle", range(2, 4)), ("amber", range(5)), ("چراغ دریا", range(5, 7))):
            view.show(line, [given], "free")
            coloured = [part.text for part in view.render_line(0) if part.style and part.style.color == accent]
            cells = "".join(cell.text for cell in to_cells(line, "app") if cell.begin in given)
            assert coloured == [cells]


async def test_a_long_hemistich_is_broken_within_its_column(library, endless_file):
    lines = ["چراغ دریا سنگ باران کاغذ پنجره آینه درخت", "نان"]
    async with console(library, endless_file, (80, 24)) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines), (), "couplet")
        rows = [view.render_line(row).text for row in range(view.virtual_size.height)]
        assert len(rows) == 2
        assert sorted(letters("".join(rows))) == sorted(letters("".join(to_display(line, "app", 0) for line in lines)))


async def test_a_terminal_that_turns_lines_round_is_given_the_first_hemistich_first(library, endless_file):
    lines = ["چراغ دریا سنگ", "باران کاغذ"]
    async with console(library, endless_file, (80, 24)) as pilot:
        view = PoemView("terminal")
        await pilot.app.screen.mount(view)
        await until(pilot, lambda: view.size.width)
        view.show("\n".join(lines), (), "ghazal")
        row = view.render_line(0).text.rstrip()
        assert row.strip().startswith(lines[0])
        assert row.endswith(lines[1])
        margin, blanks = len(row) - len(row.lstrip()), len(row.strip()) - sum(map(len, lines))
        assert (margin, blanks) == (view._margin + 24 - len(lines[1]), 4 + 24 - len(lines[0]))


def rows_of(view: PoemView) -> list[str]:
    first = view.scroll_offset.y
    return [view.render_line(row - first).text for row in range(view.virtual_size.height)]


@pytest.mark.parametrize(("size", "rows"), [((200, 60), 1), ((80, 24), 2), ((40, 16), 3)])
async def test_a_long_line_uses_the_room_there_is_and_hangs(library, endless_file, size, rows):
    line = "the lantern and the sea and all the ships that went and never came to shore again"
    async with console(library, endless_file, size) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show(f"amber\n{line}", (), "free")
        first, *long_rows = rows_of(view)
        assert len(long_rows) == rows
        assert " ".join(row.strip() for row in long_rows) == line
        indents = [len(row) - len(row.lstrip()) for row in (first, *long_rows)]
        assert indents[1] == indents[0]
        assert all(indent > indents[0] for indent in indents[2:])


async def test_a_long_persian_line_hangs_from_the_right(library, endless_file):
    line = " ".join(["چراغ"] * 20)
    async with console(library, endless_file, (60, 24)) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show(f"نان\n{line}", (), "free")
        ends = [cell_len(row.rstrip()) for row in rows_of(view)]
        assert len(ends) == 3
        assert ends[0] == ends[1] > ends[2]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_persian_couplets_stand_in_the_middle_with_a_small_gutter(library, endless_file, size):
    lines = ["چراغ دریا سنگ باران خاک", "باران کاغذ نان چراغ خاک"] * 3
    async with console(library, endless_file, size) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines), (), "couplet")
        for row in rows_of(view):
            left, right = len(row) - len(row.lstrip()), len(row) - len(row.rstrip())
            assert abs(left - right) <= 4
            assert max(map(len, re.findall(" +", row.strip()))) <= 8


async def test_a_poem_that_is_done_is_shown_from_its_beginning(library, endless_file):
    async with console(library, endless_file, (80, 24), lines="40") as pilot:
        view = pilot.app.screen.query_one(PoemView)
        kept = await press_and_write(pilot, library, *"amber", "enter")
        await until(pilot, lambda: view.scroll_offset.y == 0 and "PageDown" in told_of_more(pilot))
        field(pilot, "lines").value = "4"
        whole = await press_and_write(pilot, library, "ctrl+g")
        new = whole.text[len(kept.text) + 1 :].split("\n")[0]
        await until(pilot, lambda: letters(new)[:20] in letters(in_sight(view)) and view.scroll_offset.y > 0)
        assert "PageUp" in told_of_more(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: letters(whole.text)[-20:] not in on_the_page(pilot))
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: letters(whole.text)[-20:] in on_the_page(pilot))


def told_of_more(pilot) -> str:
    return str(field(pilot, "more").content)


def in_sight(view: PoemView) -> str:
    return "\n".join(view.render_line(row).text for row in range(view.size.height))


async def test_a_poem_that_is_paced_stays_at_its_end_and_says_what_is_above(library, endless_file):
    async with console(library, endless_file, (120, 24), lines="40", pace="10000", keep="off") as pilot:
        view = pilot.app.screen.query_one(PoemView)
        await press_and_write(pilot, library, "enter")
        await until(pilot, lambda: "PageUp" in told_of_more(pilot))
        await until(pilot, lambda: view.scroll_offset.y == view.max_scroll_y > 0)


async def test_marks_and_another_size_keep_the_lines_in_sight_that_were(library, endless_file):
    async with console(library, endless_file, (80, 24), lines="60", keep="off") as pilot:
        view = pilot.app.screen.query_one(PoemView)
        kept = await press_and_write(pilot, library, "enter")
        await until(pilot, lambda: view.scroll_offset.y == 0 and view.max_scroll_y > 0)
        line = letters(kept.text.split("\n")[20])[:20]
        view.scroll_to(y=view._row_of(20), animate=False)
        await pilot.press("alt+m")
        await until(pilot, lambda: "syllables" in in_sight(view))
        await until(pilot, lambda: letters(in_sight(view)).startswith(line))
        await pilot.resize_terminal(50, 24)
        await until(pilot, lambda: view.size.width < 51 and letters(in_sight(view)).startswith(line))


@pytest.mark.parametrize(("size", "forms"), [((80, 24), ["couplet"]), ((24, 8), ["couplet", "free"])])
async def test_a_try_stands_faintly_in_the_place_of_a_line_until_the_poem_is_shown_again(
    library, endless_file, size, forms
):
    async with console(library, endless_file, size) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        for form, language in itertools.product(forms, ("en", "fa")):
            poem, line = verse(1, 7, language).strip(), verse(1, 1, language, seed=9).strip()
            view.show(poem, [range(9)], form)
            shown = [row.strip() for row in rows_of(view)]
            for number in (0, 3, 6):
                for end in (1, 9, len(line)):
                    view.show_try(line[:end], number)
                    grown = [row.strip() for row in rows_of(view)]
                    lines = poem.split("\n")
                    lines[number] = line[:end]
                    view.show("\n".join(lines), (), form)
                    assert grown == [row.strip() for row in rows_of(view)]
                    view.show(poem, [range(9)], form)
                    assert [row.strip() for row in rows_of(view)] == shown
                view.show_try(line, number)
                faint = view.get_component_rich_style("poem--try").color
                drawn = [view.render_line(row - view.scroll_offset.y) for row in range(view.virtual_size.height)]
                faint_parts = [part.text for row in drawn for part in row if part.style and part.style.color == faint]
                assert len(letters("".join(faint_parts))) == len(letters(line))
                view.show(poem, [range(9)], form)


async def test_a_line_that_is_tried_far_up_is_brought_into_sight(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show(verse(1, 80).strip(), (), "couplet")
        view.show_try("amber", 3)
        await until(pilot, lambda: view.scroll_offset.y < 10)


async def test_a_broken_line_keeps_its_direction_also_where_a_row_begins_in_another(library, endless_file):
    line = "چراغ دریا " + "amber barley candle drum ember fennel garnet harbour ivory jasmine"
    async with console(library, endless_file, (40, 24)) as pilot:
        for mode in ("app", "terminal", "off"):
            view = PoemView(mode)
            await pilot.app.screen.mount(view)
            await until(pilot, lambda view=view: view.size.width)
            view.show(line, (), "free")
            rows = [view.render_line(row).text for row in range(view.virtual_size.height)]
            assert len(rows) > 2
            assert all(row.strip() in line for row in rows[1:])
            assert all(row.startswith(" ") and cell_len(row.rstrip()) >= 30 for row in rows)
            await view.remove()


async def test_a_letter_after_a_very_long_line_does_not_set_all_of_it_again(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)

        def rows() -> list[str]:
            return [view._row(number).plain for number in range(len(view._rows))]

        for words, form in (("reed flute ", "free"), ("نی و نوا ", "ghazal")):
            costs = []
            for line in (words * 400, words * 800):
                view.show(line, [range(len(line))], form)
                view.set_writing(True)
                costs.append(calls_of(lambda: view.append("x")))
            assert costs[1] < 1.2 * costs[0]
            view.append(" y\nz")
            rows_in_steps = rows()
            view.show(f"{line}x y\nz", [range(len(line))], form)
            view.set_writing(True)
            assert rows() == rows_in_steps


async def test_only_the_rows_that_change_are_drawn_while_a_poem_grows(library, endless_file, monkeypatch):
    drawn: list[int] = []
    render_line = PoemView.render_line
    monkeypatch.setattr(PoemView, "render_line", lambda view, y: drawn.append(y) or render_line(view, y))
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("amber\nbarley\ncandle\ndrum", [], "free")
        await pilot.pause()
        first_rows = []
        for letter in "stone":
            drawn.clear()
            view.append(letter)
            await until(pilot, lambda: drawn)
            first_rows.append(min(drawn))
        assert 3 in first_rows


@pytest.mark.parametrize(("language", "form"), [("en", "couplet"), ("fa", "ghazal")])
async def test_of_thousands_of_lines_those_in_sight_are_set(library, endless_file, language, form):
    lines = verse(1, 2_000, language).strip().split("\n")
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines), (), form)
        assert calls_of(view._lay_out_in_place) < 100 * len(lines)
        long_line = " ".join(lines)
        view.show(long_line, (), form)
        assert calls_of(view._lay_out_in_place) < 4 * len(long_line)
        view.show("\n".join(lines), (), form)
        rows = [view.render_line(row - view.scroll_offset.y).text.split() for row in range(view.virtual_size.height)]
        words = [word for row in rows for word in row]
        shown = [to_display(line, "app", 0).split() for line in lines]
        couplets = zip(shown[::2], shown[1::2], strict=True)
        in_order = [second + first for first, second in couplets] if language == "fa" else shown
        assert words == [word for row in in_order for word in row]
