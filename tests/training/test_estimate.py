from __future__ import annotations

import numpy as np
import pytest
import torch
from support import SHAPES, joined, random_decoder
from torch.nn import functional as F

from training.estimate import SEQUENCES, LossEstimate

CONFIG = SHAPES["rotary"]
WINDOW = CONFIG.window


def ids(tokens: int) -> np.ndarray:
    return np.random.default_rng(tokens).integers(CONFIG.vocab_size, size=tokens)


def loss_of(decoder: torch.nn.Module, stream: np.ndarray, starts: list[int]) -> float:
    both = torch.stack([torch.from_numpy(stream[start : start + WINDOW + 1]) for start in starts])
    with torch.no_grad():
        logits, _ = decoder(both[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), both[:, 1:].flatten()).item()


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_it_is_the_mean_over_all_windows_of_a_short_text(batch: int) -> None:
    decoder, poems = random_decoder(CONFIG), [ids(30), ids(41)]
    expected = loss_of(decoder, np.concatenate(poems), [0, 16, 32, 48])
    assert LossEstimate(joined(poems), WINDOW, batch)(decoder) == pytest.approx(expected, rel=1e-5)


def test_it_takes_windows_from_all_over_a_long_text() -> None:
    decoder, stream = random_decoder(CONFIG), ids(2 * SEQUENCES * WINDOW + 1)
    expected = loss_of(decoder, stream, [2 * WINDOW * index for index in range(SEQUENCES)])
    assert LossEstimate(joined([stream]), WINDOW, 8)(decoder) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("tokens", [1, 2, 5, WINDOW - 1, WINDOW, WINDOW + 1])
def test_a_text_shorter_than_a_window_is_repeated(tokens: int) -> None:
    decoder, stream = random_decoder(CONFIG), ids(tokens)
    expected = loss_of(decoder, np.resize(stream, WINDOW + 1), [0])
    assert LossEstimate(joined([stream]), WINDOW, 8)(decoder) == pytest.approx(expected, rel=1e-5)


def test_looking_drops_nothing_out_and_training_goes_on() -> None:
    decoder, estimate_loss = random_decoder(CONFIG), LossEstimate(joined([ids(100)]), WINDOW, 8)
    for block in decoder.blocks:
        block.dropout = 0.5
    decoder.train()
    assert estimate_loss(decoder) == estimate_loss(decoder)
    assert decoder.training
