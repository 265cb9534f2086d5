"""The terminal while a view has all of it, and how it is given back. Knows nothing of what is drawn."""

from __future__ import annotations

import io
import sys
import time
from contextlib import ExitStack, redirect_stderr, suppress
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.control import Control

from rumi_tui.bidi import Mode, terminal_keeps_order

PERIOD = 0.25
"""Least seconds between two drawings."""
SHARE = 0.01
"""Of the time that drawing may take."""


def fits(console: Console, width: int, height: int) -> bool:
    """Whether the console is a terminal of at least this size in which a view can be redrawn."""
    if not console.is_interactive or console.is_dumb_terminal or console.legacy_windows:
        return False
    if not console.file.isatty():  # rich takes a file for a terminal where colour is forced
        return False
    return console.width >= width and console.height >= height


class LastingStream:
    """A stream that a run can write to as long as it likes, also when its terminal is closed meanwhile."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes what can be written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """The same."""
        with suppress(OSError):
            self._stream.flush()


class Screen:
    """Draws a view on the alternate screen, from the first drawing until it is closed; then leaves its last state.

    What others say on standard error meanwhile is held back and said below that.
    """

    def __init__(self, view: RenderableType, console: Console, mode: Mode) -> None:
        self._view, self._console, self._mode = view, console, mode
        self._context = console.screen()
        self._held = io.StringIO()
        self._way_out = ExitStack()
        self._next = 0.0

    def draw(self) -> None:
        """Draws the view as it is now, unless that was done a moment ago."""
        if time.monotonic() >= self._next:
            self.draw_now()

    def draw_now(self) -> None:
        """Draws the view as it is now; the first time takes the terminal."""
        if not self._console.is_alt_screen:
            self._take()
        began = time.monotonic()
        with self._console:  # one write
            self._console.control(Control.home())
            self._context.update(self._view)
        ended = time.monotonic()
        self._next = began + max(PERIOD, (ended - began) / SHARE)

    def close(self) -> None:
        """Gives the terminal back if it was taken."""
        self._way_out.close()

    def _take(self) -> None:
        with ExitStack() as stack:
            stack.callback(self._say_held)
            stack.enter_context(terminal_keeps_order(self._mode, self._console.file))
            stack.callback(self._console.print, self._view)
            stack.enter_context(self._context)
            stack.enter_context(redirect_stderr(self._held))
            self._way_out = stack.pop_all()

    def _say_held(self) -> None:
        sys.stderr.write(self._held.getvalue())
