"""Right-to-left text on terminals, which disagree about it. Knows nothing of widgets.

Verse is stored, copied and exported in logical order; only what is about to be drawn passes through here.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import IO, Literal, NamedTuple, get_args

from arabic_reshaper import ArabicReshaper
from bidi import get_display
from rich.cells import cell_len

from models.errors import RumiError

Mode = Literal["terminal", "app", "off"]
"""Who puts a right-to-left line in visual order: the terminal itself, this module, or nobody."""

Wish = Literal["auto", "terminal", "app", "off"]
"""A mode, or `auto` to have it chosen."""
MODES: tuple[Wish, ...] = get_args(Wish)

_RESHAPER = ArabicReshaper({"delete_harakat": False, "support_zwj": True})
_LETTER_BY_LETTER = ArabicReshaper({"delete_harakat": False, "support_zwj": True, "support_ligatures": False})
_MARKS_BEFORE = re.compile(r"([\u064b-\u065f\u0670]+)(.)")
"""python-bidi turns marks round with their letters, so that they stand on the next one of the screen."""
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


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
    classes = (unicodedata.bidirectional(character) for character in line)
    return next((kind in ("R", "AL") for kind in classes if kind in ("L", "R", "AL")), False)


def printable(line: str) -> str:
    """The line without control characters, bidi marks and overrides, which never reach the screen."""
    return "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c == "\u200c")


def to_display(line: str, mode: Mode, width: int) -> str:
    """A line as the terminal must be given it, `printable`; a right-to-left one ends at the edge of `width` cells."""
    line = printable(line)
    if not is_right_to_left(line):
        return line
    if mode == "app":
        line = _MARKS_BEFORE.sub(r"\2\1", get_display(_RESHAPER.reshape(line), base_dir="R"))
    return " " * (width - cell_len(line)) + line


class Cell(NamedTuple):
    """One place of a line on the screen."""

    text: str
    """A letter with its marks."""
    begin: int
    """The first of the characters that it shows, counted from 0 in the line."""
    end: int
    """The one after the last."""


def to_cells(line: str, mode: Mode) -> list[Cell]:
    """What the terminal must be given for a `printable` line, cell by cell from left to right.

    The same as `to_display`, except that no two letters flow into one, so that each can be pointed at.
    """
    reorders = mode == "app" and is_right_to_left(line)
    cells: list[Cell] = []
    for index, character in enumerate(_LETTER_BY_LETTER.reshape(line) if reorders else line):
        if cells and not cell_len(character):
            cells[-1] = Cell(cells[-1].text + character, cells[-1].begin, index + 1)
        else:
            cells.append(Cell(character, index, index + 1))
    if not reorders:
        return cells
    ordered: list[Cell] = []
    for left_to_right, run in groupby(reversed(cells), key=_is_left_to_right):
        turned = [cell._replace(text=cell.text.translate(_MIRRORED)) for cell in run]
        ordered += reversed(turned) if left_to_right else turned
    return ordered


def _is_left_to_right(cell: Cell) -> bool:
    return unicodedata.bidirectional(cell.text[0]) in ("L", "EN", "AN")


@contextmanager
def terminal_keeps_order(mode: Mode, terminal: IO[str] | None = None) -> Iterator[None]:
    """While the program orders lines itself, asks a terminal that could do so too to leave them (ECMA-48 BDSM).

    The terminal is standard output where no other stream is given.
    """
    if mode != "app":
        yield
        return
    terminal = terminal or sys.stdout
    terminal.write("\x1b[8l")
    terminal.flush()
    try:
        yield
    finally:
        terminal.write("\x1b[8h")
        terminal.flush()
