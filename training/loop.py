"""The training loop: batches in, a better decoder out, and nothing lost when it is interrupted.

Knows nothing of command lines or screens: what is to be seen goes to a `Watcher`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch.nn import functional as F
from torch.optim import Optimizer

from models.decoder import Decoder
from training import checkpoint
from training.data import Batches
from training.distributed import World
from training.optim import GRADIENT_NORM, build_optimizer, schedule
from training.quick_loss import QuickLoss


@dataclass(frozen=True)
class Plan:
    """What a run is to do. With `steps`, the same plan, text and processor give the same weights, bit for bit."""

    steps: int | None = None
    """Length of the run, or None where `minutes` says it."""
    minutes: float | None = None
    """Time for the run, looks at the validation text included; the schedule follows the clock."""
    batch: int = 8
    """Sequences in a step, over all processes."""
    learning_rate: float = 2e-3
    """At its height, see `training.optim.schedule`."""
    look_every: int = 200
    """Steps between two looks at the validation text; each also saves the state of the run."""
    patience: int = 10
    """Looks without a better validation loss after which the run ends."""
    seed: int = 0

    def done(self, progress: Progress) -> float:
        """The share of the run that lies behind, in the middle of the step to come; 1 or more when it is over."""
        if self.steps is not None:
            return (progress.step + 0.5) / self.steps
        assert self.minutes is not None
        return progress.seconds / (60 * self.minutes)


@dataclass(frozen=True)
class Look:
    """One look at the validation text."""

    step: int
    seconds: float
    train_loss: float
    """Nats a symbol: the mean of the steps since the look before, with dropout."""
    validation_loss: float
    """Nats a symbol, see `training.quick_loss.QuickLoss`."""


@dataclass
class Progress:
    """Where a run stands: with the weights and the optimizer, all that it needs to go on."""

    step: int = 0
    """Steps taken."""
    seconds: float = 0.0
    """Time spent, without the pauses between an interruption and its resumption."""
    loss_sum: float = 0.0
    """Of the steps since the last look."""
    looks: list[Look] = field(default_factory=list)

    @property
    def steps_since_look(self) -> int:
        """Steps whose loss is in `loss_sum`."""
        return self.step - (self.looks[-1].step if self.looks else 0)

    @property
    def looks_since_best(self) -> int:
        """Looks after the one with the lowest validation loss; 0 if that was the last."""
        losses = [look.validation_loss for look in self.looks]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


class Store:
    """The folder of a run: its latest state and its best weights."""

    def __init__(self, folder: Path, facts: dict[str, Any], keep_best: Callable[[Decoder, Progress], None]) -> None:
        self.folder, self.facts, self.keep_best = folder, facts, keep_best

    def save(self, model: Decoder, optimizer: Optimizer, progress: Progress) -> None:
        """Writes all that `load` needs; the state before it is replaced whole or left alone."""
        weights = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        tensors = weights | checkpoint.optimizer_tensors(optimizer)
        checkpoint.save_state(self.folder, tensors, {**self.facts, "progress": asdict(progress)})

    def load(self, model: Decoder, optimizer: Optimizer) -> Progress:
        """Puts the saved state into model and optimizer, if there is one, and says where the run stands."""
        if not (self.folder / checkpoint.STATE).exists():
            return Progress()
        tensors, facts = checkpoint.load_state(self.folder)
        weights = {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        checkpoint.load_tensors(model, weights, self.folder / checkpoint.STATE)
        checkpoint.load_optimizer_tensors(optimizer, tensors)
        progress = facts["progress"]
        return Progress(**progress | {"looks": [Look(**look) for look in progress["looks"]]})


class Watcher(Protocol):
    """Told what happens in a run, in the process that leads."""

    def stepped(self, progress: Progress, done: float, loss: float) -> None:
        """After each step: `done` is the share of the run, `loss` the step's in nats a symbol."""

    def looked(self, progress: Progress, model: Decoder) -> None:
        """After each look at the validation text; it is the best so far where `looks_since_best` is 0."""


def train(
    model: Decoder, batches: Batches, quick_loss: QuickLoss, plan: Plan, store: Store, watcher: Watcher, world: World
) -> Progress | None:
    """Trains `model` where it lies until the plan is done or `patience` runs out; None if it was interrupted.

    The random numbers of a step follow from (seed, step, process), so a run that goes on from a saved state takes
    the very steps it would have taken. Raises `RumiError` when a save fails.
    """
    optimizer = build_optimizer(model, plan.learning_rate)
    progress = store.load(model, optimizer)
    mine = slice(world.rank * plan.batch // world.size, (world.rank + 1) * plan.batch // world.size)
    started = time.monotonic() - progress.seconds
    model.train()
    with _interruptions() as interrupted:
        while progress.looks_since_best < plan.patience:
            done = world.from_leader(plan.done(progress))
            if done >= 1:
                break
            if world.from_leader(len(interrupted)):
                if world.leads:
                    if not progress.looks:
                        store.keep_best(model, progress)
                    store.save(model, optimizer, progress)
                return None
            for group in optimizer.param_groups:
                group["lr"] = plan.learning_rate * schedule(done)
            torch.manual_seed((plan.seed << 32) + progress.step * world.size + world.rank)
            inputs, targets = (torch.from_numpy(ids[mine]).to(world.device) for ids in batches.at(progress.step))
            with torch.autocast(world.device.type, torch.bfloat16, enabled=world.device.type == "cuda"):
                logits, _ = model(inputs)
            loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            world.average_gradients(model)
            torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_NORM)
            optimizer.step()

            step_loss = world.mean(loss.item())
            progress.step += 1
            progress.loss_sum += step_loss
            progress.seconds = time.monotonic() - started
            over = world.from_leader(plan.done(progress)) >= 1
            if world.leads:
                watcher.stepped(progress, plan.done(progress), step_loss)
            if over or progress.step % plan.look_every == 0:
                _look(model, quick_loss, progress, world)
                if world.leads:
                    if progress.looks_since_best == 0:
                        store.keep_best(model, progress)
                    store.save(model, optimizer, progress)
                    watcher.looked(progress, model)
                progress.seconds = time.monotonic() - started
    return progress


def _look(model: Decoder, quick_loss: QuickLoss, progress: Progress, world: World) -> None:
    train_loss = progress.loss_sum / progress.steps_since_look
    validation_loss = world.from_leader(quick_loss(model))
    progress.looks.append(Look(progress.step, progress.seconds, train_loss, validation_loss))
    progress.loss_sum = 0.0


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Collects Ctrl-C and SIGTERM, so that a step is never cut in two; a second Ctrl-C interrupts at once."""
    received: list[int] = []

    def receive(number: int, _: Any) -> None:
        if received:
            raise KeyboardInterrupt
        received.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
