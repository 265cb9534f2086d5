"""Torch against ONNX, at every position, and floats against integers. Knows nothing of how the graph was made."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from models.decoder import Decoder
from models.layout import is_text, lay_out, opening
from rumi_tui.engine.context import Context, DecodeStep, Ids
from rumi_tui.engine.session import Session
from rumi_tui.texts.corpus import Source
from training.evaluate import exact_loss
from training.torch_step import TorchStep

TOLERANCE = 1e-4
"""The largest difference of a logit between the same model here and there: float32 sums in another order."""
LARGEST_LOSS = 0.01
"""Nats a character that 8-bit integers may cost."""
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


class QuantizedParity(msgspec.Struct, frozen=True, kw_only=True):
    """What a model file loses when its numbers become 8-bit integers, on validation poems."""

    nats_per_char_fp32: float
    nats_per_char_int8: float
    top1_agreement: float
    """Share of the characters and ends of those poems before which both hold the same token the likeliest."""

    @property
    def holds(self) -> bool:
        """Whether the integers may stand for the floats."""
        return self.nats_per_char_int8 - self.nats_per_char_fp32 <= LARGEST_LOSS


def compare(decoder: Decoder, session: Session, batch: int = 1) -> Parity:
    """Runs both over the same random ids for `WINDOWS` windows, and lets both write their likeliest text.

    Torch reads the ids in one call; the file reads them in one call, and again one by one. The file writes the text and
    Torch reads it: it would have written the same if at each place it finds the same id the likeliest.
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
        greedy_identical=is_greedy(reference_step, start, greedy(session, start)),
    )


def compare_quantized(exact: Session, quantized: Session, sources: Sequence[Source]) -> QuantizedParity:
    """Runs both over the validation poems of the sources. Raises `RumiError` where there are none."""
    losses = [exact_loss(model, model.tokenizer, sources, "validation").nats_per_char for model in (exact, quantized)]
    tokenizer = exact.tokenizer
    agreed = tokens = 0
    for source in sources:
        for poem in source.validation:
            ids = [*opening(tokenizer), *lay_out(tokenizer, poem.form, poem.text)]
            is_before_text = is_text(tokenizer, [*ids[1:], tokenizer.end_id])
            likeliest = [Context(model).feed(np.array([ids])).argmax(-1)[0] for model in (exact, quantized)]
            agreed += int((likeliest[0] == likeliest[1])[is_before_text].sum())
            tokens += int(is_before_text.sum())
    return QuantizedParity(nats_per_char_fp32=losses[0], nats_per_char_int8=losses[1], top1_agreement=agreed / tokens)


def greedy(model: DecodeStep, start: int, characters: int = GREEDY_CHARACTERS) -> list[int]:
    """The ids that follow `start` when the likeliest is always taken, without end."""
    context = Context(model)
    ids: list[int] = []
    fed: Ids = np.array([[start]])
    while len(ids) < characters:
        fed = context.read(fed).argmax(-1, keepdims=True)
        ids.append(int(fed[0, 0]))
    return ids


def is_greedy(model: DecodeStep, start: int, text: Sequence[int]) -> bool:
    """Whether `greedy` would give this text. It is read in a few calls, far quicker than writing it id by id."""
    best = Context(model).feed(np.array([[start, *text[:-1]]])).argmax(-1)[0]
    return np.array_equal(best, text)
