"""The console while texts are fetched: the process is one of the test, which says what it is told to."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest
from console_support import UNDER_WAY, begin_without_end, console, obey, say, status, told, until
from encoder_support import write_encoder
from support import write_works
from textual.pilot import Pilot
from textual.widgets import Static

from rumi_tui.console import app, fetching
from rumi_tui.console.fetching import Fetching
from rumi_tui.console.screens.fetch import FetchScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.status_line import StatusLine
from rumi_tui.library.store import Library
from rumi_tui.locations import index_folder, model_folder
from rumi_tui.search.background import reading
from rumi_tui.texts.fetch_events import MODEL, Began, Came, Ended, Event


def shown(pilot: Pilot, name: str) -> str:
    return str(pilot.app.screen.query_one(f"#{name}", Static).content)


async def test_a_fetch_says_how_far_it_is_and_goes_on_while_one_writes(
    library: Library, endless_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LOOK_SECONDS", 0.02)
    say(monkeypatch, *UNDER_WAY, goes_on=True)
    async with console(library, endless_file) as pilot:
        await pilot.press(*"/fetch", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen) and "50%" in shown(pilot, "status"))
        assert shown(pilot, "status") == "50% of 60 MB, about 2 min left"
        assert shown(pilot, "texts").splitlines() == [
            "here.txt",
            "  here",
            "came.txt",
            "  here, 1,234 poems",
            "away.txt",
            "  verse.example cannot be reached: try again later.",
            "next.txt",
            "  on its way",
        ]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await begin_without_end(pilot, library)
        row = pilot.app.screen.query_one(StatusLine)
        await until(pilot, lambda: row.render().plain.endswith("Fetching 50%, about 2 min left"))
        assert row.render().plain.startswith("seed ")
        assert row.render().cell_len == row.size.width
        pilot.app.notify("Something went wrong, which is told in a sentence of its own.", severity="error")
        assert row.render().plain == "✗ Something went wrong, which is told in a sentence of its own."
        await pilot.press("alt+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen))
        assert shown(pilot, "status") == "50% of 60 MB, about 2 min left"
        await pilot.press("alt+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


SAY_WHAT = """
import sys
print('{"type":"Began","files":["a.txt","' + sys.argv[-1] + '"],"missing":[]}')
print('{"type":"Ended","trouble":""}')
"""
"""A process that names its last argument as a file."""


async def test_the_model_is_fetched_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "COMMAND", (sys.executable, "-c", SAY_WHAT, "nothing"))
    texts = Fetching()
    await texts.run()
    assert texts.rows[1][0] == "nothing"
    texts.wants_model = True
    await texts.run()
    assert texts.rows[1][0] == "--ask"


async def test_the_model_may_be_wanted_while_texts_are_on_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "COMMAND", (sys.executable, "-c", SAY_WHAT, "nothing"))
    texts = Fetching()
    run = asyncio.create_task(texts.run())
    while not texts.is_running:
        await asyncio.sleep(0)
    texts.wants_model = True
    await run
    assert texts.rows[1][0] == "--ask"


async def test_the_texts_are_read_for_their_meaning_once_the_model_is_here(
    library: Library, endless_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "works")))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    say(monkeypatch, Began(["a.txt", MODEL], [MODEL]), Came(MODEL, 0, ""), Ended(""))
    async with console(library, endless_file) as pilot:
        await pilot.press("alt+t")
        await until(pilot, lambda: shown(pilot, "texts"))
        assert "/fetch ask" in shown(pilot, "more")
        await pilot.press("escape")
        write_encoder(model_folder())
        await obey(pilot, "/fetch ask")
        await until(pilot, lambda: list(index_folder().glob("*.npz")))
        await until(pilot, lambda: shown(pilot, "texts").splitlines() == ["a.txt", "  here", MODEL, "  here"])
        assert shown(pilot, "more") == ""
        await until(pilot, lambda: not reading.is_running)
        assert not reading.complaint


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((Began(["a.txt"], []), Ended("")), "All texts are here."),
        ((*UNDER_WAY, Ended("")), "1 of 4 texts could not be fetched: try again once that is fixed."),
        ((Began(["a.txt", MODEL], []), Ended("")), "All texts and the model of meaning are here."),
        (
            (Began(["a.txt", MODEL], [MODEL]), Came(MODEL, 0, "No network."), Ended("")),
            "1 of 2 could not be fetched: try again once that is fixed.",
        ),
        ((Began([], []), Ended("There is no room left.")), "There is no room left."),
        ((), "The fetch ended unexpectedly: try again."),
    ],
)
async def test_the_end_of_a_fetch_is_said(
    monkeypatch: pytest.MonkeyPatch, events: tuple[Event, ...], words: str
) -> None:
    say(monkeypatch, *events)
    texts = Fetching()
    assert await texts.run() == texts.summary == words
    assert not texts.is_running


async def test_whoever_is_on_another_page_is_told_of_the_end(
    library: Library, endless_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gate:
        wait = f"import socket; socket.create_connection({gate.getsockname()!r}).recv(1)"  # until the gate is closed
        monkeypatch.setattr(fetching, "COMMAND", (sys.executable, "-c", wait))
        async with console(library, endless_file) as pilot:
            await pilot.press("alt+t")
            await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
            gate.close()
            await until(pilot, lambda: told(pilot))
            assert told(pilot) == ["The fetch ended unexpectedly: try again."]
            assert status(pilot).endswith(told(pilot)[0])


async def test_another_folder_of_texts_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path))
    say(monkeypatch, Began(["a.txt"], []), Ended(""))
    assert "RUMI_CORPUS_DIR names another folder" in await Fetching().run()


async def test_a_process_that_cannot_begin_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "COMMAND", ("/nowhere/python",))
    assert "could not start" in await Fetching().run()
