"""How onnxruntime is started, for whatever runs a file by it."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from models.freed_memory import give_back_freed_memory, give_back_what_is_free


def start(model: bytes | Path, options: ort.SessionOptions) -> ort.InferenceSession:
    """A session on the CPU that says nothing: standard output belongs to verse. Raises what onnxruntime raises.

    Where it fails, onnxruntime would print so, and try the same again. Of a path it keeps nothing, of bytes all.
    """
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
