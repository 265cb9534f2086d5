"""Colours of our own. Textual's other themes can be chosen beside them."""

from __future__ import annotations

from textual.theme import Theme

NIGHT = Theme(
    name="rumi-night",
    primary="#c8a86b",
    secondary="#8fa3a0",
    accent="#c8a86b",
    foreground="#e6e0d4",
    background="#16181c",
    surface="#1c1f24",
    panel="#22262c",
    success="#8fae7e",
    warning="#d6a35c",
    error="#c9705f",
    dark=True,
)
PAPER = Theme(
    name="rumi-paper",
    primary="#7a4a21",
    secondary="#4c6361",
    accent="#8c3b2a",
    foreground="#2b2721",
    background="#f6f0e3",
    surface="#efe7d6",
    panel="#e7ddc8",
    success="#4d6b3c",
    warning="#96641c",
    error="#9c2f22",
    dark=False,
)
THEMES = (NIGHT, PAPER)
"""The first is what the console opens with."""
