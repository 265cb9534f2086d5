"""The exact loss of a text. Knows nothing of where the text or the decoder comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from models.layout import UNSAID, Conditions, is_text, lay_out
from models.tokenizer import SEPARATOR, Tokenizer
from rumi_tui.engine.context import Context, DecodeStep, Ids
from rumi_tui.engine.sampling import log_softmax

PIECE = 1024
"""Tokens read at once, so that memory does not grow with the text: 32 MiB of logarithms where tokens are words."""
GIVEN = -1
"""Stands for a target that is not predicted: what is said of a poem (see `models.layout`)."""


class Verse(NamedTuple):
    """A poem to be read."""

    form: str
    text: str
    conditions: Conditions = UNSAID
    """What else the model is told of it."""


class Score(NamedTuple):
    """The loss of a text, or of several added up."""

    nats: float
    """Of every character and every end of a poem; what is said of a poem is given, not predicted."""
    characters: int
    """Of the normalised file, the separators between poems included."""
    unknown_characters: int
    """Characters outside the alphabet; each cost what the unknown token costs."""

    @property
    def nats_per_char(self) -> float:
        """The loss that models of any alphabet can be compared by."""
        return self.nats / max(1, self.characters)  # a poem may be nothing but signs that are left out

    @property
    def bits_per_char(self) -> float:
        """The same in bits."""
        return self.nats_per_char / math.log(2)

    def plus(self, other: Score) -> Score:
        """Both texts together."""
        return Score(
            self.nats + other.nats,
            self.characters + other.characters,
            self.unknown_characters + other.unknown_characters,
        )


def score(model: DecodeStep, tokenizer: Tokenizer, poems: Iterable[Verse]) -> Score:
    """The loss of poems read as one stream in their order.

    Every token is predicted once, with all that came before it in the stream up to the window of the decoder.
    Where tokens are words, the text is spelled as `Tokenizer.encode` does it.
    """
    context = Context(model)
    nats, characters, unknown = 0.0, -len(SEPARATOR), 0
    last_id: Ids = np.empty(0, dtype=np.int64)
    for form, raw_text, conditions in poems:
        text = tokenizer.normalise(raw_text)
        ids = np.array([*lay_out(tokenizer, form, text, conditions), tokenizer.end_id])
        inputs = np.concatenate((last_id, ids[:-1]))
        targets = np.where(is_text(tokenizer, ids), ids, GIVEN)[1 - len(last_id) :]
        for start in range(0, len(inputs), PIECE):
            logprobs = log_softmax(context.feed(inputs[None, start : start + PIECE])[0])
            piece = targets[start : start + PIECE]
            rows = np.flatnonzero(piece != GIVEN)
            nats -= float(logprobs[rows, piece[rows]].sum())
        characters += len(text) + len(SEPARATOR)
        unknown += int((ids == tokenizer.unknown_id).sum())
        last_id = ids[-1:]
    return Score(nats, max(characters, 0), unknown)
