from __future__ import annotations

import numpy as np
import pytest
import torch
from support import SHAPES, random_decoder
from torch import nn

from training.optim import DECAY, WARM_UP, WEIGHT_DECAY, build_optimizers, orthogonalise, schedule


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
    optimizers = build_optimizers(decoder, learning_rate=0.1)
    for parameter in decoder.parameters():
        parameter.grad = torch.zeros_like(parameter)
    for optimizer in optimizers:
        optimizer.step()
    for name, parameter in decoder.named_parameters():
        is_block_matrix = name.split(".")[-2] in ("qkv", "out", "up", "down")
        factor = 1 - 0.1 * WEIGHT_DECAY if is_block_matrix else 1
        assert torch.equal(parameter, before[name] * factor), name
    assert {name.split(".")[-2] for name in before} >= {"qkv", "out", "up", "down", "attention"}


@pytest.mark.parametrize(("rows", "columns"), [(32, 32), (96, 32), (32, 128)])
def test_orthogonalising_keeps_directions_and_evens_out_sizes(rows: int, columns: int) -> None:
    torch.manual_seed(0)
    matrices = torch.randn(3, rows, columns) * torch.tensor([1e-4, 1.0, 1e4])[:, None, None]
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    moved = left.mT @ orthogonalise(matrices) @ right.mT
    sizes = moved.diagonal(dim1=1, dim2=2)
    assert (moved - torch.diag_embed(sizes)).abs().max() < 0.03
    assert ((sizes > 0.5) & (sizes < 1.3)).double().mean() > 0.95


def test_queries_keys_and_values_are_orthogonalised_one_by_one() -> None:
    """The first step is as long in each of them as in a matrix of its own, however different their gradients are."""
    decoder = random_decoder(SHAPES["rotary"])
    qkv = decoder.blocks[0].attention.qkv.weight
    before = qkv.detach().clone()
    for parameter in decoder.parameters():
        parameter.grad = torch.zeros_like(parameter)
    torch.manual_seed(0)
    qkv.grad = torch.cat([torch.randn(32, 32) * size for size in (1e-3, 1.0, 1e3)])
    muon, _ = build_optimizers(decoder, learning_rate=0.1)
    muon.step()
    moved = (before * (1 - 0.1 * WEIGHT_DECAY) - qkv.detach()) / 0.1
    for part, gradient in zip(moved.chunk(3), qkv.grad.chunk(3), strict=True):
        assert torch.allclose(part, orthogonalise(gradient[None])[0], atol=0.03)


@pytest.mark.parametrize("kind", SHAPES)
def test_every_parameter_is_moved_at_a_rate_in_proportion(kind: str) -> None:
    decoder = random_decoder(SHAPES[kind])
    groups = [group for optimizer in build_optimizers(decoder, 0.1) for group in optimizer.param_groups]
    assert sum(len(group["params"]) for group in groups) == len(list(decoder.parameters()))
    halved = [group["peak"] for optimizer in build_optimizers(decoder, 0.05) for group in optimizer.param_groups]
    assert [group["peak"] / 2 for group in groups] == pytest.approx(halved)


KINDS = {
    "qkv.weight": (0, 0),
    "out.weight": (0, 1),
    "up.weight": (0, 1),
    "down.weight": (0, 1),
    "embedding.weight": (1, 0),
    "query_scale": (1, 1),
    "head.weight": (1, 1),
}
"""For each kind of parameter, by the end of its name: the number of its optimizer and of its group there."""


@pytest.mark.parametrize("kind", SHAPES)
def test_every_kind_of_parameter_has_its_group_in_the_order_of_the_decoder(kind: str) -> None:
    decoder = random_decoder(SHAPES[kind])
    expected: dict[tuple[int, int], list[str]] = {place: [] for place in KINDS.values()}
    for name, _ in decoder.named_parameters():
        [place] = [place for end, place in KINDS.items() if name.endswith(end)]
        expected[place].append(name)
    names = {parameter: name for name, parameter in decoder.named_parameters()}
    optimizers = build_optimizers(decoder, 0.1)
    for (optimizer, group), parameters in expected.items():
        assert [names[parameter] for parameter in optimizers[optimizer].param_groups[group]["params"]] == parameters
    peaks = [[group["peak"] for group in optimizer.param_groups] for optimizer in optimizers]
    assert peaks == [[0.1, 0.1], [pytest.approx(0.05), pytest.approx(0.015)]]
    assert [group["parts"] for group in optimizers[0].param_groups] == [3, 1]


@pytest.mark.parametrize("kind", SHAPES)
def test_the_groups_do_not_hang_on_names(kind: str) -> None:
    decoder = random_decoder(SHAPES[kind])
    groups, renamed = (
        [group["params"] for optimizer in build_optimizers(model, 0.1) for group in optimizer.param_groups]
        for model in (decoder, nn.Sequential(decoder))
    )
    assert [[*map(id, group)] for group in groups] == [[*map(id, group)] for group in renamed]
