"""A field of one line for words in either direction. Knows nothing of what is done with them."""

from __future__ import annotations

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from models.characters import printable
from rumi_tui.bidi import Mode, is_right_to_left
from rumi_tui.console.plain import is_plain
from rumi_tui.console.widgets.ordered import OrderedRow
from rumi_tui.console.widgets.wrap import shortened

LONGEST = 1_000
"""Characters."""


class VerseInput(Input):
    """An input that shows right-to-left and mixed words as the page does, and moves over them as the eye does."""

    BINDINGS = [  # as in the prompt; Textual deletes the word behind the cursor with the first two
        Binding("ctrl+backspace,alt+backspace", "delete_left_word", show=False),
        Binding("alt+d,ctrl+delete", "delete_right_word", show=False),
    ]

    def __init__(
        self,
        mode: Mode,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
        compact: bool = False,
        select_on_focus: bool = True,
    ) -> None:
        self._mode = mode
        self._ordered: tuple[tuple[str, Mode, int], OrderedRow | None] | None = None
        """The latest value, mode and width, and its row: a key asks for it several times, and a paste may be long."""
        super().__init__(
            value, placeholder=placeholder, id=id, classes=classes, compact=compact, select_on_focus=select_on_focus
        )

    def validate_value(self, value: str) -> str:
        """As much of a value as a field of one line is meant for; a whole text may be pasted."""
        return value[:LONGEST]

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self.refresh()

    def on_mount(self) -> None:
        """Lets nothing blink for a screen reader."""
        self.cursor_blink = not is_plain(self)

    @property
    def _row(self) -> OrderedRow | None:
        """The value in its order; None where that is as it is typed, and where the terminal orders it."""
        return self._row_in(self._mode)

    def _row_in(self, mode: Mode) -> OrderedRow | None:
        if mode != "app":
            return None
        wanted = self.value, mode, self.scrollable_content_region.width
        if self._ordered is None or self._ordered[0] != wanted:
            self._ordered = wanted, OrderedRow.of(self.value, (0, len(self.value)), *wanted[1:])
        return self._ordered[1]

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        if y == 0 and not self.value:
            return self._hint()
        row = self._row
        if row is None or y != 0:
            return super().render_line(y)
        first, last = sorted(self.selection)
        segments = [Segment(" " * row.indent)]
        for cell in row.cells:
            style = None
            if self.has_focus and self._cursor_visible and cell.begin <= self.cursor_position < cell.end:
                style = self.get_component_rich_style("input--cursor")
            elif self.has_focus and first <= cell.begin < last:
                style = self.get_component_rich_style("input--selection")
            segments.append(Segment(printable(cell.text), style))
        width, left = self.scrollable_content_region.width, self.scroll_offset.x
        strip = Strip(segments).crop(left, left + width + 1).extend_cell_length(width + 1)
        return strip.apply_style(self.rich_style)

    def _hint(self) -> Strip:
        """The placeholder; where it does not fit, a sign says so."""
        width = self.scrollable_content_region.width
        hint = Text(shortened(self.placeholder, width), end="") or Text(" ", end="")
        hint.stylize(self.get_component_rich_style("input--placeholder"))
        if self.has_focus and self._cursor_visible:
            hint.stylize(self.get_component_rich_style("input--cursor"), 0, 1)
        return Strip(hint.render(self.app.console)).adjust_cell_length(width + 1).apply_style(self.rich_style)

    @property
    def _cursor_offset(self) -> int:
        row = self._row
        return super()._cursor_offset if row is None else row.left_of(self.cursor_position)

    def _cell_offset_to_index(self, offset: int) -> int:
        row = self._row
        return super()._cell_offset_to_index(offset) if row is None else row.index_at(offset + self.scroll_offset.x)

    def action_cursor_left(self, select: bool = False) -> None:
        """Moves to the letter on the left."""
        self._move(-1, select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Moves to the letter on the right."""
        self._move(1, select)

    def action_cursor_left_word(self, select: bool = False) -> None:
        """Moves to the word on the left."""
        (super().action_cursor_right_word if self._leftwards else super().action_cursor_left_word)(select)

    def action_cursor_right_word(self, select: bool = False) -> None:
        """Moves to the word on the right."""
        (super().action_cursor_left_word if self._leftwards else super().action_cursor_right_word)(select)

    @property
    def _leftwards(self) -> bool:
        return self._mode != "off" and is_right_to_left(self.value)

    def _move(self, step: int, select: bool) -> None:
        row = self._row_in("app" if self._mode == "terminal" else self._mode)  # a terminal orders by the same rules
        if row is None:
            (super().action_cursor_left if step < 0 else super().action_cursor_right)(select)
            return
        first, last = sorted(self.selection)
        if first != last and not select:
            self.cursor_position = last if (step < 0) == row.leftwards else first
            return
        index = row.beside(self.cursor_position, step)
        if index is not None:
            self.selection = Selection(self.selection.start if select else index, index)
