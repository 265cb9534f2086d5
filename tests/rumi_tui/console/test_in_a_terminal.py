"""A first hour with the console, in a real terminal, with nothing but the keys and the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from terminal_support import PATIENCE_SECONDS, Terminal, letters

from rumi_tui.library.poem import KeptPoem

SIZE = (120, 50)
PACE = 200
"""Characters a second: the poems are stopped while all of them is in sight."""


EDITOR = """\
#!/bin/sh
printf 'moth\\n' >> "$1"
echo "This is the editor: press Enter."
read -r answer
"""
"""Adds a line to the file, and waits."""


@pytest.fixture
def terminal(tmp_path: Path, endless_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    terminal = Terminal(tmp_path, endless_file)
    yield terminal
    terminal.close()


def shows(terminal: Terminal, poem: KeptPoem) -> bool:
    """Whether the end of a poem is on the screen."""
    return letters(poem.text)[-40:] in letters(terminal.shown())


def test_a_poem_is_written_stopped_branched_and_found_again(terminal: Terminal):
    console = terminal.open_console(*SIZE)
    terminal.submit("/lines 1000000")
    terminal.submit(f"/pace {PACE}")
    terminal.submit("amber")
    terminal.until(lambda: terminal.poems() and len(terminal.poems()[0].text) > 100)
    terminal.press("Escape")
    terminal.wait_for("stopped")
    [first] = terminal.poems()
    terminal.until(lambda: shows(terminal, first))

    terminal.press("F2")
    terminal.wait_for("here: ")
    terminal.press_and_see("Enter", "Down", "Enter")
    terminal.until(lambda: len(terminal.poems()) == 2 and len(terminal.poems()[0].text) > 100)
    terminal.press("Escape")
    terminal.wait_for("stopped")
    second, kept = terminal.poems()
    assert kept == first
    assert second.branch is not None
    assert second.branch.parent == first.id
    assert second.text[: second.branch.at] == first.text[: second.branch.at]
    assert second.text[second.branch.at] != first.text[second.branch.at]
    terminal.until(lambda: shows(terminal, second))

    writing = console.children(recursive=True)
    terminal.press("C-q")
    assert psutil.wait_procs([console, *writing], timeout=PATIENCE_SECONDS)[1] == []

    terminal.open_console(*SIZE)
    terminal.press("C-l")
    terminal.wait_for(first.text.split()[0][:12])
    terminal.press_and_see("Down", "Enter")
    terminal.until(lambda: shows(terminal, first))
    assert terminal.poems() == [second, first]

    terminal.press("M-e")
    terminal.wait_for("This is the editor")
    terminal.press("C-c")
    terminal.wait_for("ended by SIGINT: nothing was changed")
    assert terminal.poems() == [second, first]
    terminal.press("M-e")
    terminal.wait_for("This is the editor")
    terminal.press("Enter")
    terminal.wait_for("changed by hand")
    third, *others = terminal.poems()
    assert (third.text, others) == (f"{first.text}\nmoth", [second, first])
    assert third.branch is not None
    assert third.branch.parent == first.id
    terminal.until(lambda: shows(terminal, third))
