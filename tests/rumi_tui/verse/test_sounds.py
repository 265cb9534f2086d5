from __future__ import annotations

import pytest

from rumi_tui.verse.sounds import from_stress, pronunciations, syllables


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("heart", ["HH AA1 R T"]),
        ("Heart", ["HH AA1 R T"]),
        ("'tis", ["T IH1 Z"]),
        ("read", ["R EH1 D", "R IY1 D"]),
        ("stilton", ["S T IH1 L T AH0 N"]),  # not in its place in the file
        ("heartt", []),
        ("", []),
        ("(", []),
        ("عشق", []),
        ("heart\udcff", []),
    ],
)
def test_each_variant_of_a_word_is_found_wherever_it_stands(word: str, phones: list[str]) -> None:
    assert sorted(pronunciations(word)) == phones


def test_a_remark_is_not_heard() -> None:
    assert pronunciations("aalborg") == ("AO1 L B AO0 R G", "AA1 L B AO0 R G")


@pytest.mark.parametrize(
    ("phones", "heard", "count"),
    [
        ("HH AA1 R T", "AA R T", 1),
        ("L AE1 N T ER0 N", "AE N T ER N", 2),
        ("R EH2 V AH0 L UW1 SH AH0 N", "UW SH AH N", 4),
        ("M AA1 D ER0 N AY2 Z", "AY Z", 3),
        ("AA1 R T", "AA R T", 1),
        ("DH AH0", "DH AH", 1),
    ],
)
def test_a_rhyme_is_heard_from_the_last_stress_on(phones: str, heard: str, count: int) -> None:
    assert from_stress(phones) == heard
    assert syllables(phones) == count
