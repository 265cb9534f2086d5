"""The words of the texts that a model learned from, as hashes. Knows nothing of lines or of what a word is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BYTES = 4
"""Of a hash. A made-up word passes for one of 60,000 words once in 70,000 times."""
HASH = np.dtype(f"<u{BYTES}")


@dataclass(frozen=True)
class Lexicon:
    """A set of words that can be asked for a word but not read."""

    packed: bytes
    """All hashes in ascending order, the lowest byte of each first."""

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        """The lexicon of some words, in the spelling in which it will be asked."""
        return cls._of_hashes(np.fromiter(map(word_hash, words), dtype=HASH))

    def united(self, other: Lexicon) -> Lexicon:
        """The words of both."""
        return self._of_hashes(np.concatenate([self._hashes, other._hashes]))

    @classmethod
    def from_text(cls, text: str) -> Lexicon:
        """What `to_text` gave. Raises `ValueError` for anything else."""
        return cls(np.sort(np.frombuffer(base64.b64decode(text, validate=True), dtype=HASH)).tobytes())

    def to_text(self) -> str:
        """As it stands in a model file."""
        return base64.b64encode(self.packed).decode()

    @classmethod
    def _of_hashes(cls, hashes: npt.NDArray[np.uint32]) -> Lexicon:
        return cls(np.unique(hashes).tobytes())

    @property
    def _hashes(self) -> npt.NDArray[np.uint32]:
        return np.frombuffer(self.packed, dtype=HASH)

    def __contains__(self, word: str) -> bool:
        hashes, wanted = self._hashes, HASH.type(word_hash(word))
        place = np.searchsorted(hashes, wanted)
        return bool(place < len(hashes) and hashes[place] == wanted)


def word_hash(word: str) -> int:
    """A hash of `BYTES` bytes, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=BYTES).digest(), "little")
