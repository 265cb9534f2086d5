"""Curves as lines of text, in braille dots with axes. Knows nothing of losses, runs or terminals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator
from rich.text import Text

FALL = 0.1
"""Share of the x axis, its beginning, whose values do not widen the y axis: a steep fall would flatten all the rest."""
LEAST_RATIO = 1.05
"""Of the top of the y axis to its bottom, so that the noise of a level curve stays small."""
AXIS = "dim"
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of the dots in a braille cell, four rows of two (Unicode block U+2800)."""

Values = npt.NDArray[np.float64]
StyledCell = tuple[str, str]
"""A character and its style."""


@dataclass(frozen=True)
class Series:
    """One curve. Points with x below 0, or with a y that has no logarithm, are left out."""

    points: Sequence[tuple[float, float]]
    """(x, y) in the order of x."""
    style: str = ""
    """A style of rich."""
    mark: str | None = None
    """The character that stands at each point; None joins the points by a line of dots."""

    def values(self) -> tuple[Values, Values]:
        """The x and the y of the points that can be drawn."""
        x, y = np.array(self.points, dtype=np.float64).reshape(-1, 2).T
        drawable = (x >= 0) & np.isfinite(x) & np.isfinite(y) & (y > 0)
        return x[drawable], y[drawable]


@dataclass(frozen=True)
class Frame:
    """The cells inside the axes, and the values at their edges."""

    columns: int
    rows: int
    last: float
    """x at the right edge; the left edge is 0."""
    low: float
    high: float

    def across(self, x: Values, places: int) -> npt.NDArray[np.int64]:
        """Which of `places` from left to right each x falls on."""
        return np.rint(x / self.last * (places - 1)).astype(np.int64)

    def down(self, y: Values, places: int) -> npt.NDArray[np.int64]:
        """Which of `places` from top to bottom each y falls on, logarithmically; -1 or `places` outside the frame."""
        share = np.log(self.high / y) / np.log(self.high / self.low)
        rows: npt.NDArray[np.int64] = np.rint(share * (places - 1)).clip(-1, places).astype(np.int64)
        return rows


def plot(series: Sequence[Series], width: int, height: int) -> list[Text]:
    """`height` lines of `width` cells: the series, each drawn over those before it, in axes with ticks.

    The y axis is logarithmic. It holds all values right of `FALL`; what is higher before that is cut off.
    """
    values = [one.values() for one in series]
    rows = max(1, height - 2)
    low, high, last = _edges(values)
    y_ticks = _labels(MaxNLocator(max(1, rows // 2), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), low, high)
    gutter = max((len(label) for _, label in y_ticks), default=0)
    frame = Frame(max(2, width - gutter - 1), rows, last, low, high)

    canvas: list[list[StyledCell]] = [[(" ", "")] * frame.columns for _ in range(rows)]
    for one, (x, y) in zip(series, values, strict=True):
        for row, column, character in _marks(frame, x, y, one.mark) if one.mark else _line(frame, x, y):
            canvas[row][column] = (character, one.style)

    labels = {int(frame.down(np.array(y), rows)): label for y, label in y_ticks}
    lines = []
    for row, cells in enumerate(canvas):
        line = Text(f"{labels.get(row, ''):>{gutter}}{'┤' if row in labels else '│'}", AXIS)
        for style, run in groupby(cells, key=lambda cell: cell[1]):
            line.append("".join(character for character, _ in run), style)
        lines.append(line)
    return lines + [Text(" " * gutter + text, AXIS) for text in _x_axis(frame)]


def _edges(values: Iterable[tuple[Values, Values]]) -> tuple[float, float, float]:
    """The lowest and the highest y of the frame, and the last x."""
    x, y = (np.concatenate(parts) for parts in zip(*values, strict=True))
    if not len(x):
        return 1.0, 10.0, 1.0
    last = max(float(x.max()), 1.0)
    settled = y[x >= FALL * last] if (x >= FALL * last).any() else y
    low, high = float(settled.min()), float(settled.max())
    widen = max(1.0, LEAST_RATIO * low / high) ** 0.5
    return low / widen, high * widen, last


def _line(frame: Frame, x: Values, y: Values) -> Iterable[tuple[int, int, str]]:
    """Row, column and braille character of each cell that the line through the points touches."""
    if not len(x):
        return
    across, down = 2 * frame.columns, 4 * frame.rows
    first, last = frame.across(x[[0, -1]], across).tolist()
    columns = np.arange(first, last + 1)
    heights = frame.down(np.interp(columns * (frame.last / (across - 1)), x, y), down).tolist()
    bits = [[0] * frame.columns for _ in range(frame.rows)]
    previous = heights[0]
    for column, here in enumerate(heights, first):
        top, bottom = (here, max(here, previous - 1)) if here <= previous else (previous + 1, here)
        for dot in range(max(0, top), min(down - 1, bottom) + 1):
            bits[dot // 4][column // 2] |= DOTS[dot % 4][column % 2]
        previous = here
    for row, cells in enumerate(bits):
        for column, cell in enumerate(cells):
            if cell:
                yield row, column, chr(0x2800 + cell)


def _marks(frame: Frame, x: Values, y: Values, mark: str) -> Iterable[tuple[int, int, str]]:
    for column, row in zip(frame.across(x, frame.columns).tolist(), frame.down(y, frame.rows).tolist(), strict=True):
        if 0 <= row < frame.rows:
            yield row, column, mark


def _x_axis(frame: Frame) -> tuple[str, str]:
    """The axis with its ticks, and the labels under them."""
    ticks = MaxNLocator(max(1, frame.columns // 12), steps=[1, 2, 5, 10], integer=True).tick_values(0, frame.last)
    axis, text = ["─"] * frame.columns, ""
    for x, label in _labels(ticks, 0, frame.last):
        column = int(frame.across(np.array(x), frame.columns))
        start = min(max(0, column + 1 - len(label) // 2), frame.columns + 1 - len(label))
        if not text or start >= len(text) + 2:
            axis[column] = "┬"
            text = text.ljust(start) + label
    return "└" + "".join(axis), text.ljust(frame.columns + 1)


def _labels(ticks: Iterable[float], low: float, high: float) -> list[tuple[float, str]]:
    """The ticks from `low` to `high`, all written with as many decimals as the one that needs most."""
    inside = [float(tick) for tick in ticks if low <= tick <= high]
    decimals = max((len(f"{tick:f}".rstrip("0").partition(".")[2]) for tick in inside), default=0)
    return [(tick, f"{tick:,.{decimals}f}") for tick in inside]
