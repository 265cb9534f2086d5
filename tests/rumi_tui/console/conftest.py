from __future__ import annotations

import asyncio

import pytest
from textual import app, pilot
from textual._context import active_app

ROUNDS = 1000
"""Of the event loop, at most, in which what follows from a key is done; a poem that is being written never ends."""


async def settle(_least: float = 0, _most: float = 0) -> None:
    """Waits until the console has done all that it can do at once, and drawn it.

    Textual's pilot looks instead for twenty milliseconds in which the process does nothing, twice for each key: on a
    busy machine that is long, and with a poem being written it is a second. What threads and other processes do is not
    waited for: see `console_support.until`.
    """
    await _become_quiet()
    console = active_app.get()
    while console.is_running and console._resize_event is not None:
        await asyncio.sleep(1 / 120)  # for as long as Textual waits for yet another size
    if console.is_running and console.screen_stack:
        console.screen._on_timer_update()  # else a timer draws, 60 times a second
        await _become_quiet()


async def _become_quiet() -> None:
    loop = asyncio.get_running_loop()
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        if not loop._ready:  # type: ignore[attr-defined]
            break


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of a pilot are answered once the console is quiet."""
    monkeypatch.setattr(app, "wait_for_idle", settle)
    monkeypatch.setattr(pilot, "wait_for_idle", settle)
