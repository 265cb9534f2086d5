"""A list of choices in a terminal of any width."""

from __future__ import annotations

from textual.geometry import Size
from textual.widgets import OptionList

NARROWEST = 8
"""Cells that an option is laid out in at least; Textual's list ends the program where there is none."""


class Choices(OptionList):
    """Textual's list, which also stands a terminal of a few columns."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The rows that all options take."""
        return super().get_content_height(container, viewport, max(width, NARROWEST))
