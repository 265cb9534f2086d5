"""A model as onnxruntime has made it ready for this processor, kept in the cache folder.

Each time it loads a file, onnxruntime joins the nodes of the graph and lays the weights out for the processor. It can
keep what comes of that: https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html. Loaded
from there, the weights are memory that processes share. All of it may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import onnxruntime as ort

from models.files import temporary_name
from rumi_tui.engine.runtime import one_thread, start
from rumi_tui.locations import prepared_folder

MODEL, WEIGHTS, SEAL = "model.onnx", "model.weights", "seal"
"""The files of a prepared model: the graph, its weights, and the hashes of both."""
SMALLEST = 1 << 10
"""Bytes; smaller tensors stay in the graph."""
UNUSED_SECONDS = 30 * 24 * 3600
"""After which a prepared model that was never loaded again is deleted, when another is prepared."""
_PROCESSOR = re.compile(r"^(?:flags|Features)\s*:(.*)$", re.MULTILINE)
_SAVING = {
    "session.optimized_model_external_initializers_file_name": WEIGHTS,
    "session.optimized_model_external_initializers_min_size_in_bytes": str(SMALLEST),
    "session.save_external_prepacked_constant_initializers": "1",
}


def start_prepared(path: Path, sha256: str, entries: Mapping[str, str], in_blocks: bool) -> ort.InferenceSession:
    """A session of a file with this hash, from what was prepared of it; that is made where it is not there or damaged.

    See `runtime.start` for the rest. Where nothing can be kept, the file itself is loaded. Raises what onnxruntime
    raises for that.
    """
    with contextlib.suppress(Exception):  # whatever is wrong with the cache folder, the file itself is there
        if (processor := processor_name()) is not None:
            made_of = repr((sha256, ort.__version__, sorted(entries.items()), in_blocks, processor))
            folder = prepared_folder() / f"{path.stem}-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
            if _is_whole(folder):
                os.utime(folder)
                options = one_thread(entries)
                options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
                return start(folder / MODEL, options, in_blocks)
            return _prepare(path, entries, in_blocks, folder)
    return start(path, one_thread(entries), in_blocks)


def processor_name(told_in: Path = Path("/proc/cpuinfo")) -> str | None:
    """All that a processor can do, which says how weights are laid out for it; None where the system does not tell."""
    try:
        with told_in.open(encoding="utf-8", errors="replace") as file:
            told = _PROCESSOR.search(file.read(1 << 14))  # the first of perhaps many that are alike
    except OSError:
        return None
    return told[1].strip() if told else None


def _prepare(path: Path, entries: Mapping[str, str], in_blocks: bool, folder: Path) -> ort.InferenceSession:
    """Loads a file and keeps what was made of it, unless the system refuses."""
    making = folder.with_name(temporary_name(folder.name))
    making.mkdir(parents=True)
    try:
        options = one_thread({**entries, **_SAVING})
        options.optimized_model_filepath = str(making / MODEL)
        session = start(path, options, in_blocks)
        with contextlib.suppress(OSError):
            (making / SEAL).write_text(_seal(making), "utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)
            _sweep(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return session


def _is_whole(folder: Path) -> bool:
    files = [folder / name for name in (MODEL, WEIGHTS, SEAL)]
    return all(file.is_file() for file in files) and files[-1].read_bytes() == _seal(folder).encode()


def _seal(folder: Path) -> str:
    hashes = []
    for name in (MODEL, WEIGHTS):
        with (folder / name).open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return " ".join(hashes)


def _sweep(kept: Path) -> None:
    """Deletes what lies beside it and was not used for long, also what killed processes left."""
    for folder in kept.parent.iterdir():
        if folder != kept and abs(time.time() - folder.stat().st_mtime) > UNUSED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
