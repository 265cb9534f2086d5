"""What a run chooses by itself where nobody says otherwise. Each choice was measured: see docs/training.md.

Knows nothing of torch, so that the command line can show its defaults.
"""

from __future__ import annotations

BATCH, SMALL_BATCH = 16, 4
"""Sequences in a step; the second for a small text, which is learned in fewer, noisier steps of which more fit in."""
LEARNING_RATE = 0.02
"""At its height, of a run from scratch."""
INIT_RATE = 0.01
"""At its height, of a run that starts from a trained checkpoint, which a higher one would shake out of place."""
MINUTES = 10.0
"""Time for a run."""
SMALL_TEXT, LARGE_TEXT = 200_000, 1_500_000
"""Characters of text: below the one a text is small, above the other a run hardly comes round to learn it by heart."""
LOOKS = (10, 100)
"""Steps between two looks at the validation text: half an epoch, but no fewer and no more than these."""


def dropout_for(characters: int) -> float:
    """The dropout for a training text of so many characters."""
    if characters < SMALL_TEXT:
        return 0.3
    return 0.2 if characters < LARGE_TEXT else 0.0


def batch_for(characters: int) -> int:
    """The sequences in a step for a training text of so many characters."""
    return SMALL_BATCH if characters < SMALL_TEXT else BATCH


def look_every_for(symbols: int, symbols_per_step: int) -> int:
    """Steps between two looks at the validation text, see `LOOKS`."""
    fewest, most = LOOKS
    return max(fewest, min(most, symbols // symbols_per_step // 2))
