"""The console under a pilot: how the tests press keys and read the page."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import forked
import msgspec
import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import OptionList, Select, Static

from rumi_tui.console import fetching
from rumi_tui.console.app import RumiApp
from rumi_tui.console.garbage import free_strips_at_once
from rumi_tui.console.screens.help import Sheet
from rumi_tui.console.screens.lens import LensScreen
from rumi_tui.console.session_file import SessionFile
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets import settings_bar
from rumi_tui.console.widgets.lens_view import LensView
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.status_line import StatusLine
from rumi_tui.console.writing import writer
from rumi_tui.engine.lens import ALTERNATIVES
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library
from rumi_tui.texts.fetch_events import Arrived, Began, Came, Event

SIZES = [(80, 24), (120, 40), (20, 8)]
PACE = "400"
"""Characters a second: quick, and yet neither core is busy."""

UNDER_WAY = (
    Began(["here.txt", "came.txt", "away.txt", "next.txt"], ["came.txt", "away.txt", "next.txt"]),
    Came("came.txt", 1234, ""),
    Came("away.txt", 0, "verse.example cannot be reached: try again later."),
    Arrived(30_000_000, 60_000_000, 100),
)
"""What a fetching process says of four texts."""
SAY = """
import sys
sys.stdout.write(sys.argv[1])
sys.stdout.flush()
if sys.argv[2]:
    sys.stdin.read()
"""
"""A process that says what it is given, and goes on or not."""


def say(monkeypatch: pytest.MonkeyPatch, *events: Event, goes_on: bool = False) -> None:
    """Has the fetching process say these events; it goes on until it is ended, or ends by itself."""
    lines = "".join(msgspec.json.encode(event).decode() + "\n" for event in events)
    monkeypatch.setattr(fetching, "COMMAND", (sys.executable, "-c", SAY, lines, "yes" if goes_on else ""))


async def until(pilot: Pilot, condition: Callable[[], object]) -> None:
    """Waits until something is so; looks again and again, for threads, files and the end of the app send no message.

    It sleeps and lets the console work: `Pilot.pause` would have each of a hundred widgets answer before every look.
    """
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("what was waited for never came")


PARSE = Stylesheet._parse_rules
RULES: dict[tuple, list[RuleSet]] = {}


def parse_once(sheet: Stylesheet, *source: object, **kind: object) -> list[RuleSet]:
    """Rules that an earlier console parsed from the same text with the same colours, or else parses them.

    Textual keeps them as long as one console runs. To parse them is a fifth of a console's start.
    """
    key = (*source, *kind.items(), *sheet._variables.items())
    if key not in RULES:
        RULES[key] = PARSE(sheet, *source, **kind)
    return RULES[key]


def unkept() -> SettingsFile:
    """Settings with which no form is kept: to try a line again and again takes half a second, which few tests need."""
    settings = SettingsFile()
    settings.change("keep", "off")
    return settings


@contextlib.asynccontextmanager
async def console(
    library: Library,
    model: Path,
    size: tuple[int, int] = (80, 24),
    settings: SettingsFile | None = None,
    session: SessionFile | None = None,
    **fields: str,
) -> AsyncIterator:
    """The console, once it has read its model, with these settings or `unkept` ones; left as a person leaves it."""
    app = RumiApp(library, str(model), "app", settings or unkept(), session=session)
    async with run(app, size) as pilot:
        await until(pilot, lambda: app.screen.query("#form") and isinstance(field(pilot, "form", Select).value, str))
        for name, value in fields.items():
            field(pilot, name).value = value
        yield pilot


@contextlib.asynccontextmanager
async def run(app: RumiApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator:
    """The console from its first moment, left as a person leaves it; its seeds are 0, 1, 2 and so on."""
    seeds = itertools.count()
    free_strips_at_once()  # as the command does
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_bar.secrets, "randbelow", lambda _: next(seeds))
        patch.setattr(writer, "COMMAND", forked.command())
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        patch.setattr(RuleSet, "__hash__", object.__hash__)  # the same in C: a start asks 200,000 times
        try:
            async with app.run_test(size=size) as pilot:
                yield pilot
                await leave(pilot)
        finally:
            await app.writer.close()


async def leave(pilot: Pilot) -> None:
    if pilot.app.is_running:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)


def field(pilot: Pilot, name: str, kind: type = Widget):
    return pilot.app.screen.query_one(f"#{name}", kind)


def status(pilot: Pilot) -> str:
    return str(field(pilot, "status", Static).content)


def told(pilot: Pilot, is_error: bool = True) -> list[str]:
    """What went wrong, or else the news, in the order in which it was told."""
    return [notice.text for notice in pilot.app.notices if notice.is_error == is_error]


def line(pilot: Pilot) -> str:
    """What the last row that tells something on the screen in front shows."""
    return pilot.app.screen.query_one(StatusLine).render().plain


def letters(text: str) -> str:
    return "".join(text.split())


def on_the_page(pilot: Pilot) -> str:
    """All letters of the poem as they are drawn, whether they are in sight or not."""
    view = pilot.app.screen.query_one(PoemView)
    first = view.scroll_offset.y
    return letters("".join(view.render_line(row - first).text for row in range(view.virtual_size.height)))


async def obey(pilot: Pilot, line: str) -> None:
    """Types a command into the prompt."""
    field(pilot, "prompt").text = line
    field(pilot, "prompt").focus()
    await pilot.press("enter")


async def obeyed(pilot: Pilot, line: str) -> None:
    """Types a command into the prompt, and waits until it is done."""
    await obey(pilot, line)
    await until(pilot, lambda: field(pilot, "prompt").text == "")


async def press_and_write(pilot: Pilot, library: Library, *keys: str) -> KeptPoem:
    """Presses keys that have a passage written, waits until it is, and gives back its poem."""

    def passages() -> int:
        return sum(len(poem.passages) for poem in library.poems())

    before = passages()
    await pilot.press(*keys)
    await until(pilot, lambda: passages() > before)
    seed = library.poems()[0].passages[-1].seed
    await until(pilot, lambda: f"seed {seed} " in status(pilot) and not status(pilot).endswith("writing"))
    return library.poems()[0]


async def begin_without_end(pilot: Pilot, library: Library, *keys: str) -> None:
    """Has a poem begun that will not end by itself, no quicker than `PACE`, and waits until some of it is there."""
    field(pilot, "lines").value = "1000000"
    field(pilot, "pace").value = PACE
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: library.poems() and len(library.poems()[0].text) > 100)


async def open_lens(pilot: Pilot) -> LensView:
    """Opens the lens, and waits until it shows what the model thought."""
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, LensScreen))
    view = pilot.app.screen.query_one(LensView)
    await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == ALTERNATIVES)
    return view


async def help_text(pilot: Pilot) -> str:
    """What the page of help lists."""
    await until(pilot, lambda: len(pilot.app.screen.query(Sheet)) == 2)
    return "\n".join(" ".join(row) for sheet in pilot.app.screen.query(Sheet) for row in sheet.entries)
