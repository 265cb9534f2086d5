from __future__ import annotations

from itertools import pairwise

import pytest

from rumi_tui.verse.words import ends_sentence, is_within_word, spelled_words, word_places, words


@pytest.mark.parametrize("end", [".", "!", "?", "؟", ";", "؛", "…", "”", '"', "»"])
def test_a_mark_ends_a_sentence(end: str) -> None:
    assert ends_sentence(f"a lamp,\na house{end}\n")
    assert not ends_sentence(f"a lamp{end}\na house")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "The lamp’s light,\no HOUSE",
        "گُلِ سرخِ می‌روم",
        "e\u0301tude\u0301",
        "ISTANBUL \u0130stanbul \u0130",
        "a1b_c",
    ],
)
def test_words_are_found_where_they_stand(text: str) -> None:
    places = word_places(text)
    assert [words(text[place.start : place.stop]) for place in places] == [[word] for word in words(text)]
    assert all(one.stop <= other.start for one, other in pairwise(places))


def test_a_word_has_the_vowel_signs_on_it() -> None:
    assert word_places("گُلِ سرخِ") == [range(4), range(5, 9)]


def test_spelled_words_are_parted_by_no_joiner_and_hold_their_marks() -> None:
    text = "don't ‘go’, دلِ می‌کند 'tis a–b\u200c x2"
    found = [text[word.start : word.stop] for word in spelled_words(text)]
    assert found == ["don't", "go", "دلِ", "می‌کند", "tis", "a", "b", "x"]
    assert [is_within_word(part) for part in ("ab", "’", "\u200c", "ِ", "", " a", "a,")] == [True] * 4 + [False] * 3
