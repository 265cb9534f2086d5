"""A poem to be changed by hand."""

from __future__ import annotations

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from rumi_tui.bidi import Mode
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.verse_area import VerseArea


class Edited(NamedTuple):
    """What the person made of a poem."""

    text: str
    goes_on: bool
    """Whether the model shall write on from the end of the text."""


class EditScreen(Dialog[Edited]):
    """Gives back what the person made of a poem, changed or not."""

    BINDINGS = [
        Binding("ctrl+g", "go_on", "Go on from the cursor"),
        Binding("escape", "keep", "Keep"),
    ]
    AUTO_FOCUS = "VerseArea"

    def __init__(self, text: str, mode: Mode) -> None:
        super().__init__()
        self._text, self._mode = text, mode

    def compose(self) -> ComposeResult:
        """The poem with a cursor at its end."""
        yield Static("What you change becomes a branch; the poem stays as it is.", id="legend", markup=False)
        yield VerseArea(self._mode, self._text)
        yield KeyRow()

    def on_mount(self) -> None:
        """Goes to the end of the poem."""
        area = self.query_one(VerseArea)
        area.move_cursor(area.document.end)

    @on(VerseArea.Overfull)
    def _tell_room(self, event: VerseArea.Overfull) -> None:
        self.notify(f"A poem has room for {event.longest:,} characters: the rest is left out.")

    def action_go_on(self) -> None:
        """Has verse written from the cursor on."""
        area = self.query_one(VerseArea)
        self.dismiss(Edited(area.text[: area.cursor_index], goes_on=True))

    def action_keep(self) -> None:
        """Leaves with what stands there."""
        self.dismiss(Edited(self.query_one(VerseArea).text, goes_on=False))
