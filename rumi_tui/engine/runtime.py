"""How onnxruntime is started, for whatever runs a file by it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import onnxruntime as ort

from models.freed_memory import give_back_freed_memory, give_back_what_is_free

BLOCKS_OFF = "ORT_GQA_DISABLE_FLASH_ATTENTION"
_STARTING = threading.Lock()


def one_thread(entries: Mapping[str, str]) -> ort.SessionOptions:
    """The options of a session that computes in one thread, with these entries of its configuration."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    for name, value in entries.items():
        options.add_session_config_entry(name, value)
    return options


def start(model: bytes | Path, options: ort.SessionOptions, in_blocks: bool = True) -> ort.InferenceSession:
    """A session on the CPU that says nothing: standard output belongs to verse. Raises what onnxruntime raises.

    Where it fails, onnxruntime would print so, and try the same again. Of a path it keeps nothing, of bytes all. Keys
    and values are read block by block, or not `in_blocks`: with blocks, 8-bit ones are read more slowly in windows as
    short as ours, and without them floats are. The last digits differ.
    """
    with _STARTING, _environment(BLOCKS_OFF, str(int(not in_blocks))):
        return _start(model, options)


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Has a variable another value; onnxruntime looks at it only while a session begins."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def _start(model: bytes | Path, options: ort.SessionOptions) -> ort.InferenceSession:
    give_back_freed_memory()
    options.log_severity_level = 4
    if isinstance(model, Path) and not _can_be_told(model):
        model = model.read_bytes()
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    give_back_what_is_free()  # what it read, by now copied
    return session


def _can_be_told(path: Path) -> bool:
    """Whether onnxruntime can be told a path, which it takes as UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def reading(ids: int) -> ort.RunOptions | None:
    """The options of a run over so many ids of each stream at once.

    What several ids take is given back: onnxruntime would keep the most that any text ever took. What one id takes is
    kept for the next.
    """
    if ids == 1:
        return None
    options = ort.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
