"""A dialog with a list that is searched for whatever is typed. Knows nothing of what is listed."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.binding import Binding

from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.verse_input import LONGEST

Result = TypeVar("Result")


class SearchingDialog(Dialog[Result | None]):
    """Letters search, Backspace takes the last one away and Ctrl+U all; going back first ends the search."""

    BINDINGS = [
        Binding("backspace", "shorten", "Search less", show=False),
        Binding("ctrl+u", "clear", "Search anew", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._search = ""

    def _find(self) -> None:
        """Lists what holds `_search`, or everything where that is empty."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        """Searches for what is typed."""
        if event.is_printable and event.character is not None:
            event.stop()
            self._look_for(self._search + event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Searches for what is pasted."""
        event.stop()
        self._look_for(self._search + " ".join(event.text.split()))

    def action_shorten(self) -> None:
        """Takes the last character of the search away."""
        self._look_for(self._search[:-1])

    def action_clear(self) -> None:
        """Takes all of the search away."""
        self._look_for("")

    def action_back(self) -> None:
        """Ends the search, or leaves."""
        if self._search:
            self._look_for("")
        else:
            self.dismiss(None)

    def _look_for(self, search: str) -> None:
        self._search = search[:LONGEST]
        self._find()
