from __future__ import annotations

import itertools
import math
import signal
from dataclasses import astuple, replace
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
import torch
from support import SHAPES, joined, refused, tokenizer_of, verse
from torch import Tensor, nn
from torch.nn import functional as F

from models.decoder import Decoder
from rumi_tui.texts.corpus import parse_poems
from training import checkpoint
from training.data import Batches, encode_poem
from training.defaults import COMPILED_STEPS
from training.distributed import World
from training.estimate import LossEstimate
from training.loop import SOFT, Eval, Store, TrainState, compiled, interruptions, losses_on, progress_of, seed_of, train
from training.optim import build_optimizers
from training.run_config import TrainConfig

pytestmark = pytest.mark.slow  # models are trained

ALONE = World(rank=0, size=1, device=torch.device("cpu"))
PLAN = TrainConfig(steps=23, batch=2, eval_every=5, seed=3)
TOKENIZER = tokenizer_of(40)
POEMS = [encode_poem(TOKENIZER, poem) for poem in parse_poems(verse(8).splitlines(), "free")]
NOISE = list(np.random.default_rng(0).integers(6, 40, size=(2, 200)))


class Watching:
    """Keeps the losses of a run; may do something when a step is taken."""

    def __init__(self, at: int = -1, does: type[BaseException] | signal.Signals | None = None) -> None:
        self.losses: dict[int, float] = {}
        self.evals: list[Eval] = []
        self.at, self.does = at, does

    def stepped(self, state: TrainState, progress: float, loss: float) -> None:
        assert progress > 0
        self.losses[state.step] = loss
        if state.step == self.at:
            if isinstance(self.does, signal.Signals):
                signal.raise_signal(self.does)
            elif self.does is not None:
                raise self.does

    def evaluated(self, state: TrainState, model: Decoder) -> None:
        self.evals.append(state.evals[-1])


class Running:
    """A run in a folder: every one that is made from the same settings is the same run."""

    def __init__(
        self,
        folder: Path,
        config: TrainConfig = PLAN,
        dropout: float = 0.0,
        validation: list[np.ndarray] = POEMS,
        learning_rate: float = 0.02,
    ) -> None:
        self.learning_rate = learning_rate
        self.weights: Batches | None = None
        shape = msgspec.structs.replace(SHAPES["rotary"], dropout=dropout)
        torch.manual_seed(config.seed)
        self.config, self.model = config, Decoder(shape)
        self.batches = Batches(joined(POEMS), shape.window, config.batch, config.seed)
        self.estimate_loss = LossEstimate(joined(validation), shape.window, config.batch)
        self.best: dict[str, Tensor] = {}
        self.kept: list[int] = []
        self.store = Store(folder, {}, self._keep_best)

    def _keep_best(self, model: Decoder, state: TrainState) -> None:
        self.kept.append(state.step)
        self.best = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def train(self, watching: Watching | None = None) -> TrainState | None:
        watching = watching or Watching()
        optimizers = build_optimizers(self.model, self.learning_rate)
        parts = (self.model, optimizers, self.batches, self.estimate_loss, self.config, self.store, watching, ALONE)
        return train(*parts, self.weights)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"state": 1},
        {"state": {"step": -1}},
        {"state": {"step": 2**40}},
        {"state": {"loss_sum": math.nan}},
        {"state": {"step": 1, "evals": [{"step": 2, "seconds": 1, "train_loss": 1, "validation_loss": 1}]}},
    ],
)
def test_a_state_that_no_run_comes_to_is_refused(tmp_path: Path, facts: dict[str, object]) -> None:
    run = Running(tmp_path)
    checkpoint.save_state(tmp_path, {f"model.{name}": each for name, each in run.model.state_dict().items()}, facts)
    with refused("is damaged .* start the run anew"):
        run.store.load(run.model, build_optimizers(run.model, 0.01))


def look_losses(state: TrainState | None) -> list[tuple[int, float, float]]:
    assert state is not None
    return [(each.step, each.train_loss, each.validation_loss) for each in state.evals]


class Whole(NamedTuple):
    """A run that nothing interrupts."""

    dropout: float
    run: Running
    seen: Watching
    end: TrainState | None


@pytest.fixture(scope="module", params=[0.0, 0.3])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    run, seen = Running(tmp_path_factory.mktemp("whole"), dropout=request.param), Watching()
    return Whole(request.param, run, seen, run.train(seen))


@pytest.mark.parametrize(
    ("at", "number"), [(1, signal.SIGINT), (7, signal.SIGINT), (10, signal.SIGTERM), (22, signal.SIGINT)]
)
def test_a_resumed_run_goes_on_bit_for_bit(tmp_path: Path, whole: Whole, at: int, number: signal.Signals) -> None:
    dropout, seen = whole.dropout, Watching(at, number)
    assert Running(tmp_path / "cut", dropout=dropout).train(seen) is None
    assert list(seen.losses) == list(range(1, at + 1))
    resumed, rest = Running(tmp_path / "cut", dropout=dropout), Watching()
    assert look_losses(resumed.train(rest)) == look_losses(whole.end)
    assert list(rest.losses) == list(range(at + 1, 24))
    assert seen.losses | rest.losses == whole.seen.losses
    for name, tensor in whole.run.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name


def test_a_run_that_died_goes_on_from_its_last_look_bit_for_bit(tmp_path: Path) -> None:
    whole = Running(tmp_path / "whole", dropout=0.3)
    finished = whole.train()
    with pytest.raises(MemoryError):
        Running(tmp_path / "died", dropout=0.3).train(Watching(13, MemoryError))
    resumed, rest = Running(tmp_path / "died", dropout=0.3), Watching()
    assert look_losses(resumed.train(rest)) == look_losses(finished)
    assert min(rest.losses) == 11
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name


def test_a_look_is_told_before_a_run_can_go_on_behind_it(tmp_path: Path) -> None:
    class Reading(Watching):
        def evaluated(self, state: TrainState, model: Decoder) -> None:
            super().evaluated(state, model)
            assert checkpoint.load_state(tmp_path)[1]["state"]["step"] < state.step

    seen = Reading()
    Running(tmp_path).train(seen)
    assert [each.step for each in seen.evals] == [5, 10, 15, 20, 23]


def test_a_run_with_weights_goes_on_bit_for_bit_and_keeps_its_last_parameters(tmp_path: Path) -> None:
    config = TrainConfig(steps=6, batch=2, eval_every=2, seed=3, patience=1)

    def running(folder: Path) -> Running:
        run = Running(folder, config, validation=NOISE)
        run.weights = joined([1 + np.arange(len(poem)) % 3 for poem in POEMS])
        return run

    whole = running(tmp_path / "whole")
    finished = whole.train()
    assert finished is not None
    assert [each.step for each in finished.evals] == whole.kept == [2, 4, 6]
    assert running(tmp_path / "cut").train(Watching(3, signal.SIGINT)) is None
    resumed = running(tmp_path / "cut")
    assert look_losses(resumed.train()) == look_losses(finished)
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name


def test_a_target_without_weight_teaches_nothing(tmp_path: Path) -> None:
    config = TrainConfig(steps=1, batch=2, accumulate=2)
    gradients = {}
    for weight in (0, 1, 2):
        run = Running(tmp_path / str(weight), config)
        run.weights = joined([np.full(len(poem), weight) for poem in POEMS])
        assert (state := run.train()) is not None
        gradients[weight] = run.model.head.weight.grad.norm().item()
        assert state.evals[0].train_loss == pytest.approx(math.log(len(TOKENIZER)))
    assert gradients[0] == 0
    assert gradients[2] == pytest.approx(2 * gradients[1], rel=1e-5)


def test_a_run_that_is_interrupted_before_its_first_look_keeps_its_weights(tmp_path: Path) -> None:
    run = Running(tmp_path)
    assert run.train(Watching(2, signal.SIGINT)) is None
    assert run.kept == [2]
    tensors, facts = checkpoint.load_state(tmp_path)
    assert facts["state"]["step"] == 2
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(tensors[f"model.{name}"], tensor)


def test_a_second_interruption_stops_at_once_and_the_old_handlers_come_back(tmp_path: Path) -> None:
    class Twice(Watching):
        def stepped(self, state: TrainState, progress: float, loss: float) -> None:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt):
        Running(tmp_path).train(Twice())
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_finished_run_that_is_resumed_takes_no_step(tmp_path: Path) -> None:
    first = Running(tmp_path)
    finished = first.train()
    again, seen = Running(tmp_path), Watching()
    assert look_losses(again.train(seen)) == look_losses(finished)
    assert seen.losses == {}
    assert torch.equal(again.model.head.weight, first.model.head.weight)


def test_a_run_looks_every_so_many_steps_and_at_its_end(tmp_path: Path) -> None:
    seen = Watching()
    finished = Running(tmp_path).train(seen)
    assert [each.step for each in seen.evals] == [5, 10, 15, 20, 23]
    assert finished is not None
    assert [astuple(each) for each in finished.evals] == [astuple(each) for each in seen.evals]
    for look, since in zip(seen.evals, (0, 5, 10, 15, 20), strict=True):
        steps = range(since + 1, look.step + 1)
        assert look.train_loss == pytest.approx(np.mean([seen.losses[step] for step in steps]))


def test_training_starts_at_ln_of_the_alphabet_and_lowers_the_loss(tmp_path: Path) -> None:
    seen = Watching()
    Running(tmp_path, TrainConfig(steps=120, batch=8, eval_every=60)).train(seen)
    assert seen.losses[1] == pytest.approx(math.log(40), abs=1e-5)
    assert seen.evals[-1].validation_loss < seen.evals[0].validation_loss < math.log(40)
    assert np.mean([seen.losses[step] for step in range(111, 121)]) < 0.5 * math.log(40)


def test_a_run_stops_when_it_gets_no_better_and_keeps_the_best_weights(tmp_path: Path) -> None:
    config = TrainConfig(steps=COMPILED_STEPS - 1, batch=2, eval_every=4, patience=3)
    run = Running(tmp_path, config, validation=NOISE)
    finished = run.train()
    assert finished is not None
    losses = [each.validation_loss for each in finished.evals]
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + config.patience < 100
    assert run.kept[-1] == finished.evals[best].step
    assert losses[-1] > losses[best]
    assert run.estimate_loss(run.model) == losses[-1]
    run.model.load_state_dict(run.best)
    assert run.estimate_loss(run.model) == losses[best]


def test_a_batch_in_parts_is_the_same_batch(tmp_path: Path) -> None:
    losses = []
    for parts in (1, 2, 4):
        run = Running(tmp_path / str(parts), TrainConfig(steps=12, batch=4, eval_every=4, accumulate=parts))
        losses.append([row for evals in look_losses(run.train()) for row in evals])
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    assert losses[2] == pytest.approx(losses[0], rel=1e-4)


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    runs = [Running(tmp_path / str(seed), replace(PLAN, steps=3, seed=seed)) for seed in (0, 1)]
    losses = [look_losses(run.train()) for run in runs]
    assert losses[0] != losses[1]


@pytest.mark.parametrize(
    ("config", "state", "done"),
    [
        (TrainConfig(steps=10), TrainState(step=0, seconds=999), 0.05),
        (TrainConfig(steps=10), TrainState(step=9), 0.95),
        (TrainConfig(steps=10), TrainState(step=10), 1.05),
        (TrainConfig(minutes=2), TrainState(step=10**6), 0.0),
        (TrainConfig(minutes=2), TrainState(seconds=30), 0.25),
        (TrainConfig(minutes=2), TrainState(seconds=150), 1.25),
        (TrainConfig(steps=10, minutes=2), TrainState(step=4, seconds=30), 0.45),
        (TrainConfig(steps=10, minutes=2), TrainState(step=4, seconds=90), 0.75),
    ],
)
def test_a_plan_is_done_by_its_steps_or_by_the_clock_whichever_is_sooner(
    config: TrainConfig, state: TrainState, done: float
) -> None:
    assert progress_of(config, state) == pytest.approx(done)


def test_a_run_by_the_clock_ends_when_its_time_is_spent(tmp_path: Path) -> None:
    config = TrainConfig(minutes=0.005, batch=2, eval_every=10**9)
    finished = Running(tmp_path, config).train()
    assert finished is not None
    assert len(finished.evals) == 1
    assert finished.evals[0].step == finished.step
    assert finished.seconds >= 0.3


@pytest.mark.parametrize(
    ("losses", "since"), [([], 0), ([3.0], 0), ([3.0, 2.0], 0), ([2.0, 3.0], 1), ([3.0, 2.0, 2.0, 4.0], 2)]
)
def test_looks_since_the_best_are_counted(losses: list[float], since: int) -> None:
    evals = [Eval(step, 0.0, 0.0, loss) for step, loss in enumerate(losses)]
    assert TrainState(evals=evals).evals_since_best == since


@pytest.mark.long
@pytest.mark.parametrize("compiler", [None, "false"])
def test_what_is_compiled_computes_the_same_also_where_there_is_no_compiler(
    monkeypatch: pytest.MonkeyPatch, compiler: str | None
) -> None:
    if compiler is not None:
        monkeypatch.setattr("torch._inductor.config.cpp.cxx", (compiler,))
        monkeypatch.setattr("torch._inductor.config.force_disable_caches", True)

    model, teacher = Decoder(SHAPES["rotary"]), Decoder(SHAPES["rotary"])
    nn.init.normal_(model.head.weight)
    losses = losses_on(ALONE.device, [teacher.eval()])
    both = torch.from_numpy(np.random.default_rng(0).integers(0, 40, size=(2, 3, 16)))
    torch.testing.assert_close(compiled(losses, model, both[0])(model, *both), losses(model, *both))


def test_from_teachers_a_decoder_learns_the_mean_of_their_beliefs_beside_the_text() -> None:
    model, *teachers = (Decoder(SHAPES["rotary"]).eval() for _ in range(3))
    for decoder in (model, *teachers):
        nn.init.normal_(decoder.head.weight)
    inputs, targets = torch.from_numpy(np.random.default_rng(0).integers(0, 40, size=(2, 3, 16)))
    hard, learned = losses_on(ALONE.device, teachers)(model, inputs, targets)
    logits = model(inputs)[0]
    soft = sum(teacher(inputs)[0].softmax(-1) for teacher in teachers) / len(teachers)
    close = {"rtol": 0.02, "atol": 0.02}  # products may be of 16 bits
    torch.testing.assert_close(hard, F.cross_entropy(logits.mT, targets, reduction="none"), **close)
    expected = (1 - SOFT) * hard + SOFT * F.cross_entropy(logits.mT, soft.mT, reduction="none")
    torch.testing.assert_close(learned, expected, **close)


def test_of_one_target_alone_what_is_learned_is_its_loss() -> None:
    model = Decoder(SHAPES["rotary"]).eval()
    inputs, targets = torch.from_numpy(np.random.default_rng(0).integers(0, 40, size=(2, 3, 16)))
    hard, learned = losses_on(ALONE.device)(model, inputs, targets)
    torch.testing.assert_close(learned, hard, rtol=0, atol=0)


def test_products_of_16_bits_learn_as_those_of_32_do_and_the_weights_stay_at_32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = {}
    for short in (False, True):
        for module in ("loop", "optim"):
            monkeypatch.setattr(f"training.{module}.multiplies_bfloat16", lambda device, short=short: short)
        run = Running(tmp_path / str(short))
        losses[short] = [validation for _, _, validation in look_losses(run.train())]
        assert {parameter.dtype for parameter in run.model.parameters()} == {torch.float32}
    assert losses[True] != losses[False]
    assert losses[True] == pytest.approx(losses[False], rel=0.05)
    assert losses[True][-1] < 0.9 * losses[True][0]


def test_a_run_that_is_cut_off_before_it_was_measured_can_be_gone_on_with(tmp_path: Path) -> None:
    whole = Running(tmp_path / "whole")
    finished = whole.train()
    with pytest.raises(MemoryError):
        Running(tmp_path / "cut").train(Watching(2, MemoryError))
    assert checkpoint.load_state(tmp_path / "cut")[1]["state"]["step"] == 0
    assert look_losses(Running(tmp_path / "cut").train()) == look_losses(finished)


def test_a_closed_terminal_stops_a_run_as_ctrl_c_does_however_often_it_is_told() -> None:
    with interruptions() as received:
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):
            signal.raise_signal(number)
        assert received == [signal.SIGHUP, signal.SIGHUP, signal.SIGTERM]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_run_under_nohup_goes_on_when_its_terminal_is_closed() -> None:
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptions() as received:
            signal.raise_signal(signal.SIGHUP)
        assert received == []
    finally:
        signal.signal(signal.SIGHUP, handler)


def test_each_seed_step_and_process_draws_its_own_dropout() -> None:
    draws = set()
    for numbers in itertools.product(range(3), range(3), range(3)):
        torch.manual_seed(seed_of(*numbers))
        draws.add(tuple(torch.rand(4).tolist()))
    assert len(draws) == 27
