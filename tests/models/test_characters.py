from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tokenizer_of

from models.characters import LINE_ENDS, LONGEST_MESSAGE, is_printable, one_line, printable, quoted, spoken
from models.errors import RumiError
from models.tokenizer import Fitted

UNSEEN = "\u200c\u200b\u200e\u00ad\ufeff\u2003\u00a0\u064e\ufe0f\x07\u202e\ue000"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u200c", "zero-width non-joiner"),
        ("\u200b", "zero-width space"),
        ("\u00a0", "no-break space"),
        (" ", "space"),
        ("\u064e", "arabic fatha"),
        ("\ufe0f", "variation selector-16"),
        ("\x07", "character U+0007"),
        ("\ue000", "character U+E000"),
        ("a", "a"),
        ("گ", "گ"),
        ("\N{FIRE}", "\N{FIRE}"),
        ("—", "—"),
    ],
)
def test_what_cannot_be_seen_is_named_in_words(character, name):
    assert spoken(character) == name


@given(st.text(st.one_of(st.characters(), st.sampled_from(UNSEEN + "aگ "))))
def test_a_quoted_text_controls_nothing_and_shows_nothing_unseen_alone(text):
    shown = quoted(text)[1:-1]
    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs") and each != "\u200c"]
    assert not shown.startswith((" ", "\u200c"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("می\u200cروم", "'می\u200cروم'"),
        ("\u200c", "'<zero-width non-joiner>'"),
        ("love ", "'love<space>'"),
        ("", "''"),
        ("گُل", "'گُل'"),
        ("it's so", "'it's so'"),
    ],
)
def test_a_quoted_text_is_read_as_it_was_typed(text, shown):
    assert quoted(text) == shown


@pytest.mark.parametrize("unseen", UNSEEN)
def test_the_notes_on_a_prompt_never_show_what_cannot_be_seen(unseen):
    [folded] = Fitted("", {unseen: " "}, []).notes()
    assert folded == f"The model never saw some characters of the prompt and reads {spoken(unseen)} as space."
    [unknown] = Fitted("", {}, [unseen]).notes()
    assert f"does not know {spoken(unseen)} and" in unknown
    assert unseen not in folded + unknown


def test_a_non_joiner_that_a_model_never_saw_is_named():
    notes = " ".join(tokenizer_of(40).fit("a\u200cb").notes())
    assert "zero-width non-joiner" in notes
    assert "\u200c" not in notes


@given(text=st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "L"))))
def test_a_text_is_told_in_one_line_and_controls_no_screen(text: str) -> None:
    told = one_line(text)
    assert all(map(is_printable, told))
    assert len(told.splitlines()) <= 1
    assert len(told) == len(text)
    assert one_line(told) == told
    assert str(RumiError(text)) == told


def test_what_a_stranger_wrote_is_seen_to_be_strange() -> None:
    assert one_line("a\x1b]0;title\x07\u202e\udcff") == "a\ufffd]0;title\ufffd\ufffd\ufffd"
    assert one_line("a\nb\tc\x85d\x0be") == "a b c d e"
    assert one_line("می\u200cروم") == printable("می\u200cروم") == "می\u200cروم"


def test_line_ends_are_those_of_python() -> None:
    every = map(chr, range(0x110000))
    assert "".join(character for character in every if len(f"a{character}b".splitlines()) > 1) == LINE_ENDS


def test_of_a_long_text_the_beginning_is_quoted():
    assert quoted("reed" * 10_000) == f"'{'reed' * 50}…'"


def test_what_is_told_of_a_text_that_was_pasted_has_an_end() -> None:
    message = str(RumiError(f"There is no {'reed flute ' * 100_000}: choose another."))
    assert message.startswith("There is no reed")
    assert message.endswith("reed flute : choose another.")
    assert len(message) < 1.1 * LONGEST_MESSAGE
