from __future__ import annotations

import pytest
from console_support import (
    SIZES,
    console,
    letters,
    on_the_page,
    until,
)
from rich.cells import cell_len

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
        assert [row.split("    ")[-1].strip() for row in rows] == [shown[0], shown[2]]
        assert [row.strip().split("    ")[0] for row in rows] == [shown[1], shown[3]]
        assert len({cell_len(row.rstrip()) for row in rows}) == 1
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: view.virtual_size.height == 5)
        rows = [view.render_line(row).text.strip() for row in range(view.virtual_size.height)]
        assert rows == [shown[0], shown[1], "", shown[2], shown[3]]


@pytest.mark.parametrize(
    ("line", "given"), [("amber candle", range(2, 4)), ("amber", range(5)), ("چراغ دریا", range(5, 7))]
)
async def test_what_the_person_gave_has_a_colour_of_its_own(library, endless_file, line, given):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show(line, [given], "free")
        accent = view.get_component_rich_style("poem--prompt").color
        coloured = [segment.text for segment in view.render_line(0) if segment.style and segment.style.color == accent]
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
        assert (margin, blanks) == (view._margin + 36 - len(lines[1]), 4 + 36 - len(lines[0]))


@pytest.mark.parametrize("mode", ["app", "terminal", "off"])
async def test_a_broken_line_keeps_its_direction_also_where_a_row_begins_in_another(library, endless_file, mode):
    line = "چراغ دریا " + "amber barley candle drum ember fennel garnet harbour ivory jasmine"
    async with console(library, endless_file, (40, 24)) as pilot:
        view = PoemView(mode)
        await pilot.app.screen.mount(view)
        await until(pilot, lambda: view.size.width)
        view.show(line, (), "free")
        rows = [view.render_line(row).text for row in range(view.virtual_size.height)]
        assert len(rows) > 2
        assert all(row.strip() in line for row in rows[1:])
        assert all(row.startswith(" ") and cell_len(row.rstrip()) >= 30 for row in rows)
