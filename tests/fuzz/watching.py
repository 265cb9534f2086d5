"""What a process is doing while nothing comes back from it, and what it holds. Knows nothing of the console."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Coroutine
from types import FrameType
from typing import Any

LOOK_SECONDS = 0.25
"""Between two looks at what is being done."""
SHOWN_FRAMES = 30
SHOWN_STACKS = 3


class Stacks:
    """Looks at what a process does while something that was begun is not done after so many seconds.

    The looks come from a thread, so that a loop that is blocked is seen where it is. One that waits is seen by the
    coroutines that it waits for.
    """

    def __init__(self, after: float) -> None:
        self._after = after
        self._begun: float | None = None
        self.seen: list[str] = []
        """What was being done at each look since it took too long."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._look_again_and_again, args=(threading.get_ident(),), daemon=True).start()

    def begin(self) -> None:
        """Something is begun."""
        self.seen, self._begun = [], time.monotonic()

    def end(self) -> str:
        """It is done; what was seen most while it took too long, the most frequent first."""
        self._begun, seen, self.seen = None, self.seen, []
        most = Counter(seen).most_common(SHOWN_STACKS)
        return "\n".join(f"Seen {count} times:\n{stack}" for stack, count in most) or "Nothing was seen at work."

    def _look_again_and_again(self, thread: int) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            if self._begun is not None and time.monotonic() - self._begun > self._after:
                self._look(thread)

    def _look(self, thread: int) -> None:
        for ident, frame in sys._current_frames().items():
            if ident != threading.get_ident() and not _waits(frame):
                self.seen.append(_drawn(frame))
            elif ident == thread:
                self._loop.call_soon_threadsafe(self._look_at_tasks)

    def _look_at_tasks(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            if (line := _place(task.get_coro())) is not None:
                self.seen.append(f"waits: {line}")


def _waits(frame: FrameType) -> bool:
    """Whether a thread only waits for something to do."""
    return frame.f_code.co_name in ("select", "wait", "_worker", "get", "_recv")


def _drawn(frame: FrameType) -> str:
    stack = "".join(traceback.format_stack(frame)[-SHOWN_FRAMES:])
    linecache.clearcache()  # the sources of all that was seen are megabytes, which would be taken for growth
    return stack


def _place(coroutine: Coroutine[Any, Any, Any] | Any) -> str | None:
    """Where a coroutine waits, from the outside in; None where it is one of Textual's that wait for a message."""
    places = []
    while coroutine is not None and hasattr(coroutine, "cr_frame"):
        if (frame := coroutine.cr_frame) is not None:
            places.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        coroutine = coroutine.cr_await
    is_idle = any("get_message" in place or "_get_message" in place for place in places[-2:])
    return None if is_idle or not places else " > ".join(places)


def held() -> Counter[str]:
    """How many objects of each type there are that can hold others, once what can go has gone."""
    gc.collect()
    counts: Counter[str] = Counter()
    for thing in gc.get_objects():
        kind = type(thing)
        counts[f"{kind.__module__}.{kind.__qualname__}"] += 1
    return counts
