from __future__ import annotations

import pytest
from console_support import (
    SIZES,
    console,
    on_the_page,
)
from rich.cells import cell_len

from rumi_tui.bidi import to_display
from rumi_tui.widgets.poem_view import PoemView


@pytest.mark.parametrize("size", SIZES)
async def test_a_persian_poem_is_set_from_the_right(library, endless_file, size):
    lines = ["چراغ دریا سنگ", "باران کاغذ", "آینه"]
    async with console(library, endless_file, size) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("\n".join(lines), lines[0], "free")
        await pilot.pause()
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
            view.show("a\nb\nc\nd\ne", "", form)
            rows = [view.render_line(row).text.strip() for row in range(view.virtual_size.height)]
            assert [number for number, row in enumerate(rows) if not row] == blank
            assert "".join(rows) == "abcde"


async def test_controls_in_a_poem_never_reach_the_screen(library, endless_file):
    async with console(library, endless_file) as pilot:
        view = pilot.app.screen.query_one(PoemView)
        view.show("am\x1b[2Jber\u202e\nchr\x07\r", "am\x1b", "free")
        view.append("\x9b2J\u2066end")
        assert on_the_page(pilot) == "am[2Jberchr2Jend"
