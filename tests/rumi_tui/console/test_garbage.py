from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_support import console

from rumi_tui.console.garbage import collect_seldom
from rumi_tui.library.store import Library

FRAMES = 40
OLDEST = 2


@pytest.fixture
def found() -> Iterator[list[dict[str, int]]]:
    """What each collection of garbage found, while Python collects as in the console."""
    before, found = gc.get_threshold(), list[dict[str, int]]()

    def note(phase: str, told: dict[str, int]) -> None:
        if phase == "stop":
            found.append(told)

    collect_seldom()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)
    gc.set_threshold(*before)


async def test_what_is_drawn_is_collected_while_it_is_young(
    library: Library, endless_file: Path, found: list[dict[str, int]]
) -> None:
    async with console(library, endless_file, size=(200, 60)) as pilot:
        for _ in range(FRAMES):
            pilot.app.screen.refresh(layout=True)
            await pilot.pause()
    assert any(told["collected"] for told in found)
    assert not any(told["generation"] == OLDEST for told in found)
