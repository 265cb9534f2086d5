"""A poem whose every character shows how it surprised the model. Knows nothing of where the surprises come from."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rumi_tui.bidi import Mode, is_right_to_left, to_cells
from rumi_tui.console.widgets.wrap import wrapped
from rumi_tui.engine.lens import TokenScore

LEVELS = (0.5, 1.5, 3.0, 5.0)
"""Bits of surprise that part the five shades: a coin's toss is 1 bit, a letter drawn blindly about 6."""
LINE_END = "↵"
"""Stands where the model ended a line, which it chose like any other character."""
WIDEST = 72
"""Cells of the column of text."""


def level(surprise: float) -> int:
    """The shade of a surprise in bits: 0 for what was expected to `len(LEVELS)` for what was not."""
    return bisect.bisect_right(LEVELS, surprise)


class Glyph(NamedTuple):
    """One cell of the poem."""

    text: str
    scores: range
    """The scores it shows: one, and those of the marks on it."""


class LensView(ScrollView, can_focus=True):
    """Shows the scores of a poem and a cursor to move over them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*(f"lens--{shade}" for shade in range(len(LEVELS) + 1)), "lens--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "sideways(-1)", "Left", show=False),
        Binding("right", "sideways(1)", "Right", show=False),
        Binding("up", "vertically(-1)", "Up", show=False),
        Binding("down", "vertically(1)", "Down", show=False),
        Binding("home", "leap(0)", "First", show=False),
        Binding("end", "leap(-1)", "Last", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another score."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._scores: Sequence[TokenScore] = ()
        self._rows: list[list[Glyph]] = []
        self._indents: list[int] = []
        self._is_leftwards: list[bool] = []
        """For each row, whether it is read from right to left."""
        self.cursor = 0
        """The index of the score under it."""

    def show(self, scores: Sequence[TokenScore]) -> None:
        """Shows a poem, the cursor on its first score."""
        self._scores = scores
        self._lay_out()
        self.move_to(0)

    def move_to(self, index: int) -> None:
        """Puts the cursor on a score and brings it into sight."""
        if not self._scores:
            return
        self.cursor = max(0, min(index, len(self._scores) - 1))
        row, column = self._spot()
        self.scroll_to_region(Region(column, row, 1, 1), animate=False)
        self.refresh()
        self.post_message(self.Moved(self.cursor))

    def action_sideways(self, step: int) -> None:
        """Moves to the letter on the left (-1) or on the right (1), and at the edge of a row to the next one."""
        row, column = self._spot()
        if not self._rows:
            return
        glyph = self._rows[row][column - self._indents[row]]
        self.move_to(glyph.scores[-1] + 1 if (step > 0) != self._is_leftwards[row] else glyph.scores[0] - 1)

    def action_vertically(self, step: int) -> None:
        """Moves by a row, to the nearest cell of it."""
        row, column = self._spot()
        self._point(row + step, column)

    def action_leap(self, index: int) -> None:
        """Moves to the first score, or with -1 to the last."""
        self.move_to(index if index >= 0 else len(self._scores) - 1)

    def on_click(self, event: events.Click) -> None:
        """Moves to what was clicked on."""
        self._point(event.y + self.scroll_offset.y, event.x)

    def on_resize(self) -> None:
        """Sets everything anew to the new width."""
        self._lay_out()
        self.move_to(self.cursor)

    def _point(self, row: int, column: int) -> None:
        if 0 <= row < len(self._rows):
            glyphs = self._rows[row]
            self.move_to(glyphs[max(0, min(column - self._indents[row], len(glyphs) - 1))].scores[0])

    def _spot(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        for row, glyphs in enumerate(self._rows):
            for column, glyph in enumerate(glyphs):
                if self.cursor in glyph.scores:
                    return row, column + self._indents[row]
        return 0, 0

    def _lay_out(self) -> None:
        measure = max(8, min(self.size.width - 2, WIDEST))
        self._rows, self._indents, self._is_leftwards = [], [], []
        for characters, owners in self._lines():
            right_to_left = is_right_to_left(characters)
            for begin, end in wrapped(characters, measure):
                row = [
                    Glyph(cell.text, range(owners[cell.begin], owners[cell.end - 1] + 1))
                    for cell in to_cells(characters, self._mode, (begin, end))
                ]
                self._rows.append(row)
                self._indents.append(1 + (measure - len(row)) * right_to_left)
                self._is_leftwards.append(right_to_left and self._mode != "off")
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def _lines(self) -> Iterator[tuple[str, list[int]]]:
        """The characters of each line, its end drawn as one, and the index of the score that each belongs to."""
        characters, owners = "", list[int]()
        for index, score in enumerate(self._scores):
            text = LINE_END if score.text == "\n" else score.text
            characters += text
            owners += [index] * len(text)
            if score.text == "\n":
                yield characters, owners
                characters, owners = "", []
        if characters:
            yield characters, owners

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row = y + self.scroll_offset.y
        width = self.size.width
        if row >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        segments = [Segment(" " * self._indents[row])]
        for glyph in self._rows[row]:
            surprise = max(self._scores[index].surprise for index in glyph.scores)
            style = self.get_component_rich_style(f"lens--{level(surprise)}")
            if self.cursor in glyph.scores:
                style += self.get_component_rich_style("lens--cursor")
            segments.append(Segment(glyph.text, style))
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
