# The raw text here has the layout of the real one and none of its words.

from __future__ import annotations

from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.whinfield import whinfield

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


def lines_of(poems: list[Poem]) -> list[list[str]]:
    return [poem.text.split("\n") for poem in poems]


def test_whinfield_gives_verse_without_heads_headings_notes_and_prose() -> None:
    first, second = lines_of(whinfield(SCAN.encode()))
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
    assert whinfield(short.encode()) == whinfield(SCAN.encode())[:1]


def test_another_text_gives_nothing() -> None:
    assert whinfield(b"") == whinfield(b"nothing here, and\nnothing there\n") == []
