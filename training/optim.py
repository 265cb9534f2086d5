"""The optimizers and their schedule. Knows nothing of text or of where the gradients come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from models.decoder import Attention, Block
from training.device import multiplies_bfloat16

WARM_UP = 0.02
"""Share of the run in which the learning rate rises from zero."""
DECAY = 0.6
"""Share of the run, its end, in which the learning rate falls in a straight line to zero."""
EMBEDDING_RATE, HEAD_RATE = 0.5, 0.15
"""Learning rates of the embeddings, and of the head and the scales of attention, as shares of that of the matrices."""
MOMENTUM = 0.95
BETAS = (0.9, 0.97)
WEIGHT_DECAY = 0.1
ORTHOGONALISATION_STEPS = 5


def orthogonalise(matrices: Tensor) -> Tensor:
    """Matrices [count, rows, columns] with their singular values moved close to 1 and their directions kept.

    A quintic Newton-Schulz iteration, with coefficients chosen for speed: the values end between about 0.7 and 1.2
    (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks").
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.bfloat16() if multiplies_bfloat16(matrices.device) else matrices
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ORTHOGONALISATION_STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
    return (x.mT if tall else x).to(matrices.dtype)


class Muon(Optimizer):
    """Momentum, orthogonalised: every direction of a matrix learns at the same rate, however rare its gradient.

    Jordan et al. 2024, with weight decay as in Liu et al. 2025 (arXiv:2502.16982). A group may name `parts`, the
    number of matrices that lie on top of each other in each of its parameters and are orthogonalised one by one.
    Matrices of one shape go through the iteration together.
    """

    def __init__(self, groups: Sequence[dict[str, Any]]) -> None:
        super().__init__(groups, {"parts": 1})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Moves the parameters by their gradients; a closure is refused."""
        assert closure is None
        by_shape: dict[torch.Size, list[tuple[Tensor, Tensor, float]]] = {}
        for group in self.param_groups:
            for parameter in group["params"]:
                momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - MOMENTUM)
                ahead = parameter.grad.lerp(momentum, MOMENTUM)
                for part, update in zip(parameter.chunk(group["parts"]), ahead.chunk(group["parts"]), strict=True):
                    by_shape.setdefault(part.shape, []).append((part, update, group["lr"]))
        for shape, rows in by_shape.items():
            updates = orthogonalise(torch.stack([update for _, update, _ in rows]))
            scale = max(1.0, shape[0] / shape[1]) ** 0.5
            for (part, _, rate), update in zip(rows, updates, strict=True):
                part.mul_(1 - rate * WEIGHT_DECAY).add_(update, alpha=-rate * scale)
        return None


MOMENTS: dict[type[Optimizer], set[str]] = {Muon: {"momentum"}, AdamW: {"step", "exp_avg", "exp_avg_sq"}}
"""What each kind keeps of a parameter, as PyTorch names it."""


def build_optimizers(model: nn.Module, learning_rate: float) -> list[Optimizer]:
    """Muon for the matrices inside the blocks, AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) for all else.

    Which is which, the modules of the decoder say, whatever they are called. Embeddings and the head do not decay: a
    rare token's row would shrink between the few times it is seen. Each group keeps the height of its learning rate as
    `peak`.
    """
    attentions = [module for module in model.modules() if isinstance(module, Attention)]
    stacked = {attention.qkv.weight for attention in attentions}
    in_blocks = {p for module in model.modules() if isinstance(module, Block) for p in module.parameters()}
    embeddings = {module.weight for module in model.modules() if isinstance(module, nn.Embedding)}
    groups: dict[str, list[nn.Parameter]] = {"qkv": [], "matrices": [], "embeddings": [], "others": []}
    for parameter in model.parameters():
        if parameter in stacked:
            groups["qkv"].append(parameter)
        elif parameter in in_blocks and parameter.ndim == 2:
            groups["matrices"].append(parameter)
        elif parameter in embeddings:
            groups["embeddings"].append(parameter)
        else:
            groups["others"].append(parameter)
    muon = Muon(
        [
            {"params": groups["qkv"], "lr": learning_rate, "parts": 3},
            {"params": groups["matrices"], "lr": learning_rate},
        ]
    )
    adam = AdamW(
        [
            {"params": groups["embeddings"], "lr": learning_rate * EMBEDDING_RATE},
            {"params": groups["others"], "lr": learning_rate * HEAD_RATE},
        ],
        betas=BETAS,
        weight_decay=0.0,
        fused=True,
    )
    for group in (*muon.param_groups, *adam.param_groups):
        group["peak"] = group["lr"]
    return [muon, adam]


def schedule(progress: float) -> float:
    """The factor of the learning rates when `progress` (0 to 1) of the run is done: up, level, down to zero."""
    return max(0.0, min(1.0, progress / WARM_UP, (1 - progress) / DECAY))
