from __future__ import annotations

import numpy as np
import pytest
import torch
from support import SHAPES, random_decoder

from training.optim import DECAY, WARM_UP, WEIGHT_DECAY, build_optimizer, schedule


def test_the_schedule_rises_stays_and_falls_to_zero() -> None:
    assert schedule(0) == schedule(1) == schedule(1.5) == 0
    assert schedule(WARM_UP / 2) == pytest.approx(0.5)
    assert schedule(WARM_UP) == schedule((WARM_UP + 1 - DECAY) / 2) == schedule(1 - DECAY) == 1
    assert schedule(1 - DECAY / 2) == pytest.approx(0.5)
    factors = [schedule(progress) for progress in np.linspace(0, 1, 1001)]
    top = factors.index(1)
    assert factors[:top] == sorted(factors[:top])
    assert factors[top:] == sorted(factors[top:], reverse=True)


@pytest.mark.parametrize("kind", SHAPES)
def test_only_the_matrices_of_blocks_decay(kind: str) -> None:
    decoder = random_decoder(SHAPES[kind])
    before = {name: parameter.detach().clone() for name, parameter in decoder.named_parameters()}
    optimizer = build_optimizer(decoder, learning_rate=0.1)
    for parameter in decoder.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for name, parameter in decoder.named_parameters():
        is_block_matrix = name.split(".")[-2] in ("qkv", "out", "expand", "contract")
        factor = 1 - 0.1 * WEIGHT_DECAY if is_block_matrix else 1
        assert torch.equal(parameter, before[name] * factor), name
    assert {name.split(".")[-2] for name in before} >= {"qkv", "out", "expand", "contract", "attention"}
