"""The console's end of the fetching process: how far the texts are. Knows nothing of screens or of networks."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence

import msgspec

from models.errors import describe
from rumi_tui.locations import fetched_texts, texts_folder
from rumi_tui.texts.fetch_events import Arrived, Began, Came, Ended, Event

# -P: a folder called `models` where the person happens to stand must not be taken for ours.
COMMAND = (sys.executable, "-P", "-m", "rumi_tui.texts.fetch_process")


class Fetching:
    """The texts on their way, whatever page is open."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self.is_running = False
        self._begin()

    def _begin(self) -> None:
        self._began = Began([], [])
        self._arrived: Arrived | None = None
        self._came: dict[str, Came] = {}
        self._trouble = ""

    async def run(self) -> str:
        """Brings the texts that are missing, and gives back in a sentence how that ended."""
        self._begin()
        self.is_running = True
        ended = Ended("The fetch ended unexpectedly: try again.")
        try:
            async for event in self._events():
                match event:
                    case Began():
                        self._began = event
                    case Arrived():
                        self._arrived = event
                    case Came():
                        self._came[event.file] = event
                    case Ended():
                        ended = event
        except OSError as error:
            ended = Ended(f"The fetch could not start ({describe(error)}): try again.")
        finally:
            self.is_running = False
            await self.close()
        self._trouble = ended.trouble
        return self.summary

    async def _events(self) -> AsyncIterator[Event]:
        decoder = msgspec.json.Decoder(Event)
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*COMMAND, stdin=pipe, stdout=pipe, stderr=nothing)
        self._process = process
        assert process.stdout is not None
        while line := await process.stdout.readline():
            event: Event = decoder.decode(line)
            yield event

    async def close(self) -> None:
        """Ends the process; what it has brought stays."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    @property
    def has_failed(self) -> bool:
        """Whether it ended without some of the texts."""
        return bool(self._trouble or self._failed)

    @property
    def _failed(self) -> list[Came]:
        return [came for came in self._came.values() if came.complaint]

    @property
    def summary(self) -> str:
        """How far the fetch is, or how it ended."""
        if self.is_running:
            if (arrived := self._arrived) is None:
                return "Checking what is here …"
            left = f", about {_spoken(arrived.seconds_left)} left" if arrived.seconds_left is not None else ""
            share = min(arrived.bytes / max(1, arrived.total), 1.0)
            return f"{share:.0%} of {arrived.total / 1e6:,.0f} MB{left}"
        if self._trouble:
            return self._trouble
        if self._failed:
            missing = f"{len(self._failed)} of {len(self._began.files)} texts"
            return f"{missing} could not be fetched: try again once that is fixed."
        if texts_folder() != fetched_texts():
            return "All texts are here, but RUMI_CORPUS_DIR names another folder: unset it to read them."
        return "All texts are here."

    @property
    def rows(self) -> Sequence[tuple[str, str]]:
        """Each text, and how it is with it."""
        return [(file, self._state(file)) for file in self._began.files]

    def _state(self, file: str) -> str:
        if came := self._came.get(file):
            return came.complaint or f"here, {came.poems:,} poems"
        if file in self._began.missing:
            return "on its way" if self.is_running else "missing"
        return "here"


def _spoken(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
