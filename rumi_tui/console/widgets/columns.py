"""Rows of two halves, as two hemistichs of a couplet stand beside each other. Knows nothing of widgets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.text import Text

GAP = 4
"""Cells between two hemistichs."""


def in_pairs(halves: Sequence[list[Text]], measure: int) -> list[tuple[Text, Text]]:
    """Rows of two halves, or of one, each row with its other half; blank cells stand for what is missing."""
    first, second = halves if len(halves) == 2 else (*halves, [])
    pairs = zip_longest(first, second)
    return [(one or Text(" " * measure), other or Text(" " * measure)) for one, other in pairs]


def set_beside(left: Text, right: Text, measure: int) -> Text:
    """Two halves of a row as they stand on the screen."""
    return left.copy().append(" " * (measure - left.cell_len + GAP)).append_text(right)


def for_terminal(left: Text, right: Text) -> Text:
    """Two halves of a row for a terminal that turns right-to-left text round, and what is between with it."""
    blanks = [len(half.plain) - len(half.plain.lstrip(" ")) for half in (left, right)]
    row = Text(" " * blanks[0]).append_text(right[blanks[1] :])
    return row.append(" " * (GAP + blanks[1])).append_text(left[blanks[0] :])
