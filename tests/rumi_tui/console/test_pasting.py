from __future__ import annotations

from itertools import pairwise

import pytest
from console_support import console, field
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.widgets import TextArea

from models.characters import printable
from rumi_tui.console.pasting import BEGIN, END, take_pastes_as_text
from rumi_tui.console.screens.write import WriteScreen


@pytest.fixture(autouse=True, scope="module")
def _as_text():
    take_pastes_as_text()
    take_pastes_as_text()


def read(*pieces: str) -> list[object]:
    """What Textual reads in what a terminal sends: keys by their names, and pasted text in a list of its own."""
    parser = XTermParser()
    read = [event for piece in pieces for event in parser.feed(piece)]
    return [[event.text] if isinstance(event, events.Paste) else event.key for event in read]


PASTED = st.text(
    st.sampled_from("ab \n\x1b[]201~;mq\x00\x0c\x11\N{ARABIC LETTER ALEF}"), min_size=1, max_size=30
).filter(lambda text: END not in text and END not in text + END[:-1])


@given(PASTED, st.lists(st.integers(0, 60), max_size=6))
def test_a_paste_is_one_text_without_escape_characters_in_whatever_pieces_it_comes(text: str, cuts: list[int]) -> None:
    sent = f"x{BEGIN}{text}{END}y\x1b[A"
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[begin:end] for begin, end in pairwise(places)]
    pasted = text.replace("\x1b", "").replace("\x00", "")
    assert read(*pieces) == ["x", [pasted], "y", "up"]


def test_keys_come_at_once_also_where_they_could_begin_a_paste() -> None:
    assert read("\x1b[A") == ["up"]
    assert read("\x1b[20", "~") == ["f9"]
    assert read(f"{BEGIN}a\x1b[2", f"b{END}c") == [["a[2b"], "c"]


async def test_no_character_that_is_pasted_presses_a_key(library, endless_file):
    async with console(library, endless_file) as pilot:
        for event in XTermParser().feed(f"{BEGIN}amber\x1b[31m red\x1b[0m \x0c\x11\x1bq lantern{END}"):
            pilot.app.post_message(event)
        await pilot.pause()
        assert isinstance(pilot.app.screen, WriteScreen)
        assert [*map(printable, field(pilot, "prompt", TextArea).text.split())] == [
            "amber[31m",
            "red[0m",
            "q",
            "lantern",
        ]
