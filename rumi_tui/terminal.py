"""The terminal or page that the console runs in, and what happens when it is gone. Knows nothing of what is shown."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rumi_tui.interruptions import handled

LOOK_SECONDS = 1.0
LEAVE_SECONDS = 2.0
"""What an orderly end may take."""


def in_browser() -> bool:
    """Whether a page in a browser shows this console, which then speaks to a server through pipes."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def end_with_terminal(leave: Callable[[], object]) -> None:
    """Ends the program within moments of its terminal (a closed window, a lost connection), orderly if `leave` can.

    Textual would go on for ever, reading the end of its input again and again and waiting for its output to be taken.
    For a console in a browser, the terminal is the server of its page, by which it was started: once that is gone, it
    has another parent.
    """
    terminal, server = sys.stdin.fileno(), os.getppid()
    is_there = (lambda: os.getppid() == server) if in_browser() else (lambda: os.isatty(terminal))
    threading.Thread(target=_watch, args=(is_there, leave), daemon=True, name="terminal").start()


@contextmanager
def ended_in_order(leave: Callable[[], object]) -> Iterator[list[int]]:
    """Has a signal that ends a program end this one as `leave` does, and a second one at once; gives those that came.

    Otherwise the terminal would be left without an echo, with a screen and a mouse of the console's.
    """
    received: list[int] = []

    def receive(number: int, _: object) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=leave, daemon=True).start()

    with handled(receive):
        yield received


def _watch(is_there: Callable[[], bool], leave: Callable[[], object]) -> None:
    while is_there():
        time.sleep(LOOK_SECONDS)
    threading.Thread(target=leave, daemon=True).start()
    time.sleep(LEAVE_SECONDS)
    os._exit(1)
