from __future__ import annotations

import pytest

from models.phrases import PhraseIndex
from rumi_tui.verse.originality import CopyLimit, Originality, copied, originality
from rumi_tui.verse.words import words

TEXT = "The reed, cut from its bed,\ntells the wind of a shore. A lantern burns at the mouth of the river"
PHRASES = PhraseIndex.of([words(TEXT), words("چراغِ خانه‌ی ما روشن است")])


def stretches(text: str, begun: str = "") -> list[str]:
    return [text[stretch.start : stretch.stop] for stretch in copied(text, PHRASES, begun)]


def test_what_is_copied_is_found_over_the_ends_of_lines_whatever_its_capitals_and_marks() -> None:
    assert stretches(TEXT) == [TEXT]
    assert stretches("o friend, Cut from\nits bed; tells THE wind! and then") == ["Cut from\nits bed; tells THE wind"]
    assert stretches("o friend, cut from its bed and tells the wind") == []
    assert stretches("") == stretches(" \n") == []


def test_vowel_signs_and_joiners_do_not_hide_what_is_copied() -> None:
    assert stretches("شب چراغ خانه‌یِ ما روشنِ است!") == ["چراغ خانه‌یِ ما روشنِ است"]


def test_stretches_are_apart() -> None:
    both = "the wind of a shore of a shore a lantern burns at"
    assert stretches(both) == ["the wind of a shore", "of a shore a lantern burns at"]
    phrases = PhraseIndex.of([["a", "b", "c", "d", "e"], ["d", "e", "f", "g", "h"]])
    assert copied("a b c d e f g h", phrases) == [range(15)]
    assert originality("a b c d e f g h i", phrases) == Originality(longest_run=5, copied_words=8, words=9)


def test_a_poem_is_told_by_its_longest_run_and_its_copied_words() -> None:
    poem = "a lantern burns at the window\nthe wind of a shore\na lantern burns at"
    assert originality(poem, PHRASES) == Originality(longest_run=9, copied_words=14, words=15)
    assert originality("a window", PHRASES) == Originality(longest_run=0, copied_words=0, words=2)
    assert originality("", PHRASES) == Originality(longest_run=0, copied_words=0, words=0)


def test_what_a_person_began_is_not_the_models_copy() -> None:
    poem = "cut from its bed, tells the wind\nof sand"
    assert stretches(poem, begun="cut from its bed, tells the") == ["cut from its bed, tells the wind\nof"]
    assert originality(poem, PHRASES, begun="cut from its bed, tells the") == Originality(8, 2, 3)
    assert stretches(poem, begun="cut from its bed, tells the wind\nof") == []
    assert originality(poem, PHRASES, begun=poem) == Originality(longest_run=0, copied_words=0, words=0)


@pytest.mark.parametrize(
    ("lines", "is_passed"),
    [
        (["tells the wind of a shore"], True),
        (["tells the wind of a", "shore"], True),
        (["tells", "the", "wind", "of", "a shore"], True),
        (["tells the wind of a shore", "and no more"], False),
        (["tells the wind of a", "window"], False),
        (["of a shore, a lantern"], False),
        ([""], False),
    ],
)
def test_a_line_may_not_end_a_run_that_is_too_long(lines: list[str], is_passed: bool) -> None:
    assert CopyLimit(PHRASES, 6).is_passed(lines) == is_passed


def test_the_limit_holds_for_what_comes_after_the_beginning() -> None:
    begun = "by night\ntells the wind of a shore"
    limit = CopyLimit(PHRASES, 6, begun)
    assert not limit.is_passed([*begun.split("\n")[:1], "tells the wind of a shore, no window"])
    assert not limit.is_passed([*begun.split("\n"), "no window"])
    assert limit.is_passed([*begun.split("\n")[:1], "tells the wind of a shore. A lantern"])
    assert limit.is_passed([*begun.split("\n"), "a lantern"])
    assert CopyLimit(PHRASES, 6).is_passed(begun.split("\n"))
