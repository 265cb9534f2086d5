"""Rows that are set to the width there is, and drawn only where they are in sight. Knows nothing of what they say."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from rich.text import Text
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

RowT = TypeVar("RowT")


class Rows(Widget, Generic[RowT]):
    """As high as its rows. A text of a thousand rows, given to Textual as one, takes seconds to appear."""

    DEFAULT_CSS = "Rows { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._width = -1
        """Cells that the rows are set to."""
        self._rows: Sequence[RowT] = ()

    @abstractmethod
    def set_rows(self, width: int) -> Iterable[RowT]:
        """The rows of a column of so many cells."""

    @abstractmethod
    def draw_row(self, row: RowT) -> Text:
        """What stands in a row."""

    def texts(self) -> list[str]:
        """What stands in all rows, as they are set now."""
        return [self.draw_row(row).plain for row in self._rows]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows of a column of so many cells."""
        self._set(width)
        return len(self._rows)

    def render_line(self, y: int) -> Strip:
        """One row."""
        width = self.size.width
        self._set(width)
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        text = self.draw_row(self._rows[y])
        if self.text_selection is not None and (span := self.text_selection.get_span(y)) is not None:
            begin, end = span
            style = self.screen.get_component_rich_style("screen--selection")
            text.stylize(style, begin, len(text) if end == -1 else end)
        strip = Strip(text.render(self.app.console)).adjust_cell_length(width).apply_style(self.rich_style)
        return strip.apply_offsets(0, y)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """What somebody marked with the mouse, and what parts it from that of other widgets."""
        return selection.extract("\n".join(self.texts())), "\n"

    def _set(self, width: int) -> None:
        if width != self._width:
            self._width, self._rows = width, list(self.set_rows(width))
