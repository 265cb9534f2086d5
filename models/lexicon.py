"""The words of the texts that a model learned from, as hashes. Knows nothing of lines or of what a word is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

BYTES = 4
"""Of a hash. A made-up word passes for one of 60,000 words once in 70,000 times."""


@dataclass(frozen=True)
class Lexicon:
    """A set of words that can be asked for a word but not read."""

    hashes: frozenset[int]

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        """The lexicon of some words, in the spelling in which it will be asked."""
        return cls(frozenset(map(word_hash, words)))

    def united(self, other: Lexicon) -> Lexicon:
        """The words of both."""
        return Lexicon(self.hashes | other.hashes)

    @classmethod
    def from_text(cls, text: str) -> Lexicon:
        """What `to_text` gave. Raises `ValueError` for anything else."""
        return cls(frozenset(np.frombuffer(base64.b64decode(text, validate=True), dtype="<u4").tolist()))

    def to_text(self) -> str:
        """As it stands in a model file."""
        return base64.b64encode(np.array(sorted(self.hashes), dtype="<u4").tobytes()).decode()

    def __contains__(self, word: str) -> bool:
        return word_hash(word) in self.hashes


def word_hash(word: str) -> int:
    """A hash of `BYTES` bytes, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=BYTES).digest(), "little")
