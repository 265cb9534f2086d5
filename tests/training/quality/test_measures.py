from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import verse

from training.quality.measures import (
    SHORTEST_RUN,
    STRETCH,
    TrainingText,
    VerseMeasures,
    copied_runs,
    distinct_share,
    measure_verse,
    rhyme_words,
    shuffled_rhymes,
)

TRAINING = TrainingText(["The amber lantern\nand the barley drum", "a mirror by the harbour\nan ivory needle"])
RHYMED = "all through the night\nwe saw a light\nthe lamp is old\nthe wind is cold"


def measure(*poems: str, form: str = "couplet", language: str = "en") -> VerseMeasures:
    return measure_verse(poems, form, language, TRAINING)


def test_words_and_lines_are_looked_up_in_the_training_text() -> None:
    measures = measure("THE amber lantern!\nand the barley moon", "a mirror, by the harbour\nthe amber lantern and")
    assert (measures.poems, measures.lines) == (2, 4)
    assert measures.known_words == 15 / 16
    assert measures.copied_lines == 2 / 4


def test_the_longest_copied_run_is_of_characters_across_lines_but_not_across_poems() -> None:
    measures = measure("o lantern\nand the barley!", "barley drum\na mirror by")
    assert measures.copied_run_longest == len(" lantern\nand the barley")
    assert measures.copied_run_median == (len(" lantern\nand the barley") + len("barley drum\n")) / 2


def test_copied_words_are_those_in_runs_of_five_or_more() -> None:
    measures = measure(
        "lantern\nand the barley drum sings", "a mirror by the lantern", "The amber lantern and the barley drum"
    )
    assert (measures.copied_words, measures.copied_words_median, measures.copied_words_longest) == (12 / 18, 5, 7)
    assert measure().copied_words == measure().copied_words_median == measure().copied_words_longest == 0


def longest_run(poem: str, text: str) -> int:
    """By trying every piece."""
    ends = range(len(poem) + 1)
    longest = max((end - start for end in ends for start in range(end) if poem[start:end] in text), default=0)
    return longest if longest >= SHORTEST_RUN else 0


@given(st.lists(st.text("ab", max_size=30), max_size=3), st.text("ab", max_size=200))
def test_copied_runs_are_those_found_by_trying_every_piece(poems: list[str], text: str) -> None:
    assert copied_runs(poems, text) == [longest_run(poem, text) for poem in poems]


def test_distinct_shares_stand_for_the_same_length_whatever_the_length() -> None:
    rng = random.Random(0)
    alphabet = [str(number) for number in range(40)]
    lines = [rng.choices(alphabet, k=5) for _ in range(2000)]
    short, long = distinct_share(lines[: STRETCH // 4], 2), distinct_share(lines, 2)
    assert short == pytest.approx(long, abs=0.05)
    assert long < 0.95
    pairs = [pair for line in lines[: STRETCH // 4] for pair in pairwise(line)]
    assert short == len(set(pairs)) / STRETCH


def test_distinct_shares_fall_when_poems_are_alike() -> None:
    assert distinct_share([["a", "b", "c"]], 2) == 1.0
    assert distinct_share([["a", "b", "c"]] * 2, 2) == 0.5
    assert distinct_share([["a", "b", "c"], ["c", "a", "b"]], 3) == 1.0
    assert distinct_share([["a", "b", "c", "a"], ["a", "b"]], 2) == 3 / 4
    assert distinct_share([["a"]], 2) == 0.0
    same, others = measure(*[RHYMED] * 20), measure(*verse(20, lines=4).strip().split("\n\n"))
    assert same.distinct_bigrams < 0.2 < 0.5 < others.distinct_bigrams
    assert same.distinct_trigrams < 0.2 < 0.5 < others.distinct_trigrams


def test_lines_are_measured_in_characters() -> None:
    measures = measure("abcd\nabcdef", "ab\nabcdefgh")
    assert measures.line_length_mean == 5
    assert measures.line_length_spread == pytest.approx(5**0.5)
    assert measures.longest_line == 8 / 5


def test_a_poem_that_repeats_a_line_is_counted_once() -> None:
    assert measure("a b\nc d\na b\na b", "a b\nc d").repeating_poems == 1 / 2


def test_the_scheme_is_counted_by_pairs_and_by_poems() -> None:
    near = "a hand of clay\nthe end of day\nthe lonely sea\nin poverty"
    none = "a lamp\na house\na night\na light"
    rhyme = measure(RHYMED, near, none).rhyme
    assert rhyme is not None
    assert (rhyme.pairs, rhyme.perfect, rhyme.near) == (6, 4 / 6, 1 / 6)
    assert rhyme.poems_perfect == pytest.approx(1 / 3)
    assert rhyme.poems_near == pytest.approx(1 / 3)


def test_only_a_quatrain_is_asked_for_four_lines_and_only_schemes_for_rhyme() -> None:
    four, five = "a night\na light\na lamp\na sight", "a night\na light\na lamp\na sight\na house"
    quatrains = measure(four, five, form="rubai")
    assert quatrains.four_lines == 0.5
    assert quatrains.rhyme is not None
    assert quatrains.rhyme.poems_perfect == 1.0
    assert measure(four).four_lines is None
    assert measure(four, form="free").rhyme is None
    assert measure(four, language="und").rhyme is None


@pytest.mark.parametrize("form", ["couplet", "ghazal", "rubai", "free"])
def test_poems_without_a_word_have_measures_too(form: str) -> None:
    measures = measure("", "...\n\n!", form=form)
    assert (measures.poems, measures.lines, measures.known_words, measures.line_length_mean) == (2, 0, 0.0, 0.0)
    assert measures.rhyme is None or (measures.rhyme.perfect, measures.rhyme.poems_perfect) == (0.0, 0.0)


def test_a_line_with_one_word_that_does_not_exist_counts() -> None:
    measures = measure("the amber lantern\nand the barley dulfill\na runny kettle\nwe gnific and wirlow")
    assert measures.nonword_lines == 2 / 4
    assert measure(RHYMED, language="und").nonword_lines is None


def test_the_rhyme_words_are_those_before_the_refrain() -> None:
    ghazal = ["چراغ باران تو", "درخت یاران تو", "سنگ و صدا", "کاغذ باران تو", "آینه", "گندم ماران تو"]
    assert rhyme_words(ghazal, "ghazal", "fa") == ["باران", "یاران", "باران", "ماران"]
    assert rhyme_words([*ghazal[:4], "آینه", "ستاره"], "ghazal", "fa") == ["باران", "یاران", "باران"]
    assert rhyme_words(["چراغ باران تو", "درخت باران تو", "سنگ و صدا", "کاغذ یاران تو"], "rubai", "fa") == [
        "باران",
        "باران",
        "یاران",
    ]
    assert rhyme_words(["چراغ باران تو", "سنگ"], "ghazal", "fa") == []


def test_rhyme_words_used_again_are_counted_by_words_and_by_poems() -> None:
    once = "چراغ باران تو\nدرخت یاران تو\nسنگ و صدا\nکاغذ ماران تو"
    again = "چراغ باران تو\nدرخت یاران تو\nسنگ و صدا\nکاغذ باران تو"
    rhyme = measure(once, again, form="ghazal", language="fa").rhyme
    assert rhyme is not None
    assert (rhyme.repeated_words, rhyme.poems_repeating) == (1 / 6, 1 / 2)
    assert rhyme.across_units is None


def test_a_rhyme_that_runs_on_over_the_border_of_couplets_counts() -> None:
    runs_on = "a lamp\nthe night\na light\na stone\nalone\na house"
    rhyme = measure(runs_on, RHYMED).rhyme
    assert rhyme is not None
    assert rhyme.across_units == 2 / 3
    assert (rhyme.repeated_words, rhyme.poems_repeating) == (None, None)


def test_poems_that_end_in_mid_sentence_are_counted_where_sentences_are_marked() -> None:
    poems = ("a lamp.", "a lamp,", "a lamp", "a lamp?")
    assert measure(*poems, form="free").mid_sentence == 1 / 2
    assert measure_verse(poems, "free", "en", TRAINING, punctuated=False).mid_sentence is None


def test_shuffled_lines_tell_what_rhymes_by_chance() -> None:
    alike = [RHYMED, "a knight\nso white", "the bite\nthe fight"]
    apart = ["a night\na light", "a stone\nalone", "a lamp\na camp"]
    often, never = shuffled_rhymes(alike, "couplet", "en"), shuffled_rhymes(apart, "couplet", "en")
    assert often is not None
    assert never is not None
    assert often.perfect > 0.5
    assert (never.perfect, never.near) == (0.0, 0.0)
    assert shuffled_rhymes(alike, "couplet", "en") == often


def test_there_is_nothing_to_shuffle_in_one_poem_or_without_a_rule() -> None:
    assert shuffled_rhymes([RHYMED, "one line"], "couplet", "en") is None
    assert shuffled_rhymes([RHYMED, RHYMED], "free", "en") is None
    assert shuffled_rhymes([RHYMED, RHYMED], "couplet", "und") is None
