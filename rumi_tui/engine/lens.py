"""How likely the model found every token of a finished poem. Knows nothing of who wrote it, or of screens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.layout import Conditions, is_text, lay_out, opening
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import Context, DecodeStep
from rumi_tui.engine.generate import most_likely
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.written import TokenScore
from rumi_tui.verse.endings import unit_rhymes
from rumi_tui.verse.languages import language_of

LONGEST = 4096
"""Tokens at the end of a poem that are scored: pages of verse, at most a second of work."""
ALTERNATIVES = 10
_PIECE = 512
"""Symbols read at once, so that memory does not grow with the poem."""


def laid_out(
    tokenizer: Tokenizer, form: str, text: str, metre: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A poem as ids [tokens] with what is said of it, and the places [text tokens] in them of those that are its text.

    Raises `RumiError` for a form or a metre that the model does not know.
    """
    rhymes = unit_rhymes(text.split("\n"), form, language_of(text)) if tokenizer.names_rhymes else ()
    before = opening(tokenizer)
    ids = np.array([*before, *lay_out(tokenizer, form, text, Conditions(metre=metre, rhymes=rhymes))])
    is_scored = is_text(tokenizer, ids)
    is_scored[: len(before)] = False
    return ids, np.flatnonzero(is_scored)


def token_scores(model: DecodeStep, tokenizer: Tokenizer, form: str, text: str, metre: str = "") -> list[TokenScore]:
    """The scores of a poem in this form, or the last `LONGEST` of them; their texts make up the end of `text`.

    A model that can be told the rhymes of a poem is told those that its lines have. The poem is read once: from its
    beginning where the model counts positions from there, otherwise from as far back as can reach the first of these
    tokens through every layer. Raises `RumiError` for a form or a metre that it does not know.
    """
    ids, scored = laid_out(tokenizer, form, text, metre)
    scored = scored[-LONGEST:]
    config = model.config
    begin = max(0, int(scored[0]) - 1 - config.layers * config.window) if len(scored) and config.is_rotary else 0
    never = [tokenizer.unknown_id, *tokenizer.sign_ids]
    context, scores = Context(model), list[TokenScore]()
    for start in range(begin, len(ids) - 1, _PIECE):
        piece = ids[start : min(start + _PIECE, len(ids) - 1)]
        logprobs = log_softmax(context.feed(piece[None])[0])
        probabilities = np.exp(logprobs)
        entropies = -(probabilities * logprobs).sum(-1) / np.log(2)
        probabilities[:, never] = 0
        for place in scored[(scored > start) & (scored <= start + len(piece))].tolist():
            row, token = place - 1 - start, int(ids[place])
            scores.append(
                TokenScore(
                    tokenizer.text_of(token),
                    float(-logprobs[row, token] / np.log(2)),
                    float(entropies[row]),
                    most_likely(probabilities[row], tokenizer, ALTERNATIVES),
                )
            )
    return scores
