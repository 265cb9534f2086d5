"""The console for a screen reader: lines of words, with nothing drawn around them, and the cursor where things are.

Every row that is drawn passes through one filter, so that no sign is forgotten, those of Textual included. Knows
nothing of what is drawn.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.widget import Widget

PLAIN = "-plain"
"""The class of the app."""
SHOW_CURSOR = "\x1b[?25h"
"""A screen reader follows the cursor of the terminal, which Textual moves but hides (DECTCEM)."""
BLANK = [*range(0x2500, 0x2600), ord("❦")]
"""Lines of boxes, blocks and geometric shapes (Unicode blocks 2500 to 25FF), which are read aloud one by one."""
SIGNS = str.maketrans({chr(code): " " for code in BLANK} | {"●": "*", "○": "-", "★": "*", "✗": "!", "·": ","})
"""One cell for each, so that nothing moves."""


class PlainFilter(LineFilter):
    """Puts a blank, or a sign that every voice knows, in the place of others."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The row without them."""
        return [Segment(segment.text.translate(SIGNS), segment.style, segment.control) for segment in segments]


def is_plain(widget: Widget) -> bool:
    """Whether a widget is read aloud."""
    return widget.app.has_class(PLAIN)


def with_pauses(words: str) -> str:
    """What is told in one row, with pauses that a voice makes."""
    return words.replace(" · ", ", ")
