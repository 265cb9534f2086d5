from __future__ import annotations

import pytest

from rumi_tui.verse.scansion import ENDINGS, LONGEST_WORD, Following, Token, bodies, endings, tokens


def readings(word: str, following: Following = "letter") -> set[str]:
    """All that a word may sound like."""
    return {body + ending for body, close in bodies(word) for ending in endings(word, close, following)}


def test_the_words_of_a_line_know_what_follows_them() -> None:
    assert tokens("شب از این ره، گذشت!") == [
        Token("شب", "alef"),
        Token("از", "alef"),
        Token("این", "letter"),
        Token("ره", "letter"),
        Token("گذشت", "end"),
    ]
    assert tokens("... !") == []
    assert tokens("دل \u06e5 جان") == [Token("دل", "letter"), Token("جان", "end")]  # a sign that stands alone


def test_and_is_an_ending_of_the_word_before_it() -> None:
    assert tokens("دل و جان") == [Token("دل", "and"), Token("جان", "end")]
    assert tokens("و دل و") == [Token("و", "letter"), Token("دل", "end")]


def test_a_joiner_parts_words_but_not_a_single_yeh_from_its_word() -> None:
    assert [token.spelling for token in tokens("می‌رود خانه‌ی گل‌ی")] == ["می", "رود", "خانه", "ی", "گلی"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("دل", "10"),  # del
        ("سحر", "110"),  # sahar
        ("دریا", "1010"),  # daryā
        ("باد", "10x"),  # bād: overlong
        ("جان", "10"),  # jān: n after a long vowel does not count
        ("دوست", "10x"),  # dūst: nor does a third consonant at rest
        ("خواب", "10x"),  # khāb: the vav is silent
        ("خوش", "10"),  # khosh
        ("قصه", "101"),  # qesse: a double consonant is written once
        ("آمد", "1010"),  # āmad
        ("میان", "110"),  # miyān
        ("کاندر", "1010"),  # kandar, two words in one
        ("الله", "1010x"),
        ("تو", "1"),
        ("تو", "10"),
    ],
)
def test_a_word_may_be_read_as_it_is_said(word: str, expected: str) -> None:
    assert expected in readings(word)


@pytest.mark.parametrize(("word", "never"), [("باد", "100"), ("بازی", "10100"), ("آمد", "11010"), ("سحر", "100")])
def test_no_two_letters_at_rest_and_no_vowel_too_many(word: str, never: str) -> None:
    assert never not in readings(word)


@pytest.mark.parametrize(
    ("word", "following", "expected"),
    [
        ("باد", "letter", "101"),  # the ezafe: bād-e
        ("باد", "letter", "1010"),  # drawn out
        ("من", "alef", "1"),  # man az: ma-naz
        ("کسی", "alef", "11"),  # kasi az: ka-s(i)-az
        ("که", "alef", ""),  # ke az: k-az
        ("دل", "and", "11"),  # del o: di-lo
        ("باد", "end", "10"),  # overlong counts as long at the end
        ("خنده", "end", "1010"),  # and so does a short
    ],
)
def test_a_word_ends_as_what_follows_asks(word: str, following: Following, expected: str) -> None:
    assert expected in readings(word, following)


def test_no_ezafe_stands_at_the_end_of_a_line() -> None:
    assert readings("باد", "end") == {"10"}
    assert all("1" not in by_following["end"] for close, by_following in ENDINGS.items() if close != "lone")


@pytest.mark.parametrize(
    ("word", "signed", "expected", "never"),
    [
        ("سحر", "سَحَر", "110", "10x"),  # sahar, not sahr
        ("فکر", "فِکْر", "10x", "110"),  # fekr, not fekar
        ("محبت", "مُحَبَّت", "11010", "1110"),  # mohabbat
        ("باد", "بادِ", "101", "10x"),  # bād-e
    ],
)
def test_vowel_signs_leave_only_the_readings_that_they_allow(word: str, signed: str, expected: str, never: str) -> None:
    assert {expected, never} <= readings(word)
    assert expected in readings(signed)
    assert never not in readings(signed)


def test_a_hamza_above_is_an_ezafe() -> None:
    assert "" in endings("قصه", "short", "letter")
    assert "" not in endings("قصهٔ", "short", "letter")


def test_shares_of_readings_are_shares_of_one() -> None:
    assert sum(bodies("مستانه").values()) == pytest.approx(1)
    assert sum(endings("مستانه", "short", "letter").values()) == pytest.approx(1)


def test_a_word_has_no_more_readings_than_fit_into_memory() -> None:
    assert 1000 < len(bodies("س" * LONGEST_WORD)) < 20_000
    assert bodies("س" * (LONGEST_WORD + 1)) == {}
