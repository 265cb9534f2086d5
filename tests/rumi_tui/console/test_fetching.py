"""The console while texts are fetched: the process is one of the test, which says what it is told to."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from console_support import UNDER_WAY, begin_without_end, console, say, status, told, until
from textual.pilot import Pilot
from textual.widgets import Static

from rumi_tui.console import fetching
from rumi_tui.console.fetching import Fetching
from rumi_tui.console.screens.fetch import FetchScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.library.store import Library
from rumi_tui.texts.fetch_events import Began, Ended, Event


def shown(pilot: Pilot, name: str) -> str:
    return str(pilot.app.screen.query_one(f"#{name}", Static).content)


async def test_a_fetch_says_how_far_it_is_and_goes_on_while_one_writes(
    library: Library, endless_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        await pilot.press("alt+f")
        await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen))
        assert shown(pilot, "status") == "50% of 60 MB, about 2 min left"
        await pilot.press("alt+f")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((Began(["a.txt"], []), Ended("")), "All texts are here."),
        ((*UNDER_WAY, Ended("")), "1 of 4 texts could not be fetched: try again once that is fixed."),
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
            await pilot.press("alt+f")
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
