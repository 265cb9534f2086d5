"""A place to type verse in, in either direction. Knows nothing of what is done with it."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from models.characters import printable
from rumi_tui.bidi import Mode, is_right_to_left
from rumi_tui.console.plain import is_plain
from rumi_tui.console.widgets.ordered import OrderedRow

Location = tuple[int, int]
"""Line and column in a text area."""


class VerseArea(TextArea):
    """A text area that shows right-to-left and mixed lines as the page does, and moves over them as the eye does."""

    LONGEST: ClassVar[int] = 50_000
    """Characters that can be typed in, more than a poem of Rumi's has. The longer a text, the longer each key takes."""

    BINDINGS = [  # of shells, beside those that Textual has
        Binding("alt+b", "cursor_word_left", show=False),
        Binding("alt+f", "cursor_word_right", show=False),
        Binding("alt+d,ctrl+delete", "delete_word_right", show=False),
        Binding("ctrl+underscore", "undo", show=False),
        Binding("ctrl+shift+z", "redo", show=False),
    ]

    class Overfull(Message):
        """There was no room for all that came; its end is left out."""

        def __init__(self, longest: int) -> None:
            super().__init__()
            self.longest = longest

    def __init__(self, mode: Mode, text: str = "", *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(
            text, id=id, placeholder=placeholder, compact=True, highlight_cursor_line=False, tab_behavior="focus"
        )
        self._mode = mode

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self.refresh()

    def edit(self, edit: Edit) -> EditResult:
        """Takes in what there is room for."""
        room = max(0, self.LONGEST - len(self.text) + len(self.get_text_range(edit.top, edit.bottom)))
        if len(edit.text) > room:
            edit.text = edit.text[:room]
            self.post_message(self.Overfull(self.LONGEST))
        return super().edit(edit)

    def on_mount(self) -> None:
        """Lets nothing blink for a screen reader."""
        self.cursor_blink = not is_plain(self)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Scrolls to the cursor where it is in the text.

        While an undo takes lines away, Textual scrolls before it has moved the cursor out of them.
        """
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)

    @property
    def cursor_index(self) -> int:
        """The characters before the cursor."""
        return len(self.get_text_range((0, 0), self.cursor_location))

    def _row_at(self, y: int, mode: Mode) -> tuple[int, OrderedRow] | None:
        """A row of the widget as a mode has it, and its line; None for one that is drawn as it is typed."""
        offset = Offset(0, y + self.scroll_offset.y)
        if not 0 <= offset.y < self.wrapped_document.height:
            return None
        line, begin = self.wrapped_document.offset_to_location(offset)
        text = self.document.get_line(line)
        end = min((at for at in self.wrapped_document.get_offsets(line) if at > begin), default=len(text))
        row = OrderedRow.of(text, (begin, end), mode, self.scrollable_content_region.width)
        return (line, row) if row else None

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        if (place := self._row_at(y, self._mode)) is None:
            return super().render_line(y)
        line, row = place
        first, last = sorted(self.selection)
        cursor_line, cursor_column = self.cursor_location
        segments = [Segment(" " * row.indent)]
        for cell in row.cells:
            style = None
            if self.has_focus and cursor_line == line and cell.begin <= cursor_column < cell.end:
                style = self.get_component_rich_style("text-area--cursor")
            elif first <= (line, cell.begin) < last:
                style = self.get_component_rich_style("text-area--selection")
            segments.append(Segment(printable(cell.text), style))
        return Strip(segments).adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        """What was pointed at."""
        if (place := self._row_at(event.y - self.gutter.top, self._mode)) is None:
            return super().get_target_document_location(event)
        line, row = place
        return line, row.index_at(event.x - self.gutter.left)

    def _location_beside(self, step: int) -> Location | None:
        """The letter to the left of the cursor (-1) or to its right (1); None where that is as it is typed."""
        y = self.wrapped_document.location_to_offset(self.cursor_location).y - self.scroll_offset.y
        # a terminal that orders lines itself does it by the same rules
        place = self._row_at(y, "app" if self._mode == "terminal" else self._mode)
        if place is None or self._mode == "off":
            return None
        line, row = place
        column = row.beside(self.cursor_location[1], step)
        if column is not None:
            return line, column
        if (step < 0) == row.leftwards:
            is_last = row.end == len(self.document.get_line(line))
            return self.navigator.get_location_right((line, row.end)) if is_last else (line, row.end)
        return self.navigator.get_location_left((line, row.begin))

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
