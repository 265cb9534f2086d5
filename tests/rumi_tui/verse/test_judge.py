from __future__ import annotations

import pytest
from support import refused

from models.forms import FORMS
from rumi_tui.verse.judge import can_judge, rhymes, scheme_rhymes
from rumi_tui.verse.words import words


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("all through the night", "they saw the light,", "perfect"),
        ("a golden Ember!", "in cold December", "perfect"),
        ("It was foretold", "the winter’s cold;", "perfect"),
        ("he then reveal’d", "an open field", "perfect"),
        ("wind that may rise", "the king’s own eyes", "perfect"),
        ("we READ", "a bed", "perfect"),
        ("we READ", "a seed", "perfect"),
        ("the lonely sea", "in poverty", "near"),
        ("all that I love", "how slow they move", "near"),
        ("a broken clod", "the house of God", "near"),
        ("he wandered home", "the way is long, come", "near"),
        ("upon the stone", "a stone", "near"),
        ("the door", "a table", None),
        ("the house", "the lamp", None),
        ("", "the lamp", None),
        ("... !", "?", None),
    ],
)
def test_english_lines_rhyme_by_sound_and_nearly_by_spelling(a: str, b: str, expected: str | None) -> None:
    assert rhymes(a, b, "en") == rhymes(b, a, "en") == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("در کنار جویبار", "آمد آن بهار", "perfect"),
        ("سنگ در دریا", "چراغ بی صدا", "perfect"),
        ("نان و جو", "باران نو", "perfect"),
        ("آب از سر", "خاک بر در!", "perfect"),
        ("جان ز غم", "باد هر دم", "perfect"),
        ("این چراغ سرد", "سنگ سخت و زرد", "perfect"),
        ("پنجره روشن است", "خانه گلشن است", "perfect"),
        ("سنگ را آوردهٔ", "چراغ را بردهٔ،", "perfect"),
        ("در آینهٔ آن", "باران و جان", "perfect"),
        ("در باران ببینم", "در خانه شکستم", "near"),
        ("سنگی", "درختی", "near"),
        ("سنگی روشن", "درختی روشن", "perfect"),
        ("این دیوانه", "آن پنجره", "near"),
        ("این ره", "باز آگه", "perfect"),
        ("چشم من", "باغ حسن", "perfect"),
        ("سنگ بر سر", "باغ را خور", "perfect"),
        ("باد خوش", "باغ و آتش", "perfect"),
        ("بسیار خورد", "آن مرد", "perfect"),
        ("دل مست", "آن دست", "perfect"),
        ("باز مست", "پنجره است", "perfect"),
        ("سنگ و بارانست", "پنجره است", "near"),
        ("چراغ روشن است", "صدا بلند است", "near"),
        ("باران", "باران", "near"),
        ("باران", "این باران", "near"),
        ("در کنار جویبار", "آن سنگ و در", None),
        ("پنجره دور", "باغ و بهار", None),
        ("چراغ", "سنگ", None),
        ("", "سنگ", None),
    ],
)
def test_persian_lines_rhyme_by_the_ending_before_the_radif(a: str, b: str, expected: str | None) -> None:
    assert rhymes(a, b, "fa") == rhymes(b, a, "fa") == expected


def test_a_language_without_a_rule_is_refused() -> None:
    assert can_judge("en")
    assert can_judge("fa")
    assert not can_judge("und")
    with refused("no rule of rhyme.*'und'"):
        rhymes("a", "b", "und")


@pytest.mark.parametrize(
    ("form", "lines", "pairs"),
    [
        ("couplet", 4, [(0, 1), (2, 3)]),
        ("couplet", 5, [(0, 1), (2, 3)]),
        ("couplet", 1, [(0, 1)]),
        ("ghazal", 7, [(0, 1), (1, 3), (1, 5)]),
        ("ghazal", 0, [(0, 1)]),
        ("rubai", 9, [(0, 1), (1, 3)]),
        ("rubai", 2, [(0, 1), (1, 3)]),
        ("free", 8, []),
    ],
)
def test_a_form_says_which_lines_rhyme(form: str, lines: int, pairs: list[tuple[int, int]]) -> None:
    assert FORMS[form].rhyming_pairs(lines) == pairs


def test_a_poem_is_judged_pair_by_pair_and_what_is_missing_does_not_rhyme() -> None:
    quatrain = ["a night", "the light", "the lamp", "delight"]
    assert scheme_rhymes(quatrain, "rubai", "en") == ["perfect", "perfect"]
    assert scheme_rhymes(quatrain, "couplet", "en") == ["perfect", None]
    assert scheme_rhymes(quatrain[:3], "rubai", "en") == ["perfect", None]
    assert scheme_rhymes([], "ghazal", "en") == [None]
    assert scheme_rhymes(quatrain, "free", "en") == []


def test_words_are_letters_without_marks_and_punctuation() -> None:
    english = words("“O’er the Sea,” she said— 'twas late; Alī.")
    assert english == ["o'er", "the", "sea", "she", "said", "twas", "late", "alī"]
    assert words("نالهٔ بَدَل، می\u200cکند؟ ۱۲") == ["ناله", "بدل", "می", "کند"]
