"""A dialog with a field for what is asked or named. Knows nothing of what that is."""

from __future__ import annotations

from textual import events
from textual.screen import ScreenResultType
from textual.widgets import Input

from rumi_tui.console.screens.dialog import Dialog


class AskingDialog(Dialog[ScreenResultType]):
    """What is typed or pasted over its other parts goes to its field, where it replaces what is selected.

    A letter that was typed before the focus had moved comes here too; one that the field takes does not.
    """

    def on_key(self, event: events.Key) -> None:
        """Hands over a letter."""
        if event.is_printable:
            event.stop()
            self._hand_over(type(event)(event.key, event.character))  # a non-joiner has a type of its own

    def on_paste(self, event: events.Paste) -> None:
        """Hands over what is pasted, of which the field takes the first line."""
        event.stop()
        self._hand_over(events.Paste(event.text.strip()))

    def _hand_over(self, event: events.Key | events.Paste) -> None:
        """The focus moves at once: with `Widget.focus` the field would select, and lose, what came before it."""
        field = self.query_one(Input)
        self.set_focus(field)
        field.post_message(event)
