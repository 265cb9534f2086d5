"""The cache for a model file in standard operators: a ring, in which a token takes the place of the one that left.

`docs/models.md` tells the contract of the graph. Knows nothing of what the tokens are.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.config import DecoderConfig
from models.errors import RumiError
from rumi_tui.engine.context import Ids, Logits
from rumi_tui.engine.runtime import reading


class RingCache:
    """The keys and values of the last `window - 1` tokens of `batch` streams, which a step changes in place."""

    def __init__(self, config: DecoderConfig, batch: int) -> None:
        self.config = config
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
        selected = copy.copy(self)
        selected.positions = self.positions.copy()
        selected.keys = [keys[chosen] for keys in self.keys]
        selected.values = [values[chosen] for values in self.values]
        return selected

    def step(self, session: ort.InferenceSession, ids: Ids) -> Logits:
        """Logits float32 [batch, time, vocab_size] for ids int64 [batch, time], which this cache holds from now on.

        Raises `RumiError` where the graph answers in other shapes than its description says.
        """
        batch, time = ids.shape
        layers, size = range(self.config.layers), len(self.positions)
        positions = np.arange(self.position, self.position + time)
        feeds = {"ids": ids, "positions": positions, "past_positions": self.positions}
        feeds |= {f"past_key.{layer}": self.keys[layer] for layer in layers}
        feeds |= {f"past_value.{layer}": self.values[layer] for layer in layers}
        logits, *new = answers = session.run(None, feeds, reading(time))
        heads, head_dim = self.config.heads, self.config.head_dim
        shapes: list[tuple[int, ...]] = [(batch, time, self.config.vocab_size)]
        shapes += len(layers) * [(batch, heads, head_dim, time)] + len(layers) * [(batch, heads, time, head_dim)]
        if [answer.shape for answer in answers] != shapes or any(answer.dtype != np.float32 for answer in answers):
            raise RumiError("The model does not answer as its description says: it is damaged; export it again.")
        last = positions[-size:]
        places = last % size
        self.positions[places] = last
        for layer in layers:
            self.keys[layer][..., places] = new[layer][..., -size:]
            self.values[layer][:, :, places] = new[len(layers) + layer][:, :, -size:]
        self.position += time
        checked: Logits = logits
        return checked
