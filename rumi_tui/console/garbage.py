"""What the console leaves to Python's garbage collector, and when that looks for it."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterable, Sequence

from textual.css.scalar import Scalar
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from models.freed_memory import give_back_what_is_free

THRESHOLDS = (10_000, 5, 2)
"""Of Python's three generations, see `gc.set_threshold`: the first in objects, the others in collections of the one
before. Python's own (700, 10, 10) look through all that the console holds many times a minute. With a last one of 10,
the pages that were closed since were most of what it held."""
OLDEST = 2
"""The generation that holds all that is looked through."""


def collect_seldom() -> None:
    """Looks seldom for garbage from now on, and never among the objects that are there already.

    Before all is looked through, Textual forgets the pages that it drew; what was found is given back to the system.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.callbacks.append(_look_through_all)


def _look_through_all(phase: str, told: dict[str, int]) -> None:
    if told["generation"] == OLDEST:
        _forget_what_was_drawn() if phase == "start" else give_back_what_is_free()


def _forget_what_was_drawn() -> None:
    """Clears what keeps parts of a thousand widgets, also of pages that were left, and thousands of places and styles.

    `StylesCache` asks `functools.lru_cache` to remember two colours, with itself and all that it holds in the key. It
    is an inner part of Textual, which another version may not have.
    """
    styles_cache = getattr(sys.modules.get("textual._styles_cache"), "StylesCache", object)
    for kind in (styles_cache, Region, Scalar, Strip, Style):
        for name in vars(kind):
            forget = getattr(getattr(kind, name, None), "cache_clear", None)
            if forget is not None:
                forget()


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
