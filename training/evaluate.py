"""The exact loss of a model on a corpus, the same for a checkpoint and a model file. Needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.loss import Score, score
from rumi_tui.texts.corpus import Source

Split = Literal["all", "validation"]


def exact_loss(model: DecodeStep, tokenizer: Tokenizer, sources: Sequence[Source], split: Split) -> Score:
    """The loss on all or the validation poems of the sources, each source read as one stream (see `score`).

    Raises `RumiError` when there are none.
    """
    total = Score(0.0, 0, 0)
    for source in sources:
        poems = source.validation if split == "validation" else source.poems
        total = total.plus(score(model, tokenizer, ((poem.form, poem.text) for poem in poems)))
    if not total.characters:
        raise RumiError("There is nothing to measure: a validation split needs a text of at least 20 poems.")
    return total
