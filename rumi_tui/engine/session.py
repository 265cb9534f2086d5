"""A model file run by onnxruntime. Knows nothing of sampling, poems or screens."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime as ort

from models.card import Description
from models.errors import RumiError, describe
from models.pretrained import LANGUAGES, model_path
from rumi_tui.engine.context import Ids, Logits

LARGEST_FILE = 512 << 20
"""Bytes. A larger file is not one of ours, and reading it could exhaust the memory."""

OrtCache = list[ort.OrtValue]
"""The cache tensors in the order of the graph's inputs: position, then keys and values of each layer."""


class Session:
    """A model file, loaded: what it says of itself, and its decode step (`rumi_tui.engine.context.DecodeStep`).

    One thread computes: a step is far too short to share. Raises `RumiError` for a file that is missing, damaged,
    too large, of another version or of another program.
    """

    def __init__(self, path: Path) -> None:
        data = _read(path)
        self.name = path.stem
        self.sha256 = hashlib.sha256(data).hexdigest()
        """Of the file: two poems with the same model hash, settings and seed are the same poem."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a dozen unrelated kinds for a file that is not a model
            raise RumiError(f"{path} is damaged or is no ONNX file: copy or export it again.") from error
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.description = Description.from_metadata(metadata, str(path))
        self.config, self.tokenizer, self.card = self.description
        inputs = self._session.get_inputs()
        self._cache_inputs = [value.name for value in inputs[1:]]
        self._output_names = [value.name for value in self._session.get_outputs()]
        if inputs[0].name != "ids" or len(inputs) != 2 + 2 * self.config.layers:
            raise RumiError(f"{path} holds a graph of another shape than its description: export it again.")

    def check_form(self, form: str) -> None:
        """Raises `RumiError` for a form that the model was not trained on."""
        if form not in self.card.forms:
            raise RumiError(f"{self.name} never learned the form {form!r}: choose {' or '.join(self.card.forms)}.")

    def empty_cache(self, batch: int) -> OrtCache:
        """The cache before the first id of `batch` streams."""
        config = self.config
        nothing = np.empty((batch, config.heads, 0, config.head_dim), dtype=np.float32)
        tensors = [np.zeros((), dtype=np.int64), *[nothing] * (2 * config.layers)]
        return [ort.OrtValue.ortvalue_from_numpy(tensor) for tensor in tensors]

    def __call__(self, ids: Ids, cache: OrtCache) -> tuple[Logits, OrtCache]:
        """Logits float32 [batch, time, vocab_size] for ids int64 [batch, time], and the next cache."""
        feeds = dict(zip(self._cache_inputs, cache, strict=True))
        feeds["ids"] = ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(ids))
        logits, *cache = self._session.run_with_ort_values(self._output_names, feeds)
        return logits.numpy(), cache


def load_model(name: str) -> Session:
    """The model `en` or `fa` that ships with the program, or the model file at a path."""
    return Session(model_path(name) if name in LANGUAGES else Path(name))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise RumiError(
            f"Could not read the model file {path} ({describe(error)}): use en, fa or the path of an .onnx file."
        ) from error
    if len(data) > LARGEST_FILE:
        raise RumiError(f"{path} is larger than {LARGEST_FILE >> 20} MiB: it is no model file of this program.")
    return data
