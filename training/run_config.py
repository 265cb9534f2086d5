"""What a run is asked to do, before and after it was decided what nobody said. Knows nothing of texts or of torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from models.tokenizer import TokenizerKind
from training.defaults import (
    BATCH,
    INIT_RATE,
    LEARNING_RATE,
    RHYME_RATE,
    batch_for,
    dropout_for,
    eval_every_for,
    most_steps_for,
)

# What a run can be told, on the command line or by the state of a run, which anybody may have made.
LARGEST_BATCH = 65_536
MOST_MINUTES = 100_000
LEAST_RATE, LARGEST_RATE = 1e-6, 1.0
LARGEST_DROPOUT = 0.9
LARGEST_SEED = 2**31 - 1

Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Batch = Annotated[int, Meta(ge=1, le=LARGEST_BATCH)]
Minutes = Annotated[float, Meta(gt=0, le=MOST_MINUTES)]
Rate = Annotated[float, Meta(ge=LEAST_RATE, le=LARGEST_RATE)]
Dropout = Annotated[float, Meta(ge=0, le=LARGEST_DROPOUT)]
Seed = Annotated[int, Meta(ge=0, le=LARGEST_SEED)]


@dataclass(frozen=True)
class TrainConfig:
    """What the loop is to do: `steps`, `minutes` or both, of which the one that ends it sooner sets the schedule.

    With `steps` alone, the same config, text and CPU give the same weights, bit for bit.
    """

    steps: Count | None = None
    minutes: Minutes | None = None
    """Time for the run, evaluations included."""
    batch: Batch = BATCH
    """Sequences in a step, over all processes."""
    accumulate: Batch = 1
    """Parts that a process works through one after another in a step, to spare memory; the gradient stays the same."""
    eval_every: Count | None = None
    """Steps between two evaluations, each of which also saves the state of the run. None: only at the end."""
    patience: Count = 10
    """Evaluations without a better validation loss after which the run ends."""
    seed: Seed = 0


@dataclass(frozen=True)
class RunConfig:
    """What was asked for on the command line; kept with the run, so that resuming asks for nothing again."""

    corpus: tuple[str, ...]
    language: str | None
    form: str | None
    preset: str | None
    """None: that of `init`, or else the default one."""
    batch: Batch | None
    """Sequences in a step, over all processes."""
    learning_rate: Rate | None
    """Of the matrices, at its height; those of other parameters are in proportion (see `training.optim`)."""
    dropout: Dropout | None
    init: str | None
    """The checkpoint to start from."""
    train: TrainConfig
    commands: tuple[str, ...]
    tokenizer: TokenizerKind | None = None
    """None: that of `init`, or characters."""
    rhyme: bool = False
    """Whether words that carry a rhyme weigh more, see `training.rhyme.weights`."""
    self_training: tuple[str, ...] = ()
    """Files of verse by the model that is trained further, see `training.rhyme.self_training`."""
    licence: str | None = None
    """What the card says; None: that of `init`, or nothing."""
    teachers: tuple[str, ...] = ()
    """Checkpoints to learn from beside the text, see `training.loop.losses_on`."""

    def decided(self, characters: int, tokens: int, window: int, on_gpu: bool) -> RunConfig:
        """The same with all that nobody said chosen by the size of the training text, as `training.defaults` has it.

        A later version, which might choose otherwise, goes on with what was decided.
        """
        train = self.train
        batch = self.batch or batch_for(characters, train.minutes, on_gpu)
        rate = LEARNING_RATE if self.init is None else RHYME_RATE if self.rhyme else INIT_RATE
        return replace(
            self,
            batch=batch,
            learning_rate=self.learning_rate or rate,
            dropout=self.dropout if self.dropout is not None else dropout_for(characters, on_gpu),
            train=replace(
                train,
                batch=batch,
                steps=train.steps or most_steps_for(tokens, window * batch),
                eval_every=train.eval_every or eval_every_for(tokens, window * batch, on_gpu),
            ),
        )
