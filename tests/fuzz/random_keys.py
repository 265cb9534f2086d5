"""Random keys, text in both languages, commands, clicks, the wheel, pastes and sizes of the terminal, for some minutes.

Drives the real console with its real writing process, the models that ship, and a library in a temporary folder.
Everything is drawn as for a terminal, and thrown away. What is done follows from the seed alone: `--seed 7
--events 900` does the first 900 things of the seed 7 again. In a run that is long enough to tell whether memory grows,
every page is opened before, and the library has a thousand poems, so that what is read once is not taken for growth.

A failure is an exception, an error in the log, a writing process that ended, memory that grew by more than a tenth
after the first minutes, or something that was answered later than after a second. Each is told with the seed and the
last events, a late answer also with what the console was at, and growth with the objects that have become more; the
exit status is then 1. On a busy machine a late answer counts only if the console itself was at work for so long, or if
it never came.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import time
import traceback
from array import array
from collections import Counter, deque
from itertools import chain
from pathlib import Path
from typing import Any

import psutil
from deeds import Deed, deeds, look_around
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.keys import _character_to_key
from watching import Stacks, held

from models.freed_memory import use_one_heap
from rumi_tui.console.app import RumiApp
from rumi_tui.console.garbage import collect_seldom, free_strips_at_once
from rumi_tui.console.notices import Notice
from rumi_tui.library.store import Library

SHOWN_EVENTS = 50
LATEST_SECONDS = 1.0
GIVEN_UP_SECONDS = 10.0
"""After which a key that was not answered is given up."""
MOST_GROWTH = 0.1
SETTLE_MINUTES = 5.0
"""After which memory is compared, in a run of at least `LONG_MINUTES`; longer than `look_around` takes."""
LONG_MINUTES = 20.0
SAMPLE_SECONDS = 2.0
POEMS = 1_000
"""In the library when a long run begins: in two hours as many come, which a person writes in years."""
MOST_THREADS = 32
"""Of asyncio. Each remembers where errors went when it began: to a console, which it would keep in memory."""
PROCESSES = ("console", "writing process")
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


class Sink(HeadlessDriver):
    """A terminal that takes everything: unlike the driver of the tests, it has everything drawn."""

    @property
    def is_headless(self) -> bool:
        return False


class Log(logging.Handler):
    """Takes errors for failures."""

    def __init__(self, use: Use) -> None:
        super().__init__(logging.ERROR)
        self._use = use

    def emit(self, record: logging.LogRecord) -> None:
        self._use.fail(self.format(record))


class Use:
    """One person at the console, as restless as the seed says."""

    def __init__(self, seed: int, minutes: float, most_events: int | None) -> None:
        self.seed, self.minutes, self.most_events = seed, minutes, most_events
        self._deeds = chain(look_around() if minutes >= LONG_MINUTES else (), deeds(seed))
        self._parser = XTermParser()
        self.begin = time.monotonic()
        self.latest: deque[str] = deque(maxlen=SHOWN_EVENTS)
        self.did: Counter[str] = Counter()
        self.kind = "start"
        """Of what was done last."""
        self.waits = {"while writing": array("d"), "at rest": array("d")}
        """Seconds of each key."""
        self.slowest: list[tuple[float, float, str, str]] = []
        """Seconds, those of them at work, what was done and where."""
        self.gone = 0
        """Keys whose answer could not be timed, since what they went to went away."""
        self.memory: dict[str, list[tuple[float, int]]] = {name: [] for name in PROCESSES}
        self.failures: list[dict[str, object]] = []
        self.starts = 0
        self._latest_notice: Notice | None = None
        self._stacks = Stacks(LATEST_SECONDS)
        self.held: list[Counter[str]] = []
        """Objects by their type, once memory has settled and at the end."""

    @property
    def _settles_at(self) -> float:
        return self.begin + 60 * min(SETTLE_MINUTES, self.minutes / 4)

    @property
    def _is_over(self) -> bool:
        elapsed = time.monotonic() - self.begin
        return elapsed > 60 * self.minutes or self.did.total() == self.most_events

    def fail(self, error: str) -> None:
        """Takes something for a failure, and tells it."""
        minutes = (time.monotonic() - self.begin) / 60
        place = {"seed": self.seed, "events": self.did.total(), "minutes": minutes, "kind": self.kind}
        self.failures.append({**place, "latest": list(self.latest), "error": error})
        again = f"--minutes {self.minutes:g} --seed {self.seed} --events {self.did.total()}"
        latest = f"The last {len(self.latest)} events: {' · '.join(self.latest)}"
        print(f"FAILED: {again}\n{error}\n{latest}", file=sys.__stderr__, flush=True)  # Textual takes `sys.stderr`

    async def run(self, folder: Path) -> None:
        """Uses the console, and starts it again whenever it was left or ended by itself."""
        asyncio.get_running_loop().set_exception_handler(self._unheard)
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.1) for _ in range(MOST_THREADS)))
        if self.minutes >= LONG_MINUTES:
            fill(folder / "poems.sqlite")
        while not self._is_over:
            XTermParser._parse_extended_key.cache_clear()  # keys that it remembers would keep the console they went to
            self._parser = XTermParser()
            library = Library(folder / "poems.sqlite")
            app = RumiApp(library, "en" if self.starts % 2 == 0 else "fa", "app")
            app.driver_class = Sink
            self.starts += 1
            self._latest_notice = None
            watch = asyncio.create_task(self._watch(app))
            try:
                await app.run_async(size=(80, 24), auto_pilot=lambda pilot: self._use(pilot.app))
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
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            now = time.monotonic()
            self.memory["console"].append((now, psutil.Process().memory_info().rss))
            process = app.writer._process
            if process is not None and process.returncode is None:
                self.memory["writing process"].append((now, psutil.Process(process.pid).memory_info().rss))

    async def _use(self, app: App[object]) -> None:
        while not self._is_over and app.is_running and app._driver is not None:
            deed = next(self._deeds)
            self.kind = deed.kind
            self.did[deed.kind] += 1
            self.latest.append(str(deed))
            if deed.kind == "wait":
                await self._wait(float(str(deed.value)))
            else:
                await self._do(app, deed)
            self._look_at_notices(app)
            if not self.held and time.monotonic() >= self._settles_at:
                self.held.append(held())
        if self._is_over:
            self.held.append(held())
        if app.is_running:
            await app.run_action("quit")

    async def _do(self, app: App[object], deed: Deed) -> None:
        """Does something and measures until it was handled and what it changed was drawn."""
        is_writing, place = app.writer._turn.locked(), _place(app)
        is_idle = os.getloadavg()[0] < (os.cpu_count() or 1)
        began, work_before = time.perf_counter(), time.process_time()
        self._stacks.begin()
        getattr(self, f"_{deed.kind}")(app, deed.value)
        has_answered = await answer(app)
        stacks = self._stacks.end()
        seconds, work = time.perf_counter() - began, time.process_time() - work_before
        if not has_answered:
            self.gone += 1
            return
        if deed.kind == "press":
            self.waits["while writing" if is_writing else "at rest"].append(seconds)
        self.slowest = sorted([*self.slowest, (seconds, work, str(deed), place)], reverse=True)[:20]
        is_late = seconds > LATEST_SECONDS and (is_idle or work > LATEST_SECONDS)
        if is_late or seconds > GIVEN_UP_SECONDS:
            told = f"{deed} was answered after {seconds:.2f} s, of which the console worked {work:.2f} s"
            self.fail(f"{told}{', while writing' * is_writing}\n{place}\n{stacks}")

    def _look_at_notices(self, app: App[object]) -> None:
        for notice in reversed(app.notices):
            if notice is self._latest_notice:
                break
            if "unexpectedly" in notice.text or "unforeseen" in notice.text:
                self.fail(notice.text)
        self._latest_notice = app.notices[-1] if app.notices else None

    def _press(self, app: App[object], key: str) -> None:
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else {"space": " ", "enter": "\r", "tab": "\t"}.get(key))
        event.set_sender(app)
        app._driver.send_message(event)

    def _paste(self, app: App[object], text: str) -> None:
        self._send(app, f"\x1b[200~{text}\x1b[201~")

    def _click(self, app: App[object], where: tuple[float, float, int]) -> None:
        x, y = self._cell(app, *where[:2])
        self._send(app, f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m" * where[2])

    def _wheel(self, app: App[object], where: tuple[float, float, int]) -> None:
        x, y = self._cell(app, *where[:2])
        self._send(app, f"\x1b[<{where[2]};{x};{y}M")

    def _cell(self, app: App[object], x: float, y: float) -> tuple[int, int]:
        return 1 + int(x * app.size.width), 1 + int(y * app.size.height)

    def _send(self, app: App[object], sequence: str) -> None:
        """Sends what a terminal would."""
        for event in self._parser.feed(sequence):
            event.set_sender(app)
            app._driver.process_message(event)

    def _resize(self, app: App[object], size: tuple[int, int]) -> None:
        app._driver._size = size
        app.post_message(events.Resize(Size(*size), Size(*size)))

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def growth(self, name: str) -> tuple[float, float, float] | None:
        """MiB of a process once it has settled, at the end, and by how much it grew; None where that was too short."""
        sizes = [size / 2**20 for when, size in self.memory[name] if when >= self._settles_at]
        if not sizes:
            return None
        few = max(1, len(sizes) // 10)
        first, last = statistics.median(sizes[:few]), statistics.median(sizes[-few:])
        return first, last, last / first - 1

    def judge_memory(self) -> None:
        """Takes growth for a failure, in a run long enough to tell."""
        for name in self.memory:
            sizes = self.growth(name)
            if sizes and sizes[2] > MOST_GROWTH and self.minutes >= LONG_MINUTES:
                self.kind = name
                self.fail(f"The {name} grew from {sizes[0]:.0f} to {sizes[1]:.0f} MiB.")

    def grown(self, most: int = 12) -> list[tuple[str, int, int]]:
        """The types of which more objects are held at the end than once memory had settled: name, then, now."""
        if len(self.held) < 2:
            return []
        first, last = self.held[0], self.held[-1]
        return [(kind, first[kind], last[kind]) for kind, _ in (last - first).most_common(most)]


def fill(path: Path) -> None:
    """Puts `POEMS` poems into a new library."""
    library = Library(path)
    with library.all_or_nothing():
        for number in range(POEMS):
            text = "\n".join(f"amber {number} lanterns and {line} harbours" for line in range(number % 40))
            library.begin("rumi-en", "0" * 64, "free", text)
    library.close()


def _place(app: App[object]) -> str:
    """Where one is, and what a poem is written with there."""
    screens = " > ".join(type(screen).__name__ for screen in app.screen_stack)
    bar = app.screen_stack[0].query("SettingsBar") if len(app.screen_stack) else ()
    return f"{screens} of {app.size.width}x{app.size.height}" + "".join(
        f"; {name} {value[:40]}" for each in bar for name, value in each.values().items() if value
    )


async def answer(app: App[object]) -> bool:
    """Waits until what was just sent has gone from what has the focus up to the app, and the screen is drawn.

    False where something on that way went away.
    """
    way = list(app.focused.ancestors_with_self) if app.focused is not None else [app.screen, app]
    end, done = len(way), asyncio.Event()

    def arrive(place: int) -> None:
        if place == end:
            way.append(app.screen if app.is_running and app._screen_stack else app)  # it may be left before it is drawn
            way[-1].call_after_refresh(done.set)
        elif not way[place].call_later(arrive, place + 1):
            arrive(place + 1)

    app.call_later(arrive, 0)
    try:
        await asyncio.wait_for(done.wait(), GIVEN_UP_SECONDS)
    except TimeoutError:
        return app.is_running and all(node.is_running for node in way)
    return True


async def used(seed: int, minutes: float, most_events: int | None, folder: Path) -> Use:
    """The console after it was used."""
    use = Use(seed, minutes, most_events)
    logging.getLogger().addHandler(Log(use))
    await use.run(folder)
    return use


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
    lines += ["", f"{'memory, MiB':<20}{'settled':>9}{'end':>9}{'growth':>9}"]
    for name in use.memory:
        if sizes := use.growth(name):
            lines.append(f"{name:<20}{sizes[0]:>9.0f}{sizes[1]:>9.0f}{sizes[2]:>9.1%}")
            document[f"mib_{name}"] = dict(zip(("settled", "end", "growth"), sizes, strict=True))
    document["grown"] = use.grown()
    lines += ["", f"{'objects that became more':<48}{'settled':>9}{'end':>9}"] if use.grown() else []
    lines += [f"{kind[-47:]:<48}{first:>9,}{last:>9,}" for kind, first, last in use.grown()]
    events_done = ", ".join(f"{count} {kind}" for kind, count in use.did.most_common())
    lines += ["", f"{use.did.total()} events ({events_done}); {use.starts} consoles; failures: {len(use.failures)}"]
    return lines, document


def summary(document: dict[str, Any]) -> dict[str, Any]:
    """The same for `docs/reliability.py`: a row for each kind of thing that was done, and for each process."""
    failed = Counter(failure["kind"] for failure in document["failures"])
    told = dict.fromkeys([*document["did"], *(kind for kind in failed if kind not in PROCESSES)], "")
    told["press"] = "".join(
        f", answered {when} after {waits['median']:.0f} ms in the median, {waits['worst']:,.0f} ms at most"
        for when in ("while writing", "at rest")
        if (waits := document.get(f"ms_{when}"))
    )
    rows = [
        {"what": f"{kind}{words}", "count": document["did"].get(kind, 0), "failures": failed[kind]}
        for kind, words in told.items()
    ]
    for name in PROCESSES:
        if sizes := document.get(f"mib_{name}"):
            words = f"memory of the {name}, {sizes['settled']:.0f} MiB once settled, {sizes['end']:.0f} MiB at the end"
            rows.append({"what": words, "count": 1, "failures": failed[name]})
    return {"harness": "keys", "minutes": round(document["minutes"], 1), "seed": document["seed"], "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--events", type=int, default=None, help="stop after so many")
    parser.add_argument("--out", type=Path, default=Path("runs/random_keys.json"))
    parser.add_argument("--report", type=Path, help="folder for keys.json, which docs/reliability.py reads")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, {options.minutes:g} minutes", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        homes = dict.fromkeys(
            ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DOCUMENTS_DIR"), folder
        )
        os.environ |= homes | NO_NETWORK
        use_one_heap()  # as the command does
        free_strips_at_once()
        collect_seldom()
        use = asyncio.run(used(seed, options.minutes, options.events, Path(folder)))
    use.judge_memory()
    lines, document = table(use)
    print("\n".join(lines))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.report is not None:
        options.report.mkdir(parents=True, exist_ok=True)
        (options.report / "keys.json").write_text(json.dumps(summary(document), ensure_ascii=False) + "\n", "utf-8")
    sys.exit(1 if use.failures else 0)


if __name__ == "__main__":
    main()
