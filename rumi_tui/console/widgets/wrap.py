"""Lines that are longer than their column. Knows nothing of widgets."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from rumi_tui.bidi import Mode, is_right_to_left

HANG = 4
"""Cells by which the rows of a long line are set back, all but the first."""


def hang_of(line: str, measure: int, mode: Mode) -> int:
    """The same for a column of so many cells; a terminal that turns lines round would put the blanks elsewhere."""
    return 0 if mode == "terminal" and is_right_to_left(line) else min(HANG, measure // 8)


def wrapped(line: str, measure: int, hang: int = 0, start: int = 0) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of the rows of a line, each at most `measure` cells: it ends after a blank where it can.

    All rows but the first are shorter by `hang` cells. A line of no characters is one row. Those from `start` on, which
    is the beginning of a row.
    """
    begin = start
    while True:
        end, width = begin, hang if begin else 0
        if line.isascii():  # a cell each
            end = min(len(line), begin + max(1, measure - width))
        else:
            while end < len(line) and ((width := width + cell_len(line[end])) <= measure or end == begin):
                end += 1
        if end < len(line) and (blank := line.rfind(" ", begin, end)) > begin:
            end = blank + 1
        yield begin, end
        if end == len(line):
            return
        begin = end


def hanging(line: str, measure: int, mode: Mode) -> list[str]:
    """The rows of a line, at most `measure` cells each, with the blanks that set back all but the first."""
    hang = hang_of(line, measure, mode)
    rows = (line[begin:end].rstrip(" ") for begin, end in wrapped(line, measure, hang))
    return [next(rows), *(" " * hang + row.lstrip(" ") for row in rows)]


def shortened(line: str, measure: int) -> str:
    """The line if it fits into `measure` cells, or else its beginning and an ellipsis."""
    if cell_len(line) <= measure:
        return line
    begin, end = next(wrapped(line, max(1, measure - 1)))
    return line[begin:end].rstrip() + "…"
