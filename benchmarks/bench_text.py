"""One training run on tiny Shakespeare, measured on the whole validation split: what both benchmarks of training share.

The first 90 % of the characters train, the rest validates, as everywhere this text is used (karpathy/char-rnn).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from models.tokenizer import CharacterTokenizer, normalise
from training.data import Batches, EncodedPoems
from training.distributed import World
from training.loop import Store, TrainState, train
from training.run_config import TrainConfig

TIMED_STEPS = 3
NAME = "bench/tinyshakespeare.txt"
ALONE = World(rank=0, size=1, device=torch.device("cpu"))


class BenchText:
    """The text as ids; exits with one sentence if it is not there."""

    def __init__(self, path: Path | None) -> None:
        path = path or Path(os.environ.get("RUMI_CORPUS_DIR", ".")) / NAME
        if not path.is_file():
            sys.exit(f"There is no text at {path}: name tiny Shakespeare's input.txt with --text.")
        text = normalise(path.read_text("utf-8"))
        split = len(text) * 9 // 10
        self.tokenizer = CharacterTokenizer.train([text[:split]])
        ids = np.array(self.tokenizer.encode(text), dtype=np.int64)
        self.training, self.validation = ids[:split], ids[split:]

    def batches(self, window: int, batch: int, seed: int) -> Batches:
        """The training part as one long poem."""
        return Batches(EncodedPoems(self.training, np.array([0, len(self.training)])), window, batch, seed)

    @torch.no_grad()
    def loss(self, model: nn.Module, window: int) -> float:
        """Nats a character: each of the validation split predicted once, with at least half a window before it."""
        model.eval()
        half, nats = window // 2, 0.0
        for start in range(0, len(self.validation) - 1, half):
            before = max(0, start - half)
            ids = torch.from_numpy(self.validation[before : start + half + 1])
            logits, _ = model(ids[None, :-1])
            nats += F.cross_entropy(logits[0, start - before :], ids[1 + start - before :], reduction="sum").item()
        return nats / (len(self.validation) - 1)


class Silent:
    """A watcher that only remembers the last step's loss, smoothed."""

    loss: float | None = None

    def stepped(self, state: TrainState, progress: float, loss: float) -> None:
        self.loss = loss if self.loss is None else 0.98 * self.loss + 0.02 * loss

    def evaluated(self, state: TrainState, model: nn.Module) -> None:
        pass


def run(
    model: nn.Module, optimizers: Sequence[Optimizer], batches: Batches, plan: TrainConfig
) -> tuple[TrainState, float]:
    """Trains by the loop that rumi-train uses, without evaluations; gives back where it ended and its training loss."""
    watcher = Silent()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), {}, lambda *_: None)
        state = train(model, optimizers, batches, lambda _: 0.0, plan, store, watcher, ALONE)
    if state is None:
        sys.exit("Interrupted.")
    return state, watcher.loss or float("nan")


def seconds_per_step(model: nn.Module, optimizers: Sequence[Optimizer], batches: Batches) -> float:
    """Processor time of a step; moves the weights."""
    started = time.process_time()
    run(model, optimizers, batches, TrainConfig(steps=TIMED_STEPS))
    return (time.process_time() - started) / TIMED_STEPS
