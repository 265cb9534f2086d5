"""What a run chooses by itself where nobody says otherwise. Each choice was measured: see docs/training.md.

Knows nothing of torch, so that the command line can show its defaults.
"""

from __future__ import annotations

BATCH = 16
"""Sequences in a step."""
LEARNING_RATE = 0.02
"""At its height, of a run from scratch."""
INIT_RATE = 0.005
"""At its height, of a run that starts from a trained checkpoint, which a higher one would shake out of place."""
MINUTES = 10.0
"""Time for a run."""
SMALL_TEXT, LARGE_TEXT = 200_000, 1_500_000
"""Characters of text: below the one a run soon knows its text by heart, above the other it hardly comes round to it."""
LOOKS = (10, 100)
"""Steps between two looks at the validation text: half an epoch, but no fewer and no more than these."""


def dropout_for(characters: int) -> float:
    """The dropout for a training text of so many characters."""
    if characters < SMALL_TEXT:
        return 0.3
    return 0.2 if characters < LARGE_TEXT else 0.0


def look_every_for(symbols: int, symbols_per_step: int) -> int:
    """Steps between two looks at the validation text, see `LOOKS`."""
    fewest, most = LOOKS
    return max(fewest, min(most, symbols // symbols_per_step // 2))
