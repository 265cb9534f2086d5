"""Poems as ids on disk, and the batches of a run. Knows nothing of models or optimizers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from models.errors import RumiError, describe
from models.files import temporary_name
from models.layout import UNSAID, Conditions, lay_out
from models.tokenizer import Tokenizer
from rumi_tui.texts.corpus import Poem
from rumi_tui.verse.endings import unit_rhymes

Ids = npt.NDArray[np.int64]


LEFT_OUT = 0.25
"""How often the metre of a poem is left out, and how often its rhymes are, so that a decoder also writes without."""
VERSIONS = 4
"""Of each poem: with all that is known of it, without its metre, without its rhymes, with neither."""


class EncodedPoems(NamedTuple):
    """Poems one after the other, as ids that need not fit into memory."""

    ids: npt.NDArray[Any]
    """uint16 or uint32 [tokens], mapped from a file."""
    beginnings: Ids
    """[poems + 1]: where each poem begins, and the end of the last. Where poems are in versions, each counts as one."""


def conditions_of(poem: Poem, tokenizer: Tokenizer, language: str) -> Conditions:
    """All that is known of a poem and that a model with this tokenizer can be told."""
    metre = tokenizer.normalise(poem.label.metre)
    lines = tokenizer.normalise(poem.text).split("\n")
    rhymes = unit_rhymes(lines, poem.form, language, poem.label.rhyme) if tokenizer.names_rhymes else ()
    return Conditions(metre=metre if metre in tokenizer.metres else "", rhymes=rhymes)


def encode_poem(tokenizer: Tokenizer, poem: Poem, conditions: Conditions = UNSAID) -> Ids:
    """The poem laid out (`models.layout`), and the token of the end."""
    ids = lay_out(tokenizer, poem.form, tokenizer.normalise(poem.text), conditions)
    return np.array([*ids, tokenizer.end_id], dtype=np.int64)


def encode_versions(tokenizer: Tokenizer, poem: Poem, language: str) -> list[Ids]:
    """The `VERSIONS` of a poem, in their order."""
    known = conditions_of(poem, tokenizer, language)
    versions = (
        known,
        msgspec.structs.replace(known, metre=""),
        msgspec.structs.replace(known, rhymes=()),
        UNSAID,
    )
    return [encode_poem(tokenizer, poem, version) for version in versions]


def store_encoded(poems: Iterable[Ids], folder: Path, vocab_size: int) -> EncodedPoems:
    """Writes encoded poems to a nameless file in `folder`, which is gone with the process, and maps it into memory.

    Raises `RumiError` when it cannot be written.
    """
    dtype = np.dtype(np.uint16 if vocab_size <= 2**16 else np.uint32)
    lengths = []
    try:
        with tempfile.TemporaryFile(prefix=f"{temporary_name()}_", dir=folder) as file:
            for poem in poems:
                file.write(poem.astype(dtype).tobytes())
                lengths.append(len(poem))
            file.flush()
            tokens = sum(lengths)
            ids = np.memmap(file, dtype, "r", shape=tokens) if tokens else np.empty(0, dtype)
    except OSError as error:
        raise RumiError(f"Could not keep the text as ids in {folder} ({describe(error)}): make room there.") from error
    return EncodedPoems(ids, np.cumsum([0, *lengths], dtype=np.int64))


def version_shares(versions: int) -> npt.NDArray[np.float64]:
    """How often each version of a poem is drawn."""
    if versions == 1:
        return np.ones(1)
    one = np.array([1 - LEFT_OUT, LEFT_OUT])
    return np.outer(one, one).ravel()


class Batches:
    """Every batch of a run, each found from its step number alone.

    In each epoch one of the versions of every poem is drawn (see `LEFT_OUT`). The poems are put in a new order, joined
    to one stream and cut into sequences of `window` inputs with their targets one place on, and the sequences are
    shuffled. A sequence never begins inside a poem that would fit into it: it goes back to the beginning of the poem,
    so short forms are learned whole. Inside a longer one it goes back to the beginning of the unit of lines, if that is
    near. All of it follows from (seed, epoch), so a run that resumes at a step goes on with the very batches it would
    have had. Raises `RumiError` when the text is shorter than one window.
    """

    def __init__(
        self, poems: EncodedPoems, window: int, batch: int, seed: int, heads: Sequence[int] = (), versions: int = 1
    ) -> None:
        """`heads` are the ids that units of lines begin with; the poems stand in so many `versions` each."""
        self.poems, self.window, self.batch, self.seed, self.heads = poems, window, batch, seed, tuple(heads)
        self._version_lengths = np.diff(poems.beginnings).reshape(-1, versions)
        self.tokens = round(float((self._version_lengths @ version_shares(versions)).sum()))
        """Of an epoch, in the mean."""
        self.sequences = (int(self._version_lengths.min(axis=1).sum()) - 1) // window
        """Sequences in one epoch: as many as there are in the shortest one."""
        if self.sequences < 1:
            raise RumiError(
                f"The training text has {self.tokens} tokens, fewer than one window of {window}: "
                "add poems or choose a preset with a smaller window."
            )
        self._epoch = -1

    def at(self, step: int) -> tuple[Ids, Ids]:
        """Inputs and targets int64 [batch, window] of a step, counted from 0."""
        both = self._rows(step, self.poems)
        return both[:, :-1], both[:, 1:]

    def beside(self, others: EncodedPoems, step: int) -> Ids:
        """What other poems, as long as these, hold in the places of the targets of a step: int64 [batch, window]."""
        return self._rows(step, others)[:, 1:]

    def _rows(self, step: int, poems: EncodedPoems) -> Ids:
        rows = range(step * self.batch, (step + 1) * self.batch)
        return np.stack([self._read(poems, *self._place(index)) for index in rows])

    def _place(self, index: int) -> tuple[int, int]:
        """Where a sequence begins: the number of a poem in the epoch's order, and the offset in it."""
        epoch, place = divmod(index, self.sequences)
        if epoch != self._epoch:
            self._shuffle(epoch)
        start = self._starts[place]
        number = int(np.searchsorted(self._places, start, side="right")) - 1
        offset = int(start - self._places[number])
        return number, 0 if self._lengths[number] <= self.window else offset - self._into_unit(number, offset)

    def _into_unit(self, number: int, offset: int) -> int:
        """How many tokens an offset in a poem lies behind the beginning of its unit; 0 if that is not near."""
        begin = self.poems.beginnings[self._order[number]]
        near = self.poems.ids[max(begin, begin + offset - self.window // 4) : begin + offset + 1]
        heads = np.flatnonzero(np.isin(near, self.heads))
        return len(near) - 1 - int(heads[-1]) if len(heads) else 0

    def _shuffle(self, epoch: int) -> None:
        rng = np.random.default_rng([self.seed, epoch])
        count, versions = self._version_lengths.shape
        order = rng.permutation(count)
        version = rng.choice(versions, count, p=version_shares(versions))
        self._order = order * versions + version[order]
        self._lengths = self._version_lengths[order, version[order]]
        self._places = np.cumsum(self._lengths) - self._lengths
        spare = int(self._lengths.sum()) - 1 - self.sequences * self.window
        self._starts = rng.integers(spare + 1) + self.window * rng.permutation(self.sequences)
        self._epoch = epoch

    def _read(self, poems: EncodedPoems, number: int, offset: int) -> Ids:
        """One sequence and the token after it, from a place in the poem that has this number in the epoch's order."""
        row = np.empty(self.window + 1, dtype=np.int64)
        filled = 0
        while filled < len(row):
            poem = self._order[number]
            begin, end = poems.beginnings[poem] + offset, poems.beginnings[poem + 1]
            piece = poems.ids[begin : min(end, begin + len(row) - filled)]
            row[filled : filled + len(piece)] = piece
            filled, number, offset = filled + len(piece), number + 1, 0
        return row
