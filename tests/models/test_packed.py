from __future__ import annotations

import pytest

from models.packed import ascends, number_at, pack, place_of, unpack

ASCENDING = [0, 3, 256, 257, 2**31, 2**32 - 1]


def test_numbers_are_packed_the_lowest_byte_first() -> None:
    assert pack([1, 2**32 - 2]) == bytes([1, 0, 0, 0, 254, 255, 255, 255])
    assert unpack(pack(ASCENDING)).tolist() == ASCENDING
    assert [number_at(pack(ASCENDING), place) for place in range(len(ASCENDING))] == ASCENDING


def test_a_number_is_found_where_it_stands_and_nowhere_else() -> None:
    packed = pack(ASCENDING)
    assert [place_of(number, packed) for number in ASCENDING] == [0, 1, 2, 3, 4, 5]
    assert [place_of(number, packed) for number in (1, 4, 258, 2**31 - 1, 2**32 - 2)] == [None] * 5
    assert place_of(0, b"") is None


def test_numbers_that_ascend_are_told_from_others() -> None:
    assert all(map(ascends, (b"", pack([7]), pack([7, 7]), pack(ASCENDING))))
    assert not ascends(pack([0, 256, 255]))


def test_what_is_no_such_number_is_refused() -> None:
    for number in (-1, 2**32):
        with pytest.raises(OverflowError):
            pack([number])
    with pytest.raises(ValueError, match="multiple"):
        unpack(b"12345")
