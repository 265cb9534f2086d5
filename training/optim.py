"""The optimizer and its schedule. Knows nothing of text or of where the gradients come from."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW

WARM_UP = 0.02
"""Share of the run in which the learning rate rises from zero."""
DECAY = 0.6
"""Share of the run, its end, in which the learning rate falls in a straight line to zero."""
BETAS = (0.9, 0.97)
WEIGHT_DECAY = 0.1
GRADIENT_NORM = 1.0
"""A gradient longer than this is shortened to it."""


def build_optimizer(model: nn.Module, learning_rate: float) -> AdamW:
    """AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101); only the matrices inside the blocks decay.

    Embeddings and the head are left alone: a rare symbol's row would shrink between the few times it is seen.
    """
    matrices = [p for name, p in model.named_parameters() if name.startswith("blocks.") and p.ndim == 2]
    others = [p for name, p in model.named_parameters() if not (name.startswith("blocks.") and p.ndim == 2)]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    return AdamW(groups, lr=learning_rate, betas=BETAS, fused=True)


def schedule(progress: float) -> float:
    """The factor of the learning rate when `progress` (0 to 1) of the run is done: up, level, down to zero."""
    return max(0.0, min(1.0, progress / WARM_UP, (1 - progress) / DECAY))
