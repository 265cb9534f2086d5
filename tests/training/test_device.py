from __future__ import annotations

import pytest
import torch

from training.device import multiplies_bfloat16


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
