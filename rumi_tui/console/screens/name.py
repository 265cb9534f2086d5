"""The title and the tags of a poem."""

from __future__ import annotations

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Label

from rumi_tui.bidi import Mode
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.library.poem import KeptPoem


class Name(NamedTuple):
    """What a poem is called."""

    title: str
    tags: str
    """As they were typed."""


class NameScreen(Dialog[Name | None]):
    """Gives back what the person calls a poem; None to leave it as it is."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]

    def __init__(self, poem: KeptPoem, mode: Mode) -> None:
        super().__init__()
        self._poem, self._mode = poem, mode

    def compose(self) -> ComposeResult:
        """Two fields; Enter in either keeps both."""
        yield Label("Title; Tab: tags, separated by spaces or commas; Enter saves", markup=False)
        yield VerseInput(self._mode, self._poem.title, placeholder="no title", id="title")
        yield VerseInput(self._mode, " ".join(self._poem.tags), placeholder="no tags", id="tags")

    @on(Input.Submitted)
    def _keep(self) -> None:
        self.dismiss(Name(self.query_one("#title", Input).value, self.query_one("#tags", Input).value))
