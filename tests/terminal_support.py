"""The console in a real terminal: a window of tmux whose keys are pressed and whose screen is read."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from rumi_tui.console.slash_commands import SIGN
from rumi_tui.console.widgets.poem_view import CURSOR
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library

PATIENCE_SECONDS = 60.0
READY = "couplet"
"""Stands on the screen once the console has read its model: the form that those of the tests begin with."""
HEADING = "RUMI"
"""The letters above a poem that has no title."""


class Terminal:
    """A person's place: a home of their own, and one window at a time that runs the console in it."""

    ready = READY

    def __init__(self, home: Path, model: Path) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed, and a real terminal is what is looked at here")
        self._home, self._model = home, model
        welcome(home)
        self._tmux = ["tmux", "-u", "-S", str(home / "tmux"), "-f", os.devnull]
        os.mkfifo(home / "output")
        self._output = os.open(home / "output", os.O_RDWR | os.O_NONBLOCK)
        """What the console writes to its window, as it does so."""
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "TMUX"},
            "HOME": str(home),
            "XDG_DATA_HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "XDG_STATE_HOME": str(home),
            "LC_ALL": "C.UTF-8",
        }

    def open_console(self, columns: int = 80, rows: int = 24, under: Sequence[str] = ()) -> psutil.Process:
        """Opens a window that runs the console, maybe under another program, and waits until it is ready to write."""
        console = [*under, str(Path(sys.executable).parent / "rumi-tui"), "--model", str(self._model)]
        window = ["-d", "-x", str(columns), "-y", str(rows), "-P", "-F", "#{pane_pid}"]
        process = psutil.Process(int(self._do("new-session", *window, *console)))
        self._do("pipe-pane", f"exec cat > {shlex.quote(str(self._home / 'output'))}")
        self.wait_for(self.ready)
        return process

    def shown(self) -> str:
        """The rows of the screen."""
        return self._do("capture-pane", "-p")

    def shown_verse(self) -> str:
        """The letters of the poem being written that are in sight, up to its cursor."""
        return letters(self.shown().rpartition(CURSOR)[0]).removeprefix(HEADING)

    def press(self, *keys: str) -> None:
        """Presses keys, named as tmux names them."""
        self._do("send-keys", *keys)

    def press_and_see(self, *keys: str) -> None:
        """Presses keys one after the other, each once the screen, its colours included, has answered the one before."""
        for key in keys:
            before = self._do("capture-pane", "-p", "-e")
            self.press(key)
            self.until(lambda before=before: self._do("capture-pane", "-p", "-e") != before, f"an answer to {key}")

    def submit(self, line: str) -> None:
        """Types a line into the prompt and presses Enter; a command is waited for, which empties the prompt."""
        self._do("send-keys", "-l", line)
        self.wait_for(line)
        self.press("Enter")
        if line.startswith(SIGN):
            self.until(lambda: line not in self.shown(), f"the end of {line}")

    def wait_for(self, words: str) -> None:
        """Waits until the screen shows some words."""
        self.until(lambda: words in self.shown(), words)

    def until(self, condition: Callable[[], object], what: str = "what was waited for") -> None:
        """Waits until something is so: looks again whenever the console has written to its window."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            has_written, _, _ = select.select([self._output], [], [], max(0.0, deadline - time.monotonic()))
            assert has_written, f"{what} never came; the screen:\n{self.shown()}"
            os.read(self._output, 1 << 16)

    def poems(self) -> list[KeptPoem]:
        """What the library holds, read beside the console, the latest first."""
        library = Library(self._home / "rumi-tui" / "poems.sqlite")
        try:
            return library.poems()
        finally:
            library.close()

    def close(self) -> None:
        """Closes the window and all that runs in it."""
        self._do("kill-server", check=False)
        os.close(self._output)

    def _do(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            [*self._tmux, *command], env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0 or not check, f"tmux {' '.join(command)}: {done.stderr}"
        return done.stdout


def welcome(home: Path) -> None:
    """Makes a home that of somebody who has opened the console before."""
    (home / "rumi-tui").mkdir(exist_ok=True)
    (home / "rumi-tui" / "welcomed").touch()


def letters(text: str) -> str:
    """What is left of a text without blanks, line ends, and whatever else a screen draws between letters."""
    return "".join(character for character in text if character.isalpha())
