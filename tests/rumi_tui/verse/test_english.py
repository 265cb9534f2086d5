from __future__ import annotations

import pytest

from rumi_tui.verse.english import syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("love", 1),
        ("river", 2),
        ("everlasting", 4),
        ("fire", 1),
        ("every", 2),
        ("alī", 2),
        ("shabnamed", 2),
        ("qwrt", 1),
    ],
)
def test_syllables_are_counted_by_sound_and_else_by_spelling(word: str, count: int) -> None:
    assert syllables(word) == count
