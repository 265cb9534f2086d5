"""Torch against ONNX, at every position. Knows nothing of how the graph was made."""

from __future__ import annotations

import msgspec
import numpy as np

from models.decoder import Decoder
from rumi_tui.engine.context import Context, DecodeStep, Ids
from rumi_tui.engine.session import Session
from training.torch_step import TorchStep

TOLERANCE = 1e-4
"""The largest difference of a logit between the same model here and there: float32 sums in another order."""
WINDOWS = 3
GREEDY_CHARACTERS = 2_000


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """How alike a checkpoint and its model file are."""

    max_abs_logit_diff: float
    positions_compared: int
    greedy_identical: bool

    @property
    def holds(self) -> bool:
        """Whether the file may stand for the checkpoint."""
        return self.max_abs_logit_diff <= TOLERANCE and self.greedy_identical


def compare(decoder: Decoder, session: Session, batch: int = 1) -> Parity:
    """Runs both over the same random ids for `WINDOWS` windows, and lets both write their likeliest text.

    Torch reads the ids in one call; the file reads them in one call, and again one by one.
    """
    config = decoder.config
    reference_step = TorchStep(decoder)
    ids = np.random.default_rng(0).integers(config.vocab_size, size=(batch, WINDOWS * config.window))
    reference = Context(reference_step, batch).feed(ids)
    at_once = Context(session, batch).feed(ids)
    stream = Context(session, batch)
    one_by_one = np.concatenate([stream.feed(ids[:, place : place + 1]) for place in range(ids.shape[1])], axis=1)
    differences = [np.abs(logits - reference).max() for logits in (at_once, one_by_one)]
    start = session.tokenizer.form_id(session.card.forms[0])
    return Parity(
        max_abs_logit_diff=float(max(differences)),
        positions_compared=2 * ids.size,
        greedy_identical=greedy(reference_step, start) == greedy(session, start),
    )


def greedy(model: DecodeStep, start: int, characters: int = GREEDY_CHARACTERS) -> list[int]:
    """The ids that follow `start` when the likeliest is always taken, without end."""
    context = Context(model)
    ids: list[int] = []
    fed: Ids = np.array([[start]])
    while len(ids) < characters:
        fed = context.read(fed).argmax(-1, keepdims=True)
        ids.append(int(fed[0, 0]))
    return ids
