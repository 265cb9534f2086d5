"""The console, harmed while it writes in a real terminal. What a person saw half a second before must be kept."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import terminal_support
from injected import SIGNALS, fill_disk, give_up_privileges, move_to_small_disk
from place import Place
from programs import count_poems
from terminal_support import Terminal, letters

from rumi_tui.library.store import Library

terminal_support.PATIENCE_SECONDS = 300.0  # the machine may be busy with other trials
LOST_SECONDS = 0.5
"""At most this much verse may be lost."""
PYTHON_SECONDS = 0.1
"""In which no line of the program has run yet, and Python answers Ctrl-C with a traceback."""
LONGEST_SECONDS = 4.0
"""Of writing, before it is killed."""
PACE = 200
"""Characters a second: what is measured is when verse is saved, and not how quickly it is drawn."""
OPENING = ("/lines 1000000", f"/pace {PACE}", "/keep off", "/form free")
SETTLED_FILES = {"rumi-tui/poems.sqlite", "rumi-tui/session.json", "rumi-tui/welcomed"}
"""That a console leaves which was closed."""


class Window(Terminal):
    """A terminal that stays when its console has ended, so that it can be seen how that left it."""

    ready = "free"
    """What the English model begins with."""

    def __init__(self, place: Place) -> None:
        os.environ.update(place.environment)
        super().__init__(place.home, Path("en"))
        place.closing.callback(self._clear, place.home)

    def start_console(self) -> psutil.Process:
        """Opens the console, and does not wait for it."""
        wait, self.wait_for = self.wait_for, lambda words: None  # type: ignore[method-assign]
        try:
            process = self.open_console()
        finally:
            self.wait_for = wait  # type: ignore[method-assign]
        self._do("set-option", "-g", "remain-on-exit", "on", check=False)
        return process

    def state(self, *names: str) -> list[str]:
        """What tmux knows of the window."""
        return self._do("display-message", "-p", " ".join(f"#{{{name}}}" for name in names)).split()

    def until_dead(self, console: psutil.Process) -> None:
        """Waits until it has ended and all that it wrote is shown; tmux may not have asked yet how it ended."""
        deadline = time.monotonic() + terminal_support.PATIENCE_SECONDS
        while self.state("pane_dead") != ["1"] or not _has_ended(console):
            assert time.monotonic() < deadline, f"It did not end; the screen:\n{self.shown()}"
            with suppress(BlockingIOError):  # tmux calls nothing dead whose output is not read
                os.read(self._output, 1 << 16)
            time.sleep(0.05)

    def told(self) -> str:
        """What a console that has ended has printed, lines whole and what has scrolled away with it."""
        return self._do("capture-pane", "-p", "-J", "-S", "-")

    def end(self) -> None:
        """Closes the window, and waits for the end of tmux."""
        server = psutil.Process(int(self.state("pid")[0]))
        self._do("kill-server", check=False)
        server.wait(terminal_support.PATIENCE_SECONDS)

    def _clear(self, home: Path) -> None:
        self.close()
        for name in ("tmux", "output"):
            (home / name).unlink(missing_ok=True)


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def console_is_killed(place: Place, rng: random.Random) -> int:
    """Kills it once while it starts or writes, and looks whether what was seen is in the library."""
    window = Window(place)
    console = window.start_console()
    screens: list[tuple[float, str]] = []
    if rng.random() < 0.2:
        time.sleep(rng.uniform(PYTHON_SECONDS, 2))
    else:
        window.wait_for(window.ready)
        for line in (*OPENING, "amber"):
            window.submit(line)
        end = time.monotonic() + rng.uniform(0, LONGEST_SECONDS)
        while time.monotonic() < end:
            screens.append((time.monotonic(), window.shown_verse()))
    number = rng.choice(SIGNALS)
    family = [console, *console.children(recursive=True)]
    killed = time.monotonic()
    console.send_signal(number)
    _, alive = psutil.wait_procs(family[1:], timeout=60)
    assert not alive, f"Processes are left: {alive}"
    seen = [verse for when, verse in screens if killed - when >= LOST_SECONDS]
    window.until_dead(console)
    if number is not signal.SIGKILL:
        assert window.state("alternate_on", "mouse_any_flag") == ["0", "0"], "The terminal is left as it was not."
        assert "Traceback" not in window.shown(), window.shown()
    check_kept(place, window, seen[-1] if seen else "")
    return 1


def check_kept(place: Place, window: Window, seen: str) -> None:
    """A poem that was seen is in the library as far, and the console opens again, and closes."""
    window.end()
    poems = window.poems() if (place.home / "rumi-tui" / "poems.sqlite").exists() else []
    kept = letters(poems[0].text) if poems else ""
    assert seen[-40:] in kept, f"Seen was {seen!r}, kept is {kept!r}"
    count = count_poems(place)
    console = window.start_console()
    window.wait_for(window.ready)
    family = [console, *console.children(recursive=True)]
    window.press("C-q")
    window.until_dead(console)
    assert psutil.wait_procs(family[1:], timeout=60)[1] == []
    assert window.state("pane_dead_status") in (["0"], []), (window.state("pane_dead_status"), window.shown())
    window.end()
    assert count_poems(place) == count
    left = place.files() - {"tmux", "output"}
    assert left == SETTLED_FILES, f"Lies about, or is missing: {sorted(left ^ SETTLED_FILES)}"


def console_finds_no_room(place: Place, rng: random.Random) -> int:
    """Fills its disk while it writes, and makes room again, before it is left or afterwards."""
    if not move_to_small_disk(place.home):
        return 0
    window = Window(place)
    console = window.start_console()
    window.wait_for(window.ready)
    for line in (*OPENING, "amber"):
        window.submit(line)
    window.until(window.shown_verse)
    time.sleep(rng.uniform(0, LONGEST_SECONDS / 2))
    filling = fill_disk(place.home, 0)
    window.until(lambda: "not saved" in window.shown().lower(), "what is told of a full disk")
    makes_room = rng.random() < 0.5
    if makes_room:
        filling.unlink()
        window.until(lambda: "not saved" not in window.shown().lower(), "what is told of room")
        window.press("Escape")
    seen = window.shown_verse()
    window.press("C-q")
    window.until_dead(console)
    assert "Traceback" not in window.shown(), window.shown()
    if not makes_room:
        filling.unlink()
        assert seen[-40:] in letters(window.told()), f"Seen was {seen!r}, told is {window.told()}"
        seen = ""
    check_kept(place, window, seen)
    return 1


def console_has_no_rights(place: Place, rng: random.Random) -> int:
    """Opens where nothing may be written; says so, and works once it may be."""
    give_up_privileges()
    folder = place.home / "rumi-tui"
    window = Window(place)
    with closing(Library(folder / "poems.sqlite")) as library:
        library.begin("en", "0" * 64, "free", "amber")
    paths = [path for path in (folder, folder / "poems.sqlite") if rng.random() < 0.7] or [folder]
    for path in paths:
        path.chmod(0o555)
    console = window.start_console()
    window.until_dead(console)
    assert window.state("pane_dead_status") in (["1"], []), window.shown()
    assert "Traceback" not in window.shown(), window.shown()
    assert "may not be written" in window.told(), window.told()
    for path in paths:
        path.chmod(0o755)
    check_kept(place, window, "amber")
    return 1


FAULTS = {
    "killed while it writes": console_is_killed,
    "a full disk": console_finds_no_room,
    "no rights": console_has_no_rights,
}
