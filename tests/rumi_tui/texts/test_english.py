# The raw texts here have the layout of the real ones and none of their words.

from __future__ import annotations

from rumi_tui.texts.english import redhouse, whinfield

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

SCAN = """\
Book I.

PROLOGUE.

AMBER in the morning, hear it,
Barley in the evening;

"Candle, drum and ember were the things I had with me on the roa-
ds,
Fennel and the garnet.

_5_
Book One

1 too, like the harbour, lie still,

The jasmine is upon the wall that looks towards the wide sea of

ivory.



6

The Masnavi

The kettle sings, the lantern shines.

Notes:

1. A mirror is a glass in which
the needle sees itself.

STORY I. The Needle.

A needle, while it was looking for its thread, came upon a
mirror, and in the mirror saw another needle, which was
looking for a thread as well.

Description of the Mirror.

The mirror is of silver;
Its frame is of wood.
"Who looks?" said the needle.
Nobody did.

Two lines between prose
Are no poem.

and so the story goes on to its end, of which
nothing more is known.
"""


def test_redhouse_gives_the_indented_lines_from_the_reed_flute_to_the_end() -> None:
    assert redhouse(BOOK) == [
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
    poems = redhouse("    From reed-flute\n" + "".join(f"    {line}\n" for line in lines))
    assert [len(poem) for poem in poems] == [24, 27]
    assert [line for poem in poems for line in poem] == ["From reed-flute", *lines]


def test_whinfield_gives_verse_without_heads_headings_notes_and_prose() -> None:
    first, second = whinfield(SCAN)
    assert first == [
        "AMBER in the morning, hear it,",
        "Barley in the evening;",
        '"Candle, drum and ember were the things I had with me on the roads,',
        "Fennel and the garnet.",
        "I too, like the harbour, lie still,",
        "The jasmine is upon the wall that looks towards the wide sea of ivory.",
        "The kettle sings, the lantern shines.",
    ]
    assert second[0] == "The mirror is of silver;"
    assert second[3:] == ["Nobody did.", "Two lines between prose", "Are no poem."]


def test_lines_between_prose_that_are_too_few_are_no_poem() -> None:
    short = SCAN.replace("Two lines between prose\nAre no poem.\n\n", "").replace("Nobody did.\n", "")
    assert whinfield(short) == whinfield(SCAN)[:1]


def test_other_texts_give_nothing() -> None:
    assert redhouse("") == redhouse("nothing here\n") == []
    assert whinfield("") == whinfield("nothing here, and\nnothing there\n") == []
