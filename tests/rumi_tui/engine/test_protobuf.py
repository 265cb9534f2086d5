from __future__ import annotations

import pytest

from rumi_tui.engine.protobuf import fields, numbers


@pytest.mark.parametrize(
    "message",
    [
        b"\x0a\x02a",
        b"\x0a" + b"\xff" * 9 + b"\x01ab",  # a length of -1
        b"\x08" + b"\xff" * 11,
        b"\x0b",
        b"\x0d\x00",
        b"\x80",
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"field|number|wire"):
        list(fields(memoryview(message)))


def test_fields_come_in_their_order_with_their_numbers_and_signs() -> None:
    message = b"\x08\x05\x12\x02ab\x08" + b"\xff" * 9 + b"\x01\x1d\x00\x00\x80\x3f"
    assert [
        (field, value if isinstance(value, int) else bytes(value)) for field, value in fields(memoryview(message))
    ] == [
        (1, 5),
        (2, b"ab"),
        (1, -1),
        (3, b"\x00\x00\x80\x3f"),
    ]
    assert numbers(memoryview(b"\x05\x80\x01")) == [5, 128]
