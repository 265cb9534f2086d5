"""Poems as ids on disk, and the batches of a run. Knows nothing of models or optimizers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.errors import RumiError, describe
from models.tokenizer import Tokenizer
from rumi_tui.texts.corpus import Poem

Ids = npt.NDArray[np.int64]


class EncodedPoems(NamedTuple):
    """Poems one after the other, as ids that need not fit into memory."""

    ids: npt.NDArray[Any]
    """uint16 or uint32 [tokens], mapped from a file."""
    beginnings: Ids
    """[poems + 1]: where each poem begins, and the end of the last."""


def encode_poem(tokenizer: Tokenizer, poem: Poem) -> Ids:
    """The token of the form, those of the text, the token of the end."""
    ids = [tokenizer.form_id(poem.form), *tokenizer.encode(tokenizer.normalise(poem.text)), tokenizer.end_id]
    return np.array(ids, dtype=np.int64)


def store_encoded(poems: Iterable[Ids], folder: Path, vocab_size: int) -> EncodedPoems:
    """Writes encoded poems to a nameless file in `folder`, which is gone with the process, and maps it into memory.

    Raises `RumiError` when it cannot be written.
    """
    dtype = np.dtype(np.uint16 if vocab_size <= 2**16 else np.uint32)
    lengths = []
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            for poem in poems:
                file.write(poem.astype(dtype).tobytes())
                lengths.append(len(poem))
            file.flush()
            tokens = sum(lengths)
            ids = np.memmap(file, dtype, "r", shape=tokens) if tokens else np.empty(0, dtype)
    except OSError as error:
        raise RumiError(f"Could not keep the text as ids in {folder} ({describe(error)}): make room there.") from error
    return EncodedPoems(ids, np.cumsum([0, *lengths], dtype=np.int64))


class Batches:
    """Every batch of a run, each found from its step number alone.

    The poems are put in a new order each epoch, joined to one stream and cut into sequences of `window` inputs with
    their targets one place on, and the sequences are shuffled. A sequence never begins inside a poem that would fit
    into it: it goes back to the beginning of the poem, so short forms are learned whole. All of it follows from
    (seed, epoch), so a run that resumes at a step goes on with the very batches it would have had. Raises `RumiError`
    when the text is shorter than one window.
    """

    def __init__(self, poems: EncodedPoems, window: int, batch: int, seed: int) -> None:
        self.poems, self.window, self.batch, self.seed = poems, window, batch, seed
        self.tokens = len(poems.ids)
        self.sequences = (self.tokens - 1) // window
        """Sequences in one epoch."""
        if self.sequences < 1:
            raise RumiError(
                f"The training text has {self.tokens} tokens, fewer than one window of {window}: "
                "add poems or choose a preset with a smaller window."
            )
        self._epoch = -1

    def beside(self, poems: EncodedPoems) -> Batches:
        """The same batches of what stands in the same places of other poems, as long as these."""
        return Batches(poems, self.window, self.batch, self.seed)

    def at(self, step: int) -> tuple[Ids, Ids]:
        """Inputs and targets int64 [batch, window] of a step, counted from 0."""
        rows = [self._sequence(index) for index in range(step * self.batch, (step + 1) * self.batch)]
        both = np.stack(rows)
        return both[:, :-1], both[:, 1:]

    def _sequence(self, index: int) -> Ids:
        epoch, place = divmod(index, self.sequences)
        if epoch != self._epoch:
            self._shuffle(epoch)
        start = self._starts[place]
        number = int(np.searchsorted(self._places, start, side="right")) - 1
        if self._lengths[number] <= self.window:
            start = self._places[number]
        return self._read(number, start - self._places[number])

    def _shuffle(self, epoch: int) -> None:
        rng = np.random.default_rng([self.seed, epoch])
        self._order = rng.permutation(len(self.poems.beginnings) - 1)
        self._lengths = np.diff(self.poems.beginnings)[self._order]
        self._places = np.cumsum(self._lengths) - self._lengths
        spare = self.tokens - 1 - self.sequences * self.window
        self._starts = rng.integers(spare + 1) + self.window * rng.permutation(self.sequences)
        self._epoch = epoch

    def _read(self, number: int, offset: int) -> Ids:
        """One sequence and the token after it, from a place in the poem that has this number in the epoch's order."""
        row = np.empty(self.window + 1, dtype=np.int64)
        filled = 0
        while filled < len(row):
            poem = self._order[number]
            begin, end = self.poems.beginnings[poem] + offset, self.poems.beginnings[poem + 1]
            piece = self.poems.ids[begin : min(end, begin + len(row) - filled)]
            row[filled : filled + len(piece)] = piece
            filled, number, offset = filled + len(piece), number + 1, 0
        return row
