from __future__ import annotations

import random

import msgspec
import pytest

from models.phrase_hashes import PHRASE
from models.phrases import PhraseIndex

REED = ["the", "reed", "tells", "of", "its", "partings", "to", "the", "stone"]


def numbers(count: int, seed: int = 0) -> list[str]:
    return [str(number) for number in random.Random(seed).sample(range(10**9), count)]


def test_an_index_holds_each_phrase_of_its_texts_and_no_other() -> None:
    index = PhraseIndex.of([REED, ["o", "stone"], REED[2:8]])
    assert index.count == len(REED) - PHRASE + 1
    assert index.holds(REED) == [True] * index.count
    assert index.holds([*REED[1:6], *REED[1:7]]) == [True, False, False, False, False, True, True]
    assert index.holds(REED[: PHRASE - 1]) == []


def test_a_phrase_does_not_pass_the_end_of_a_text() -> None:
    assert not any(PhraseIndex.of([REED[:4], REED[4:]]).holds(REED)[:4])


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 300, 20_000])
def test_an_index_is_the_same_after_a_file_which_holds_no_word(count: int) -> None:
    text = numbers(count)
    index = PhraseIndex.of([text])
    written = msgspec.json.encode(index)
    read = msgspec.json.decode(written, type=PhraseIndex)
    assert read == index
    assert read.holds(text) == [True] * max(0, count - PHRASE + 1)
    assert not any(read.holds(numbers(500, seed=1)))
    assert len(written) < 100 + 5 * count
    assert not any(word.encode() in written for word in text if len(word) == 9)


def test_the_phrases_of_two_indexes_are_united() -> None:
    first, second = numbers(400, seed=1), numbers(900, seed=2)
    united = PhraseIndex.of([first]).united(PhraseIndex.of([second, first[:50]]))
    assert united == PhraseIndex.of([second, first])


@pytest.mark.parametrize(
    "changes",
    [{"count": 3}, {"count": -1}, {"count": 2**60}, {"last_bits": b""}, {"last_bits": b"\0" * 99}, {"overflows": b""}],
)
def test_what_is_no_index_is_refused(changes: dict[str, object]) -> None:
    index = PhraseIndex.of([REED])
    with pytest.raises(ValueError, match="cut off"):
        PhraseIndex(**(msgspec.structs.asdict(index) | changes))
