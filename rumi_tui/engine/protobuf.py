"""The wire format of protocol buffers, as far as a model file needs it. Knows nothing of ONNX.

https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Iterator

Value = int | memoryview
"""A number, or the bytes of a text, of numbers, or of a message within the message."""


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """The number and the value of each field of a message, in its order. Raises `ValueError` for what is none."""
    at, end = 0, len(message)
    while at < end:
        key, at = _number(message, at)
        kind = key & 7
        value: Value
        if kind == 0:
            value, at = _number(message, at)
        else:
            if kind == 2:
                size, at = _number(message, at)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise ValueError(f"wire type {kind}")
            if not 0 <= size <= end - at:
                raise ValueError("a field ends after its message")
            value, at = message[at : at + size], at + size
        yield key >> 3, value


def numbers(packed: Value) -> list[int]:
    """Numbers that stand alone or in a row."""
    if isinstance(packed, int):
        return [packed]
    values, at = [], 0
    while at < len(packed):
        value, at = _number(packed, at)
        values.append(value)
    return values


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """The number at a place, with its sign, and the place after it."""
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return (value - (1 << 64) if value >> 63 else value), at
        if shift > 63:
            break
    raise ValueError("a number does not end")
