"""Right-to-left text on terminals, which disagree about it. Knows nothing of widgets.

Verse is stored, copied and exported in logical order; only what is about to be drawn passes through here.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import IO, TYPE_CHECKING, Literal, NamedTuple, get_args

from rich.cells import cell_len

from models.characters import printable
from models.errors import RumiError
from rumi_tui.bidi_algorithm import RIGHT_TO_LEFT, base_level, levels, mirrored, visual_order

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

Mode = Literal["terminal", "app", "off"]
"""Who puts a right-to-left line in visual order: the terminal itself, this module, or nobody."""

Wish = Literal["auto", "terminal", "app", "off"]
"""A mode, or `auto` to have it chosen."""
MODES: tuple[Wish, ...] = get_args(Wish)

_LAM_ALEF = {
    lam + alef: joined
    for lam, ligatures in (("\ufedf", "\ufefb\ufef5\ufef7\ufef9"), ("\ufee0", "\ufefc\ufef6\ufef8\ufefa"))
    for alef, joined in zip("\ufe8e\ufe82\ufe84\ufe88", ligatures, strict=True)
}
"""The one ligature that Persian never writes apart: lam (initial, medial) and the alefs after it, as shaped."""

PART = 500
"""Characters, in so many of which a very long line is put in order."""


def choose_mode(wish: str, environment: Mapping[str, str]) -> Mode:
    """The mode for a wish of `MODES`; `auto` knows the terminals that reorder by themselves by what they set.

    Raises `RumiError` for another wish.
    """
    match wish:
        case "terminal" | "app" | "off":
            return wish
        case "auto":
            return "terminal" if _terminal_reorders(environment) else "app"
    raise RumiError(f"There is no right-to-left mode {wish!r}: choose one of {', '.join(MODES)}.")


def _terminal_reorders(environment: Mapping[str, str]) -> bool:
    if "TMUX" in environment or environment.get("TERM", "").startswith(("screen", "tmux")):
        return False  # a multiplexer draws what it is given, wherever it runs
    return (
        "KONSOLE_VERSION" in environment
        or environment.get("TERM_PROGRAM") in ("Apple_Terminal", "mlterm")
        or environment.get("TERM", "").startswith("mlterm")
    )


def is_right_to_left(line: str) -> bool:
    """Whether the first letter of a line is written from right to left (Unicode bidirectional algorithm, rule P2)."""
    return base_level(line) == RIGHT_TO_LEFT


def needs_order(line: str, row: tuple[int, int] | None = None) -> bool:
    """Whether anything in a line, or beside one row of it, may have to be put in another order."""
    begin, end = _part(line, row or (0, len(line)))
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in {*line[begin:end]})


def _part(line: str, row: tuple[int, int]) -> tuple[int, int]:
    """What of a line is put in order with a row of it: of one that is longer than any verse only what is near.

    With all of it, the time for all rows of a line would grow with the square of its length.
    """
    if len(line) <= 4 * PART:
        return 0, len(line)
    begin, end = row
    return max(0, begin // PART - 1) * PART, end // PART * PART + 2 * PART


class Cell(NamedTuple):
    """One place of a line on the screen."""

    text: str
    """A letter with its marks."""
    begin: int
    """The first of the characters that it shows, counted from 0 in the line."""
    end: int
    """The one after the last."""


def to_display(line: str, mode: Mode, width: int) -> str:
    """A line as the terminal must be given it, `printable`; a right-to-left one ends at the edge of `width` cells."""
    line = printable(line)
    shown = "".join(cell.text for cell in to_cells(line, mode, joined=True)) if mode == "app" else line
    return " " * (width - cell_len(shown)) + shown if is_right_to_left(line) else shown


def to_cells(line: str, mode: Mode, row: tuple[int, int] | None = None, *, joined: bool = False) -> list[Cell]:
    """What the terminal must be given for a `printable` line, cell by cell from left to right.

    Of a line that is broken, the cells of one `row`, its first character and the one after its last. Lam and alef stand
    apart, so that each can be pointed at, unless they are to be `joined` as in print.
    """
    begin, end = row = row or (0, len(line))
    part_begin, part_end = _part(line, row)
    text, levels_in_part, base = line[part_begin:part_end], b"", base_level(line)
    is_ordered = mode == "app" and needs_order(text)
    if is_ordered:
        text, levels_in_part = _shaped(text, base)
    cells: list[Cell] = []
    for index in range(begin, end):
        character = text[index - part_begin]
        if cells and not cell_len(character):
            cells[-1] = Cell(cells[-1].text + character, cells[-1].begin, index + 1)
        elif cells and joined and (ligature := _LAM_ALEF.get(cells[-1].text[0] + character)):
            cells[-1] = Cell(ligature + cells[-1].text[1:], cells[-1].begin, index + 1)
        else:
            cells.append(Cell(character, index, index + 1))
    if not is_ordered:
        return cells
    row_levels = [levels_in_part[cell.begin - part_begin] for cell in cells]
    for place in reversed(range(len(cells))):  # blanks where a row ends (rule L1)
        if cells[place].text != " ":
            break
        row_levels[place] = base
    for place, level in enumerate(row_levels):
        text = cells[place].text
        if level % 2 and (first := mirrored(text[0])) != text[0]:
            cells[place] = cells[place]._replace(text=first + text[1:])
    return [cells[place] for place in visual_order(row_levels)]


@lru_cache(maxsize=1024)
def _shaped(text: str, base: int) -> tuple[str, bytes]:
    """The letters of a line, or of a part of it, as they join, as many as it has characters, and their levels."""
    return _reshaper().reshape(text), bytes(levels(text, base))


@cache
def _reshaper() -> ArabicReshaper:
    from arabic_reshaper import ArabicReshaper  # a megabyte that nobody needs who reads English alone

    return ArabicReshaper({"delete_harakat": False, "support_zwj": True, "support_ligatures": False})


KEEPS, ORDERS = "\x1b[8l", "\x1b[8h"
"""What tells a terminal to leave right-to-left lines as they come, and to order them (ECMA-48 BDSM)."""


@contextmanager
def terminal_keeps_order(mode: Mode, terminal: IO[str] | None = None) -> Iterator[None]:
    """While the program orders lines itself, asks a terminal that could do so too to leave them.

    The terminal is standard output where no other stream is given.
    """
    if mode != "app":
        yield
        return
    terminal = terminal or sys.stdout
    _tell(terminal, KEEPS)
    try:
        yield
    finally:
        _tell(terminal, ORDERS)


@contextmanager
def terminal_orders(mode: Mode, terminal: IO[str] | None = None) -> Iterator[None]:
    """Within the same, lets the terminal order lines as it does for other programs, for as long as one has it."""
    terminal = terminal or sys.stdout
    if mode == "app":
        _tell(terminal, ORDERS)
    try:
        yield
    finally:
        if mode == "app":
            _tell(terminal, KEEPS)


def _tell(terminal: IO[str], sequence: str) -> None:
    terminal.write(sequence)
    terminal.flush()
