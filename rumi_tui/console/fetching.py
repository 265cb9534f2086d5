"""The console's end of the fetching process: how far texts and model are. Knows nothing of screens or of networks."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence

import msgspec

from models.errors import describe
from rumi_tui.locations import fetched_texts, texts_folder
from rumi_tui.texts.fetch_events import MODEL, Arrived, Began, Came, Ended, Event

ASK = "--ask"
"""Has the process fetch the model of meaning too."""
# -P: a folder called `models` where the person happens to stand must not be taken for ours.
COMMAND = (sys.executable, "-P", "-m", "rumi_tui.search.fetch_process")


class Fetching:
    """The texts on their way, and the model of meaning where it is wanted, whatever page is open."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self.is_running = False
        self.wants_model = False
        """May be set while a fetch goes on."""
        self._begin()

    def _begin(self) -> None:
        self._began = Began([], [])
        self._arrived: Arrived | None = None
        self._came: dict[str, Came] = {}
        self._trouble = ""

    async def run(self) -> str:
        """Brings what is missing, and gives back in a sentence how that ended."""
        self.is_running = True
        with_model = self.wants_model
        try:
            await self._run(with_model)
            if self.wants_model and not with_model:
                await self._run(True)
        finally:
            self.is_running = False
        return self.summary

    async def _run(self, with_model: bool) -> None:
        self._begin()
        ended = Ended("The fetch ended unexpectedly: try again.")
        try:
            async for event in self._events(with_model):
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
            await self.close()
        self._trouble = ended.trouble

    async def _events(self, with_model: bool) -> AsyncIterator[Event]:
        decoder = msgspec.json.Decoder(Event)
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        command = (*COMMAND, ASK) if with_model else COMMAND
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=nothing)
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
        """Whether it ended without something that was wanted."""
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
            what = f" ({arrived.what})" if arrived.what else ""
            return f"{self._share:.0%} of {arrived.total / 1e6:,.0f} MB{what}{self._left}"
        if self._trouble:
            return self._trouble
        if self._failed:
            texts = "" if MODEL in self._began.files else " texts"
            missing = f"{len(self._failed)} of {len(self._began.files)}{texts}"
            return f"{missing} could not be fetched: try again once that is fixed."
        if texts_folder() != fetched_texts():
            return "All texts are here, but RUMI_CORPUS_DIR names another folder: unset it to read them."
        return f"All texts{' and the model of meaning' if MODEL in self._began.files else ''} are here."

    @property
    def in_short(self) -> str:
        """How far the fetch is, in a few words; empty where none goes on."""
        if not self.is_running:
            return ""
        return "Fetching …" if self._arrived is None else f"Fetching {self._share:.0%}{self._left}"

    @property
    def _share(self) -> float:
        return min(self._arrived.bytes / max(1, self._arrived.total), 1.0) if self._arrived else 0.0

    @property
    def _left(self) -> str:
        seconds = self._arrived.seconds_left if self._arrived else None
        return "" if seconds is None else f", about {_spoken(seconds)} left"

    @property
    def rows(self) -> Sequence[tuple[str, str]]:
        """Each text, and the model, and how it is with it."""
        return [(file, self._state(file)) for file in self._began.files]

    def _state(self, file: str) -> str:
        if came := self._came.get(file):
            return came.complaint or (f"here, {came.poems:,} poems" if came.poems else "here")
        if file in self._began.missing:
            return "on its way" if self.is_running else "missing"
        return "here"


def _spoken(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
