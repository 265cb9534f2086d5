from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import Files, mutate
from readers import lay, read
from samples import passing_folder, standard_model_files
from targets import READERS

SLOW = {"first steps": 0, "model files": 20, "checkpoints": 10, "runs": 10, "indexes": 5, "pages of sources": 10}
"""How many inputs are tried of readers that take long, or whose samples do; `make fuzz` tries many of each."""
NAMES = [name for name in READERS if SLOW.get(name, 1)]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_becomes_of_a_file_it_is_read_or_refused_in_words_that_control_no_screen(name: str) -> None:
    samples = standard_model_files() if name == "model files" else READERS[name].samples()
    folder = passing_folder() / "input"

    @settings(
        max_examples=SLOW.get(name, 20),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), st.none() | st.binary(max_size=200))
    def holds(seed: int, content: bytes | None) -> None:
        rng = random.Random(seed)
        files: Files = rng.choice(samples)
        if content is None:
            files, _ = mutate(files, samples, rng)
        else:
            files = {**files, rng.choice(sorted(files)): content}
        lay(files, folder)
        assert read(READERS[name], folder) in ("read", "refused")

    holds()
