"""The list of all that can be done, to be searched: that of Textual, which does one thing and is left once."""

from __future__ import annotations

from textual import on
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from rumi_tui.console.screens.dialog import Dialog


class Palette(CommandPalette, Dialog[None]):  # in this order, for Textual looks for styles in the first of them
    """Textual's own would, at a second Enter, do the same again and take away the page below it."""

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _choose_once(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        if not self.is_active:
            event.prevent_default()
