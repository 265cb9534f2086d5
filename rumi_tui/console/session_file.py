"""What the console goes on with at its next start: one JSON file. Knows nothing of screens.

Poems stand in it by their numbers in the library, never as text. Two consoles may write it: the last one counts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from models.errors import UNREADABLE, RumiError, describe
from models.files import replacing
from models.pretrained import MODELS
from rumi_tui.console.settings import ENTRIES, UserSettings, as_typed, model_named, typed, value_of
from rumi_tui.console.writing.history import Count, Step
from rumi_tui.library.tables import set_aside
from rumi_tui.verse.languages import DEFAULT, model_title

LARGEST = 1 << 22
"""Bytes: a hundred steps take some ten thousand, the rest is what was typed."""

OF_A_POEM = ("model", "form", "lines", "keep", "original", "temperature", "top-k", "top-p", "min-p", "pace")
"""Settings of the file that a poem is written with."""


class SavedSession(msgspec.Struct, frozen=True, kw_only=True):
    """What stood on the page to write on, and how it came there."""

    version: Literal[1] = 1
    settings: dict[str, str] = {}
    """Those that a poem is written with, by their labels, as they are typed."""
    defaults: dict[str, str] = {}
    """The same in the settings file at that time: a setting that was changed there since counts as changed."""
    steps: list[Step] = []
    number: Count = 0
    """The step that the page shows."""
    top: Count = 0
    """The line of the poem at the upper edge of the page, from 0."""
    prompt: str = ""
    cursor: tuple[Count, Count] = (0, 0)
    """Its line and column."""
    is_sent: bool = False
    """Whether the prompt is what the latest poem began with."""
    library_order: str = ""
    """One of `rumi_tui.library.orders.ORDERS`; empty for the first."""
    asked_for_order: bool = False
    """Whether somebody was asked how right-to-left lines look right, and could not tell."""

    def settings_that_hold(self, settings: UserSettings) -> dict[str, str]:
        """Those that the settings file has not overtaken since, as far as there is such a value."""
        defaults = defaults_of(settings)
        return {
            label: value.strip()
            for label, value in self.settings.items()
            if self.defaults.get(label) == defaults.get(label) and _can_be(label, value)
        }


class SessionFile:
    """Reads and writes the file; without a path nothing comes back."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._latest: SavedSession | None = None
        """What this console has read or written last."""

    def read(self) -> SavedSession:
        """What was saved; an empty session where nothing was.

        Raises `RumiError` where it cannot be read. A file that is damaged or another program's has another name then.
        """
        self._latest = None
        if self._path is None or not self._path.exists():
            return SavedSession()
        try:
            if self._path.stat().st_size > LARGEST:
                raise ValueError("it is too large")
            session = msgspec.json.decode(self._path.read_bytes(), type=SavedSession)
        except UNREADABLE as error:
            raise RumiError(self._set_aside(error)) from error
        except OSError as error:
            raise RumiError(f"The last session {self._path} cannot be read ({describe(error)}).") from error
        self._latest = session
        return session

    def _set_aside(self, reason: Exception) -> str:
        assert self._path is not None
        told = f"The last session cannot be read ({reason})"
        try:
            return f"{told}. Its file is now {set_aside(self._path)}; your poems are in the library."
        except OSError as error:
            return f"{told}, and {self._path} cannot be moved away ({describe(error)})."

    def has_saved(self, session: SavedSession) -> bool:
        """Whether there is nothing to save: it is what this console has saved last, or tried to."""
        return self._path is None or session == self._latest

    def write(self, session: SavedSession) -> None:
        """Saves a session; of one that is too large, all but what was typed.

        Raises `RumiError` where it cannot be written; what stood there stays.
        """
        if self._path is None:
            return
        self._latest = session
        try:
            content = msgspec.json.encode(session)
            if len(content) > LARGEST:
                content = msgspec.json.encode(msgspec.structs.replace(session, prompt="", is_sent=False))
        except UnicodeEncodeError as error:  # of a file whose name is not UTF-8
            raise RumiError(f"The session cannot be saved: {error.object[:80]!r} is not UTF-8.") from error
        with replacing(self._path) as temporary:
            temporary.write_bytes(content)


def defaults_of(settings: UserSettings) -> dict[str, str]:
    """What a poem is written with where nothing else is said, by the labels of the settings, as it is typed."""
    return {name: typed(value_of(settings, ENTRIES[name])) for name in OF_A_POEM}


class Beginning(NamedTuple):
    """What a console begins with."""

    model: str
    session: SavedSession
    """Without a model among its settings, and without those that were for another model."""
    trouble: str
    """What of the last session could not be had, and why; empty where nothing is to be told."""


FIRST = SavedSession(
    settings={"form": "free", "lines": "8", "temperature": "0.6"},
    defaults=defaults_of(UserSettings()),
    prompt="My heart is",
    is_sent=True,
)
"""What somebody begins with who was never here: what reads best of the English model, and fits on one page."""


def begin(file: SessionFile, settings: UserSettings, model: str | None = None, is_first: bool = False) -> Beginning:
    """The last session as it holds now, with a `model`, or else its own, or else that of the settings.

    Whoever is here for the first time begins with `FIRST`, where its model writes.
    """
    try:
        session, trouble = file.read(), ""
    except RumiError as error:
        session, trouble = SavedSession(), str(error)
    if is_first and model_named(model or settings.model) == DEFAULT.model:
        session = FIRST
    values = session.settings_that_hold(settings)
    last_model = values.pop("model", "")
    if model is None and last_model and last_model not in MODELS and not os.path.isfile(last_model):
        name = model_title(settings.model) if settings.model in MODELS else settings.model
        trouble, last_model = f"The model file {last_model} is gone: {name} writes now.", ""
    model = model_named(model or last_model or settings.model)
    if model != session.settings.get("model"):
        values = {label: value for label, value in values.items() if label not in ("metre", "rhyme")}
    return Beginning(model, msgspec.structs.replace(session, settings=values), trouble)


def _can_be(label: str, value: str) -> bool:
    if label not in OF_A_POEM or (not value and not ENTRIES[label].default):
        return True  # what the settings file does not know is looked at where it is used
    try:
        return as_typed(label, value) is not None
    except RumiError:
        return False
