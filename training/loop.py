"""The training loop: batches in, a better decoder out, and nothing lost when it is interrupted.

Knows nothing of command lines or screens: what is to be seen goes to a `Watcher`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim import Optimizer

from models.decoder import Decoder
from training import checkpoint
from training.allocator import keep_freed_memory
from training.data import Batches
from training.defaults import BATCH
from training.distributed import World
from training.estimate import LossEstimate
from training.optim import schedule
from training.precision import multiplies_bfloat16

Losses = Callable[[Decoder, Tensor, Tensor], Tensor]
"""Nats of each target [batch, window], from a decoder, its inputs and the targets, both of that shape."""


@dataclass(frozen=True)
class TrainConfig:
    """What a run is to do: `steps`, `minutes` or both, of which the one that ends it sooner sets the schedule.

    With `steps` alone, the same plan, text and CPU give the same weights, bit for bit.
    """

    steps: int | None = None
    minutes: float | None = None
    """Time for the run, evaluations included."""
    batch: int = BATCH
    """Sequences in a step, over all processes."""
    accumulate: int = 1
    """Parts that a process works through one after another in a step, to spare memory; the gradient stays the same."""
    eval_every: int | None = None
    """Steps between two evaluations, each of which also saves the state of the run. None: only at the end."""
    patience: int = 10
    """Evaluations without a better validation loss after which the run ends."""
    seed: int = 0

    def done(self, progress: TrainState) -> float:
        """The share of the run that lies behind, in the middle of the step to come; 1 or more when it is over."""
        of_steps = (progress.step + 0.5) / self.steps if self.steps is not None else 0.0
        of_minutes = progress.seconds / (60 * self.minutes) if self.minutes is not None else 0.0
        return max(of_steps, of_minutes)


@dataclass(frozen=True)
class Eval:
    """One look at the validation text."""

    step: int
    seconds: float
    train_loss: float
    """Nats a token: the mean of the steps since the look before, with dropout."""
    validation_loss: float
    """Nats a token, see `training.estimate.LossEstimate`."""


@dataclass
class TrainState:
    """Where a run stands: with the weights and the optimizer, all that it needs to go on."""

    step: int = 0
    """Steps taken."""
    seconds: float = 0.0
    """Time spent, without the pauses between an interruption and its resumption."""
    loss_sum: float = 0.0
    """Of the steps since the last look."""
    newest_is_best: bool = False
    """Whether the last parameters are kept whatever their loss: it is not quite what was trained for."""
    evals: list[Eval] = field(default_factory=list)

    @property
    def steps_since_eval(self) -> int:
        """Steps whose loss is in `loss_sum`."""
        return self.step - (self.evals[-1].step if self.evals else 0)

    @property
    def evals_since_best(self) -> int:
        """Looks after the one whose weights are kept, that with the lowest validation loss; 0 if it was the last."""
        if self.newest_is_best:
            return 0
        losses = [each.validation_loss for each in self.evals]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


class Store:
    """The folder of a run: its latest state and its best weights."""

    def __init__(self, folder: Path, facts: dict[str, Any], keep_best: Callable[[Decoder, TrainState], None]) -> None:
        self.folder, self.facts, self.keep_best = folder, facts, keep_best

    def save(self, model: Decoder, optimizers: Sequence[Optimizer], progress: TrainState) -> None:
        """Writes all that `load` needs; the state before it is replaced whole or left alone."""
        weights = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        tensors = weights | checkpoint.optimizer_tensors(optimizers)
        checkpoint.save_state(self.folder, tensors, {**self.facts, "progress": asdict(progress)})

    def load(self, model: Decoder, optimizers: Sequence[Optimizer]) -> TrainState:
        """Puts the saved state into model and optimizers, if there is one, and says where the run stands."""
        if not (self.folder / checkpoint.STATE).exists():
            return TrainState()
        tensors, facts = checkpoint.load_state(self.folder)
        weights = {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        checkpoint.load_tensors(model, weights, self.folder / checkpoint.STATE)
        checkpoint.load_optimizer_tensors(optimizers, tensors)
        return msgspec.convert(facts["progress"], TrainState)


class Watcher(Protocol):
    """Told what happens in a run, in the main process."""

    def stepped(self, progress: TrainState, done: float, loss: float) -> None:
        """After each step: `done` is the share of the run, `loss` the step's in nats a token."""

    def evaluated(self, progress: TrainState, model: Decoder) -> None:
        """After each look at the validation text; it is the best so far where `evals_since_best` is 0."""


def train(
    model: Decoder,
    optimizers: Sequence[Optimizer],
    batches: Batches,
    estimate_loss: LossEstimate,
    plan: TrainConfig,
    store: Store,
    watcher: Watcher,
    world: World,
    weights: Batches | None = None,
) -> TrainState | None:
    """Trains `model` where it lies until the plan is done or `patience` runs out; None if it was interrupted.

    `weights` says what each target counts in the gradient, in the places of `batches`; losses that are told are without
    them. Then the last parameters are kept, and `patience` never runs out.

    The random numbers of a step follow from (seed, step, process), so a run that goes on from a saved state takes
    the very steps it would have taken. Raises `RumiError` when a save fails.
    """
    keep_freed_memory()
    progress = store.load(model, optimizers)
    progress.newest_is_best = weights is not None
    mine = slice(world.rank * plan.batch // world.size, (world.rank + 1) * plan.batch // world.size)
    model.train()
    losses_of = losses_on(world.device)
    if world.device.type == "cuda":
        ids = torch.zeros(plan.batch // world.size // plan.accumulate, batches.window, dtype=torch.int64)
        losses_of = compiled(losses_of, model, ids.to(world.device))
    started = time.monotonic() - progress.seconds
    with _interruptions() as interrupted:
        while progress.evals_since_best < plan.patience:
            done = world.from_main(plan.done(progress))
            if done >= 1:
                break
            if world.from_main(len(interrupted)):
                if world.is_main:
                    if not progress.evals:
                        store.keep_best(model, progress)
                    store.save(model, optimizers, progress)
                return None
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * schedule(done)
            torch.manual_seed((plan.seed << 32) + progress.step * world.size + world.rank)
            inputs, targets = (torch.from_numpy(ids[mine]).to(world.device) for ids in batches.at(progress.step))
            counts = torch.ones_like(targets)
            if weights is not None:
                counts = torch.from_numpy(weights.at(progress.step)[1][mine]).to(world.device)
            model.zero_grad()
            loss = 0.0
            for part in zip(*(ids.chunk(plan.accumulate) for ids in (inputs, targets, counts)), strict=True):
                losses = losses_of(model, *part[:2])
                ((losses * part[2]).mean() / plan.accumulate).backward()
                loss += losses.mean().item() / plan.accumulate
            world.average_gradients(model)
            for optimizer in optimizers:
                optimizer.step()

            step_loss = world.mean(loss)
            progress.step += 1
            progress.loss_sum += step_loss
            progress.seconds = time.monotonic() - started
            over = world.from_main(plan.done(progress)) >= 1
            if world.is_main:
                watcher.stepped(progress, plan.done(progress), step_loss)
            if over or (plan.eval_every and progress.step % plan.eval_every == 0):
                _evaluate(model, estimate_loss, progress, world)
                if world.is_main:
                    if progress.evals_since_best == 0:
                        store.keep_best(model, progress)
                    store.save(model, optimizers, progress)
                    watcher.evaluated(progress, model)
                progress.seconds = time.monotonic() - started
    return progress


def losses_on(device: torch.device) -> Losses:
    """The losses as a device computes them: its products are of bfloat16, if it has them."""
    kind, short = device.type, multiplies_bfloat16(device)

    def losses(model: Decoder, inputs: Tensor, targets: Tensor) -> Tensor:
        with torch.autocast(kind, torch.bfloat16, enabled=short):
            logits, _ = model(inputs)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(targets)

    return losses


def compiled(losses: Losses, model: Decoder, ids: Tensor) -> Losses:
    """A function of losses, compiled and tried on ids [batch, window], so that no step of a run has to wait for it.

    Where nothing can be compiled, as without a C compiler, it is what it was.
    """
    torch._dynamo.config.suppress_errors = True
    quicker: Losses = torch.compile(losses)
    quicker(model, ids, ids).mean().backward()
    return quicker


def _evaluate(model: Decoder, estimate_loss: LossEstimate, progress: TrainState, world: World) -> None:
    train_loss = progress.loss_sum / progress.steps_since_eval
    validation_loss = world.from_main(estimate_loss(model))
    progress.evals.append(Eval(progress.step, progress.seconds, train_loss, validation_loss))
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
