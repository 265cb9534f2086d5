"""How onnxruntime is started, for whatever runs a file by it."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort


def start(model: bytes | Path, options: ort.SessionOptions) -> ort.InferenceSession:
    """A session on the CPU that says nothing: standard output belongs to verse. Raises what onnxruntime raises.

    Where it fails, onnxruntime would print so, and try the same again.
    """
    options.log_severity_level = 4
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)
