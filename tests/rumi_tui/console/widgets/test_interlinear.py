from __future__ import annotations

import pytest
from rich.cells import cell_len

from rumi_tui.bidi import to_display
from rumi_tui.console.widgets.interlinear import NotedWord, interlinear

LINE = [NotedWord("دل", ["heart", "soul"]), NotedWord("دریا", ["sea"]), NotedWord("هگ", ["(unknown)"])]


def test_each_note_stands_below_its_word_from_right_to_left() -> None:
    words, first, second = interlinear(LINE, "app", 40)
    places = [words.index(to_display(noted.word, "app", 0)) for noted in LINE]
    assert places == sorted(places, reverse=True)
    for row, notes in ((first, ["heart", "sea", "(unknown)"]), (second, ["soul"])):
        assert row.split() == notes[::-1]
    begin = first.index("heart")
    assert begin <= places[0] < begin + len("heart")
    assert begin <= second.index("soul") < begin + len("heart")


def test_in_a_terminal_that_turns_lines_round_the_words_stay_in_their_order() -> None:
    words, *_ = interlinear(LINE, "terminal", 40)
    assert words.split() == [noted.word for noted in LINE]


@pytest.mark.parametrize("width", [1, 6, 9, 14, 20, 80])
def test_rows_are_as_wide_as_there_is_room_and_no_word_is_left_out(width: int) -> None:
    rows = list(interlinear(LINE, "app", width))
    shown = "".join(rows).replace(" ", "")
    assert all(to_display(noted.word, "app", 0) in shown for noted in LINE)
    if width >= 9:
        assert {cell_len(row) for row in rows} == {width}
        assert all(note in shown for noted in LINE for note in noted.notes)


def test_of_no_words_there_are_no_rows() -> None:
    assert list(interlinear([], "app", 40)) == []
