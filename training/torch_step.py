"""A decoder in PyTorch, driven by the engine that drives the shipped file. Knows nothing of training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from models.decoder import Cache, Decoder, empty_cache
from rumi_tui.engine.context import Ids, Logits, finite


class TorchStep:
    """A decoder in PyTorch as a decode step (`rumi_tui.engine.context.DecodeStep`); switches it to evaluation."""

    def __init__(self, model: Decoder) -> None:
        self.model, self.config = model, model.config
        self._device = next(model.parameters()).device

    def empty_cache(self, batch: int) -> Cache:
        """The cache before the first id of `batch` streams."""
        return empty_cache(self.config, batch, self._device)

    def select(self, cache: Cache, streams: Sequence[int]) -> Cache:
        """A cache of these streams of another, in this order; one may stand in it several times."""
        keys, values = (tuple(tensor[list(streams)] for tensor in tensors) for tensors in (cache.keys, cache.values))
        return Cache(cache.position, keys, values)

    @torch.no_grad()
    def __call__(self, ids: Ids, cache: Cache) -> tuple[Logits, Cache]:
        """Logits float32 [batch, time, vocab_size] for ids int64 [batch, time], and the next cache."""
        self.model.eval()
        logits, cache = self.model(torch.from_numpy(np.ascontiguousarray(ids)).to(self._device), cache)
        return finite(logits.cpu().numpy()), cache
