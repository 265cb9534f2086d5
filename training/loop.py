"""The training loop: batches in, a better decoder out, and nothing lost when it is interrupted.

Knows nothing of command lines or screens: what is to be seen goes to a `Watcher`.
"""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim import Optimizer

from models.decoder import Decoder
from models.errors import RumiError
from models.freed_memory import keep_freed_memory
from training import checkpoint
from training.data import Batches, EncodedPoems
from training.defaults import COMPILED_MINUTES, COMPILED_STEPS
from training.device import multiplies_bfloat16
from training.distributed import World
from training.estimate import LossEstimate
from training.optim import schedule
from training.run_config import TrainConfig

Losses = Callable[[Decoder, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Nats of each target [batch, window], and what is to fall for it, from a decoder, its inputs and the targets, both of
that shape. The two are the same where there are no teachers (`losses_on`)."""
SOFT = 0.8
"""The share of what teachers hold likely in what a decoder learns from them and the text."""


LARGEST_STEP = 2**31 - 1
"""Of a run: centuries."""


@dataclass(frozen=True)
class Eval:
    """One evaluation on the validation text."""

    step: int
    seconds: float
    train_loss: float
    """Nats a token: the mean of the steps since the evaluation before, with dropout."""
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
    """Of the steps since the last evaluation."""
    newest_is_best: bool = False
    """Whether the last parameters are kept whatever their loss: it is not quite what was trained for."""
    evals: list[Eval] = field(default_factory=list)

    def check(self) -> None:
        """Raises `ValueError` where it is none that a run comes to."""
        steps = [0, *(each.step for each in self.evals), self.step]
        seconds = [0.0, *(each.seconds for each in self.evals), self.seconds]
        if sorted(steps) != steps or self.step > LARGEST_STEP or not all(map(math.isfinite, (*seconds, self.loss_sum))):
            raise ValueError("no run comes to such a step")

    @property
    def steps_since_eval(self) -> int:
        """Steps whose loss is in `loss_sum`."""
        return self.step - (self.evals[-1].step if self.evals else 0)

    @property
    def best(self) -> Eval | None:
        """The evaluation whose weights are kept; None before the first."""
        return self.evals[-1 - self.evals_since_best] if self.evals else None

    @property
    def evals_since_best(self) -> int:
        """Evaluations after that with the lowest validation loss, whose weights are kept; 0 if it was the last."""
        if self.newest_is_best:
            return 0
        losses = [each.validation_loss for each in self.evals]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


def progress_of(config: TrainConfig, state: TrainState) -> float:
    """The share of the run that lies behind, in the middle of the step to come; 1 or more when it is over."""
    of_steps = (state.step + 0.5) / config.steps if config.steps is not None else 0.0
    of_minutes = state.seconds / (60 * config.minutes) if config.minutes is not None else 0.0
    return max(of_steps, of_minutes)


class Store:
    """The folder of a run: its latest state and its best weights."""

    def __init__(self, folder: Path, facts: dict[str, Any], keep_best: Callable[[Decoder, TrainState], None]) -> None:
        self.folder, self.facts, self.keep_best = folder, facts, keep_best

    def save(self, model: Decoder, optimizers: Sequence[Optimizer], state: TrainState) -> None:
        """Writes all that `load` needs; the state before it is replaced whole or left alone."""
        weights = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        tensors = weights | checkpoint.optimizer_tensors(optimizers)
        checkpoint.save_state(self.folder, tensors, {**self.facts, "state": asdict(state)})

    def load(self, model: Decoder, optimizers: Sequence[Optimizer]) -> TrainState:
        """Puts the saved state into model and optimizers, if there is one, and says where the run stands.

        Raises `RumiError` for a state that no run has saved.
        """
        if not (self.folder / checkpoint.STATE).exists():
            return TrainState()
        path = self.folder / checkpoint.STATE
        tensors, facts = checkpoint.load_state(self.folder)
        weights = {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        checkpoint.load_tensors(model, weights, path)
        try:
            checkpoint.load_optimizer_tensors(optimizers, tensors)
            state = msgspec.convert(facts["state"], TrainState)
            state.check()
        except (KeyError, ValueError) as error:
            raise RumiError(f"{path} is damaged ({error}): start the run anew.") from error
        return state


class Watcher(Protocol):
    """Told what happens in a run, in the main process."""

    def stepped(self, state: TrainState, progress: float, loss: float) -> None:
        """After each step: `progress` is the share of the run, `loss` the step's in nats a token."""

    def evaluated(self, state: TrainState, model: Decoder) -> None:
        """After each evaluation; it is the best so far where `evals_since_best` is 0."""


def train(
    model: Decoder,
    optimizers: Sequence[Optimizer],
    batches: Batches,
    estimate_loss: LossEstimate,
    config: TrainConfig,
    store: Store,
    watcher: Watcher,
    world: World,
    weights: EncodedPoems | None = None,
    teachers: Sequence[Decoder] = (),
) -> TrainState | None:
    """Trains `model` where it lies until the config is done or `patience` runs out; None if it was interrupted.

    `weights` says what each target counts in the gradient, in the places of `batches`; losses that are told are without
    them. Then the last parameters are kept, and `patience` never runs out. `teachers` lie where the model does, and the
    losses that are told are without them, too.

    The random numbers of a step follow from (seed, step, process), so a run that goes on from a saved state takes
    the very steps it would have taken. Raises `RumiError` when a save fails.
    """
    keep_freed_memory()
    state = store.load(model, optimizers)
    if world.is_main and not state.step:  # so that it can be gone on with wherever it is cut off
        store.save(model, optimizers, state)
    state.newest_is_best = weights is not None
    mine = slice(world.rank * config.batch // world.size, (world.rank + 1) * config.batch // world.size)
    model.train()
    losses_of = losses_on(world.device, teachers)
    if world.device.type == "cuda" or is_long(config):
        ids = torch.zeros(config.batch // world.size // config.accumulate, batches.window, dtype=torch.int64)
        losses_of = compiled(losses_of, model, ids.to(world.device))
    started = time.monotonic() - state.seconds
    with interruptions() as interrupted:
        while state.evals_since_best < config.patience:
            progress = world.from_main(progress_of(config, state))
            if progress >= 1:
                break
            if world.from_main(len(interrupted)):
                if world.is_main:
                    if not state.evals:
                        store.keep_best(model, state)
                    store.save(model, optimizers, state)
                return None
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * schedule(progress)
            torch.manual_seed(seed_of(config.seed, state.step, world.rank))
            inputs, targets = (torch.from_numpy(ids[mine]).to(world.device) for ids in batches.at(state.step))
            counts = torch.ones_like(targets)
            if weights is not None:
                counts = torch.from_numpy(batches.beside(weights, state.step)[mine]).to(world.device)
            model.zero_grad()
            loss = 0.0
            for part in zip(*(ids.chunk(config.accumulate) for ids in (inputs, targets, counts)), strict=True):
                losses, learned = losses_of(model, *part[:2])
                ((learned * part[2]).mean() / config.accumulate).backward()
                loss += losses.mean().item() / config.accumulate
            world.average_gradients(model)
            for optimizer in optimizers:
                optimizer.step()

            step_loss = world.mean(loss)
            state.step += 1
            state.loss_sum += step_loss
            state.seconds = time.monotonic() - started
            over = world.from_main(progress_of(config, state)) >= 1
            if world.is_main:
                watcher.stepped(state, progress_of(config, state), step_loss)
            if over or (config.eval_every and state.step % config.eval_every == 0):
                _evaluate(model, estimate_loss, state, world)
                if world.is_main:
                    if state.evals_since_best == 0:
                        store.keep_best(model, state)
                    try:
                        watcher.evaluated(state, model)  # first: a run killed in between tells it twice, not never
                    finally:
                        store.save(model, optimizers, state)
                state.seconds = time.monotonic() - started
    return state


def seed_of(*numbers: int) -> int:
    """One seed of several numbers. PyTorch reads 32 bits of a seed on a CPU, so those of all must be in them."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def is_long(config: TrainConfig) -> bool:
    """Whether a run on a CPU takes so long that it is worth the half minute or more in which its step is compiled."""
    return (config.minutes or 0) >= COMPILED_MINUTES or (
        config.minutes is None and (config.steps or 0) >= COMPILED_STEPS
    )


def losses_on(device: torch.device, teachers: Sequence[Decoder] = ()) -> Losses:
    """The losses as a device computes them: its products are of bfloat16, if it has them.

    From teachers of the same tokens, decoders that are not trained, a model learns the mean of their probabilities for
    every place beside the one target that the text has there (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge
    in a Neural Network", arXiv:1503.02531).
    """
    kind, short = device.type, multiplies_bfloat16(device)

    def losses(model: Decoder, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(kind, torch.bfloat16, enabled=short):
            logits, _ = model(inputs)
            with torch.no_grad():
                beliefs = [teacher(inputs)[0].float().softmax(-1) for teacher in teachers]
        hard = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(targets)
        if not beliefs:
            return hard, hard
        soft = -(torch.stack(beliefs).mean(dim=0) * logits.float().log_softmax(-1)).sum(dim=-1)
        return hard, torch.lerp(hard, soft, SOFT)

    return losses


def compiled(losses: Losses, model: Decoder, ids: Tensor) -> Losses:
    """A function of losses, compiled and tried on ids [batch, window], so that no step of a run has to wait for it.

    Where nothing can be compiled, as without a C compiler, it is what it was.
    """
    torch._dynamo.config.suppress_errors = True
    quicker: Losses = torch.compile(losses)
    try:
        quicker(model, ids, ids)[1].mean().backward()
    except Exception:  # of the gradient, which is compiled where it is asked for: there nothing is suppressed
        return losses
    return quicker


def _evaluate(model: Decoder, estimate_loss: LossEstimate, state: TrainState, world: World) -> None:
    train_loss = state.loss_sum / state.steps_since_eval
    validation_loss = world.from_main(estimate_loss(model))
    state.evals.append(Eval(state.step, state.seconds, train_loss, validation_loss))
    state.loss_sum = 0.0


@contextmanager
def interruptions() -> Iterator[list[int]]:
    """Collects what ends a run, so that a step is never cut in two; a second Ctrl-C interrupts at once.

    That is Ctrl-C, SIGTERM, and SIGHUP, when the terminal is closed, unless nohup had that ignored.
    """
    received: list[int] = []

    def receive(number: int, _: Any) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    handlers = {number: signal.signal(number, receive) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
