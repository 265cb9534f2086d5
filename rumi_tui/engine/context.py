"""What a decoder has read so far, without end: pieces for long inputs, and the rule at the edge of the window.

Knows nothing of onnxruntime or torch: both give it a decode step, so both follow the same rule.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models.config import DecoderConfig
from models.errors import RumiError

Ids = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]


def finite(logits: Logits) -> Logits:
    """The logits of a step. Raises `RumiError` where one is infinite or no number."""
    if not np.isfinite(logits).all():
        raise RumiError("The model answers with what is no number: it is damaged; train or export it again.")
    return logits


class DecodeStep(Protocol):
    """One call of a decoder."""

    config: DecoderConfig

    def empty_cache(self, batch: int) -> Any:
        """The cache before the first id."""

    def select(self, cache: Any, streams: Sequence[int]) -> Any:
        """A cache of these streams of another, in this order; one may stand in it several times."""

    def __call__(self, ids: Ids, cache: Any) -> tuple[Logits, Any]:
        """Logits [batch, time, vocab_size] for ids int64 [batch, time], and the cache that takes the place of it."""


class Context:
    """A stream of ids through a decode step, at the same time and memory per id however long it runs.

    Rotary decoders slide: every position attends to the last `window` ones. Learned positions end at `window`, so
    there the decoder starts over from the last half window, at position 0, and goes on.
    """

    def __init__(self, step: DecodeStep, batch: int = 1) -> None:
        self._step, self._batch = step, batch
        self._cache = step.empty_cache(batch)
        self._slides = step.config.is_rotary
        self._recent: Ids = np.empty((batch, 0), dtype=np.int64)

    def feed(self, ids: Ids) -> Logits:
        """Logits float32 [batch, time, vocab_size] for the next ids, int64 [batch, time] with time >= 1."""
        return np.concatenate(list(self._pieces(ids)), axis=1)

    def read(self, ids: Ids) -> Logits:
        """Logits float32 [batch, vocab_size] after the last of ids [batch, time], time >= 1.

        Ids too far back to reach the answer through any layer are not read, so a very long prompt costs no more
        than a long one.
        """
        config = self._step.config
        if self._slides:
            ids = ids[:, -config.layers * config.window :]
        for logits in self._pieces(ids):
            last = logits[:, -1]
        return last

    def branch(self, count: int) -> Context:
        """So many streams that have read what this one of a single stream has; this one stays where it is."""
        branch = copy.copy(self)
        branch.select([0] * count)
        return branch

    def select(self, streams: Sequence[int]) -> None:
        """Goes on with these streams, in this order; one may be named several times."""
        self._cache = self._step.select(self._cache, streams)
        self._recent = self._recent[list(streams)]
        self._batch = len(streams)

    def _pieces(self, ids: Ids) -> Iterator[Logits]:
        window = self._step.config.window
        done = 0
        while done < ids.shape[1]:
            if self._slides:
                room = window
            else:
                if self._recent.shape[1] == window:
                    self._start_over()
                room = window - self._recent.shape[1]
            piece = ids[:, done : done + room]
            if not self._slides:
                self._recent = np.concatenate((self._recent, piece), axis=1)
            logits, self._cache = self._step(piece, self._cache)
            done += piece.shape[1]
            yield logits

    def _start_over(self) -> None:
        self._recent = self._recent[:, -(self._step.config.window // 2) :]
        _, self._cache = self._step(self._recent, self._step.empty_cache(self._batch))
