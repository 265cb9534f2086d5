"""A place to type verse in, in either direction. Knows nothing of what is done with it."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea

from rumi_tui.bidi import Cell, Mode, is_right_to_left, needs_order, printable, to_cells

Location = tuple[int, int]
"""Line and column in a text area."""


class Row(NamedTuple):
    """A row of the widget that is put in order here."""

    line: int
    begin: int
    """Its first column."""
    end: int
    """The column after its last."""
    cells: list[Cell]
    """From left to right, counted in the line; where the line ends, with the one that the next letter comes into."""
    indent: int
    """Cells on the left."""
    leftwards: bool
    """Whether it is read from right to left."""

    def place_of(self, column: int) -> int:
        """Which of the cells shows a column."""
        return next(place for place, cell in enumerate(self.cells) if cell.begin <= column < cell.end)

    def cell_at(self, x: int) -> Cell:
        """The cell that so many others lie to the left of, or the one nearest to there."""
        edge = self.indent
        for cell in self.cells:
            edge += cell_len(cell.text)
            if x < edge:
                return cell
        return self.cells[-1]


class VerseArea(TextArea):
    """A text area that shows right-to-left and mixed lines as the page does, and moves over them as the eye does."""

    def __init__(self, mode: Mode, text: str = "", *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(
            text, id=id, placeholder=placeholder, compact=True, highlight_cursor_line=False, tab_behavior="focus"
        )
        self._mode = mode

    @property
    def cursor_index(self) -> int:
        """The characters before the cursor."""
        return len(self.get_text_range((0, 0), self.cursor_location))

    def _row_at(self, y: int, mode: Mode | None = None) -> Row | None:
        """A row of the widget, as a mode has it; None for one that is drawn as it is typed."""
        mode = mode or self._mode
        offset = Offset(0, y + self.scroll_offset.y)
        if not 0 <= offset.y < self.wrapped_document.height:
            return None
        line, begin = self.wrapped_document.offset_to_location(offset)
        text = self.document.get_line(line)
        leftwards = is_right_to_left(text)
        if not (leftwards or (mode == "app" and needs_order(text))):
            return None
        end = min((at for at in self.wrapped_document.get_offsets(line) if at > begin), default=len(text))
        cells = to_cells(text, mode, (begin, end))
        if end == len(text):  # where the next letter comes
            blank = Cell(" ", end, end + 1)
            cells = [blank, *cells] if leftwards else [*cells, blank]
        width = sum(cell_len(cell.text) for cell in cells)
        indent = max(0, self.scrollable_content_region.width - width) if leftwards else 0
        return Row(line, begin, end, cells, indent, leftwards)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row = self._row_at(y)
        if row is None:
            return super().render_line(y)
        first, last = sorted(self.selection)
        cursor_line, cursor_column = self.cursor_location
        segments = [Segment(" " * row.indent)]
        for cell in row.cells:
            style = None
            if self.has_focus and cursor_line == row.line and cell.begin <= cursor_column < cell.end:
                style = self.get_component_rich_style("text-area--cursor")
            elif first <= (row.line, cell.begin) < last:
                style = self.get_component_rich_style("text-area--selection")
            segments.append(Segment(printable(cell.text), style))
        return Strip(segments).adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        """What was pointed at."""
        row = self._row_at(event.y - self.gutter.top)
        if row is None:
            return super().get_target_document_location(event)
        return row.line, row.cell_at(event.x - self.gutter.left).begin

    def _location_beside(self, step: int) -> Location | None:
        """The letter to the left of the cursor (-1) or to its right (1); None where that is as it is typed."""
        y = self.wrapped_document.location_to_offset(self.cursor_location).y - self.scroll_offset.y
        # a terminal that orders lines itself does it by the same rules
        row = self._row_at(y, "app" if self._mode == "terminal" else self._mode)
        if row is None or self._mode == "off":
            return None
        place = row.place_of(self.cursor_location[1]) + step
        if 0 <= place < len(row.cells):
            return row.line, row.cells[place].begin
        if (step < 0) == row.leftwards:
            is_last = row.end == len(self.document.get_line(row.line))
            return self.navigator.get_location_right((row.line, row.end)) if is_last else (row.line, row.end)
        return self.navigator.get_location_left((row.line, row.begin))

    @property
    def _leftwards(self) -> bool:
        return is_right_to_left(self.document.get_line(self.cursor_location[0]))

    def action_cursor_left(self, select: bool = False) -> None:
        """Moves to the letter on the left."""
        self._move(-1, select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Moves to the letter on the right."""
        self._move(1, select)

    def _move(self, step: int, select: bool) -> None:
        location = self._location_beside(step) if select or self.selection.is_empty else None
        if location is not None:
            self.move_cursor(location, select=select)
        else:
            forward, back = super().action_cursor_right, super().action_cursor_left
            (forward if (step < 0) == self._leftwards else back)(select)

    def action_cursor_word_left(self, select: bool = False) -> None:
        """Moves to the word on the left."""
        (super().action_cursor_word_right if self._leftwards else super().action_cursor_word_left)(select)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """Moves to the word on the right."""
        (super().action_cursor_word_left if self._leftwards else super().action_cursor_word_right)(select)
