"""Where things are kept, as each system wants it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_documents_path, user_state_path

from models.files import STALE_SECONDS, sweep
from models.paths import given_path


def library_path() -> Path:
    """The SQLite file that holds the poems."""
    return user_data_path("rumi-tui", appauthor=False) / "poems.sqlite"


def poems_folder() -> Path:
    """The folder for poems that a person takes out of the library."""
    return user_documents_path() / "Rumi"


def fetched_texts() -> Path:
    """The folder that `rumi-corpus fetch` fills."""
    return user_data_path("rumi-tui", appauthor=False) / "texts"


def model_folder() -> Path:
    """The folder of the model of meaning, which `rumi-corpus fetch --ask` fills."""
    return user_data_path("rumi-tui", appauthor=False) / "meaning"


def texts_folder() -> Path:
    """The folder of texts that is read where nobody names one: `RUMI_CORPUS_DIR`, or else the fetched ones."""
    named = os.environ.get("RUMI_CORPUS_DIR")
    return given_path(named) if named else fetched_texts()


def index_folder() -> Path:
    """The folder for what is computed from texts and can be computed again; a passing one where that is refused."""
    folder = user_cache_path("rumi-tui", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            sweep(folder, seconds=STALE_SECONDS)
            return folder
    except OSError:
        return _passing_folder()


def prepared_folder() -> Path:
    """The folder for models that are made ready for the processor, which may not be there."""
    return user_cache_path("rumi-tui", appauthor=False) / "models"


@cache
def _passing_folder() -> Path:
    """A folder that goes with the program."""
    folder = Path(tempfile.mkdtemp(prefix="rumi-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def settings_path() -> Path:
    """The TOML file that holds the settings."""
    return user_config_path("rumi-tui", appauthor=False) / "settings.toml"


def session_path(in_browser: bool) -> Path:
    """The JSON file that says where the console left off; pages in a browser have one of their own."""
    return user_state_path("rumi-tui", appauthor=False) / ("session-web.json" if in_browser else "session.json")


def welcome_path() -> Path:
    """An empty file that says that the console was opened here before."""
    return user_data_path("rumi-tui", appauthor=False) / "welcomed"
