"""A model file run by onnxruntime. Knows nothing of sampling, poems or screens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.config import ROTARY_BASE
from models.errors import RumiError, describe
from models.paths import check_file, given_path, is_checkpoint, weights_path
from models.pretrained import MODELS, model_path, shipped
from rumi_tui.engine.context import Ids, Logits, finite
from rumi_tui.engine.model_file import cache_shape, cache_type, read_description
from rumi_tui.engine.prepared import start_prepared
from rumi_tui.engine.ring import RingCache
from rumi_tui.engine.runtime import one_thread, reading, start
from rumi_tui.engine.trial import try_out

LARGEST_FILE = 512 << 20
"""Bytes. A larger file is not one of ours, and reading it could exhaust the memory."""
AHEAD = 64
"""Positions whose rotary angles are worked out at once."""
INTEGERS = {"session.qdq_matmulnbits_accuracy_level": "4"}
"""Has onnxruntime multiply integers."""
FLOATS = {"session.disable_quant_qdq": "1"}
"""Has it turn them into floats once."""
_FORMER_NAMES = {"total": "total_len", "last": "last_pos", "fed": "new_len", "places": "position_ids"}
"""Inputs of a graph by the names that model files of version 0.1 have for them."""

_State = tuple[int, int, int]


class OrtCache:
    """What the graph keeps of `batch` streams: keys and values in buffers of a fixed size that it changes in place.

    So a step uses up the cache that it is given: what it gives back is the same one, further on.
    """

    def __init__(self, buffers: dict[str, npt.NDArray[np.generic]]) -> None:
        self.position = 0
        """How many ids each stream has read."""
        self.buffers = buffers
        """By the name of the tensor, as `key.0`: float32 or int8 [batch, heads, capacity, head_dim]."""
        self.next_id: _Call | None = None
        """The call that reads one id, kept because it is made again and again."""


class _Angles:
    """The rotary angles, worked out for many positions at a time: for one, the calls cost more than what they do."""

    def __init__(self, head_dim: int) -> None:
        self._speeds = ROTARY_BASE ** -(np.arange(0, head_dim, 2) / head_dim)
        self._first = 0
        self._rows = np.empty((2, 0, head_dim // 2), dtype=np.float32)

    def at(self, position: int, time: int) -> npt.NDArray[np.float32]:
        """Cosines and sines of so many positions: [2, time, head_dim / 2]."""
        begin = position - self._first
        if not 0 <= begin <= self._rows.shape[1] - time:
            angles = np.arange(position, position + time + AHEAD)[:, None] * self._speeds
            self._first, begin = position, 0
            self._rows = np.stack((np.cos(angles), np.sin(angles))).astype(np.float32)
        return self._rows[:, begin : begin + time]


class _Call:
    """The graph's inputs and outputs for so many ids at once, in memory that onnxruntime and numpy share."""

    def __init__(self, model: Session, cache: OrtCache, ids: Ids) -> None:
        config = model.config
        batch, time = ids.shape
        self._session = model.session
        self._binding = self._session.io_binding()
        self._ids = np.empty((batch, time), dtype=np.int64)
        self._total_len = np.empty(1, dtype=np.int32)
        self._last_pos = np.empty(batch, dtype=np.int32)
        self._logits = np.empty((batch, time, config.vocab_size), dtype=np.float32)
        self._position_ids = np.empty(time, dtype=np.int64)
        self._rotations = np.empty((2, time, config.head_dim // 2), dtype=np.float32)
        self._angles = _Angles(config.head_dim) if config.is_rotary else None
        inputs = {
            "ids": self._ids,
            "total_len": self._total_len,
            "last_pos": self._last_pos,
            "new_len": np.full(batch, time, dtype=np.int32),
        }
        if config.is_rotary:
            inputs |= {"cos": self._rotations[0], "sin": self._rotations[1]}
        else:
            inputs["position_ids"] = self._position_ids
        for name, array in inputs.items():
            self._binding.bind_ortvalue_input(model.input_names[name], ort.OrtValue.ortvalue_from_numpy(array))
        self._binding.bind_ortvalue_output("logits", ort.OrtValue.ortvalue_from_numpy(self._logits))
        for name, buffer in cache.buffers.items():
            shared = ort.OrtValue.ortvalue_from_numpy(buffer)
            self._binding.bind_ortvalue_input(f"past_{name}", shared)
            self._binding.bind_ortvalue_output(f"present_{name}", shared)
        self._references = inputs, cache.buffers  # onnxruntime does not keep the arrays alive

    def run(self, ids: Ids, position: int) -> Logits:
        self._ids[:] = ids
        time = ids.shape[1]
        self._total_len[:] = position + time
        self._last_pos[:] = position + time - 1
        if self._angles is not None:
            self._rotations[:] = self._angles.at(position, time)
        else:
            self._position_ids[:] = np.arange(position, position + time)
        self._session.run_with_iobinding(self._binding, reading(time))
        return self._logits.copy()


class Session:
    """A model file, loaded: what it says of itself, and its decode step (`rumi_tui.engine.context.DecodeStep`).

    One thread computes: a step is far too short to share. Raises `RumiError` for a file that is missing, damaged,
    too large, of another version or of another program.
    """

    def __init__(self, path: Path, dequantize: bool = False, prepare: bool = False) -> None:
        """With `dequantize`, 8-bit weights become floats first, as in programs that multiply no integers; slower.

        With `prepare`, what onnxruntime makes of the file is kept for the next time (`rumi_tui.engine.prepared`).
        """
        self.name = path.stem
        data, state = _read(path)
        self.sha256 = hashlib.sha256(data).hexdigest()
        """Of the file: two poems with the same model hash, settings and seed are the same poem."""
        self.description = read_description(data, str(path))
        self._cache_type = cache_type(data)
        del data  # else it stayed in memory as long as the session
        self.config, self.tokenizer, self.card = self.description[:3]
        entries, in_blocks = FLOATS if dequantize else INTEGERS, self._cache_type is not np.int8
        try:
            if prepare:
                self.session = start_prepared(path, self.sha256, entries, in_blocks)
            else:
                self.session = start(path, one_thread(entries), in_blocks)
        except Exception as error:  # onnxruntime raises a dozen unrelated kinds for a file that is not a model
            raise RumiError(f"{path} is damaged or not an ONNX file: copy or export it again.") from error
        if _state(path) != state:
            raise RumiError(f"{path} was changed while it was read: try again.")
        names = [value.name for value in self.session.get_inputs()]
        self.input_names = {_FORMER_NAMES.get(name, name): name for name in names}
        """The inputs of the graph: what each is, and how this file calls it."""
        self._cache_names = [name.removeprefix("past_") for name in names if re.match(r"past_(key|value)\.", name)]
        self._is_standard = "past_positions" in names
        self(np.zeros((1, 1), dtype=np.int64), self.empty_cache(1))  # what cannot be run is refused before verse begins

    def check_form(self, form: str) -> None:
        """Raises `RumiError` for a form that the model was not trained on."""
        if form not in self.card.forms:
            raise RumiError(f"{self.name} never learned the form {form!r}: choose {' or '.join(self.card.forms)}.")

    def empty_cache(self, batch: int) -> OrtCache | RingCache:
        """The cache before the first id of `batch` streams."""
        if self._is_standard:
            return RingCache(self.config, batch)
        shape = cache_shape(self.config, batch)
        return OrtCache({name: np.zeros(shape, dtype=self._cache_type) for name in self._cache_names})

    def select(self, cache: OrtCache | RingCache, streams: Sequence[int]) -> OrtCache | RingCache:
        """A cache of these streams of another, in this order; one may stand in it several times."""
        if isinstance(cache, RingCache):
            return cache.select(streams)
        shape = cache_shape(self.config, len(streams))
        selected = OrtCache({name: np.empty(shape, dtype=self._cache_type) for name in self._cache_names})
        selected.position = cache.position
        past = slice(cache.position)  # what lies behind it is never looked at, so it is not copied
        for name, buffer in cache.buffers.items():
            for new, old in enumerate(streams):
                selected.buffers[name][new, :, past] = buffer[old, :, past]
        return selected

    def __call__(self, ids: Ids, cache: OrtCache | RingCache) -> tuple[Logits, OrtCache | RingCache]:
        """Logits float32 [batch, time, vocab_size] for ids int64 [batch, time], and the next cache.

        Raises `RumiError` where the graph cannot be run, or answers with what is no number.
        """
        try:
            if isinstance(cache, RingCache):
                return finite(cache.step(self.session, ids)), cache
            call = cache.next_id
            if call is None or ids.shape[1] != 1:
                call = _Call(self, cache, ids)
            if ids.shape[1] == 1:
                cache.next_id = call
            logits = call.run(ids, cache.position)
        except RumiError:
            raise
        except Exception as error:  # as many kinds as above
            raise RumiError(f"The model {self.name} cannot be run ({error}): export it again.") from error
        cache.position += ids.shape[1]
        return finite(logits), cache


def load_model(name: str, try_first: bool = True) -> Session:
    """A model that ships with the program, by its name in `models.pretrained.MODELS`, or the model file at a path.

    A file that does not ship is tried in a process of its own first, unless a crash would do no harm here.
    """
    if model := shipped(name):
        return Session(model_path(model), prepare=True)
    path = given_path(name)
    if try_first and path.is_file():
        try_out(path)
    return Session(path)


def _read(path: Path) -> tuple[bytes, _State]:
    """All of a file that may be a model file, and its state. Raises `RumiError` for any other."""
    if is_checkpoint(path) and weights_path(path).is_file():
        raise RumiError(f"{path} is a checkpoint: make a model file of it with rumi-export {path}")
    try:
        check_file(path, LARGEST_FILE)
        state = _state(path)
        return path.read_bytes(), state
    except OSError as error:
        raise RumiError(
            f"Could not read the model file {path} ({describe(error)}): "
            f"use {', '.join(MODELS)}, or the path of an .onnx file."
        ) from error


def _state(path: Path) -> _State:
    """Which file it is, when it was last changed, and how long it is; zeros where there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_ino, status.st_mtime_ns, status.st_size
