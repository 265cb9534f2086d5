"""Which runs of words stand in the text that a model learned from, as hashes. Knows nothing of what a word is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from models.phrase_hashes import RANGE, phrase_hashes

MOST_PHRASES = 5_000_000
"""Of an index that fits into a model file: 10 MB, and one phrase in 2,000 passes falsely."""

Hashes = npt.NDArray[np.int64]


class PhraseIndex(msgspec.Struct, frozen=True, dict=True):
    """A set of phrases that can be asked for one but not read. It takes about 15 bits a phrase.

    The hashes are sorted, and each is told by its step from the one before: the last bits of all steps as they are, and
    for each step a zero for each time that these overflow, then a one (a Rice code: R. F. Rice 1979, "Some practical
    universal noiseless coding techniques"). Raises `ValueError` where the parts do not fit.
    """

    count: int
    """Of different hashes."""
    last_bits: bytes
    overflows: bytes

    def __post_init__(self) -> None:
        bits = max(0, self.count) * _width(self.count)
        if len(self.last_bits) != -(-bits // 8) or int.from_bytes(self.overflows).bit_count() != self.count:
            raise ValueError("the hashes of its phrases are cut off")

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> PhraseIndex:
        """The index of all phrases of some texts, each given as its words. No phrase passes the end of a text."""
        hashes = [each for words in texts for each in phrase_hashes(words)]
        return cls._of_hashes(np.unique(np.array(hashes, dtype=np.int64)))

    def united(self, other: PhraseIndex) -> PhraseIndex:
        """The index of the phrases of both."""
        return self._of_hashes(np.union1d(self._sorted, other._sorted))

    @classmethod
    def _of_hashes(cls, hashes: Hashes) -> PhraseIndex:
        width = _width(len(hashes))
        steps = np.diff(hashes, prepend=0)
        last_bits = steps[:, None] >> np.arange(width)[::-1] & 1
        ends = np.cumsum((steps >> width) + 1) - 1
        overflows = np.zeros(ends[-1] + 1 if len(ends) else 0, dtype=np.uint8)
        overflows[ends] = 1
        return cls(len(hashes), np.packbits(last_bits.astype(np.uint8)).tobytes(), np.packbits(overflows).tobytes())

    @cached_property
    def _sorted(self) -> Hashes:
        """All hashes, in their order. It takes a moment, so nobody waits for it who does not ask."""
        width = _width(self.count)
        bits = np.unpackbits(np.frombuffer(self.last_bits, dtype=np.uint8), count=self.count * width)
        last_bits = np.zeros(self.count, dtype=np.int64)
        for column in bits.reshape(self.count, width).T:
            last_bits = last_bits << 1 | column
        ends = np.flatnonzero(np.unpackbits(np.frombuffer(self.overflows, dtype=np.uint8)))
        steps = (np.diff(ends, prepend=-1) - 1 << width) + last_bits
        return np.cumsum(steps)

    def holds(self, words: Sequence[str]) -> list[bool]:
        """For each phrase of some words, the first of which begins with the first word, whether the index has it."""
        hashes = np.array(phrase_hashes(words), dtype=np.int64)
        if not (self.count and len(hashes)):
            return [False] * len(hashes)
        places = np.searchsorted(self._sorted, hashes)
        found: list[bool] = (self._sorted[np.minimum(places, self.count - 1)] == hashes).tolist()
        return found


def _width(count: int) -> int:
    """How many last bits of a step are told as they are: those of the mean step, rounded down."""
    return (RANGE // max(1, count)).bit_length() - 1
