from __future__ import annotations

import pytest

from training.defaults import (
    BATCH,
    EPOCHS,
    EVALS,
    FEWEST_STEPS,
    GPU_BATCH,
    GPU_EVAL,
    LARGE_TEXT,
    LONG_BATCH,
    LONG_RUN,
    SMALL_BATCH,
    SMALL_TEXT,
    batch_for,
    dropout_for,
    eval_every_for,
    most_steps_for,
)


@pytest.mark.parametrize(
    ("characters", "minutes", "batch"),
    [
        (SMALL_TEXT - 1, 1.0, SMALL_BATCH),
        (SMALL_TEXT - 1, 10 * LONG_RUN, SMALL_BATCH),
        (SMALL_TEXT, LONG_RUN - 1, BATCH),
        (SMALL_TEXT, LONG_RUN, LONG_BATCH),
        (SMALL_TEXT, None, BATCH),
    ],
)
def test_a_short_run_takes_small_steps_and_a_long_one_larger(
    characters: int, minutes: float | None, batch: int
) -> None:
    assert batch_for(characters, minutes, on_gpu=False) == batch


def test_a_gpu_takes_large_steps_drops_more_and_looks_rarely_unless_the_text_is_small() -> None:
    small = SMALL_TEXT - 1
    for choose in (lambda on_gpu: batch_for(small, 1.0, on_gpu), lambda on_gpu: dropout_for(small, on_gpu)):
        assert choose(True) == choose(False)
    assert eval_every_for(small, 1000, on_gpu=True) == eval_every_for(small, 1000, on_gpu=False)
    for characters in (SMALL_TEXT, LARGE_TEXT):
        assert batch_for(characters, 1.0, on_gpu=True) == GPU_BATCH > LONG_BATCH
        assert dropout_for(characters, on_gpu=True) > dropout_for(characters, on_gpu=False)
        assert eval_every_for(characters, 1000, on_gpu=True) == GPU_EVAL > max(EVALS)


@pytest.mark.parametrize(
    ("tokens", "per_step", "steps"),
    [
        (600_000, 16_384, EPOCHS * 600_000 // 16_384),
        (40_000, 1024, EPOCHS * 40_000 // 1024),
        (2_000, 1024, FEWEST_STEPS),
    ],
)
def test_a_run_reads_its_text_so_many_times_at_most(tokens: int, per_step: int, steps: int) -> None:
    assert most_steps_for(tokens, per_step) == steps
