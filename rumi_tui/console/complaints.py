"""How a person is told what cannot be done, on every screen alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App
from textual.widget import Widget

from models.errors import RumiError


def complain(where: App[Any] | Widget, sentence: str) -> None:
    """Shows a sentence where errors stand."""
    where.notify(sentence, severity="error")


@contextmanager
def complaining(where: App[Any] | Widget) -> Iterator[None]:
    """Shows what a `RumiError` says, and lets the program go on after it."""
    try:
        yield
    except RumiError as error:
        complain(where, str(error))
