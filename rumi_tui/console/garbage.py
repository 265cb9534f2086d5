"""What the console leaves to Python's garbage collector, and when that looks for it."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterable, Sequence

from textual.strip import Strip

THRESHOLDS = (10_000, 5, 10)
"""Of Python's three generations, see `gc.set_threshold`: the first in objects, the others in collections of the one
before. With Python's own (700, 10, 10) the console looked through all that it holds 24 to 34 times in a minute of keys,
a tenth of a second each time."""


def collect_seldom() -> None:
    """Looks seldom for garbage from now on, and never among the objects that are there already."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def free_strips_at_once() -> None:
    """Has each row that was drawn be freed as soon as no page shows it.

    Textual divides every row at the edges of what lies on it, and where nothing does, `Strip.divide` remembers in the
    row that it is its own only part. So all that was drawn held itself, and only a collection found it. Such a row is
    its own part here without being remembered.
    """
    divide = Strip.divide
    if hasattr(divide, "__wrapped__"):
        return

    @functools.wraps(divide)
    def divided(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
        cuts = list(cuts)
        return [strip] if cuts == [strip.cell_length] else divide(strip, cuts)

    Strip.divide = divided  # type: ignore[method-assign, assignment]
