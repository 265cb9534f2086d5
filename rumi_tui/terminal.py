"""The terminal that the console runs in, and what happens when it is gone. Knows nothing of what is shown."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

LOOK_SECONDS = 1.0
LEAVE_SECONDS = 2.0
"""What an orderly end may take."""


def end_with_terminal(leave: Callable[[], object]) -> None:
    """Ends the program within moments of its terminal (a closed window, a lost connection), orderly if `leave` can.

    Textual would go on for ever, reading the end of its input again and again and waiting for its output to be taken.
    """
    threading.Thread(target=_watch, args=(sys.stdin.fileno(), leave), daemon=True, name="terminal").start()


def _watch(terminal: int, leave: Callable[[], object]) -> None:
    while os.isatty(terminal):
        time.sleep(LOOK_SECONDS)
    threading.Thread(target=leave, daemon=True).start()
    time.sleep(LEAVE_SECONDS)
    os._exit(1)
