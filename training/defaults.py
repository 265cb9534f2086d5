"""What a run chooses by itself where nobody says otherwise. docs/experiments.md says what each is worth.

Knows nothing of torch, so that the command line can show its defaults.
"""

from __future__ import annotations

BATCH, SMALL_BATCH, LONG_BATCH = 8, 4, 16
"""Sequences in a step. Fewer for a small text and more for a long run: what counts at first is how many steps fit into
the time, and later how exact each of them is."""
LONG_RUN = 30.0
"""Minutes from which on a run is long."""
LEARNING_RATE = 0.02
"""At its height, of a run from scratch."""
INIT_RATE = 0.003
"""At its height, of a run that starts from a trained checkpoint, which a higher one would shake out of place."""
RHYME_RATE = 0.002
"""The same of such a run where words that rhyme weigh more."""
MINUTES = 10.0
"""Time for a run."""
FEWEST_POEMS = 5
"""In a metre that a model is told, and that its verse is compared with: fewer teach nothing."""
COMPILED_MINUTES, COMPILED_STEPS = 5.0, 1000
"""From how many minutes on, or steps where nobody says minutes, a run on a CPU compiles its step first. A compiled step
takes two thirds of the time."""
EPOCHS, FEWEST_STEPS = 60, 2000
"""A run for some time reads its text so many times at most, if it is not so small that it would take fewer steps: what
a quick processor could read after that, it would learn by heart."""
SMALL_TEXT, LARGE_TEXT = 200_000, 1_500_000
"""Characters of text: below the one a text is small, above the other a CPU hardly comes round to learn it by heart."""
EVALS = (10, 100)
"""Steps between two evaluations on the validation text: half an epoch, but no fewer and no more than these."""
GPU_BATCH, GPU_EVAL = 64, 1000
"""Sequences in a step, and steps between two evals, where a GPU reads a text that is not small. It works through many
sequences in the time of one, and an evaluation takes it as long as a hundred steps."""


def dropout_for(characters: int, on_gpu: bool) -> float:
    """The dropout for a training text of so many characters: more on a GPU, which reads a text dozens of times."""
    if characters < SMALL_TEXT:
        return 0.3
    if on_gpu:
        return 0.4 if characters < LARGE_TEXT else 0.2
    return 0.2 if characters < LARGE_TEXT else 0.0


def batch_for(characters: int, minutes: float | None, on_gpu: bool) -> int:
    """The sequences in a step for a training text of so many characters and a run of so many minutes, if it has any."""
    if characters < SMALL_TEXT:
        return SMALL_BATCH
    if on_gpu:
        return GPU_BATCH
    return LONG_BATCH if minutes is not None and minutes >= LONG_RUN else BATCH


def eval_every_for(tokens: int, tokens_per_step: int, on_gpu: bool) -> int:
    """Steps between two evaluations on the validation text, see `EVALS` and `GPU_EVAL`."""
    if on_gpu and tokens >= SMALL_TEXT:
        return GPU_EVAL
    fewest, most = EVALS
    return max(fewest, min(most, tokens // tokens_per_step // 2))


def most_steps_for(tokens: int, tokens_per_step: int) -> int:
    """The steps of a run for some time, at most, see `EPOCHS`."""
    return max(FEWEST_STEPS, EPOCHS * tokens // tokens_per_step)
