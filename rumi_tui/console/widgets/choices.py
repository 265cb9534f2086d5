"""Lists of choices, in a terminal of any size and for keys that are pressed before a list is drawn."""

from __future__ import annotations

from typing import TypeVar

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import OptionList, Select
from textual.widgets._select import SelectCurrent, SelectOverlay

Value = TypeVar("Value")

NARROWEST = 8
"""Cells that an option is laid out in at least; Textual's list ends the program where there is none."""


class Choices(OptionList):
    """Textual's list, which also stands a terminal of a few columns, and a page key where it has no rows yet."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The rows that all options take."""
        return super().get_content_height(container, viewport, max(width, NARROWEST))

    def action_page_up(self) -> None:
        """Moves up by what is shown, if anything is."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Moves down by what is shown, if anything is."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]


class _Overlay(SelectOverlay, Choices):
    """The list that a `SelectBox` opens."""


class SelectBox(Select[Value]):
    """Textual's box with a list to choose from, which opens `Choices`."""

    def compose(self) -> ComposeResult:
        """What is chosen, and the list."""
        yield SelectCurrent(self.prompt)
        yield _Overlay().data_bind(compact=Select.compact)
