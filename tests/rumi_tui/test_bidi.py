from __future__ import annotations

import tracemalloc
import unicodedata
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from support import WORDS, calls_of, refused

from models.characters import printable
from rumi_tui.bidi import choose_mode, is_right_to_left, terminal_keeps_order, to_cells, to_display

MODES = ("terminal", "app", "off")
ZWNJ = "\u200c"
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
SALAM = "سلام"
SALAM_SHAPED = "\ufee1\ufefc\ufeb3"
"""Final mim, then lam-alef joined, then initial sin: what a terminal that reorders nothing must be given."""

lines = st.text(st.one_of(st.characters(), st.sampled_from("".join(WORDS["fa"]) + OVERRIDES + ZWNJ + "\x1b\r\n 12(a")))


@pytest.mark.parametrize("mode", MODES)
@given(line=lines, width=st.integers(0, 100))
def test_nothing_that_controls_a_terminal_passes(mode, line, width):
    for character in to_display(line, mode, width):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs") or character == ZWNJ


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("hidden", ["\x1b[2J", "\x07", "\r", "\n", "\x9b", "\ufeff", "\u00ad", *OVERRIDES])
@pytest.mark.parametrize("words", ["amber barley", "چراغ دریا"])
def test_what_is_hidden_between_words_changes_nothing(mode, hidden, words):
    control = "".join(character for character in hidden if unicodedata.category(character) in ("Cc", "Cf"))
    assert control
    first, last = words.split()
    assert to_display(f"{first}{control} {last}{control}", mode, 40) == to_display(words, mode, 40)


@pytest.mark.parametrize("mode", MODES)
@example(line=" ً", width=0)
@given(line=st.text(st.sampled_from("".join(WORDS["fa"]) + "ًَُِّْ۱۲ ()a،؟" + ZWNJ), min_size=1), width=st.integers(0, 60))
def test_a_right_to_left_line_ends_at_the_edge_of_its_width(mode, line, width):
    line = "د" + line
    assert cell_len(to_display(line, mode, width)) == max(width, cell_len(to_display(line, mode, 0)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("line", ["", "  amber barley ", "1273", "(…)", "café — “fennel”"])
def test_a_left_to_right_line_is_left_as_it_is(mode, line):
    assert to_display(line, mode, 40) == line


@pytest.mark.parametrize(("mode", "shown"), [("app", SALAM_SHAPED), ("terminal", SALAM), ("off", SALAM)])
def test_a_persian_word_is_shaped_and_turned_round_by_the_app_only(mode, shown):
    assert to_display(SALAM, mode, 0) == shown
    assert to_display(SALAM, mode, 10) == " " * (10 - len(shown)) + shown


def test_the_app_turns_words_round_but_not_numbers():
    shown = to_display("سنگ 123", "app", 0)
    assert shown.startswith("123 ")
    assert shown[4:] == to_display("سنگ", "app", 0)


def test_the_app_keeps_marks_and_every_letter():
    shown = to_display("گُل", "app", 0)
    assert "\N{ARABIC DAMMA}" in shown
    letters = unicodedata.normalize("NFKC", shown)
    assert sorted(letters) == sorted("گُل")


@pytest.mark.parametrize(
    ("line", "expected"),
    [("چراغ", True), ("  «چراغ», amber", True), ("12 چراغ", True), ("amber چراغ", False), ("123", False), ("", False)],
)
def test_the_first_letter_says_which_way_a_line_runs(line, expected):
    assert is_right_to_left(line) is expected


def test_what_is_printable_keeps_every_letter_and_the_joiner_persian_spells_with():
    line = "می\u200cروم é ۱۲ \N{FIRE}"
    assert printable(line) == line


@pytest.mark.parametrize(
    ("environment", "mode"),
    [
        ({}, "app"),
        ({"TERM": "xterm-256color"}, "app"),
        ({"TERM": "xterm-kitty"}, "app"),
        ({"KONSOLE_VERSION": "230800", "TERM": "xterm-256color"}, "terminal"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "terminal"),
        ({"TERM": "mlterm"}, "terminal"),
        ({"KONSOLE_VERSION": "230800", "TMUX": "/tmp/tmux,1,0"}, "app"),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM": "screen-256color"}, "app"),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM": "tmux-256color"}, "app"),
    ],
)
def test_auto_chooses_by_what_the_terminal_says_of_itself(environment, mode):
    assert choose_mode("auto", environment) == mode


@pytest.mark.parametrize("wish", MODES)
def test_a_wish_stands_whatever_the_terminal_says(wish):
    assert choose_mode(wish, {"KONSOLE_VERSION": "230800", "TMUX": "1"}) == wish


@pytest.mark.parametrize("wish", ["", "left", "APP"])
def test_another_wish_is_refused(wish):
    with refused("choose one of auto, terminal, app, off"):
        choose_mode(wish, {})


def test_a_terminal_is_asked_to_leave_lines_alone_and_set_back(capsys):
    with terminal_keeps_order("app"):
        assert capsys.readouterr().out == "\x1b[8l"
    assert capsys.readouterr().out == "\x1b[8h"


def test_a_terminal_is_set_back_also_after_an_error(capsys):
    with pytest.raises(ZeroDivisionError), terminal_keeps_order("app"):
        raise ZeroDivisionError
    assert capsys.readouterr().out == "\x1b[8l\x1b[8h"


@pytest.mark.parametrize("mode", ["terminal", "off"])
def test_other_modes_ask_nothing_of_the_terminal(mode, capsys):
    with terminal_keeps_order(mode):
        pass
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("mode", MODES)
@given(line=lines.map(printable))
def test_the_cells_of_a_line_hold_each_of_its_characters_once(mode, line):
    cells = sorted(to_cells(line, mode), key=lambda cell: cell.begin)
    assert [index for cell in cells for index in range(cell.begin, cell.end)] == list(range(len(line)))


def test_cells_stand_from_left_to_right_with_letters_joined_but_none_lost():
    cells = to_cells(SALAM, "app")
    assert [cell.begin for cell in cells] == [3, 2, 1, 0]
    assert unicodedata.normalize("NFKC", "".join(cell.text for cell in reversed(cells))) == SALAM
    assert not set(SALAM) & {cell.text for cell in cells}
    assert [cell.text for cell in to_cells(SALAM, "terminal")] == list(SALAM)
    assert [cell.text for cell in to_cells("amber", "app")] == list("amber")


def drawn(line: str, mode: str = "app") -> list[str]:
    """What stands in each cell, as it was typed."""
    return [line[cell.begin : cell.end] for cell in to_cells(line, mode)]


def test_in_cells_a_mark_stays_on_its_letter_numbers_keep_their_order_and_brackets_turn():
    line = "س\u064f (۱۲) م"
    assert [cell.text for cell in to_cells(line, "off")] == ["س\u064f", *" (۱۲) م"]
    cells = to_cells(line, "app")
    assert [line[cell.begin : cell.end] for cell in cells] == ["م", " ", ")", "۱", "۲", "(", " ", "س\u064f"]
    assert "".join(cell.text for cell in cells)[1:7] == " (۱۲) "


@pytest.mark.parametrize(
    "line", ["سلام", "سلام (گل) «نان»", "سلام A B C گفت", "A سلام (گل) B", "گُلّ ۱۲ %", "سنگ ❤\ufe0f"]
)
def test_page_and_prompt_put_a_line_in_the_same_order(line):
    in_the_prompt = "".join(cell.text for cell in to_cells(line, "app"))
    assert unicodedata.normalize("NFKC", to_display(line, "app", 0)[::-1]) == unicodedata.normalize(
        "NFKC", in_the_prompt[::-1]
    )


def test_a_mixed_line_is_ordered_by_the_rules():
    assert drawn("سلام A B C گفت") == ["ت", "ف", "گ", *" A B C ", "م", "ا", "ل", "س"]
    assert drawn("A گل B") == [*"A ", "ل", "گ", *" B"]
    assert drawn("گل ۱۲ 34 A") == [*"A ", "3", "4", " ", "۱", "۲", " ", "ل", "گ"]
    assert drawn("گل 1,200.50% و") == ["و", " ", *"%1,200.50", " ", "ل", "گ"]  # an Arabic number, the sign after it
    assert drawn("A گل B", "terminal") == drawn("A گل B", "off") == list("A گل B")


@pytest.mark.parametrize(
    ("line", "shown"),
    [("گل (ش) A", "A (x) xx"), ("گل «A» ش", "x «A» xx"), ("A (گل) B", "A (xx) B"), ("گل [A (ش)", "(x) A] xx")],
)
def test_brackets_open_towards_what_they_hold_on_page_and_prompt(line, shown):
    def without_letters(text: str) -> str:
        return "".join("x" if unicodedata.bidirectional(character) == "AL" else character for character in text)

    assert without_letters(to_display(line, "app", 0)) == shown
    assert without_letters("".join(cell.text for cell in to_cells(line, "app"))) == shown


@pytest.mark.parametrize("line", ["الله", "بالله", "ریال", "محمد", "صلی الله علیه وسلم", "بسم الله الرحمن الرحیم"])
def test_no_word_becomes_a_ligature_but_for_lam_and_alef(line):
    shown = to_display(line, "app", 0)
    assert len(shown) == len(line)
    assert not [character for character in shown if "\ufdf0" <= character <= "\ufdff"]


@pytest.mark.parametrize("alef", "اآأإ")
@pytest.mark.parametrize("before", ["", "س"])
def test_lam_and_alef_are_one_letter_on_the_page_and_two_where_each_can_be_pointed_at(before, alef):
    line = f"{before}ل{alef}"
    assert cell_len(to_display(line, "app", 0)) == len(line) - 1
    assert (
        unicodedata.normalize("NFKC", to_display(line, "app", 0)[::-1])
        == unicodedata.normalize("NFKC", line[::-1])[::-1]
    )
    assert len(to_cells(line, "app")) == len(line)


@pytest.mark.parametrize("mark", ["\ufe0f", "\ufe0e", "\u064e", "\u0651", "\u0654", ZWNJ])
@pytest.mark.parametrize("before", ["", "A ", "گل "])
@pytest.mark.parametrize("letter", ["❤", "س", "A"])
def test_what_has_no_cell_of_its_own_stays_with_its_letter(letter, mark, before):
    line = f"{before}{letter}{mark} نان"
    shown = next(cell.text for cell in to_cells(line, "app") if line[cell.begin : cell.end] == letter + mark)
    assert shown[1:] == mark
    assert shown in to_display(line, "app", 0)


def test_the_rows_of_a_broken_line_have_its_direction_and_letters_join_across_them():
    line = "گل AB CDنان"
    rows = [(0, 3), (3, 6), (6, 9), (9, 11)]
    assert ["".join(line[cell.begin : cell.end] for cell in to_cells(line, "app", row)) for row in rows] == [
        " لگ",
        " AB",
        "نCD",
        "نا",
    ]
    assert to_cells("سنگ", "app", (1, 2))[0].text == "\ufee8"  # nun between two letters


@pytest.mark.parametrize("word", ["reed flute ", "نی (abc) "])
def test_a_row_of_a_very_long_line_costs_no_more_than_one_of_a_shorter(word):
    line, costs = word * 1000, []
    for length in (4000, 8000, 4000, 8000):
        costs.append(calls_of(partial(to_cells, line[:length], "app", (2000, 2060))))
    assert costs[2] == costs[3]
    parts = [cell.text for begin in range(0, 4000, 50) for cell in to_cells(line, "app", (begin, begin + 50))]
    assert len(parts) == 4000


def test_a_very_long_line_that_grows_does_not_fill_the_memory():
    tracemalloc.start()
    try:
        for length in range(20_000, 20_004):
            line = "ن" * length
            for begin in range(0, length, 60):
                to_cells(line, "app", (begin, min(begin + 60, length)))
        assert tracemalloc.get_traced_memory()[0] < 2**20
    finally:
        tracemalloc.stop()
