from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from models.characters import is_printable
from rumi_tui.console.gate import Gate

BLACK = Color(0, 0, 0)


@given(st.text(st.characters() | st.sampled_from("\x1b\x9b\x00\x85\u202e\u2066\u200f\u00ad\ufeff")))
def test_no_row_controls_a_terminal_and_every_cell_stays(row: str) -> None:
    [segment] = Gate().apply([Segment(row)], BLACK)
    assert all(map(is_printable, segment.text))
    assert cell_len(segment.text) == cell_len(row)


def test_verse_and_what_textual_itself_tells_the_terminal_pass_as_they_are() -> None:
    row = [Segment("می\u200cرود و  é 日本 │"), Segment("\x1b[1;1H", None, [(1, 1)])]
    assert Gate().apply(row, BLACK) == row
