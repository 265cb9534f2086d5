"""A sentence encoder of the BERT kind, run by onnxruntime from its two published files. Knows nothing of verse.

`model.onnx` takes `input_ids`, `attention_mask` and, where it has it, `token_type_ids`, int64 [batch, time], and gives
the hidden states first, float32 [batch, time, width]; `tokenizer.json` cuts texts into pieces of words. An embedding is
the mean of the hidden states of a text, made 1 long (Reimers and Gurevych, Sentence-BERT, 2019).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.errors import RumiError, describe
from rumi_tui.search.model_files import MODEL, TOKENIZER

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

LONGEST = 128
"""Pieces of words, as the model was trained; of a longer text the rest is not read."""

Vectors = npt.NDArray[np.float32]
"""[..., width], unit vectors."""


class Encoder:
    """The encoder in a folder. Its methods raise `RumiError` where the folder holds none that can be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def key(self) -> str:
        """Stands for the model: vectors of another one are not comparable."""
        facts = []
        for name in (MODEL, TOKENIZER):
            try:
                with (self._folder / name).open("rb") as file:
                    facts.append(hashlib.file_digest(file, "sha256").hexdigest())
            except OSError as error:
                raise self._damaged(name, describe(error)) from error
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The embeddings of a few texts, read together."""
        try:
            encodings = self._tokenizer.encode_batch(list(texts))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # see `_tokenizer`
            raise self._damaged(TOKENIZER, str(error)) from error
        ids = np.array([text.ids for text in encodings], dtype=np.int64)
        mask = np.array([text.attention_mask for text in encodings], dtype=np.int64)
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            inputs = {each.name: known[each.name] for each in self._session.get_inputs()}
            hidden = self._session.run(None, inputs)[0]
            with np.errstate(all="ignore"):  # what is no number is found below
                sums = (hidden * mask[..., None]).sum(axis=1)  # whose direction is that of the mean
                lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        except Exception as error:  # a graph of another kind: onnxruntime raises a dozen unrelated kinds
            raise self._damaged(MODEL, str(error)) from error
        if sums.shape != (len(texts), hidden.shape[-1]) or not np.isfinite(lengths).all():
            raise self._damaged(MODEL, "it answers with what is no embedding")
        return np.asarray(sums / np.where(lengths > 0, lengths, 1), dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # tokenizers raises `Exception`, or a panic of Rust, which is none
            raise self._damaged(TOKENIZER, str(error)) from error
        tokenizer.enable_padding()
        tokenizer.enable_truncation(LONGEST)
        return tokenizer

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime as ort

        from rumi_tui.engine.runtime import start

        try:
            return start(self._folder / MODEL, ort.SessionOptions())
        except Exception as error:  # see above
            raise self._damaged(MODEL, str(error)) from error

    def _damaged(self, name: str, reason: str) -> RumiError:
        reason = reason.splitlines()[0] if reason else ""
        return RumiError(
            f"The model of meaning cannot be read from {self._folder / name} ({reason}): delete the folder and run "
            "rumi-corpus fetch --ask."
        )
