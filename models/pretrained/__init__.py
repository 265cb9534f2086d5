"""The model files that ship with the program."""

from __future__ import annotations

from pathlib import Path

LANGUAGES = {"en": "English", "fa": "Persian"}
"""The languages there is a shipped model for."""


def model_path(language: str) -> Path:
    """Where the shipped model file of a language lies."""
    return Path(__file__).parent / f"rumi-{language}.onnx"


def checkpoint_path(language: str) -> Path:
    """Where the checkpoint of a shipped model lies."""
    return model_path(language).with_suffix(".safetensors")
