"""A model as onnxruntime has made it ready for this processor, kept in the cache folder.

Each time it loads a file, onnxruntime joins the nodes of the graph and lays the weights out for the processor. It can
keep what comes of that: https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html. From
there a model is loaded in a third of the time, and processes share the memory of its weights. All of it may be deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import onnxruntime as ort

from rumi_tui.engine.runtime import start
from rumi_tui.locations import prepared_folder

MODEL, WEIGHTS, SEAL = "model.onnx", "model.weights", "seal"
"""The files of a prepared model: the graph, its weights, and what both were made of and are."""
SMALLEST = 1 << 10
"""Bytes; smaller tensors stay in the graph."""
STALE_SECONDS = 60.0
"""After which a folder that is being filled was left by a process that was killed."""
_PROCESSOR = re.compile(r"^(?:flags|Features)\s*:(.*)$", re.MULTILINE)


def start_prepared(path: Path, sha256: str, options: Callable[[], ort.SessionOptions]) -> ort.InferenceSession:
    """A session of a file with this hash, from what was prepared of it; that is made where it is not there or damaged.

    Where nothing can be kept, the file itself is loaded. Raises what onnxruntime raises.
    """
    processor = processor_name()
    if processor is None:
        return start(path, options())
    folder = prepared_folder() / f"{path.stem}-{processor}"
    made_of = f"{sha256} {ort.__version__}"
    if _is_whole(folder, made_of):
        ready = options()
        ready.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        with contextlib.suppress(Exception):  # onnxruntime raises a dozen unrelated kinds
            return start(folder / MODEL, ready)
    with contextlib.suppress(Exception):
        return _prepare(path, options(), folder, made_of)
    return start(path, options())


def processor_name(told_in: Path = Path("/proc/cpuinfo")) -> str | None:
    """A name for all that a processor can do, which says how weights are laid out for it; None where it is not told."""
    try:
        with told_in.open(encoding="utf-8") as file:
            told = _PROCESSOR.search(file.read(1 << 14))  # the first of perhaps many that are alike
    except OSError:
        return None
    return hashlib.sha256(told[1].encode()).hexdigest()[:8] if told else None


def _prepare(path: Path, options: ort.SessionOptions, folder: Path, made_of: str) -> ort.InferenceSession:
    """Loads a file and keeps what was made of it; another process that does so already is not disturbed."""
    making = folder.with_name(f".{folder.name}")
    with contextlib.suppress(FileNotFoundError):
        if time.time() - making.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(making)
    making.mkdir(parents=True)
    try:
        options.optimized_model_filepath = str(making / MODEL)
        for name, value in (
            ("optimized_model_external_initializers_file_name", WEIGHTS),
            ("optimized_model_external_initializers_min_size_in_bytes", str(SMALLEST)),
            ("save_external_prepacked_constant_initializers", "1"),
        ):
            options.add_session_config_entry(f"session.{name}", value)
        session = start(path, options)
        (making / SEAL).write_text(_seal(making, made_of), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return session


def _is_whole(folder: Path, made_of: str) -> bool:
    try:
        return (folder / SEAL).read_text("utf-8") == _seal(folder, made_of)
    except (OSError, UnicodeDecodeError):
        return False


def _seal(folder: Path, made_of: str) -> str:
    """What a prepared model was made of, and the hashes of its files. Raises `OSError` where one cannot be read."""
    hashes = []
    for name in (MODEL, WEIGHTS):
        with (folder / name).open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return " ".join([made_of, *hashes])
