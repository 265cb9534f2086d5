"""Where things are kept, as each system wants it."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path


def library_path() -> Path:
    """The SQLite file that holds the poems."""
    return user_data_path("rumi-tui", appauthor=False) / "poems.sqlite"
