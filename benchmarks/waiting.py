"""How long one waits for Rumi's verse: a search, and a section on the screen.

The texts are those of the folder `RUMI_CORPUS_DIR`, or those that `rumi-corpus fetch` has fetched; everything that is
made of them once is made before. Prints for each the median and the most in milliseconds, and the median of the time of
a processor, which tells more on a machine that is busy:

- search: `Index.search`, as a new connection does it, for words, beginnings and phrases in both languages;
- next section: in the console at 120x40, from the key to the drawn page, through the six books of the Masnavi;
- any place: the same for places all over the works, as they are opened by name.

How long an answer takes, and how long what is made once, `benchmarks/ask.py` prints.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from textual.widgets import Input, Static

from models.errors import RumiError
from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.widgets.reading_view import ReadingView
from rumi_tui.library.store import Library
from rumi_tui.locations import texts_folder
from rumi_tui.search.index import Index
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works, open_works

SEARCHES = (
    *(
        "love",
        "the",
        "reed flute",
        "lov*",
        "s*",
        '"the reed-bed"',
        '"of the"',
        "heart fire water",
        "moses pharaoh",
        "zzz",
    ),
    *("عشق", "و", "دل جان", "می‌کند", "خانه‌ی تاریک", "عش*", "ا*", '"این نی"', "آتش آب خاک باد", "نمی‌دانم"),
)
TURNS = 30
PLACES = 30


class Waits:
    """Milliseconds of one kind of waiting."""

    def __init__(self) -> None:
        self._walls: list[float] = []
        self._processor: list[float] = []

    def begin(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def end(self) -> None:
        self._walls.append(1000 * (time.perf_counter() - self._began[0]))
        self._processor.append(1000 * (time.process_time() - self._began[1]))

    def __str__(self) -> str:
        median, processor = statistics.median(self._walls), statistics.median(self._processor)
        return f"{len(self._walls):>6}{median:>10.1f}{max(self._walls):>10.1f}{processor:>14.1f}"


def search(folder: Path, kept: Path) -> Waits:
    waits = Waits()
    Index(folder, kept).close()
    for words in SEARCHES:
        waits.begin()
        with closing(Index(folder, kept)) as index:
            index.search(words)
        waits.end()
    return waits


async def sections(folder: Path) -> dict[str, Waits]:
    """The two ways to another section, on one screen."""
    works = open_works(folder)
    waits = {"next section": Waits(), "any place": Waits()}
    chance = random.Random(0)
    places = [f"masnavi/{1 + n % 6}/{number}" for n, number in enumerate(chance.sample(range(1, 115), PLACES // 2))]
    places += [f"divan/{number}" for number in chance.sample(range(1, 3_230), PLACES // 2)]
    places = [place for place in places if is_here(works, place)]
    with tempfile.TemporaryDirectory() as new:
        app = RumiApp(Library(Path(new) / "poems.sqlite"), "en", "app")
        async with app.run_test(size=(120, 40)) as pilot:
            screen = ReadingScreen(app.library, "app", "masnavi/1/1")
            await app.push_screen(screen)
            while screen.query_one(ReadingView).couplet is None:
                await pilot.pause()
            await pilot.pause()
            for _ in range(TURNS):
                await until_drawn(screen, waits["next section"], lambda: screen.action_turn(1))
            for place in places:
                screen.query_one(Input).value = place
                await pilot.pause()
                await until_drawn(screen, waits["any place"], screen.query_one(Input).action_submit)
            await app.writer.close()
    return waits


def is_here(works: Works, place: str) -> bool:
    try:
        works.find(read_place(place))
    except RumiError:
        return False
    return True


async def until_drawn(screen: ReadingScreen, waits: Waits, go: Callable[[], object]) -> None:
    """Goes somewhere else, and waits until that has been laid out and drawn."""
    heading, drawn = screen.query_one("#heading", Static), asyncio.Event()
    old = heading.content
    waits.begin()
    if inspect.isawaitable(going := go()):
        await going
    while heading.content == old:
        await asyncio.sleep(0.0005)
    screen.call_after_refresh(drawn.set)
    await drawn.wait()
    waits.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, help="folder for the index; default: a new one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as new:
        waits = {"search": search(texts_folder(), arguments.kept or Path(new))}
    waits |= asyncio.run(sections(texts_folder()))
    print(f"{'':<14}{'times':>6}{'median ms':>10}{'most ms':>10}{'processor ms':>14}")
    for what, each in waits.items():
        print(f"{what:<14}{each}")


if __name__ == "__main__":
    main()
