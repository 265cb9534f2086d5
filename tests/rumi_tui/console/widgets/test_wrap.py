from __future__ import annotations

import pytest
from rich.cells import cell_len

from rumi_tui.console.widgets.wrap import shortened


@pytest.mark.parametrize("measure", [1, 2, 10, 23, 24])
def test_a_line_that_does_not_fit_is_cut_and_says_so(measure: int) -> None:
    line = "The lantern and the sea"
    cut = shortened(line, measure)
    assert cell_len(cut) <= max(measure, 2)
    assert (cut == line) == (measure >= len(line))
    assert cut == line or (cut.endswith("…") and line.startswith(cut[:-1]))


def test_a_line_is_cut_between_words_where_it_can_be() -> None:
    assert shortened("The lantern and the sea", 14) == "The lantern…"
