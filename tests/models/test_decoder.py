from __future__ import annotations

import math

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support import SHAPES, random_decoder
from torch.nn import functional as F

from models.config import PRESETS, DecoderConfig, preset
from models.decoder import Decoder, attend, drop_out, empty_cache

ROTARY = SHAPES["rotary"]
DEEP = random_decoder(ROTARY)
WINDOW = ROTARY.window
shapes = pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES)


def random_ids(config: DecoderConfig, time: int, batch: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.randint(config.vocab_size, (batch, time), generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def changes(decoder: Decoder, time: int, place: int) -> torch.Tensor:
    """How much each position's logits change when the id at one place does: [time]."""
    ids = random_ids(decoder.config, time, batch=1)
    other = ids.clone()
    other[0, place] = (other[0, place] + 1) % decoder.config.vocab_size
    return (decoder(other)[0] - decoder(ids)[0]).abs().amax(-1)[0]


@pytest.mark.parametrize("config", [*SHAPES.values(), preset("small", 61)], ids=[*SHAPES, "small"])
def test_the_first_loss_of_a_fresh_decoder_is_exactly_ln_of_its_alphabet(config: DecoderConfig) -> None:
    ids = random_ids(config, config.window)
    logits, _ = Decoder(config)(ids)
    assert torch.count_nonzero(logits) == 0
    assert F.cross_entropy(logits.flatten(0, 1), ids.flatten()).item() == pytest.approx(math.log(config.vocab_size))


@shapes
def test_a_later_id_changes_no_earlier_logit(config: DecoderConfig) -> None:
    decoder = random_decoder(config)
    for place in range(config.window):
        difference = changes(decoder, config.window, place)
        assert difference[:place].eq(0).all()
        assert difference[place] > 1e-3


def test_ids_further_back_than_all_windows_together_change_nothing() -> None:
    reach = ROTARY.layers * (WINDOW - 1)
    difference = changes(DEEP, 3 * WINDOW, place=2)
    assert difference[2 + reach] > 0
    assert difference[2 + reach + 1 :].eq(0).all()


def test_one_layer_sees_the_last_window_of_ids_and_no_more() -> None:
    decoder = random_decoder(msgspec.structs.replace(ROTARY, layers=1))
    difference = changes(decoder, 3 * WINDOW, place=5)
    assert difference[5 : 5 + WINDOW].gt(0).all()
    assert difference[5 + WINDOW :].eq(0).all()


@pytest.mark.parametrize("offset", [1, 1000, 10_000_019, 100_000_000])
@torch.no_grad()
def test_rotary_positions_are_relative(offset: int) -> None:
    ids = random_ids(ROTARY, 2 * WINDOW)
    moved = empty_cache(ROTARY, len(ids))._replace(position=torch.tensor(offset))
    torch.testing.assert_close(DEEP(ids, moved)[0], DEEP(ids)[0], rtol=0, atol=1e-5)


@given(st.lists(st.integers(1, 2 * WINDOW), max_size=12))
@settings(max_examples=25)
@torch.no_grad()
def test_any_pieces_of_a_rotary_stream_give_the_logits_of_the_whole(lengths: list[int]) -> None:
    ids = random_ids(ROTARY, 3 * WINDOW)
    lengths = lengths if sum(lengths) >= 3 * WINDOW else [*lengths, 3 * WINDOW]
    cache, logits = empty_cache(ROTARY, len(ids)), []
    rest = ids
    for length in lengths:
        if rest.shape[1]:
            piece, rest = rest[:, :length], rest[:, length:]
            piece_logits, cache = DEEP(piece, cache)
            logits.append(piece_logits)
    torch.testing.assert_close(torch.cat(logits, dim=1), DEEP(ids)[0], rtol=0, atol=1e-5)
    assert cache.position == 3 * WINDOW
    assert {part.shape[2] for part in (*cache.keys, *cache.values)} == {WINDOW - 1}


@pytest.mark.parametrize("lengths", [(1,) * 16, (7, 9), (15, 1), (1, 15)])
@torch.no_grad()
def test_pieces_of_a_window_give_the_logits_of_the_whole_for_learned_positions(lengths: tuple[int, ...]) -> None:
    config = SHAPES["learned"]
    decoder, ids = random_decoder(config), random_ids(config, config.window)
    cache, logits = empty_cache(config, len(ids)), []
    for piece in ids.split(lengths, dim=1):
        piece_logits, cache = decoder(piece, cache)
        logits.append(piece_logits)
    torch.testing.assert_close(torch.cat(logits, dim=1), decoder(ids)[0], rtol=0, atol=1e-5)


@shapes
@torch.no_grad()
def test_the_same_ids_elsewhere_in_the_window_mean_something_else(config: DecoderConfig) -> None:
    decoder, ids = random_decoder(config), random_ids(config, 4, batch=1)
    swapped = ids[:, [1, 0, 2, 3]]
    assert (decoder(swapped)[0][0, -1] - decoder(ids)[0][0, -1]).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("minimal", 0.1e6, 0.3e6), ("small", 0.7e6, 0.9e6), ("base", 4.5e6, 5.5e6), ("large", 10e6, 11e6)],
)
def test_a_preset_has_the_size_it_promises(name: str, low: float, high: float) -> None:
    decoder = Decoder(preset(name, 80))
    assert low < decoder.parameter_count() < high
    assert decoder.parameter_count() == sum(tensor.numel() for tensor in decoder.state_dict().values())
    assert set(PRESETS) == {"minimal", "small", "base", "large"}


@shapes
@torch.no_grad()
def test_dropout_acts_in_training_only(config: DecoderConfig) -> None:
    decoder, ids = random_decoder(config), random_ids(config, config.window)
    plain, _ = decoder(ids)
    dropping = Decoder(msgspec.structs.replace(config, dropout=0.5))
    dropping.load_state_dict(decoder.state_dict())
    assert torch.equal(dropping.eval()(ids)[0], plain)
    dropping.train()
    first, second = dropping(ids)[0], dropping(ids)[0]
    assert not torch.equal(first, second)
    assert not torch.equal(first, plain)
    assert torch.equal(decoder.train()(ids)[0], plain)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_dropout_zeroes_its_share_and_keeps_the_mean(share: float) -> None:
    torch.manual_seed(0)
    dropped = drop_out(torch.ones(3, 100, 1001), share)
    zeros = dropped.eq(0)
    assert zeros.float().mean().item() == pytest.approx(share, abs=0.01)
    assert dropped[~zeros].unique().numel() == 1
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)


def test_dropout_follows_from_the_seed_and_differs_from_draw_to_draw() -> None:
    def draws() -> list[torch.Tensor]:
        torch.manual_seed(7)
        return [drop_out(torch.ones(100), 0.5) for _ in range(2)]

    first, second = draws()
    assert not first.equal(second)
    assert all(one.equal(other) for one, other in zip(draws(), (first, second), strict=True))


def test_dropout_of_nothing_changes_nothing_and_of_almost_all_stays_finite() -> None:
    x = torch.ones(1000)
    assert drop_out(x, 0.0) is x
    assert drop_out(x, 0.9999).isfinite().all()


def test_attention_in_bfloat16_products_is_that_of_the_floats() -> None:
    generator = torch.Generator().manual_seed(0)
    queries, keys, values = (torch.randn(2, 3, 17, 8, generator=generator, requires_grad=True) for _ in range(3))
    exact = attend(queries, keys, values, None)
    expected = torch.autograd.grad(exact.square().sum(), (queries, keys, values))
    with torch.autocast("cpu", torch.bfloat16):
        short = attend(queries, keys, values, None)
    assert short.dtype == torch.bfloat16
    torch.testing.assert_close(short.float(), exact, atol=0.03, rtol=0.03)
    gradients = torch.autograd.grad(short.float().square().sum(), (queries, keys, values))
    for gradient, other in zip(gradients, expected, strict=True):
        assert (gradient - other).norm() < 0.03 * other.norm()
