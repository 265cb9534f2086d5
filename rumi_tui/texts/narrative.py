"""A long narrative as poems. Knows nothing of where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from models.errors import UNREADABLE, RumiError
from rumi_tui.texts.corpus import Poem

PIECE = 24
"""Lines of a narrative that make one poem."""
SHORTEST = 4
"""Lines. What is left of a narrative stays with the piece before it if it is shorter."""


def lines_of_book(content: bytes) -> list[str]:
    """The lines of a transcribed book. Raises `RumiError` where it is no text."""
    try:
        return content.decode("utf-8").splitlines()
    except UNREADABLE as error:
        raise RumiError(
            f"A book is no UTF-8 text as before ({error}): look for a newer version of the program."
        ) from error


def in_pieces(lines: Sequence[str], form: str) -> list[Poem]:
    """A narrative in pieces of `PIECE` lines; the last is what is left."""
    starts = list(range(0, len(lines), PIECE))
    if len(starts) > 1 and len(lines) - starts[-1] < SHORTEST:
        starts.pop()
    ends = [*starts[1:], len(lines)]
    return [Poem("\n".join(lines[start:end]), form) for start, end in zip(starts, ends, strict=False) if start < end]
