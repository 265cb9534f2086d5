"""What a console says to the server of its page: whole packets. Knows nothing of what they hold."""

from __future__ import annotations

import os
from threading import Lock
from typing import Any

from textual.driver import Driver
from textual.messages import ExitApp


def with_whole_packets(driver: type[Driver]) -> type[Driver]:
    """A driver of a page whose packets reach the server one after the other; any other driver as it is.

    Textual writes the screen in one thread and the pieces of a download in another, and a pipe takes no more than 4 KiB
    at once (PIPE_BUF): the two would be mixed. Where the server is gone, the console leaves.
    """
    if driver.__module__ != "textual.drivers.web_driver":
        return driver

    class WholeDriver(driver):  # type: ignore[valid-type, misc]
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            self._one_at_a_time = Lock()
            self._is_heard = True
            self._write = self._write_whole

        def _write_whole(self, packet: bytes) -> None:
            left = memoryview(packet)
            with self._one_at_a_time:
                try:
                    while left and self._is_heard:
                        left = left[os.write(self.fileno, left) :]
                except BrokenPipeError:
                    self._is_heard = False
                    self._app.post_message(ExitApp())

    return WholeDriver
