"""Where things are kept, as each system wants it."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_data_path, user_documents_path


def library_path() -> Path:
    """The SQLite file that holds the poems."""
    return user_data_path("rumi-tui", appauthor=False) / "poems.sqlite"


def poems_folder() -> Path:
    """The folder for poems that a person takes out of the library."""
    return user_documents_path() / "Rumi"


def settings_path() -> Path:
    """The TOML file that holds the settings."""
    return user_config_path("rumi-tui", appauthor=False) / "settings.toml"


def welcome_path() -> Path:
    """An empty file that says that the console was opened here before."""
    return user_data_path("rumi-tui", appauthor=False) / "welcomed"
