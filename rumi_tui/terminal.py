"""The terminal that the console runs in, and what happens when it is gone. Knows nothing of what is shown."""

from __future__ import annotations

import os
import sys
import threading
import time

LOOK_SECONDS = 1.0


def end_with_terminal() -> None:
    """Ends the program within moments of its terminal (a closed window, a lost connection).

    Textual would go on for ever, reading the end of its input again and again and waiting for its output to be taken.
    What was written is in the library, which saves as it is written.
    """
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True, name="terminal").start()


def _watch(terminal: int) -> None:
    while os.isatty(terminal):
        time.sleep(LOOK_SECONDS)
    os._exit(1)
