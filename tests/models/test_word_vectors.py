from __future__ import annotations

import base64

import numpy as np
import pytest

from models.word_vectors import DIMENSIONS, WordVectors


def _vectors(*angles: float) -> np.ndarray:
    """Vectors in a plane, of different lengths, [angles, `DIMENSIONS`]."""
    vectors = np.zeros((len(angles), DIMENSIONS), dtype=np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    return vectors * np.arange(1, len(angles) + 1)[:, None]


PLANE = WordVectors.of(["sea", "wave", "lamp"], _vectors(0, np.pi / 3, np.pi / 2))


def test_words_are_as_similar_as_their_vectors_point_the_same_way() -> None:
    assert PLANE.similarity(["sea", "wave"]) == pytest.approx(0.5, abs=0.01)
    assert PLANE.similarity(["sea", "lamp"]) == pytest.approx(0, abs=0.01)
    assert PLANE.similarity(["sea"], ["wave", "lamp"]) == pytest.approx(0.25, abs=0.01)
    three = (0.5 + 0 + np.cos(np.pi / 6)) / 3
    assert PLANE.similarity(["sea", "wave", "lamp"]) == pytest.approx(three, abs=0.01)


def test_words_without_a_vector_and_repeats_are_passed_over() -> None:
    assert PLANE.similarity(["sea", "wave", "gnific", "sea"], ["wave", "other"]) == PLANE.similarity(["sea", "wave"])
    assert PLANE.similarity(["sea"]) == PLANE.similarity([], ["sea"]) == PLANE.similarity(["gnific"], ["sea"]) == 0


def test_vectors_are_the_same_after_a_file() -> None:
    text = PLANE.to_text()
    again = WordVectors.from_text(text)
    assert again.to_text() == text
    assert again.similarity(["sea", "lamp"], ["wave"]) == PLANE.similarity(["sea", "lamp"], ["wave"])
    assert len(base64.b64decode(text)) == 3 * (4 + DIMENSIONS)
    assert WordVectors.from_text("").similarity(["sea", "wave"]) == 0


def test_a_vector_of_nothing_but_zeros_makes_no_similarity() -> None:
    nothing = base64.b64encode(bytes(4 + DIMENSIONS)).decode()
    vectors = WordVectors.from_text(nothing)
    assert len(vectors) == 1
    assert not any(vectors.vectors)


def test_words_in_another_order_are_refused() -> None:
    record = 4 + DIMENSIONS
    packed = base64.b64decode(PLANE.to_text())
    with pytest.raises(ValueError, match="out of order"):
        WordVectors.from_text(base64.b64encode(packed[record:] + packed[:record]).decode())


@pytest.mark.parametrize("text", ["!", "abc", "AAAA"])
def test_what_are_no_vectors_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding|buffer|multiple|decode|character"):
        WordVectors.from_text(text)
