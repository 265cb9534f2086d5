from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.checkpoint import load_weights
from training.distributed import join_world
from training.run import Run, prepare
from training.run_config import RunConfig, TrainConfig
from training.torch_step import TorchStep

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

POEMS = "\n\n".join(f"the {word} went out\nand the {word} came in" for word in map(str, range(200)))


def train(folder: Path, dropout: float) -> Run:
    text = folder / "poems.txt"
    text.write_text(POEMS + "\n", encoding="utf-8")
    run_config = RunConfig(
        (str(text),), "en", "couplet", "minimal", 16, None, dropout, None, TrainConfig(steps=60), ("rumi-train",)
    )
    with join_world() as world:
        run = prepare(run_config, folder / "run", world)
        assert run.train() is not None
    return run


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_a_run_on_a_gpu_learns_and_what_it_keeps_says_the_same_on_the_cpu(tmp_path: Path, dropout: float) -> None:
    run = train(tmp_path, dropout)
    assert next(run.model.parameters()).is_cuda
    losses = [float(line.split(",")[2]) for line in (run.folder / "loss.csv").read_text().splitlines()[1:]]
    assert losses[-1] < 0.7 * losses[0]
    ids = np.arange(6, 26)[None]
    on_cpu, on_gpu = (
        step(ids, step.empty_cache(1))[0]
        for step in (TorchStep(load_weights(run.folder)[0].to(device)) for device in ("cpu", run.world.device))
    )
    np.testing.assert_allclose(on_gpu, on_cpu, atol=0.01)
