"""The cache for a model file in standard operators: a ring, in which a token takes the place of the one that left.

`docs/models.md` tells the contract of the graph. Knows nothing of what the tokens are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.config import DecoderConfig
from rumi_tui.engine.context import Ids, Logits


class RingCache:
    """The keys and values of the last `window - 1` tokens of `batch` streams, which a step changes in place."""

    def __init__(self, config: DecoderConfig, batch: int) -> None:
        self.position = 0
        """How many ids each stream has read."""
        places = config.window - 1
        keys, values = (batch, config.heads, config.head_dim, places), (batch, config.heads, places, config.head_dim)
        self.keys = [np.zeros(keys, dtype=np.float32) for _ in range(config.layers)]
        self.values = [np.zeros(values, dtype=np.float32) for _ in range(config.layers)]
        self.positions: npt.NDArray[np.int64] = np.full(places, -config.window)
        """Of the token in each place; out of sight where there is none yet."""

    def select(self, streams: Sequence[int]) -> RingCache:
        """A cache of these streams, in this order; one may stand in it several times."""
        chosen = list(streams)
        selected = RingCache.__new__(RingCache)
        selected.position, selected.positions = self.position, self.positions.copy()
        selected.keys = [keys[chosen] for keys in self.keys]
        selected.values = [values[chosen] for values in self.values]
        return selected

    def step(self, session: ort.InferenceSession, ids: Ids) -> Logits:
        """Logits float32 [batch, time, vocab_size] for ids int64 [batch, time], which this cache holds from now on."""
        time, layers, size = ids.shape[1], range(len(self.keys)), len(self.positions)
        positions = np.arange(self.position, self.position + time)
        feeds = {"ids": ids, "positions": positions, "past_positions": self.positions}
        feeds |= {f"past_key.{layer}": self.keys[layer] for layer in layers}
        feeds |= {f"past_value.{layer}": self.values[layer] for layer in layers}
        logits, *new = session.run(None, feeds)
        last = positions[-size:]
        places = last % size
        self.positions[places] = last
        for layer in layers:
            self.keys[layer][..., places] = new[layer][..., -size:]
            self.values[layer][:, :, places] = new[len(self.keys) + layer][:, :, -size:]
        self.position += time
        answer: Logits = logits
        return answer
