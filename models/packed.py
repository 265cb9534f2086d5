"""Whole numbers packed into bytes, four for each, the lowest first; read and found there without being unpacked.

Knows nothing of what they stand for.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice
from operator import gt

SIZE = 4
"""Bytes of a number."""


def pack(numbers: Iterable[int]) -> bytes:
    """Numbers from 0 to 2**32 - 1, in their order. Raises `OverflowError` for any other."""
    return _in_file_order(array("I", numbers)).tobytes()


def unpack(packed: bytes) -> array[int]:
    """What was packed. Raises `ValueError` where a number is cut off."""
    numbers = array("I")
    numbers.frombytes(packed)
    return _in_file_order(numbers)


def ascends(packed: bytes) -> bool:
    """Whether no number is larger than the next one. Raises `ValueError` where a number is cut off."""
    numbers = unpack(packed)
    return not any(map(gt, numbers, islice(numbers, 1, None)))


def number_at(packed: bytes, place: int) -> int:
    """The number at a place, counted from 0."""
    return int.from_bytes(packed[SIZE * place : SIZE * (place + 1)], "little")


def place_of(number: int, packed: bytes) -> int | None:
    """Where a number stands among others in ascending order; None where it does not."""
    count = len(packed) // SIZE
    place = bisect_left(range(count), number, key=lambda each: number_at(packed, each))
    return place if place < count and number_at(packed, place) == number else None


def _in_file_order(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
