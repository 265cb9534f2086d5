"""The files of the model of meaning, which few have, and whether they are here. Knows nothing of what reads them."""

from __future__ import annotations

from rumi_tui.locations import model_folder

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
"""The files of its folder."""


def is_model_here() -> bool:
    """Whether the model was fetched."""
    return all((model_folder() / name).is_file() for name in (MODEL, TOKENIZER))
