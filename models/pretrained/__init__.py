"""The model files that ship with the program."""

from __future__ import annotations

from pathlib import Path

LANGUAGES = {"en": "English", "fa": "Persian"}
"""The languages there is a shipped model for."""


def shipped_language(name: str) -> str | None:
    """The language of the shipped model that is called so, by it or as `rumi-en`; None for any other name."""
    language = name.removeprefix("rumi-")
    return language if language in LANGUAGES else None


def model_path(language: str) -> Path:
    """Where the shipped model file of a language lies."""
    return Path(__file__).parent / f"rumi-{language}.onnx"


def checkpoint_path(language: str) -> Path:
    """Where the checkpoint of a shipped model lies."""
    return model_path(language).with_suffix(".safetensors")
