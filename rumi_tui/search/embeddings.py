"""Couplets found by their meaning: sentence embeddings, made once and kept beside the index.

Which model it is, `rumi_tui.search.sentence_model` says; it reads English. Knows nothing of words or of answers.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.files import replacing
from rumi_tui.locations import model_folder
from rumi_tui.search.encoder import Encoder, Vectors
from rumi_tui.search.index import Couplet, Index
from rumi_tui.search.model_files import is_model_here
from rumi_tui.texts.cache import damaged

LANGUAGE = "en"
"""ISO 639-1 code of the language that the model reads."""
VERSION = 5
"""Of what is kept; another is made again."""
BATCH = 32
SAVE_EVERY = 32
"""Batches: so much of the reading is lost at most when it is broken off."""

Batches = Sequence[Sequence[int]]
"""Rows that are read together."""
Track = Callable[[Batches], Iterable[Sequence[int]]]
"""Shows how far a walk through batches is. It may end the walk early by raising; what was read is kept."""


class Nearest(NamedTuple):
    """Couplets by their meaning."""

    couplets: list[int]
    """The nearest first."""
    cosine: float
    """Of the angle between the text and the nearest of them."""


class Embeddings:
    """The embeddings of the couplets of an index that are in `LANGUAGE`, each with the lines around it.

    Alone, half a sentence may say little. Where there are couplets whose place is known, only these are read: the
    others tell again what they tell.
    """

    def __init__(self, index: Index, encoder: Encoder, cache_dir: Path) -> None:
        """Takes what is kept in the folder `cache_dir`; `read` makes the rest."""
        self._index, self._encoder = index, encoder
        key = hashlib.sha256(f"{VERSION} {index.key} {encoder.key}".encode()).hexdigest()[:16]
        self._path = cache_dir / f"{index.path.stem}-{key}.npz"
        self._ids: npt.NDArray[np.int64] | None
        """Numbers of the couplets in the order of reading; None where it has not begun."""
        self._vectors: Vectors
        """Of those that were read, the first of these."""
        self._ids, self._vectors = _load(self._path, index.size(None))

    @property
    def is_whole(self) -> bool:
        """Whether all couplets have been read."""
        return self._ids is not None and len(self._vectors) == len(self._ids)

    def read(self, track: Track = iter) -> None:
        """Reads the couplets that are missing, which takes minutes for a library, and keeps them.

        Raises `RumiError` when they cannot be kept.
        """
        if self.is_whole:
            return
        in_language = self._index.couplets(LANGUAGE)
        couplets = [couplet for couplet in in_language if couplet.reference] or in_language
        texts = _with_context(couplets)
        # those of one length are read together, for padding costs as much as text
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        ids = np.array([couplets[row].id for row in order], np.int64)
        if self._ids is None or not np.array_equal(self._ids, ids):
            self._ids, self._vectors = ids, self._vectors[:0]
        starts = range(len(self._vectors), len(order), BATCH)
        vectors = [self._vectors] if len(self._vectors) else []
        try:
            for number, batch in enumerate(track([order[start : start + BATCH] for start in starts]), 1):
                embedded = self._check_width(self._encoder.embed([texts[row] for row in batch]))
                vectors.append(embedded.astype(np.float16).astype(np.float32))  # as they are kept
                if number % SAVE_EVERY == 0:
                    self._save(vectors)
        finally:
            self._save(vectors)

    def _check_width(self, vectors: Vectors) -> Vectors:
        """These vectors. Raises `RumiError` where those that are kept are of another width."""
        if len(self._vectors) and self._vectors.shape[1] != vectors.shape[1]:
            raise damaged(self._path, "its vectors are those of another model")
        return vectors

    def _save(self, vectors: Sequence[Vectors]) -> None:
        """Keeps what was read, or takes over what another reader has kept of the same couplets, if that is as much."""
        if vectors:
            self._vectors = np.concatenate(vectors)
        assert self._ids is not None
        ids, kept = _load(self._path, self._index.size(None))
        if ids is not None and np.array_equal(ids, self._ids) and len(kept) >= len(self._vectors):
            self._vectors = kept
            return
        with replacing(self._path) as temporary, temporary.open("wb") as file:
            np.savez(file, ids=self._ids, vectors=self._vectors.astype(np.float16))
        for old in self._path.parent.glob(f"{self._index.path.stem}-*.npz"):
            if old != self._path:
                old.unlink(missing_ok=True)

    def nearest(self, texts: Sequence[str], count: int) -> Nearest:
        """The couplets whose meaning is nearest to the mean of some texts."""
        if self._ids is None or not len(self._vectors):
            return Nearest([], -1.0)
        mean = self._check_width(self._encoder.embed(texts)).mean(axis=0)
        cosines = self._vectors @ (mean / np.linalg.norm(mean))
        order = np.argsort(-cosines, kind="stable")[:count]
        return Nearest([int(self._ids[row]) for row in order], float(cosines[order[0]]))


_latest: dict[tuple[str, Path], Embeddings] = {}
"""What was opened last, for the next question: an encoder takes 100 MB, and a while to load."""
_lock = threading.Lock()


def open_embeddings(index: Index, cache_dir: Path) -> Embeddings | None:
    """The embeddings of an index, see `Embeddings`; None where the couplets were not read yet, or without the model."""
    if not is_model_here():
        return None
    with _lock:
        if (index.key, cache_dir) not in _latest:
            embeddings = Embeddings(index, Encoder(model_folder()), cache_dir)
            if not embeddings.is_whole:
                return None
            _latest.clear()
            _latest[index.key, cache_dir] = embeddings
        return _latest[index.key, cache_dir]


def _load(path: Path, couplets: int) -> tuple[npt.NDArray[np.int64] | None, Vectors]:
    """What is kept for so many couplets; nothing where the file is not there, or is damaged."""
    try:
        with np.load(path) as file:
            ids, halves = file["ids"], file["vectors"]
        if (ids.ndim, ids.dtype, halves.ndim, halves.dtype) == (1, np.int64, 2, np.float16):
            vectors = halves.astype(np.float32)
            are_unit_vectors = np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=0.01)
            are_couplets = len(vectors) <= len(ids) and np.isin(ids, np.arange(1, couplets + 1)).all()
            if are_unit_vectors and are_couplets:
                return ids, vectors
    except Exception:  # numpy and zipfile raise a dozen unrelated kinds for a file that is not theirs
        return None, np.zeros((0, 0), np.float32)
    return None, np.zeros((0, 0), np.float32)


def _with_context(couplets: Sequence[Couplet]) -> list[str]:
    """Each couplet between the one before and the one after it in the same poem."""
    texts = []
    for number, couplet in enumerate(couplets):
        around = couplets[max(0, number - 1) : number + 2]
        texts.append("\n".join(c.verse for c in around if (c.file, c.poem) == (couplet.file, couplet.poem)))
    return texts
