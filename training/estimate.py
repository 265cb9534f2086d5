"""A quick measure for watching a run; reports use `training.evaluate`. Knows nothing of optimizers."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from models.decoder import Decoder
from training.data import EncodedPoems

SEQUENCES = 128
"""Windows of validation text that stand for all of it."""


class LossEstimate:
    """The mean loss of a fixed choice of validation windows, evenly spread.

    Each window starts without context, so this lies a little above the exact loss; it is for comparing one moment
    of a run with another.
    """

    def __init__(self, poems: EncodedPoems, window: int, batch: int) -> None:
        ids = poems.ids
        if len(ids) <= window:
            ids = np.tile(ids, window // len(ids) + 1)
        whole = (len(ids) - 1) // window
        count = min(SEQUENCES, whole)
        starts = [whole * index // count * window for index in range(count)]
        sequences = np.stack([ids[start : start + window + 1] for start in starts]).astype(np.int64)
        self._batches = torch.from_numpy(sequences).split(batch)
        self._predictions = count * window

    @torch.no_grad()
    def __call__(self, model: Decoder) -> float:
        """Nats a token."""
        model.eval()
        device = next(model.parameters()).device
        nats = 0.0
        for both in self._batches:
            logits, _ = model(both[:, :-1].to(device))
            nats += F.cross_entropy(logits.flatten(0, 1), both[:, 1:].to(device).flatten(), reduction="sum").item()
        model.train()
        return nats / self._predictions
