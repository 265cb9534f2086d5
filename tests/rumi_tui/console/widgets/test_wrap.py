from __future__ import annotations

import pytest
from rich.cells import cell_len

from rumi_tui.console.widgets.wrap import HANG, hanging, shortened


@pytest.mark.parametrize("measure", [1, 2, 10, 23, 24])
def test_a_line_that_does_not_fit_is_cut_and_says_so(measure: int) -> None:
    line = "The lantern and the sea"
    cut = shortened(line, measure)
    assert cell_len(cut) <= max(measure, 2)
    assert (cut == line) == (measure >= len(line))
    assert cut == line or (cut.endswith("…") and line.startswith(cut[:-1]))


@pytest.mark.parametrize(
    "line", ["The lantern and the sea, and a moth that flew", "چراغ و دریا و پروانه‌ای که پرید و رفت و ماند"]
)
@pytest.mark.parametrize("measure", [8, 20, 32, 60])
def test_all_rows_of_a_long_line_but_the_first_are_set_back(line: str, measure: int) -> None:
    first, *others = hanging(line, measure, "app")
    assert line.startswith(first)
    blanks = {len(row) - len(row.lstrip()) for row in others}
    assert blanks == ({min(HANG, measure // 8)} if others else set())
    assert "".join("".join(row.split()) for row in (first, *others)) == "".join(line.split())
    assert all(cell_len(row) <= measure for row in (first, *others))


def test_a_terminal_that_turns_lines_round_is_given_no_blanks_to_turn() -> None:
    assert [row for row in hanging("چراغ و دریا و پروانه", 10, "terminal") if row.startswith(" ")] == []


def test_a_line_is_cut_between_words_where_it_can_be() -> None:
    assert shortened("The lantern and the sea", 14) == "The lantern…"
