"""Vectors of words: those that keep company in a text point the same way. Knows nothing of how they are made."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import fsum

import numpy as np
import numpy.typing as npt

from models.lexicon import word_hash
from models.packed import SIZE, ascends, place_of

DIMENSIONS = 24
_SCALE = 127
"""A component of 1 as a signed byte."""
_RECORD = np.dtype([("word", f"<u{SIZE}"), ("vector", "i1", (DIMENSIONS,))])


@dataclass(frozen=True)
class WordVectors:
    """A vector of length 1 for each word, found by the word's hash (`models.lexicon`)."""

    words: bytes
    """Their hashes in ascending order (`models.packed`)."""
    vectors: bytes
    """For each of them `DIMENSIONS` signed bytes, of which only the direction counts."""

    def __len__(self) -> int:
        return len(self.words) // SIZE

    @classmethod
    def of(cls, words: Sequence[str], vectors: npt.NDArray[np.float32]) -> WordVectors:
        """From vectors [words, `DIMENSIONS`] of any length but 0."""
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        records = np.empty(len(words), dtype=_RECORD)
        records["word"] = [word_hash(word) for word in words]
        records["vector"] = np.rint(vectors / lengths * _SCALE)
        return cls._of_records(np.sort(records, order="word"))

    @classmethod
    def from_text(cls, text: str) -> WordVectors:
        """What `to_text` gave. Raises `ValueError` for anything else."""
        vectors = cls._of_records(np.frombuffer(base64.b64decode(text, validate=True), dtype=_RECORD))
        if not ascends(vectors.words):
            raise ValueError("the hashes of its words are out of order")
        return vectors

    @classmethod
    def _of_records(cls, records: npt.NDArray[np.void]) -> WordVectors:
        return cls(records["word"].tobytes(), records["vector"].tobytes())

    def to_text(self) -> str:
        """As it stands in a model file: four bytes of hash and a byte a component for each word, in base64."""
        records = np.empty(len(self), dtype=_RECORD)
        records["word"] = np.frombuffer(self.words, dtype=_RECORD["word"])
        records["vector"] = np.frombuffer(self.vectors, dtype=np.int8).reshape(-1, DIMENSIONS)
        return base64.b64encode(records.tobytes()).decode()

    def similarity(self, words: Iterable[str], neighbours: Iterable[str] = ()) -> float:
        """How well words go with each other and with their neighbours: the mean cosine over pairs, -1 to 1.

        Of different words that have a vector; 0 where there is no pair of them.
        """
        own = list(dict.fromkeys(words))
        others = [word for word in dict.fromkeys(neighbours) if word not in own]
        of_own, of_others = self._known(own), self._known(others)
        pairs = [*combinations(of_own, 2), *product(of_own, of_others)]
        return fsum(float(a @ b) for a, b in pairs) / len(pairs) if pairs else 0.0

    def _known(self, words: Iterable[str]) -> npt.NDArray[np.float32]:
        """The vectors float32 [known words, `DIMENSIONS`] of those of some words that have one."""
        places = [place for word in words if (place := place_of(word_hash(word), self.words)) is not None]
        rounded = np.frombuffer(self.vectors, dtype=np.int8).reshape(-1, DIMENSIONS)[places]
        vectors: npt.NDArray[np.float32] = rounded.astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
        return vectors
