"""How likely the model found every token of a finished poem. Knows nothing of who wrote it, or of screens."""

from __future__ import annotations

import msgspec
import numpy as np

from models.tokenizer import Tokenizer
from rumi_tui.engine.context import Context, DecodeStep
from rumi_tui.engine.generate import Alternative, most_likely
from rumi_tui.engine.sampling import log_softmax

LONGEST = 4096
"""Tokens at the end of a poem that are scored: pages of verse, at most a second of work."""
ALTERNATIVES = 10
_PIECE = 512
"""Symbols read at once, so that memory does not grow with the poem."""


class TokenScore(msgspec.Struct, frozen=True, array_like=True):
    """One token of a poem, as the model saw it coming."""

    text: str
    """What it adds to the poem: one character, or several where the model reads words."""
    surprise: float
    """Bits: -log2 of its probability under the model itself, at temperature 1 and before any filter."""
    entropy: float
    """Bits: the surprise that the model expected here, 0 where it was certain (Shannon 1948)."""
    likeliest: tuple[Alternative, ...]
    """What it held the likeliest here, at most `ALTERNATIVES`, the likeliest first."""


def token_scores(model: DecodeStep, tokenizer: Tokenizer, form: str, text: str) -> list[TokenScore]:
    """The scores of a poem in this form, or the last `LONGEST` of them; their texts make up the end of `text`.

    The poem is read once: from its beginning where the model counts positions from there, otherwise from as far back as
    can reach the first of these tokens through every layer. Raises `RumiError` for an unknown form.
    """
    ids = np.array([tokenizer.form_id(form), *tokenizer.encode(text)])
    targets = ids[1:][-LONGEST:]
    config = model.config
    reach = config.layers * config.window if config.is_rotary else len(ids)
    inputs = ids[:-1][-(len(targets) + reach) :]
    context_len = len(inputs) - len(targets)
    never = [tokenizer.unknown_id, *tokenizer.form_ids()]
    context, scores = Context(model), list[TokenScore]()
    for start in range(0, len(inputs), _PIECE):
        logprobs = log_softmax(context.feed(inputs[None, start : start + _PIECE])[0])
        probabilities = np.exp(logprobs)
        entropies = -(probabilities * logprobs).sum(-1) / np.log(2)
        probabilities[:, never] = 0
        for row in range(max(0, context_len - start), len(logprobs)):
            token = int(targets[start + row - context_len])
            scores.append(
                TokenScore(
                    tokenizer.text_of(token),
                    float(-logprobs[row, token] / np.log(2)),
                    float(entropies[row]),
                    most_likely(probabilities[row], tokenizer, ALTERNATIVES),
                )
            )
    return scores
