"""What a process of its own gives the console: characters per second, side by side in one run.

Writes the same poems three ways in turn and prints medians and ratios:

- alone: the engine in a loop, nothing else in the interpreter;
- process: through the console's writing process, the console drawing every character (what ships);
- thread: the engine in a thread of the console's interpreter, the console drawing every character.

Also prints how late a timer of the console fires while verse is being written, which is what a key would wait.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rumi_tui.console.app import RumiApp
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.messages import Finished, Write, Wrote
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import load_model
from rumi_tui.library.store import Library

CHARACTERS = 1_500
TICK_SECONDS = 0.02


def requests(seed: int, count: int = 8) -> list[Request]:
    """A few poems, together long enough to measure."""
    sampling = Sampling(temperature=0.8)
    return [
        Request(form="couplet", sampling=sampling, seed=100 * seed + n, characters=CHARACTERS // count)
        for n in range(count)
    ]


def alone(model_name: str, seed: int) -> float:
    model = load_model(model_name)
    started = time.perf_counter()
    poems = (Generation(model, model.tokenizer, request) for request in requests(seed))
    characters = sum(len(step.text) for poem in poems for step in poem)
    return characters / (time.perf_counter() - started)


async def ticks(late: list[float]) -> None:
    while True:
        due = time.perf_counter() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        late.append(time.perf_counter() - due)


async def in_console(model_name: str, seed: int, write: Callable[..., object]) -> tuple[float, list[float]]:
    late: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        app = RumiApp(Library(Path(folder) / "poems.sqlite"), model_name, "app")
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            ticking = asyncio.create_task(ticks(late))
            rate = await write(app, model_name, seed)
            ticking.cancel()
            await app.writer.close()
    return rate, late


async def by_process(app: RumiApp, model_name: str, seed: int) -> float:
    view, characters, seconds = app.screen.query_one(PoemView), 0, 0.0
    for request in requests(seed):
        async for report in app.writer.carry_out(Write(model_name, request, typed=True)):
            if isinstance(report, Wrote):
                view.append("".join(step.text for step in report.steps))
            elif isinstance(report, Finished):
                characters, seconds = characters + report.characters, seconds + report.seconds
    return characters / seconds


async def by_thread(app: RumiApp, model_name: str, seed: int) -> float:
    view, model = app.screen.query_one(PoemView), load_model(model_name)
    written: list[str] = []
    seconds = 0.0

    def work() -> None:
        nonlocal seconds
        started = time.perf_counter()
        for request in requests(seed):
            written.extend(step.text for step in Generation(model, model.tokenizer, request))
        seconds = time.perf_counter() - started

    thread, drawn = threading.Thread(target=work), 0
    thread.start()
    while thread.is_alive() or drawn < len(written):
        await asyncio.sleep(1 / 30)
        fresh = written[drawn:]
        view.append("".join(fresh))
        drawn += len(fresh)
    return len(written) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="en")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {"alone": [], "process": [], "thread": []}
    lateness: dict[str, list[float]] = {"process": [], "thread": []}
    for seed in range(options.rounds):
        rates["alone"].append(alone(options.model, seed))
        for name, write in (("process", by_process), ("thread", by_thread)):
            rate, late = asyncio.run(in_console(options.model, seed, write))
            rates[name].append(rate)
            lateness[name] += late
    print(f"{'way':<10}{'chars/s':>10}{'ratio':>8}{'late, median ms':>18}{'late, worst ms':>16}")
    base = statistics.median(rates["alone"])
    for name, values in rates.items():
        rate = statistics.median(values)
        late = sorted(lateness.get(name, []))
        waits = f"{1000 * statistics.median(late):>18.1f}{1000 * late[-1]:>16.1f}" if late else ""
        print(f"{name:<10}{rate:>10.0f}{rate / base:>8.2f}{waits}")


if __name__ == "__main__":
    main()
