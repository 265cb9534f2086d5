"""When Python looks for garbage while somebody types."""

from __future__ import annotations

import gc

THRESHOLDS = (10_000, 5, 10)
"""Of Python's three generations, see `gc.set_threshold`: the first in objects, the others in collections of the one
before. With Python's own (700, 10, 10) the console looked through all that it holds 24 to 34 times in a minute of keys,
a tenth of a second each time: a strip that Textual divides holds itself in its cache (`Strip.divide`), so each that is
drawn becomes garbage which only a collection finds. With these it does so twice, and spends 40 % less on all three."""


def collect_seldom() -> None:
    """Looks seldom for garbage from now on, and never among the objects that are there already."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
