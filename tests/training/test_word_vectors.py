from __future__ import annotations

import random

from training.word_vectors import FEWEST_LINES, word_vectors

SUBJECTS = [[f"{subject}{number}" for number in range(12)] for subject in ("sea", "fire", "garden", "road")]


def _lines(count: int) -> list[list[str]]:
    """Lines whose words are all of one subject."""
    rng = random.Random(0)
    return [rng.sample(rng.choice(SUBJECTS), 4) for _ in range(count)]


def test_words_that_keep_company_are_more_similar_than_others_also_where_two_of_them_never_met() -> None:
    lines = [line for line in _lines(400) if not {"sea0", "sea1"} <= set(line)]
    vectors = word_vectors(lines)
    assert vectors is not None
    assert vectors.similarity(["sea0", "sea1"]) > 0.5
    assert abs(vectors.similarity(["sea0", "fire1"])) < 0.3


def test_the_same_text_gives_the_same_vectors() -> None:
    first, second = word_vectors(_lines(400)), word_vectors(_lines(400))
    assert first is not None
    assert second is not None
    assert first.to_text() == second.to_text()


def test_a_word_of_few_lines_has_no_vector_and_a_small_text_has_none_at_all() -> None:
    lines = _lines(400) + [["sea0", "rare"]] * (FEWEST_LINES - 1)
    vectors = word_vectors(lines)
    assert vectors is not None
    assert vectors.similarity(["sea0", "rare"]) == 0
    assert word_vectors([["one", "two"]] * 10) is None
    assert word_vectors([[f"alone{number}"] for number in range(100)] * FEWEST_LINES) is None
    assert word_vectors([]) is None
