"""From logits to one id. Knows nothing of text or of where the logits come from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumi_tui.engine.context import Logits
from rumi_tui.engine.request import Sampling

Probabilities = npt.NDArray[np.float64]


def log_softmax(logits: Logits) -> Probabilities:
    """Natural logarithms of the probabilities, float64, over the last axis."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted


def logprob_of(logits: Logits, chosen: int) -> float:
    """What `log_softmax` of logits [vocab_size] holds for one id, without the others."""
    wide = logits.astype(np.float64)
    highest = wide.max()
    return float(wide[chosen] - highest - np.log(np.exp(wide - highest).sum()))


def choose(logits: Logits, allowed: npt.NDArray[np.bool_], how: Sampling, rng: np.random.Generator) -> int:
    """Draws one id from logits [vocab_size], of those `allowed` [vocab_size].

    Temperature comes first, then top-k, top-p and min-p each strike out ids of what the one before left. One random
    number is drawn a call, also where only one id is left, so a seed means the same draws under all settings.
    """
    draw = rng.random()
    scores = np.where(allowed, logits.astype(np.float64), -np.inf)
    if how.temperature == 0:
        return int(scores.argmax())
    scores -= scores.max()
    with np.errstate(over="ignore"):  # a temperature next to zero: all but the likeliest become impossible
        weights = np.exp(scores / how.temperature)
    if how.top_k or how.top_p < 1:
        _keep_likeliest(weights, how)
    weights[weights < how.min_p] = 0  # the likeliest weighs 1
    cumulative = weights.cumsum()
    return int(cumulative.searchsorted(draw * cumulative[-1], side="right"))


def _keep_likeliest(weights: Probabilities, how: Sampling) -> None:
    """Sets to zero what top-k and top-p strike out."""
    order = np.argsort(-weights, kind="stable")
    if how.top_k:
        weights[order[how.top_k :]] = 0
    if how.top_p < 1:
        ordered = weights[order]
        mass_before = ordered.cumsum() - ordered
        weights[order[mass_before >= how.top_p * ordered.sum()]] = 0
