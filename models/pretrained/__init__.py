"""The model files that ship with the program, and in a clone the checkpoints that they were made from."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent
_PREFIX = "rumi-"

MODELS = tuple(sorted(path.stem.removeprefix(_PREFIX) for path in _FOLDER.glob(f"{_PREFIX}*.onnx")))
"""Their names, as people type them: the file of `en` is `rumi-en.onnx`."""


def shipped(name: str) -> str | None:
    """The name in `MODELS` of the model that is called so, or as its file is (`rumi-en`); None for any other."""
    name = name.removeprefix(_PREFIX)
    return name if name in MODELS else None


def model_path(name: str) -> Path:
    """Where the file of a shipped model lies."""
    return _FOLDER / f"{_PREFIX}{name}.onnx"


def checkpoint_path(name: str) -> Path:
    """Where the checkpoint of a shipped model lies in a clone. A wheel has none."""
    return model_path(name).with_suffix(".safetensors")
