"""The name of a file with poems that are to be taken in."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Label

from rumi_tui.console.actions import closing
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.verse_input import VerseInput


class ImportScreen(Dialog[str | None]):
    """Gives back what the person typed."""

    BINDINGS = closing("import", "dismiss")

    def compose(self) -> ComposeResult:
        """One field; Enter in it is the answer."""
        where = " on the machine that serves this page" if self.app.is_web else ""
        yield Label(f"A JSON file{where}: a poem or a whole library that was saved here; Enter adds its poems")
        yield VerseInput("off", placeholder="~/Documents/Rumi/rumi-library-2026-01-01.json")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
