from __future__ import annotations

import pytest

from training.recipe import BATCH, LONG_BATCH, LONG_RUN, SMALL_BATCH, SMALL_TEXT, batch_for


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
    assert batch_for(characters, minutes) == batch
