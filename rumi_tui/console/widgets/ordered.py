"""A row of typed text as it stands on the screen: where its letters are and what is beside them. Knows no widgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol, runtime_checkable

from rich.cells import cell_len

from rumi_tui.bidi import Cell, Mode, is_right_to_left, needs_order, to_cells


@runtime_checkable
class Ordering(Protocol):
    """Something on the screen with lines that may run from right to left."""

    def draw_in(self, mode: Mode) -> None:
        """Draws them in another way from now on."""


class OrderedRow(NamedTuple):
    """A row of a line that is put in order here."""

    begin: int
    """Its first character, counted in the line."""
    end: int
    """The one after its last."""
    cells: list[Cell]
    """From left to right, counted in the line; where the line ends, with the one that the next letter comes into."""
    indent: int
    """Cells on the left."""
    leftwards: bool
    """Whether it is read from right to left."""

    @classmethod
    def of(cls, line: str, row: tuple[int, int], mode: Mode, width: int) -> OrderedRow | None:
        """A row of a line in so many cells; None for one that is drawn as it is typed."""
        leftwards = is_right_to_left(line)
        if not (leftwards or (mode == "app" and needs_order(line, row))):
            return None
        begin, end = row
        cells = to_cells(line, mode, row)
        if end == len(line):  # where the next letter comes
            blank = Cell(" ", end, end + 1)
            cells = [blank, *cells] if leftwards else [*cells, blank]
        indent = max(0, width - sum(cell_len(cell.text) for cell in cells)) if leftwards else 0
        return cls(begin, end, cells, indent, leftwards)

    def edges(self) -> Iterator[tuple[int, Cell]]:
        """Each cell, and how many cells of the screen lie to the left of it."""
        edge = self.indent
        for cell in self.cells:
            yield edge, cell
            edge += cell_len(cell.text)

    def place_of(self, index: int) -> int:
        """Which of the cells shows a character."""
        return next(place for place, cell in enumerate(self.cells) if cell.begin <= index < cell.end)

    def left_of(self, index: int) -> int:
        """How many cells of the screen lie to the left of a character."""
        return next(edge for edge, cell in self.edges() if cell.begin <= index < cell.end)

    def index_at(self, x: int) -> int:
        """The character with so many cells of the screen to its left, or the one nearest to there."""
        left = [cell for edge, cell in self.edges() if edge <= x]
        return (left[-1] if left else self.cells[0]).begin

    def beside(self, index: int, step: int) -> int | None:
        """The character to the left of another (-1) or to its right (1); None at the edge."""
        place = self.place_of(index) + step
        return self.cells[place].begin if 0 <= place < len(self.cells) else None
