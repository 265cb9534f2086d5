"""The words of the texts that a model learned from, as hashes. Knows nothing of lines or of what a word is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from models.packed import SIZE, ascends, pack, place_of, unpack


@dataclass(frozen=True)
class Lexicon:
    """A set of words that can be asked for a word but not read.

    A made-up word passes for one of 60,000 words once in 70,000 times.
    """

    packed: bytes
    """All hashes in ascending order (`models.packed`)."""

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        """The lexicon of some words, in the spelling in which it will be asked."""
        return cls(pack(sorted(set(map(word_hash, words)))))

    def united(self, other: Lexicon) -> Lexicon:
        """The words of both."""
        return Lexicon(pack(sorted({*unpack(self.packed), *unpack(other.packed)})))

    @classmethod
    def from_text(cls, text: str) -> Lexicon:
        """What `to_text` gave. Raises `ValueError` for anything else."""
        packed = base64.b64decode(text, validate=True)
        if not ascends(packed):
            raise ValueError("the hashes of its words are out of order")
        return cls(packed)

    def to_text(self) -> str:
        """As it stands in a model file."""
        return base64.b64encode(self.packed).decode()

    def __contains__(self, word: str) -> bool:
        return place_of(word_hash(word), self.packed) is not None


def word_hash(word: str) -> int:
    """A hash of four bytes, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=SIZE).digest(), "little")
