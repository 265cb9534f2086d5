"""Hours of use by a script: random keys, words, clicks, sizes of the terminal, models and stops, on every screen.

Drives the real console with its real writing process and a library in a temporary folder; everything is drawn as for a
terminal, and thrown away. Prints how long keys waited until what they did was on the screen, how memory grew, and every
exception with the keys before it; writes the same as JSON. Exit status 1 where there was an exception.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

import psutil
from textual import events
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.keys import _character_to_key
from textual.pilot import OutOfBounds, Pilot

from rumi_tui.console.actions import EVERYWHERE, WRITING
from rumi_tui.console.app import RumiApp
from rumi_tui.console.slash_commands import completions
from rumi_tui.library.store import Library

WORDS = ["lantern ", "The river ", "amber, ", "A door\n", "چراغ ", "دریا و ", "پنجره‌ها ", "é\u0301 ", "日本 ", "[b]"]
MOVES = [*["enter", "escape", "up", "down", "left", "right", "tab"] * 3]
MOVES += [
    "shift+tab",
    "backspace",
    "delete",
    "home",
    "end",
    "pageup",
    "pagedown",
    "space",
    "ctrl+a",
    "ctrl+e",
    "ctrl+k",
]
MOVES += ["ctrl+u", "ctrl+w", "ctrl+z", "ctrl+f", "ctrl+p", "ctrl+home", "ctrl+end", "shift+left", "shift+up"]
DEEDS = [action.key for action in (*WRITING, *EVERYWHERE) if action.name != "quit"]
SMALLEST, LARGEST = (20, 8), (300, 100)
EVERYDAY = [(80, 24), (100, 28), (120, 40)]
LATEST = 5.0
"""Seconds after which a key that was not answered is given up; it counts as so late if what it went to is there yet."""
SAMPLE_SECONDS = 2.0


class Sink(HeadlessDriver):
    """A terminal that takes everything: unlike the driver of the tests, it has everything drawn."""

    @property
    def is_headless(self) -> bool:
        return False


class Use:
    """One person at the console, as restless as the seed says."""

    def __init__(self, seed: int, minutes: float, settle: float) -> None:
        self.seed, self.rng = seed, random.Random(seed)
        self.begin = time.monotonic()
        self.end, self.settled = self.begin + 60 * minutes, self.begin + 60 * settle
        self.latest: deque[str] = deque(maxlen=60)
        self.did: Counter[str] = Counter()
        self.waits: dict[str, list[float]] = {"while writing": [], "otherwise": []}
        self.slowest: list[tuple[float, str, str]] = []
        self.gone = 0
        """Keys whose answer could not be timed, since what they went to went away."""
        self.memory: dict[str, list[tuple[float, int]]] = {"console": [], "writing process": []}
        self.failures: list[dict[str, object]] = []
        self.starts = 0

    def fail(self, error: str) -> None:
        minutes = (time.monotonic() - self.begin) / 60
        self.failures.append({"minutes": minutes, "seed": self.seed, "before": list(self.latest), "error": error})
        print(f"after {minutes:.1f} minutes:\n{error}\nbefore: {' · '.join(self.latest)}", file=sys.stderr)

    async def run(self, folder: Path) -> None:
        """Uses the console, and starts it again whenever it was left or ended by itself."""
        asyncio.get_running_loop().set_exception_handler(self._unheard)
        while time.monotonic() < self.end:
            library = Library(folder / "poems.sqlite")
            app = RumiApp(library, self.rng.choice(["en", "fa"]), "app")
            app.driver_class = Sink
            self.starts += 1
            watch = asyncio.create_task(self._watch(app))
            try:
                await app.run_async(size=(80, 24), auto_pilot=self._use)
            except Exception:
                self.fail(traceback.format_exc())
            if app._exception is not None:
                self.fail("".join(traceback.format_exception(app._exception)))
            watch.cancel()
            await app.writer.close()
            library.close()

    def _unheard(self, _: object, context: dict[str, object]) -> None:
        error = context.get("exception")
        lines = traceback.format_exception(error) if isinstance(error, BaseException) else [str(context)]
        self.fail("".join(lines))

    async def _watch(self, app: RumiApp) -> None:
        told: set[str] = set()
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            now = time.monotonic()
            self.memory["console"].append((now, psutil.Process().memory_info().rss))
            process = app.writer._process
            if process is not None and process.returncode is None:
                self.memory["writing process"].append((now, psutil.Process(process.pid).memory_info().rss))
            for note in app._notifications:
                if "unexpectedly" in note.message and note.identity not in told:
                    told.add(note.identity)
                    self.fail(note.message)

    async def _use(self, pilot: Pilot[object]) -> None:
        steps: list[tuple[Callable[[Pilot[object]], object], int]] = [
            (self._move, 30), (self._deed, 14), (self._word, 12), (self._command, 6), (self._click, 5),
            (self._write, 8), (self._resize, 4), (self._wait, 6),
        ]  # fmt: skip
        kinds, weights = [step for step, _ in steps], [weight for _, weight in steps]
        if self.starts == 1:
            await self._ask(pilot)
        while time.monotonic() < self.end and pilot.app.is_running:
            step = self.rng.choices(kinds, weights)[0]
            self.did[step.__name__.strip("_")] += 1
            await step(pilot)
        if pilot.app.is_running:
            await pilot.app.action_quit()

    async def _ask(self, pilot: Pilot[object]) -> None:
        """Has a question answered, so that what the first one loads is there before memory is compared."""
        for key in [*"/ask lantern", "enter"]:
            await self._press(pilot, key)
        asked = [worker for worker in pilot.app.workers if worker.node is pilot.app.screen]
        await pilot.app.workers.wait_for_complete(asked)
        await self._press(pilot, "escape")

    async def _move(self, pilot: Pilot[object]) -> None:
        await self._press(pilot, self.rng.choice(MOVES))

    async def _deed(self, pilot: Pilot[object]) -> None:
        await self._press(pilot, self.rng.choice(DEEDS))

    async def _word(self, pilot: Pilot[object]) -> None:
        for character in self.rng.choice(WORDS):
            await self._press(pilot, {"\n": "enter"}.get(character, character))

    async def _command(self, pilot: Pilot[object]) -> None:
        command = self.rng.choice([line for line in completions() if "quit" not in line])
        value = self.rng.choice(["0", "1", "7", "0.9", "400", "-1", "nan", "x" * 50, ""]) if command[-1] == " " else ""
        for key in [*command, *value, "enter"]:
            await self._press(pilot, key)

    async def _write(self, pilot: Pilot[object]) -> None:
        """Goes back to the page, writes for a while, and mostly stops."""
        for _ in range(4):
            await self._press(pilot, "escape")
        await self._press(pilot, "enter")
        until = time.monotonic() + 2 * self.rng.random()
        while time.monotonic() < until:
            await self._press(pilot, self.rng.choice(["up", "down", "tab", *"lantern"]))
            await pilot.pause(self.rng.random() / 10)
        if self.rng.random() < 0.7:
            await self._press(pilot, "escape")

    async def _click(self, pilot: Pilot[object]) -> None:
        width, height = pilot.app.size
        place = self.rng.randrange(max(1, width)), self.rng.randrange(max(1, height))
        self.latest.append(f"click {place}")
        try:
            await pilot.click(offset=place, times=self.rng.choice([1, 1, 2]))
        except OutOfBounds:  # the screen became smaller meanwhile
            return

    async def _resize(self, pilot: Pilot[object]) -> None:
        anything = tuple(self.rng.randint(low, high) for low, high in zip(SMALLEST, LARGEST, strict=True))
        width, height = self.rng.choice([*EVERYDAY, anything, anything])
        self.latest.append(f"resize {width}x{height}")
        await pilot.resize_terminal(width, height)

    async def _wait(self, pilot: Pilot[object]) -> None:
        await pilot.pause(self.rng.random())

    async def _press(self, pilot: Pilot[object], key: str) -> None:
        """Presses a key and measures until it was handled and what it changed was drawn."""
        app = pilot.app
        if not app.is_running or app._driver is None:
            return
        self.latest.append(key)
        screen = type(app.screen).__name__
        writing = getattr(app.writer, "_turn").locked()  # noqa: B009
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else {"space": " ", "enter": "\r", "tab": "\t"}.get(key))
        event.set_sender(app)
        started = time.perf_counter()
        app._driver.send_message(event)
        answered = await answer(app)
        seconds = time.perf_counter() - started
        if not answered:
            self.gone += 1
            return
        self.waits["while writing" if writing else "otherwise"].append(seconds)
        self.slowest = sorted([*self.slowest, (seconds, key, screen)], reverse=True)[:20]


async def answer(app: App[object]) -> bool:
    """Waits until the key just sent has gone from what has the focus up to the app, and the screen is drawn.

    False where something on that way went away.
    """
    way = list(app.focused.ancestors_with_self) if app.focused is not None else [app.screen, app]
    done = asyncio.Event()

    def arrive(place: int) -> None:
        if place == len(way):
            (app.screen if app.is_running and app._screen_stack else app).call_after_refresh(done.set)
        elif not way[place].call_later(arrive, place + 1):
            arrive(place + 1)

    app.call_later(arrive, 0)
    try:
        await asyncio.wait_for(done.wait(), LATEST)
    except TimeoutError:
        return app.is_running and all(node.is_running for node in way)
    return True


def table(use: Use) -> tuple[list[str], dict[str, object]]:
    """What came of it, as lines and as a document."""
    lines = [f"{'key to screen, ms':<20}{'keys':>9}{'median':>9}{'99 %':>9}{'worst':>9}"]
    document: dict[str, object] = {"seed": use.seed, "minutes": (time.monotonic() - use.begin) / 60}
    document |= {"starts": use.starts, "did": use.did, "keys_not_timed": use.gone, "failures": use.failures}
    for name, waits in use.waits.items():
        if waits:
            waits = sorted(1000 * wait for wait in waits)
            figures = [statistics.median(waits), waits[len(waits) * 99 // 100], waits[-1]]
            lines.append(f"{name:<20}{len(waits):>9}" + "".join(f"{figure:>9.1f}" for figure in figures))
            document[f"ms_{name}"] = dict(zip(("median", "p99", "worst"), figures, strict=True))
    document["slowest"] = use.slowest
    lines += ["", f"{'memory, MiB':<20}{'settled':>9}{'end':>9}{'most':>9}{'growth':>9}"]
    for name, samples in use.memory.items():
        after = [size / 2**20 for when, size in samples if when >= use.settled]
        if after:
            few = max(1, len(after) // 10)
            first, last = statistics.median(after[:few]), statistics.median(after[-few:])
            growth = f"{last / first - 1:>9.1%}"
            lines.append(f"{name:<20}{first:>9.0f}{last:>9.0f}{max(after):>9.0f}{growth}")
            document[f"mib_{name}"] = {"settled": first, "end": last, "most": max(after), "growth": last / first - 1}
    lines += ["", f"exceptions: {len(use.failures)}; console started {use.starts} times, seed {use.seed}"]
    return lines, document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--settle", type=float, default=5, help="minutes after which memory is compared")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/two_hours.json"))
    options = parser.parse_args()
    use = Use(options.seed, options.minutes, min(options.settle, options.minutes / 4))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DOCUMENTS_DIR": folder}
        asyncio.run(use.run(Path(folder)))
    lines, document = table(use)
    print("\n".join(lines))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.exit(1 if use.failures else 0)


if __name__ == "__main__":
    main()
