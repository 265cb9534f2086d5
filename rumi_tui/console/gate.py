"""The last gate before a terminal: every row that is drawn passes it, whoever wrote what stands there.

Widgets of Textual draw a text as it is, and what was pasted, or stands in a file, may hold what controls a terminal.
Knows nothing of what is drawn.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from models.characters import is_printable


class Gate(LineFilter):
    """Lets through what `models.characters.is_printable` does; blanks stand for the rest, as wide as that would be."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The row without what could control a terminal."""
        return [
            segment
            if segment.text.isprintable() or segment.control
            else Segment("".join(c if is_printable(c) else " " * cell_len(c) for c in segment.text), segment.style)
            for segment in segments
        ]
