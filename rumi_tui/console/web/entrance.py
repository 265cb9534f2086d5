"""Who may come in: whoever has the passphrase, and is known by a cookie from then on.

Knows nothing of what is behind the door.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Awaitable, Callable

from models.errors import RumiError

VARIABLE = "RUMI_WEB_PASSPHRASE"
SHORTEST = 12
"""Characters of a passphrase that a person chooses."""
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""None of them is taken for another."""
GROUPS, GROUP_LETTERS = 4, 4
"""Of a passphrase that is made here: 80 bits."""
PAUSE_SECONDS = 1.0
"""After each wrong passphrase, whoever tried it."""
MOST_WAITING = 16


class TooManyTriesError(Exception):
    """Others are trying passphrases."""


class Entrance:
    """The passphrase of one server, and the cookie that stands for it as long as the server runs."""

    def __init__(self, passphrase: str, pause: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """The `pause` takes seconds."""
        self._passphrase, self._pause = passphrase, pause
        self.cookie = secrets.token_urlsafe(32)
        """What a browser shows that has given the passphrase."""
        self._turn = asyncio.Lock()
        self._waiting = 0

    def knows(self, cookie: str) -> bool:
        """Whether a browser has been let in."""
        return _are_same(cookie, self.cookie)

    async def lets_in(self, passphrase: str) -> bool:
        """Whether it is the passphrase; one is tried at a time, and after a wrong one the next has to wait.

        Raises `TooManyTriesError` where too many wait.
        """
        if self._waiting >= MOST_WAITING:
            raise TooManyTriesError
        self._waiting += 1
        try:
            async with self._turn:
                is_right = _are_same(passphrase.strip(), self._passphrase)
                if not is_right:
                    await self._pause(PAUSE_SECONDS)
            return is_right
        finally:
            self._waiting -= 1


def _are_same(one: str, other: str) -> bool:
    """Takes as long for any two texts of the same lengths, so that time tells nothing of how much was right."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


def new_passphrase() -> str:
    """One that nobody guesses and anybody can type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS))


def take_chosen() -> str | None:
    """The passphrase in `VARIABLE`, which no program that is started from here sees any more.

    Raises `RumiError` where it is easily guessed.
    """
    passphrase = os.environ.pop(VARIABLE, "").strip()
    if passphrase and len(passphrase) < SHORTEST:
        raise RumiError(f"{VARIABLE} is too short: take at least {SHORTEST} characters.")
    return passphrase or None
