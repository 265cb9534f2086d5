"""The words of a Persian line from right to left, and below each what is told of it. Knows nothing of what that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.widgets.wrap import shortened

GAP = "  "
"""Between two words."""


class NotedWord(NamedTuple):
    """A word and what stands below it."""

    word: str
    notes: Sequence[str]
    """Each in a row of its own, in the order of the screen."""


def interlinear(words: Sequence[NotedWord], mode: Mode, width: int) -> Iterator[str]:
    """Rows of the screen, `width` cells each and ready to be drawn: words, and below them the rows of their notes."""
    for group in _groups(words, width):
        yield from _rows(group, mode, width)


def _cells(noted: NotedWord, width: int) -> int:
    return min(width, max(cell_len(text) for text in (noted.word, *noted.notes)))


def _groups(words: Sequence[NotedWord], width: int) -> Iterator[list[NotedWord]]:
    """The words in groups that fit into so many cells."""
    group, taken = list[NotedWord](), 0
    for noted in words:
        cells = _cells(noted, width) + len(GAP)
        if group and taken + cells > width:
            yield group
            group, taken = [], 0
        group.append(noted)
        taken += cells
    if group:
        yield group


def _rows(group: Sequence[NotedWord], mode: Mode, width: int) -> Iterator[str]:
    cells = [_cells(noted, width) for noted in group]
    words = [_centred(to_display(noted.word, mode, 0), size) for noted, size in zip(group, cells, strict=True)]
    if mode != "terminal":  # which turns the words round itself
        words.reverse()
    rows = [words]
    for number in range(max(len(noted.notes) for noted in group)):
        notes = [noted.notes[number] if number < len(noted.notes) else "" for noted in group]
        rows.append([_centred(shortened(note, size), size) for note, size in zip(notes, cells, strict=True)][::-1])
    for row in map(GAP.join, rows):
        yield " " * (width - cell_len(row)) + row


def _centred(text: str, cells: int) -> str:
    blanks = max(0, cells - cell_len(text))
    return " " * (blanks // 2) + text + " " * (blanks - blanks // 2)
