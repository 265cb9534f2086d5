from __future__ import annotations

import math

import pytest

from rumi_tui.verse.content import content_words
from training.quality.association import SMOOTHING, Associations

LINES = [["amber", "lantern"]] * 6 + [["barley", "field"]] * 6 + [["amber", "field"]] * 2 + [["ivory"]] * 2


def test_a_pair_is_worth_how_much_more_often_than_by_chance_it_stands_in_a_line() -> None:
    associations = Associations(LINES)
    expected = 8 * 6 / 16
    assert associations.of_pair("amber", "lantern") == math.log((6 + SMOOTHING) / (expected + SMOOTHING))
    assert associations.of_pair("lantern", "amber") == associations.of_pair("amber", "lantern")
    assert associations.of_pair("amber", "barley") < associations.of_pair("amber", "field") < 0
    assert Associations([*LINES, ["kettle"], ["drum"]]).of_pair("kettle", "drum") == pytest.approx(0, abs=0.11)


def test_a_line_is_worth_the_mean_of_its_pairs_and_a_text_that_of_its_lines() -> None:
    associations = Associations(LINES)
    pair = associations.of_pair
    three = (pair("amber", "lantern") + pair("amber", "field") + pair("lantern", "field")) / 3
    assert associations.of_lines([["amber", "lantern", "field"]], "en") == pytest.approx(three)
    both = associations.of_lines([["amber", "lantern", "field"], ["barley", "field"]], "en")
    assert both == pytest.approx((three + pair("barley", "field")) / 2)


def test_stop_words_unknown_words_and_repeats_are_passed_over() -> None:
    associations = Associations(LINES)
    plain = associations.of_lines([["amber", "lantern"]], "en")
    assert associations.of_lines([["the", "amber", "amber", "gnific", "lantern"], ["field", "field"]], "en") == plain
    assert associations.of_lines([["the", "amber"], []], "en") is None
    assert content_words(["the", "don't", "lantern", "lantern's"], "en") == ["lantern", "lantern's"]
    assert content_words(["از", "آن", "چراغ"], "fa") == ["چراغ"]
    assert content_words(["the", "lantern"], "und") == ["the", "lantern"]


def test_dealt_at_random_the_words_of_a_text_belong_together_less_and_always_the_same() -> None:
    associations = Associations(LINES)
    real, dealt = associations.of_lines(LINES, "en"), associations.of_shuffled(LINES, "en")
    assert real is not None
    assert dealt is not None
    assert dealt < 0 < real
    assert associations.of_shuffled(LINES, "en") == dealt
    assert associations.of_shuffled([], "en") is None
