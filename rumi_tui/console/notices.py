"""What the console told a person, to be read again. Knows nothing of screens."""

from __future__ import annotations

import datetime
from collections import deque
from typing import NamedTuple

MOST = 1_000
"""Notices that are remembered, so that a console that is never closed does not grow."""


class Notice(NamedTuple):
    """One thing that was told."""

    time: datetime.datetime
    """In the time zone of the person."""
    text: str
    is_error: bool


class Notices(deque[Notice]):
    """All notices of a session, the oldest first."""

    def __init__(self) -> None:
        super().__init__(maxlen=MOST)

    def add(self, text: str, is_error: bool) -> None:
        """Remembers what is told now."""
        self.append(Notice(datetime.datetime.now().astimezone(), text, is_error))
