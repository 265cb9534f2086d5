from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from training.device import is_out_of_memory, multiplies_bfloat16


@pytest.mark.parametrize(
    ("capabilities", "answer"),
    [
        ({}, False),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
    ],
)
def test_a_processor_is_asked_for_products_of_16_bits(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], answer: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert multiplies_bfloat16(torch.device("cpu")) is answer


def test_this_processor_can_be_asked() -> None:
    assert multiplies_bfloat16(torch.device("cpu")) in (True, False)


@pytest.mark.parametrize("make", [lambda: torch.empty(2**50), lambda: bytearray(2**60)])
def test_memory_that_there_is_not_is_known_for_what_it_is(make: Callable[[], object]) -> None:
    with pytest.raises((RuntimeError, MemoryError)) as raised:
        make()
    assert is_out_of_memory(raised.value)
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
