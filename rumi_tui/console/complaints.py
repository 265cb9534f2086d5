"""How a person is told what cannot be done, on every screen alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App
from textual.widget import Widget

from models.characters import one_line
from models.errors import RumiError
from rumi_tui.texts.corpus import NoTextsError


def complain(where: App[Any] | Widget, sentence: str) -> None:
    """Shows a sentence where errors stand."""
    where.notify(sentence, severity="error")


def sentence_of(error: RumiError) -> str:
    """What an error says in the console: what to do comes first, for a narrow screen cuts or wraps the end."""
    if isinstance(error, NoTextsError):
        return (
            "Type /fetch into the prompt to bring Rumi's verse (in a shell: rumi-corpus fetch). "
            f"There are no texts in {one_line(str(error.folder))}."
        )
    return str(error)


@contextmanager
def complaining(where: App[Any] | Widget) -> Iterator[None]:
    """Shows what a `RumiError` says, and lets the program go on after it."""
    try:
        yield
    except RumiError as error:
        complain(where, sentence_of(error))
