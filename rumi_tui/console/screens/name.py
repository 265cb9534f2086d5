"""The title and the tags of a poem."""

from __future__ import annotations

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Label

from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.library.store import KeptPoem


class Name(NamedTuple):
    """What a poem is called."""

    title: str
    tags: list[str]


class NameScreen(Dialog[Name | None]):
    """Gives back what the person calls a poem; None to leave it as it is."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]

    def __init__(self, poem: KeptPoem) -> None:
        super().__init__()
        self._poem = poem

    def compose(self) -> ComposeResult:
        """Two fields; Enter in either keeps both."""
        yield Label("Title, and tags separated by spaces; Enter saves", markup=False)
        yield Input(self._poem.title, placeholder="no title", id="title")
        yield Input(" ".join(self._poem.tags), placeholder="no tags", id="tags")

    @on(Input.Submitted)
    def _keep(self) -> None:
        tags = self.query_one("#tags", Input).value.split()
        self.dismiss(Name(self.query_one("#title", Input).value, tags))
