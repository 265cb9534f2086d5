"""What interrupts a program, and what comes of it. Imports little, for it is what a command imports first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import NoReturn

INTERRUPTIONS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, what ends a program, and the end of its terminal; Windows has no last."""


def interrupt(*_: object) -> NoReturn:
    """Handles a signal as Python does Ctrl-C, so that what is being done ends in good order."""
    raise KeyboardInterrupt


@contextmanager
def handled(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    """Has `INTERRUPTIONS` handled in this way, those left out that nobody wants to hear of, as under nohup."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    old = {number: signal.getsignal(number) for number in INTERRUPTIONS}
    heard = [number for number in INTERRUPTIONS if old[number] not in (signal.SIG_IGN, None)]
    for number in heard:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, old[number])


def ended_at_once() -> AbstractContextManager[None]:
    """Has an interruption end the program as the system does it, without a word of Python's.

    For the import of a large library and for what goes on inside of one, which cannot be interrupted in any other way
    without a traceback, or worse. Nothing may be half-written then. Where the program is not one of our commands, as in
    a notebook, nothing is changed.
    """
    is_ours = any(signal.getsignal(number) is interrupt for number in INTERRUPTIONS)
    return handled(signal.SIG_DFL) if is_ours else nullcontext()


def quiet_ctrl_c() -> None:
    """Has Ctrl-C end this program without a word of Python's wherever nothing else handles it.

    Python prints where it was: in the middle of an import, or of its own end.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
