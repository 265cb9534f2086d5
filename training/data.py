"""Poems as ids, and the batches of a run. Knows nothing of models or optimizers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.errors import RumiError
from models.tokenizer import Tokenizer
from training.corpus import Poem

Ids = npt.NDArray[np.int64]


def encode_poem(tokenizer: Tokenizer, poem: Poem) -> Ids:
    """The symbol of the form, those of the text, the symbol of the end."""
    ids = [tokenizer.form_id(poem.form), *tokenizer.encode(poem.text), tokenizer.end_id]
    return np.array(ids, dtype=np.int64)


class Batches:
    """Every batch of a run, each found from its step number alone.

    The poems are put in a new order each epoch, joined to one stream and cut into sequences of `window` inputs with
    their targets one place on, and the sequences are shuffled. All of it follows from (seed, epoch), so a run that
    resumes at a step goes on with the very batches it would have had. Raises `RumiError` when the text is shorter
    than one window.
    """

    def __init__(self, poems: Sequence[Ids], window: int, batch: int, seed: int) -> None:
        self.poems, self.window, self.batch, self.seed = list(poems), window, batch, seed
        self.symbols = sum(map(len, self.poems))
        self.sequences = (self.symbols - 1) // window
        """Sequences in one epoch."""
        if self.sequences < 1:
            raise RumiError(
                f"The training text has {self.symbols} symbols, fewer than one window of {window}: "
                "add poems or choose a preset with a smaller window."
            )
        self._epoch = -1

    def at(self, step: int) -> tuple[Ids, Ids]:
        """Inputs and targets int64 [batch, window] of a step, counted from 0."""
        rows = [self._sequence(index) for index in range(step * self.batch, (step + 1) * self.batch)]
        both = np.stack(rows)
        return both[:, :-1], both[:, 1:]

    def _sequence(self, index: int) -> Ids:
        epoch, place = divmod(index, self.sequences)
        if epoch != self._epoch:
            rng = np.random.default_rng([self.seed, epoch])
            order = rng.permutation(len(self.poems))
            self._stream = np.concatenate([self.poems[number] for number in order])
            spare = self.symbols - 1 - self.sequences * self.window
            self._starts = rng.integers(spare + 1) + self.window * rng.permutation(self.sequences)
            self._epoch = epoch
        start = self._starts[place]
        return self._stream[start : start + self.window + 1]
