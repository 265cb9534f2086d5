# The raw text here has the layout of the real one and none of its words.

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import refused

from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.whinfield import whinfield

BOOK = """\
PREFACE.

    An indented line that is no verse.

    From reed-flute[55] comes the amber tune;
    The barley[1] waits beneath the _moon_:

    The candle burns, the drum is still;                               5
    The ember sleeps below the hill, though nobody would ever
       think so.                                                       6


I.

The Kettle and the Mirror.

    A kettle stood, a mirror hung.
    The needle lay the threads among.[58]


                               THE END.

                              FOOTNOTES:

[1] A note.

    An indented line in a note.
"""


def lines_of(poems: list[Poem]) -> list[list[str]]:
    return [poem.text.split("\n") for poem in poems]


def test_redhouse_gives_the_indented_lines_from_the_reed_flute_to_the_end() -> None:
    assert lines_of(redhouse(BOOK.encode())) == [
        [
            "From reed-flute comes the amber tune;",
            "The barley waits beneath the moon:",
            "The candle burns, the drum is still;",
            "The ember sleeps below the hill, though nobody would ever think so.",
        ],
        ["A kettle stood, a mirror hung.", "The needle lay the threads among."],
    ]


def test_a_long_tale_is_cut_in_pieces_and_nothing_of_it_is_lost() -> None:
    lines = [f"Line {number} of the amber tale." for number in range(50)]
    raw = "    From reed-flute\n" + "".join(f"    {line}\n" for line in lines)
    poems = lines_of(redhouse(raw.encode()))
    assert [len(poem) for poem in poems] == [24, 27]
    assert [line for poem in poems for line in poem] == ["From reed-flute", *lines]


def test_its_poems_are_couplets() -> None:
    assert {poem.form for poem in redhouse(BOOK.encode())} == {"couplet"}


def test_another_text_gives_nothing() -> None:
    assert redhouse(b"") == redhouse(b"nothing here\n") == []


@pytest.mark.parametrize("extract", [redhouse, whinfield])
def test_a_book_that_is_no_text_is_refused(extract: Callable[[bytes], list[Poem]]) -> None:
    with refused("no UTF-8"):
        extract(BOOK.encode() + b"\xff")
