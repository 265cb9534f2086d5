"""What must not get slower: a stream of millions of characters, a library of a hundred thousand poems, thirty tabs.

    python benchmarks/load.py stream --model en --characters 10000000
    python benchmarks/load.py library --poems 100000
    python benchmarks/load.py tabs --tabs 30

`stream` has a model in floats write without end, at temperature 1, and prints twenty rows: characters in a second
of the processor, the same as a share of the first row's, the memory of the process, and the largest difference of a
logit from PyTorch, which reads anew whatever that logit can depend on. `library` prints seconds of the processor for
what a person waits for in a library of so many poems. `tabs` opens so many tabs of `rumi-tui --web` at once and has a
poem written in each: seconds until all are ready and until all have written, the memory of all consoles and writing
processes, and how many of those are left once the tabs are closed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import numpy as np
import psutil
from textual.pilot import Pilot

from export.graph import build_graph
from models.pretrained import MODELS, checkpoint_path
from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.engine.context import Context
from rumi_tui.engine.request import Sampling
from rumi_tui.engine.session import Session
from rumi_tui.library.poem import KeptPoem, Passage
from rumi_tui.library.store import Library
from training.checkpoint import load_weights
from training.torch_step import TorchStep

ROWS = 20
WORDS = ("amber", "candle", "river", "moth", "lamp", "reed", "flute", "night", "soul", "lover", "wine", "dust", "ocean")


def stream(model: str, characters: int) -> None:
    """Writes, and prints a row for each part of it."""
    decoder, description = load_weights(checkpoint_path(model) if model in MODELS else Path(model))
    reference = TorchStep(decoder)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "floats.onnx"
        path.write_bytes(build_graph(decoder, description).SerializeToString())
        session = Session(path)
    seen = (decoder.config.layers + 1) * decoder.config.window
    chance, process = np.random.default_rng(0), psutil.Process()
    recent = [session.tokenizer.form_id(session.card.forms[0])]
    context = Context(session)
    logits = context.read(np.array([recent]))
    part, first = characters // ROWS, 0.0
    print(f"{'character':>12}{'a second':>10}{'of the first':>14}{'MiB':>7}{'from PyTorch':>14}")
    for row in range(1, ROWS + 1):
        begun = time.process_time()
        for _ in range(part):
            recent.append(int((logits[0] + chance.gumbel(size=logits.shape[-1])).argmax()))
            logits = context.read(np.array([recent[-1:]]))
        pace = part / (time.process_time() - begun)
        first = first or pace
        recent = recent[-seen:]
        distance = np.abs(Context(reference).feed(np.array([recent]))[0, -1] - logits[0]).max()
        memory = process.memory_info().rss / 2**20
        print(f"{row * part:>12,}{pace:>10,.0f}{pace / first:>14.2f}{memory:>7.0f}{distance:>14.1e}", flush=True)


def make_poems(library: Library, count: int) -> None:
    """Fills a library with poems of eight lines."""
    chance = random.Random(0)
    with library.all_or_nothing():
        for number in range(count):
            text = "\n".join(" ".join(chance.choices(WORDS, k=7)) for _ in range(8))
            passage = Passage(begins_at=5, seed=number, lines=8, sampling=Sampling())
            date = f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}+00:00"
            facts = {"model": "en", "model_sha256": "0" * 64, "form": "free", "written": date}
            library.put(KeptPoem(id=0, text=text, passages=(passage,), **facts), None)


async def wait_for(what: str, pilot: Pilot, *keys: str) -> None:
    """Presses keys in the console, and prints how long the processor worked until it had answered."""
    begun = time.process_time()
    await pilot.press(*keys)
    await pilot.pause()
    print(f"{what:<12}{time.process_time() - begun:8.2f} s")


async def look_into(library: Library) -> None:
    """Opens the library in the console, searches and scrolls."""
    app, begun = RumiApp(library, "en", "app"), time.process_time()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        print(f"{'start':<12}{time.process_time() - begun:8.2f} s")
        await wait_for("open", pilot, "ctrl+l")
        assert isinstance(app.screen, LibraryScreen)
        for key in ("down", "pagedown", "end"):
            await wait_for(key, pilot, key)
        for letter in "ambe":
            await wait_for(f"search: {letter}", pilot, letter)
        await app.writer.close()
    print(f"{psutil.Process().memory_info().rss / 2**20:.0f} MiB at the end")


async def open_tabs(count: int, home: Path) -> None:
    """Has a poem written in each of so many tabs of a browser, in whose place this stands."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (home / "rumi-tui").mkdir()
    (home / "rumi-tui" / "welcomed").touch()
    places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(home))
    command = [str(Path(sys.executable).parent / "rumi-tui"), "--web", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, **places}, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    server.stderr.readline()  # it is ready
    library = Library(home / "rumi-tui" / "poems.sqlite")
    try:
        async with aiohttp.ClientSession() as browser:
            begun = time.perf_counter()
            address = f"http://127.0.0.1:{port}/ws?width=80&height=24"
            pages = await asyncio.gather(*(browser.ws_connect(address, max_msg_size=0) for _ in range(count)))
            await asyncio.gather(*(until_shown(page, b"free") for page in pages))
            print(f"{count} tabs are ready after {time.perf_counter() - begun:.1f} s")
            begun = time.perf_counter()
            for page in pages:
                await page.send_str(json.dumps(["stdin", "amber\r"]))
            listening = [asyncio.create_task(until_shown(page, None)) for page in pages]
            while sum(any(passage.ending for passage in poem.passages) for poem in library.poems()) < count:
                await asyncio.sleep(0.1)
            print(f"{count} poems are written after {time.perf_counter() - begun:.1f} s")
            consoles = psutil.Process(server.pid).children(recursive=True)
            memory = sum(process.memory_full_info().uss for process in consoles) / 2**20
            print(f"{len(consoles)} processes, {memory:,.0f} MiB of their own")
            for task in listening:
                task.cancel()
            await asyncio.gather(*(page.close() for page in pages))
        print(f"{len(psutil.wait_procs(consoles, 60)[1])} processes are left")
    finally:
        server.kill()
        library.close()


async def until_shown(page: aiohttp.ClientWebSocketResponse, words: bytes | None) -> None:
    """Reads what a console sends until some words are among it, or for ever."""
    shown = b""
    async for message in page:
        shown = shown[-1000:] + message.data
        if words is not None and words in shown:
            return


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("stream")
    one.add_argument("--model", default="en", help=f"{', '.join(MODELS)}, or the folder of a run")
    one.add_argument("--characters", type=int, default=10_000_000)
    kinds.add_parser("library").add_argument("--poems", type=int, default=100_000)
    kinds.add_parser("tabs").add_argument("--tabs", type=int, default=30)
    arguments = parser.parse_args()
    if arguments.kind == "stream":
        stream(arguments.model, arguments.characters)
        return
    if arguments.kind == "tabs":
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(open_tabs(arguments.tabs, Path(folder)))
        return
    with tempfile.TemporaryDirectory() as folder, closing(Library(Path(folder) / "poems.sqlite")) as library:
        make_poems(library, arguments.poems)
        asyncio.run(look_into(library))


if __name__ == "__main__":
    main()
