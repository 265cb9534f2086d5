"""Verse out of the raw sources, as poems of lines. Knows nothing of files, addresses or folders.

A poem is a list of lines in the normal form of `models.tokenizer.normalise`; long narratives are cut in pieces. The
functions for English are in `rumi_tui.texts.english`, those for Persian in `rumi_tui.texts.persian`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Poems = list[list[str]]

SHORTEST = 4
"""Lines. What is left of a narrative stays with the piece before it if it is shorter."""


def pieces(lines: Sequence[str], length: int) -> Poems:
    """A narrative in pieces of `length` lines; the last is what is left."""
    poems = [list(lines[start : start + length]) for start in range(0, len(lines), length)]
    if len(poems) > 1 and len(poems[-1]) < SHORTEST:
        rest = poems.pop()
        poems[-1] += rest
    return poems


def joined(poems: Iterable[Sequence[str]]) -> str:
    """The text of a file of poems: one line a line, blank lines between poems."""
    return "\n\n".join("\n".join(poem) for poem in poems) + "\n"
