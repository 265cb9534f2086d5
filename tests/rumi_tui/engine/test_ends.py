from __future__ import annotations

import pytest
from support import tokenizer_of

from models.tokenizer import RESERVED, CharacterTokenizer
from rumi_tui.engine.ends import MOST_LEAST, MOST_OVER, Ends
from rumi_tui.engine.keep import KeptGeneration
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session

MARKED = CharacterTokenizer(tokens=(*RESERVED, *"\n .;abc"))
UNMARKED = tokenizer_of(40)


def ends(tokenizer=UNMARKED, **request) -> Ends:
    return Ends(Request(**{"form": "couplet", **request}), tokenizer)


@pytest.mark.parametrize(
    ("form", "text", "lines", "expected"),
    [
        ("couplet", "", 8, [4, 6, 8, 10]),
        ("couplet", "a\nb\nc", 8, [6, 8, 10]),
        ("free", "", 8, [4, 5, 6, 7, 8, 9, 10]),
        ("rubai", "", 16, [4, 6, 8, 10]),
        ("rubai", "", 2, [2, 4, 6, 8, 10]),
        ("couplet", "", None, [2, 4, 6, 8, 10]),
    ],
    ids=["half", "half of what follows a beginning", "line by line", "a whole quatrain", "part of one", "no limit"],
)
def test_a_model_may_end_a_poem_with_a_unit_once_half_the_lines_are_there(form, text, lines, expected) -> None:
    asked = ends(form=form, text=text, lines=lines)
    assert [line for line in range(1, 11) if asked.may_end(line)] == expected


def test_a_limit_that_is_no_wish_does_not_keep_the_model_from_ending() -> None:
    asked = ends(lines=10**6)
    assert not asked.may_end(MOST_LEAST - 2)
    assert asked.may_end(MOST_LEAST)


@pytest.mark.parametrize(("lines", "last"), [(4, 4), (5, 6), (1, 2)])
def test_a_poem_stops_with_the_first_unit_that_ends_from_the_limit_on(lines: int, last: int) -> None:
    asked = ends(lines=lines)
    assert next(line for line in range(1, 99) if asked.has_enough(line, "abc")) == last


def test_a_poem_stops_with_the_first_sentence_that_ends_from_the_limit_on_or_far_behind_it() -> None:
    asked = ends(MARKED, lines=4)
    assert not asked.has_enough(4, "a b,")
    assert not asked.has_enough(4, "a b;")
    assert asked.has_enough(4, "a b.")
    assert not asked.has_enough(5, "a b.")
    assert asked.has_enough(6, "a b.")
    assert asked.has_enough(4 + MOST_OVER, "a b")
    assert not ends(MARKED).has_enough(10**6, "a b.")


def test_only_a_line_that_may_be_the_last_can_break_off() -> None:
    asked = ends(MARKED, lines=4)
    assert not asked.breaks_off(2, "a b", is_last=False)
    assert asked.breaks_off(2, "a b", is_last=True)
    assert asked.breaks_off(4, "a b", is_last=False)
    assert not asked.breaks_off(4, "a b.", is_last=True)
    assert not ends(lines=4).breaks_off(4, "a b", is_last=True)


def test_a_kept_poem_is_as_long_as_it_was_asked_for_to_its_half(session: Session) -> None:
    """The model of random weights ends a poem at every place as gladly as it goes on."""
    free = Request(form="free", lines=8)
    lines = {}
    for keep in ("off", "loose"):
        request = Request(form=free.form, lines=free.lines, keep=keep)
        lines[keep] = [poem.text.count("\n") + 1 for poem in write_poems(session, session.description, request, 12)]
    assert min(lines["off"]) < 4 <= min(lines["loose"])
    assert max(lines["loose"]) <= 8


def test_a_kept_poem_ends_with_a_whole_unit(endless: Session) -> None:
    poem = KeptGeneration(endless, endless.description, Request(form="couplet", lines=3, keep="loose"))
    list(poem)
    assert (poem.ending, len(poem.lines)) == ("lines", 4)
