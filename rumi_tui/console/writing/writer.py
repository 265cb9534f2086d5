"""The console's end of the writing process: commands go out, events come in. Knows nothing of screens."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import msgspec

from rumi_tui.engine.messages import Answer, Command, Event, Failed, Finished, OfferLines, Order, Stop, Write, WriteLine

COMMAND = (sys.executable, "-P", "-m", "rumi_tui.engine.worker")
"""-P: a folder called `models` where the person happens to stand must not be taken for ours."""
LONGEST_EVENT = 64 << 20
"""Bytes: a prompt may be very long, and `Began` repeats it."""


class Writer:
    """Starts the writing process when it is first needed, and again when it should have died."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._decoder = msgspec.json.Decoder(Event)
        self._turn = asyncio.Lock()
        self._stops = 0
        """How often a stop was asked for: a command that waited meanwhile is not sent any more."""
        self._is_closed = False

    def carry_out(self, command: Order) -> AsyncIterator[Event]:
        """Sends a command and yields its events; the last is an `Answer`.

        A stop from now on holds for this command, also where it has not been sent yet. Once this is closed, nothing is
        answered any more.
        """
        return self._carry_out(command, self._stops)

    async def _carry_out(self, command: Order, stops: int) -> AsyncIterator[Event]:
        async with self._turn:
            if self._is_closed:
                return
            is_answered = False
            try:
                process = await self._running()
                if self._is_closed:
                    self._abandon()
                    return
                if stops != self._stops and isinstance(command, Write | WriteLine | OfferLines):
                    is_answered = True
                    yield Finished(ending=None, characters=0, seconds=0.0)
                    return
                await self._send(process, command)
                assert process.stdout is not None
                while line := await process.stdout.readline():
                    event: Event = self._decoder.decode(line)
                    is_answered = isinstance(event, Answer)
                    yield event
                    if is_answered:
                        return
            except (OSError, ValueError):
                pass
            except (GeneratorExit, asyncio.CancelledError):
                if not is_answered:
                    self._abandon()
                raise
            if not self._is_closed:
                yield Failed(f"The writing process ended unexpectedly{await self._last_words()}: try again.")

    async def stop(self) -> None:
        """Stops the poem that is being written or about to be, if there is one."""
        self._stops += 1
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(OSError):
                await self._send(self._process, Stop())

    async def close(self) -> None:
        """Ends the process and waits for it."""
        self._is_closed = True
        if self._process is not None:
            process, self._process = self._process, None
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def _abandon(self) -> None:
        """Ends a process whose answer nobody waits for, so that no later command takes it for its own."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=LONGEST_EVENT,
            )
        return self._process

    async def _send(self, process: asyncio.subprocess.Process, command: Command) -> None:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(command) + b"\n")
        await process.stdin.drain()

    async def _last_words(self) -> str:
        process, self._process = self._process, None
        if process is None or process.stderr is None:
            return ""
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        lines = (await process.stderr.read()).decode("utf-8", "replace").strip().splitlines()
        return f" ({lines[-1][:200]})" if lines else ""
