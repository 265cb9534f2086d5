"""What is left when the console is killed while it writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from terminal_support import PATIENCE_SECONDS, Terminal, letters

from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session

LOST_SECONDS = 0.5
"""At most this much verse may be lost."""
PACE = 200
"""Characters a second: a poem that keeps neither core busy, so that what is measured is when it is saved."""


@pytest.fixture
def terminal(tmp_path: Path, endless_file: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, endless_file)
    yield terminal
    terminal.close()


def test_a_console_that_is_killed_loses_half_a_second_of_verse_and_leaves_no_process(
    terminal: Terminal, endless: Session
):
    console = terminal.open_console()
    for line in ("/lines 1000000", "/seed 7", f"/pace {PACE}", "/keep off", "amber"):
        terminal.submit(line)
    screens: list[tuple[float, str]] = []

    def seen_long_ago(now: float) -> str:
        return next((verse for when, verse in reversed(screens) if now - when >= LOST_SECONDS), "")

    def enough_was_seen() -> bool:
        now = time.monotonic()
        if verse := terminal.shown_verse():
            screens.append((now, verse))
        return len(seen_long_ago(now)) > 100

    terminal.until(enough_was_seen)
    writing = console.children(recursive=True)
    killed = time.monotonic()
    console.kill()
    gone, alive = psutil.wait_procs(writing, timeout=PATIENCE_SECONDS)
    assert (len(gone), alive) == (1, [])

    seen = seen_long_ago(killed)
    terminal.open_console()
    [kept] = terminal.poems()
    passage = kept.passages[0]
    request = Request(
        form=kept.form, text="amber", sampling=passage.sampling, seed=7, characters=len(kept.text), keep=passage.keep
    )
    whole = next(write_poems(endless, endless.description, request, 1)).text
    assert whole.startswith(kept.text)
    assert seen[-100:] in letters(kept.text)

    terminal.press("C-l")
    terminal.wait_for(kept.text.split()[0][:12])
    terminal.press("Enter")
    terminal.until(lambda: letters(kept.text)[-30:] in letters(terminal.shown()))
