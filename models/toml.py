"""TOML, as far as its reader in Python can be trusted with what strangers wrote."""

from __future__ import annotations

import tomllib
from typing import Any

MOST_PARTS = 1_000
"""Dots in a line. The reader keeps every beginning of a key, so one of 16,000 parts would take a gigabyte."""


def read_toml(text: str) -> dict[str, Any]:
    """The table that a text stands for. Raises what is in `models.errors.UNREADABLE` where it stands for none."""
    if any(line.count(".") > MOST_PARTS for line in text.split("\n")):
        raise ValueError(f"a line has more than {MOST_PARTS:,} dots")
    return tomllib.loads(text)
