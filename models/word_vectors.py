"""Vectors of words: those that keep company in a text point the same way. Knows nothing of how they are made."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import fsum

import numpy as np
import numpy.typing as npt

from models.lexicon import word_hash

DIMENSIONS = 24
_SCALE = 127
"""A component of 1 as a signed byte."""
_RECORD = np.dtype([("word", "<u4"), ("vector", "i1", (DIMENSIONS,))])


@dataclass(frozen=True)
class WordVectors:
    """A vector float32 [`DIMENSIONS`] of length 1 for each word, found by the word's hash (`models.lexicon`)."""

    vectors: Mapping[int, npt.NDArray[np.float32]]

    @classmethod
    def of(cls, words: Sequence[str], vectors: npt.NDArray[np.float32]) -> WordVectors:
        """From vectors [words, `DIMENSIONS`] of any length but 0, rounded as a file rounds them."""
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        records = np.empty(len(words), dtype=_RECORD)
        records["word"] = [word_hash(word) for word in words]
        records["vector"] = np.rint(vectors / lengths * _SCALE)
        return cls._of_records(np.sort(records, order="word"))

    @classmethod
    def from_text(cls, text: str) -> WordVectors:
        """What `to_text` gave. Raises `ValueError` for anything else."""
        return cls._of_records(np.frombuffer(base64.b64decode(text, validate=True), dtype=_RECORD))

    @classmethod
    def _of_records(cls, records: npt.NDArray[np.void]) -> WordVectors:
        vectors = records["vector"].astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
        return cls(dict(zip(records["word"].tolist(), vectors, strict=True)))

    def to_text(self) -> str:
        """As it stands in a model file: four bytes of hash and a byte a component for each word, in base64."""
        records = np.empty(len(self.vectors), dtype=_RECORD)
        records["word"] = list(self.vectors)
        records["vector"] = np.rint(np.array(list(self.vectors.values())).reshape(-1, DIMENSIONS) * _SCALE)
        return base64.b64encode(records.tobytes()).decode()

    def similarity(self, words: Iterable[str], neighbours: Iterable[str] = ()) -> float:
        """How well words go with each other and with their neighbours: the mean cosine over pairs, -1 to 1.

        Of different words that have a vector; 0 where there is no pair of them.
        """
        own = {word: vector for word in words if (vector := self.vectors.get(word_hash(word))) is not None}
        others = {
            word: vector
            for word in neighbours
            if word not in own and (vector := self.vectors.get(word_hash(word))) is not None
        }
        pairs = [*combinations(own.values(), 2), *product(own.values(), others.values())]
        return fsum(float(a @ b) for a, b in pairs) / len(pairs) if pairs else 0.0
