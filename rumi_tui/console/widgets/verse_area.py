"""A place to type verse in, in either direction. Knows nothing of what is done with it."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea

from rumi_tui.bidi import Cell, Mode, is_right_to_left, to_cells

Location = tuple[int, int]
"""Line and column in a text area."""


class VerseArea(TextArea):
    """A text area that shows right-to-left lines as the page does, and moves over them as the eye does."""

    BINDINGS = [  # of shells, beside those that Textual has
        Binding("alt+b", "cursor_word_left", show=False),
        Binding("alt+f", "cursor_word_right", show=False),
        Binding("alt+d,ctrl+delete", "delete_word_right", show=False),
        Binding("ctrl+underscore", "undo", show=False),
        Binding("ctrl+shift+z", "redo", show=False),
    ]

    def __init__(self, mode: Mode, text: str = "", *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(
            text, id=id, placeholder=placeholder, compact=True, highlight_cursor_line=False, tab_behavior="focus"
        )
        self._mode = mode

    @property
    def cursor_index(self) -> int:
        """The characters before the cursor."""
        return len(self.get_text_range((0, 0), self.cursor_location))

    def _row_at(self, y: int) -> tuple[int, int, list[Cell], int] | None:
        """Of a row of the widget that is read from right to left: line, first column, cells, cells on the left."""
        offset = Offset(0, y + self.scroll_offset.y)
        if offset.y >= self.wrapped_document.height:
            return None
        line, begin = self.wrapped_document.offset_to_location(offset)
        text = self.document.get_line(line)
        if not is_right_to_left(text):
            return None
        end = min((at for at in self.wrapped_document.get_offsets(line) if at > begin), default=len(text))
        cells = to_cells(text[begin:end], self._mode)
        if end == len(text):  # where the next letter comes
            cells = [Cell(" ", end - begin, end - begin + 1), *cells]
        return line, begin, cells, max(0, self.scrollable_content_region.width - len(cells))

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row = self._row_at(y)
        if row is None:
            return super().render_line(y)
        line, begin, cells, indent = row
        first, last = sorted(self.selection)
        segments = [Segment(" " * indent)]
        for cell in cells:
            location = (line, begin + cell.begin)
            style = None
            if self.has_focus and location == self.cursor_location:
                style = self.get_component_rich_style("text-area--cursor")
            elif first <= location < last:
                style = self.get_component_rich_style("text-area--selection")
            segments.append(Segment(cell.text, style))
        return Strip(segments).adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        """What was pointed at."""
        y = event.y - self.gutter.top
        row = self._row_at(y)
        if row is None:
            return super().get_target_document_location(event)
        line, begin, cells, indent = row
        return line, begin + cells[max(0, min(event.x - self.gutter.left - indent, len(cells) - 1))].begin

    @property
    def _leftwards(self) -> bool:
        return is_right_to_left(self.document.get_line(self.cursor_location[0]))

    def action_cursor_left(self, select: bool = False) -> None:
        """Moves to the letter on the left."""
        (super().action_cursor_right if self._leftwards else super().action_cursor_left)(select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Moves to the letter on the right."""
        (super().action_cursor_left if self._leftwards else super().action_cursor_right)(select)

    def action_cursor_word_left(self, select: bool = False) -> None:
        """Moves to the word on the left."""
        (super().action_cursor_word_right if self._leftwards else super().action_cursor_word_left)(select)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """Moves to the word on the right."""
        (super().action_cursor_word_left if self._leftwards else super().action_cursor_word_right)(select)
