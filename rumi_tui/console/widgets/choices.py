"""Lists of choices, in a terminal of any size and for keys that are pressed before a list is drawn."""

from __future__ import annotations

from typing import TypeVar

from textual.binding import Binding
from textual.geometry import Size
from textual.widgets import OptionList, Select

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


class SelectBox(Select[Value]):
    """Textual's box with a list to choose from. Its lists are short, so a page key goes to the first or the last row.

    Textual's own page keys end the program where they are pressed before the list has rows. The class `-chosen` is set
    while the box has a value.
    """

    BINDINGS = [
        Binding("pageup", "leap('first')", "First", show=False, priority=True),
        Binding("pagedown", "leap('last')", "Last", show=False, priority=True),
    ]

    def watch_value(self) -> None:
        """Lets the look tell a value from the prompt."""
        self.set_class(not self.is_blank(), "-chosen")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Page keys are the box's own only while its list is open."""
        return action != "leap" or self.expanded

    def action_leap(self, end: str) -> None:
        """Moves to the first or the last row of the list."""
        options = self.query_one(OptionList)
        options.action_first() if end == "first" else options.action_last()
