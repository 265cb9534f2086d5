from __future__ import annotations

import pytest

from rumi_tui.verse.endings import asked_ending, can_rhyme, unit_rhymes
from rumi_tui.verse.judge import rhymes
from rumi_tui.verse.languages import LANGUAGES

COUPLETS = ["the lantern is bright", "and a ship in the night", "a river", "a stone"]


def test_english_couplets_are_told_their_last_words_where_they_rhyme() -> None:
    assert unit_rhymes(COUPLETS, "couplet", "en") == (" bright night", "")


@pytest.mark.parametrize(
    ("lines", "ending"),
    [
        (["این دل از غم پر شود", "قطره‌ای چون در شود"], "ر شود"),
        (["آب شد باران،", "در دل یاران!"], "اران"),
        (["خانه‌ها", "لانه‌ها"], "انه‌ها"),
    ],
)
def test_persian_couplets_are_told_the_letters_that_both_lines_end_in(lines: list[str], ending: str) -> None:
    assert unit_rhymes(lines, "couplet", "fa") == (ending,)


def test_a_ghazal_is_told_one_rhyme_and_no_more_of_it_than_is_known() -> None:
    lines = ["در این باران", "ای سرو یاران", "چه می‌گویی", "بگو با آن جان"]
    assert unit_rhymes(lines, "ghazal", "fa") == ("اران",)
    assert unit_rhymes(lines, "ghazal", "fa", "ان") == ("ان",)
    assert unit_rhymes(lines, "ghazal", "fa", "شب") == ("اران",)


def test_a_unit_that_is_not_whole_has_no_rhyme() -> None:
    assert unit_rhymes([*COUPLETS, "a third"], "couplet", "en") == (" bright night", "")
    assert unit_rhymes(["a line"], "ghazal", "fa") == ()


def test_nothing_is_told_where_nothing_rhymes_or_nobody_can_judge() -> None:
    assert unit_rhymes(COUPLETS, "free", "en") == ()
    assert unit_rhymes(COUPLETS, "couplet", "und") == ()
    assert unit_rhymes(["سنگ", "آب"], "rubai", "fa") == ()


def test_a_rhyme_is_asked_for_by_letters_or_words() -> None:
    assert asked_ending("ان من") == ("ان من", True)
    assert asked_ending("Night, bright") == (" night bright", True)
    assert asked_ending("night") == (" night", False)


@pytest.mark.parametrize(
    ("rhyme", "can"),
    [("night", True), ("night bright", True), ("the night", False), ("night bright light", False), ("ان من", True)],
)
def test_two_words_that_are_asked_for_must_rhyme(rhyme: str, can: bool) -> None:
    assert can_rhyme(rhyme) == can


@pytest.mark.parametrize(
    ("word", "letters"),
    [("جان", "ان"), ("دریا", "ا"), ("دل", "ل"), ("غم", "م"), ("عالم", "لم"), ("عشق", "ق"), ("سرخوش", "ش")],
)
def test_lines_that_end_like_a_word_rhyme_with_it(word: str, letters: str) -> None:
    assert LANGUAGES["fa"].own_ending(word) == letters
    assert rhymes(f"ب{letters}", word, "fa") == "perfect"
    assert LANGUAGES["en"].own_ending("night") == "night"


def test_a_sign_that_is_no_letter_of_a_rhyme_ends_in_itself() -> None:
    assert LANGUAGES["fa"].own_ending("ء") == "ء"
